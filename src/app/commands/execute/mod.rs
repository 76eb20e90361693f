//! What each command does.

use egui::{Context, vec2};

use crate::explain::Score;

use super::Command;
use crate::app::App;
use crate::app::persistence::session;
use crate::app::state::{Pane, SearchField, with_class};
use crate::app::tasks::export::What;
use crate::app::tasks::{export, open};

pub(crate) mod comparing;

impl App {
    /// Carries out what a panel, a menu or a key asked for: the one place where anything changes.
    pub fn execute(&mut self, ctx: &Context, command: Command) {
        let state = &mut self.state;
        match command {
            Command::OpenImage => open::pick_image(self, ctx),
            Command::OpenModel => open::pick_model(self, ctx),
            Command::OpenPath(path) => open::path(self, path),
            Command::TakePath(path) => self.take_path(ctx, path),
            Command::TakeArchitecture(name) => self.take_architecture(name),
            Command::ExportComposite => export::save(self, ctx, What::Composite),
            Command::ExportStrip => export::save(self, ctx, What::Strip),
            Command::ExportPanel(panel) => export::save(self, ctx, What::Panel(panel)),
            Command::SetExportSize(size) => state.export_px = size,
            Command::CopyComposite => export::copy(self, ctx),
            Command::Cancel => self.cancel(),
            Command::ComputeAgain => self.ask(),
            Command::PreviousLayer => self.walk_layers(-1),
            Command::NextLayer => self.walk_layers(1),
            Command::PreviousClass => self.walk_classes(-1),
            Command::NextClass => self.walk_classes(1),
            Command::ChooseLayer(path) => {
                let side = state.side_mut();
                side.layer = Some(path);
                side.reveal_layer = true;
                self.show_live_row();
                self.ask();
            }
            Command::ToggleLayer(path) => {
                state.side_mut().toggle_layer(&path);
                self.ask();
            }
            Command::ToggleTile(path) => {
                let expanded = &mut state.side_mut().expanded;
                if !expanded.remove(&path) {
                    expanded.insert(path);
                }
            }
            Command::ChooseClass(class) => {
                let side = state.side_mut();
                match side.class() {
                    Some(a) if side.choosing_rival && a != class => {
                        side.score = Some(Score::For(a));
                        side.rival = Some(class);
                    }
                    _ => side.score = Some(with_class(side.score, class)),
                }
                side.choosing_rival = false;
                self.show_live_row();
                self.ask();
            }
            Command::ChooseScore(score) => {
                let side = state.side_mut();
                (side.score, side.rival) = (Some(score), None);
                side.choosing_rival = false;
                self.ask();
            }
            Command::ChooseRival(on) => state.side_mut().choosing_rival = on,
            Command::SetTruth(class) => self.set_truth(class),
            Command::SetPane(pane) => state.pane = pane,
            Command::AboutModel => {
                state.pane = match state.pane {
                    Pane::Layers => Pane::About,
                    Pane::About => Pane::Layers,
                }
            }
            Command::UseModel(usage) => open::reopen(self, *usage),
            Command::SetList(list) => {
                state.list = list;
                self.ask_channels();
            }
            Command::LookAtChannel(channel) => state.channels.looked_at = channel,
            Command::TickChannel(channel) => {
                let view = &mut state.channels;
                view.looked_at = None;
                if !view.ticked.remove(&channel) {
                    view.ticked.insert(channel);
                }
            }
            Command::WholeMap => {
                state.channels.looked_at = None;
                state.channels.ticked.clear();
            }
            Command::SortChannels(negative) => state.channels.most_negative_first = negative,
            Command::SetCommonScale(on) => state.common_scale = on,
            Command::SetStripScale(on) => state.strip_common_scale = on,
            Command::ShowStrip(on) => state.strip = on,
            Command::OpenSecondModel => open::pick_second_model(self, ctx),
            command @ (Command::SetRival(..)
            | Command::SwapClasses
            | Command::StopComparing
            | Command::ActivateSide(_)
            | Command::CloseSecondModel
            | Command::PinView
            | Command::Pin(_)
            | Command::Unpin(_)
            | Command::UnpinAll
            | Command::MovePin(..)
            | Command::MakeLive(_)) => self.compare(command),
            command @ (Command::OpenFolder
            | Command::OpenPictures(_)
            | Command::OpenPicture(_)
            | Command::CloseFolder
            | Command::PreviousPicture
            | Command::NextPicture
            | Command::FirstPicture
            | Command::LastPicture
            | Command::AnswerFolder(_)
            | Command::SortPictures(_)
            | Command::FilterPictures(_)
            | Command::LimitThumbnails(_)
            | Command::UnfoldGallery(_)) => self.execute_gallery(ctx, command),
            Command::SetFit(fit) => {
                state.fit = fit;
                self.ask();
            }
            Command::SetRule(rule) => {
                state.rule = rule;
                self.ask();
            }
            Command::SetOpacity(opacity) => state.opacity = opacity,
            Command::SetColormap(colormap) => {
                state.colormap = colormap;
                self.forget_channel_pictures();
            }
            Command::SetOverlay(overlay) => state.overlay = overlay,
            Command::SetArrangement(arrangement) => state.arrangement = arrangement,
            Command::SetTheme(theme) => ctx.set_theme(theme),
            Command::FindLayer => state.focus = Some(SearchField::Layers),
            Command::FindClass => state.focus = Some(SearchField::Classes),
            Command::ZoomIn => self.zoom_by(1.5),
            Command::ZoomOut => self.zoom_by(1.0 / 1.5),
            Command::WholePicture => state.view.fit(),
            Command::PanLeft => self.pan_by(vec2(1.0, 0.0)),
            Command::PanRight => self.pan_by(vec2(-1.0, 0.0)),
            Command::PanUp => self.pan_by(vec2(0.0, 1.0)),
            Command::PanDown => self.pan_by(vec2(0.0, -1.0)),
            Command::MarkTrue => {
                let class = state
                    .class()
                    .filter(|_| state.truth_here() != state.class());
                self.set_truth(class);
            }
            Command::SaveSession => session::save(self, ctx),
            Command::Locate(path) => session::locate(self, ctx, path),
            Command::OpenSession => open::pick_session(self, ctx),
            Command::Undo => self.step_back(),
            Command::Redo => self.step_forward(),
            Command::OpenPalette => {
                self.finder.toggle(typed(ctx));
                self.memory.look_for_recent(ctx);
            }
            Command::ShowKeys => self.keys_shown = !self.keys_shown,
            Command::DismissNotice(id) => self.notices.dismiss(id),
        }
        ctx.request_repaint();
    }
}

/// What was typed in this frame. A person does not wait for a field to be drawn.
fn typed(ctx: &Context) -> String {
    let text = |event: &egui::Event| match event {
        egui::Event::Text(text) => Some(text.clone()),
        _ => None,
    };
    ctx.input(|i| i.events.iter().filter_map(text).collect())
}
