//! What each action does.

use egui::{Context, vec2};

use crate::app::App;
use crate::app::commands::action::Action;
use crate::app::gallery::walk::Step;
use crate::app::notices::Place;
use crate::app::state::Pane;
use crate::app::state::rows::Large;
use crate::app::state::rows::lines::Cell;
use crate::app::tasks::purpose::{FigureKind, Purpose};
use crate::figure::Panel;

/// The zoom factor of one key press.
const ZOOM_STEP: f32 = 1.5;

impl App {
    pub(super) fn perform(&mut self, ctx: &Context, action: Action) {
        let state = &mut self.state;
        match action {
            Action::OpenImage => self.pick(ctx, Purpose::OpenImage),
            Action::OpenFolder => self.pick(ctx, Purpose::OpenFolder),
            Action::CloseFolder => self.close_gallery(),
            Action::Grid => self.show_grid(!self.gallery.view.grid),
            Action::TrueClasses => self.dialogs.true_classes.toggle(),
            Action::OpenModel => self.pick(ctx, Purpose::OpenModel),
            Action::OpenSecondModel => self.pick(ctx, Purpose::OpenSecondModel),
            Action::OpenSession => self.pick(ctx, Purpose::OpenSession),
            Action::SaveSession => self.save_session(ctx),
            Action::SaveSessionAs => self.save_session_as(ctx),
            Action::ExportComposite => self.export(ctx, FigureKind::Composite),
            Action::ExportStrip => self.export(ctx, FigureKind::Strip),
            Action::CopyComposite => self.copy(ctx, FigureKind::Composite),
            Action::PasteImage => self.paste(ctx),
            Action::ExportArrays => self.export_arrays(),
            Action::FigureSettings => self.dialogs.figure = true,
            Action::Undo => self.step_back(),
            Action::Redo => self.step_forward(),
            Action::Cancel => self.cancel(),
            Action::ComputeAgain => self.ask(),

            Action::AboutModel => {
                state.pane = match state.pane {
                    Pane::Layers => Pane::About,
                    Pane::About => Pane::Layers,
                }
            }
            Action::WhichFits => self.try_preprocessings(),
            Action::PreviousLayer => self.walk_layers(-1),
            Action::NextLayer => self.walk_layers(1),
            Action::PreviousClass => self.walk_classes(-1),
            Action::NextClass => self.walk_classes(1),
            Action::FirstPicture => self.step(Step::First),
            Action::PreviousPicture => self.step(Step::Previous),
            Action::NextPicture => self.step(Step::Next),
            Action::LastPicture => self.step(Step::Last),
            Action::FindLayer => state.find_layer.send(),
            Action::FindClass => state.find_class.send(),

            Action::ZoomIn => self.zoom_by(ZOOM_STEP),
            Action::ZoomOut => self.zoom_by(1.0 / ZOOM_STEP),
            Action::WholePicture => state.view.fit(),
            Action::LargePanel => self.enlarge_or_shrink(),
            Action::LeftList => state.options.left_list = !state.options.left_list,
            Action::RightList => state.options.right_list = !state.options.right_list,
            Action::LayerStrip => state.options.layer_strip = !state.options.layer_strip,
            Action::SeenOnly => {
                let panels = &mut state.options.style.panels;
                panels.seen_only = !panels.seen_only;
                state.view.fit();
            }
            Action::FullScreen => {
                let full = ctx.input(|i| i.viewport().fullscreen).unwrap_or(false);
                ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
            }
            Action::PanLeft => self.pan_by(vec2(1.0, 0.0)),
            Action::PanRight => self.pan_by(vec2(-1.0, 0.0)),
            Action::PanUp => self.pan_by(vec2(0.0, 1.0)),
            Action::PanDown => self.pan_by(vec2(0.0, -1.0)),

            Action::MarkTrue => {
                let class = state.class();
                let class = class.filter(|_| state.truth_here() != state.class());
                self.set_truth(class);
            }
            Action::PinView => {
                self.pin(self.state.live_row());
            }
            Action::UnpinAll => {
                state.pins.clear();
                self.persistence.session.forget_missing_pins();
                self.notices.clear(Place::Pins);
                self.rows_changed();
            }
            Action::CloseSecondModel => {
                state.sides.close_second();
                self.rows_changed();
            }
            Action::CompareWithPicture => self.pick(ctx, Purpose::CompareWith),
            Action::SwapClasses => {
                let side = state.side_mut();
                side.choice = side.choice.swapped();
                self.rows_changed();
            }
            Action::StopComparing => {
                let side = state.side_mut();
                side.choice = side.choice.with_rival(None);
                self.rows_changed();
            }

            Action::OpenPalette => {
                self.dialogs.palette.toggle(typed(ctx));
                self.persistence.memory.check_recent(ctx);
            }
            Action::ShowKeys => self.dialogs.shortcuts = !self.dialogs.shortcuts,
            Action::About => self.dialogs.about = !self.dialogs.about,
        }
    }

    /// Shows the panel under the pointer alone, or the heat map; or all panels again.
    fn enlarge_or_shrink(&mut self) {
        let state = &mut self.state;
        if state.large.take().is_some() {
            return;
        }
        let heat_map = (state.live_row(), Cell::Panel(Panel::HeatMap));
        let (row, cell) = self.panels.stage.hovered.unwrap_or(heat_map);
        state.large = Some(Large { row, cell });
    }
}

/// The text typed in this frame. Users do not wait until the field is drawn.
fn typed(ctx: &Context) -> String {
    let text = |event: &egui::Event| match event {
        egui::Event::Text(text) => Some(text.clone()),
        _ => None,
    };
    ctx.input(|i| i.events.iter().filter_map(text).collect())
}
