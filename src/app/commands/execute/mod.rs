//! Executes commands: the one place where the user's commands change anything.

use egui::Context;

use super::Command;
use crate::app::App;
use crate::app::gallery::Reveal;
use crate::app::state::TopK;
use crate::app::state::class_choice::ClassChoice;
use crate::app::state::rows::lines::Cell;
use crate::app::state::view_options::ViewOptions;
use crate::app::tasks::purpose::{FigureKind, Purpose};

mod actions;
pub(crate) mod comparing;
mod paths;
mod walking;

impl App {
    /// Executes one command.
    #[expect(clippy::too_many_lines, reason = "one arm per command")]
    pub fn execute(&mut self, ctx: &Context, command: Command) {
        // Moving the pointer causes a redraw anyway.
        let repaint = !matches!(command, Command::SetView(_));
        let asked = (
            self.state.sides.active_index(),
            self.state.side().choice.explained(),
        );
        let linked = self.state.options.linked_classes;
        let state = &mut self.state;
        match command {
            Command::Do(action) => self.perform(ctx, action),

            Command::OpenPath(path) => self.open_path(path),
            Command::UseTypedPath(path) => self.use_typed_path(ctx, path),
            Command::Locate(path) => self.locate(ctx, path),
            Command::AnswerArchitecture(name) => self.answer_architecture(name),
            Command::TakeTrial(row) => self.take_trial(row),
            Command::OpenImages(paths) => self.open_images(paths),
            Command::OpenPicture(index) => {
                self.gallery.view.stop_opening();
                self.open_picture(index);
            }
            Command::PredictFolder(on) => self.pause_gallery(!on),
            Command::SortPictures(sort) => {
                self.gallery.folder.list.set_sort(sort);
                self.panels.gallery.reveal = Some(Reveal::Others);
            }
            Command::ChooseSplit(split) => {
                self.gallery.folder.set_split(split);
                self.panels.gallery.reveal = Some(Reveal::Others);
            }
            Command::NameClass(name, class) => self.name_class(name, class),
            Command::NumberClasses(numbering) => self.number_classes(numbering),
            Command::FilterPictures(filter) => {
                self.gallery.folder.list.set_filter(filter);
                self.panels.gallery.reveal = Some(Reveal::Others);
            }
            Command::LimitThumbnails(bytes) => self.gallery.folder.set_limit(bytes),
            Command::UnfoldGallery(on) => {
                self.gallery.view.unfolded = on;
                self.panels.gallery.reveal = self.gallery.view.current.map(Reveal::Picture);
            }
            Command::SearchPictures(text) => self.gallery.folder.list.set_search(&text),
            Command::SizeTiles(points) => self.gallery.view.tile = points,
            Command::ExportPanel(panel) => {
                let live = state.live_row();
                self.export(ctx, FigureKind::Cell(live, Cell::Panel(panel)));
            }
            Command::ExportCell(row, cell) => self.export(ctx, FigureKind::Cell(row, cell)),
            Command::CopyCell(row, cell) => self.copy(ctx, FigureKind::Cell(row, cell)),
            Command::CopyText(text) => {
                state.done.say(format!("Copied {text}"));
                ctx.copy_text(text);
            }
            Command::Reveal(path) => self.reveal(ctx, path),

            Command::ChooseLayer(path) => {
                let side = state.side_mut();
                side.layer = Some(path);
                side.scroll_to_layer.send();
                self.show_live_row();
                self.ask();
            }
            Command::ToggleLayer(path) => {
                state.side_mut().toggle_layer(&path);
                self.ask();
            }
            Command::ToggleBranch(path) => {
                let collapsed = &mut state.side_mut().collapsed;
                if !collapsed.remove(&path) {
                    collapsed.insert(path);
                }
            }
            Command::ToggleTile(path) => {
                let expanded = &mut state.side_mut().expanded;
                if !expanded.remove(&path) {
                    expanded.insert(path);
                }
            }
            Command::FilterLayers(text) => state.side_mut().layer_filter = text,
            Command::ChooseClass(class) => {
                let side = state.side_mut();
                side.choice = side.choice.with_clicked(class);
                self.show_live_row();
                self.ask();
            }
            Command::ChooseScore(score) => {
                state.side_mut().choice = ClassChoice::Chosen(score.into());
                self.ask();
            }
            Command::DrawRegion(on) => state.drawing_region = on,
            Command::ChooseRival(on) => {
                let side = state.side_mut();
                side.choice = side.choice.choosing_rival(on);
            }
            Command::SetRival(side, rival) => {
                if let Some(side) = state.sides.get_mut(side) {
                    side.choice = side.choice.with_rival(rival);
                    self.rows_changed();
                }
            }
            Command::SetTruth(class) => self.set_truth(class),
            Command::SetTruthOf(path, class) => self.set_truth_of(&path, class),
            Command::SearchClasses(text) => state.side_mut().class_search = text,
            Command::SetTopK(count) => state.top_k = TopK(count),
            Command::ActivateSide(side) => {
                state.sides.activate(side);
                state.side_mut().scroll_to_layer.send();
                self.show_live_row();
                self.rows_changed();
            }
            Command::UseModel(usage) => self.reopen_model(*usage),
            Command::SetHeadActivation(activation) => {
                self.read_with(|options| options.head_activation(activation));
            }
            Command::UseAverages(averaged) => self.read_with(|options| options.averaged(averaged)),
            Command::HoldInput(index, value) => self.hold_input(index, value),
            Command::ChooseInputFile(index) => self.pick(ctx, Purpose::HoldInput(index)),
            Command::TakeAsPicture(index) => self.take_as_picture(index),

            Command::Pin(row) => {
                self.pin(row);
            }
            Command::Unpin(id) => self.unpin(id),
            Command::MovePin(id, position) => self.move_pin(id, position),
            Command::MakeLive(id) => {
                self.make_live(id);
                self.rows_changed();
            }

            Command::SetPane(pane) => state.pane = pane,
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
            Command::SortChannels(sort, reversed) => {
                (state.channels.sort, state.channels.reversed) = (sort, reversed);
            }

            Command::SetOptions(options) => self.set_options(options),
            Command::SetView(view) => state.view = view,
            Command::Enlarge(panel) => state.large = panel,
            Command::SetTheme(theme) => ctx.set_theme(theme),
            Command::DismissNotice(id) => self.notices.dismiss(id),
        }
        let active = self.state.sides.active_index();
        let is_new = asked != (active, self.state.side().choice.explained()) && asked.0 == active;
        if (is_new || !linked) && self.state.link_classes() {
            self.ask();
        }
        if repaint {
            ctx.request_repaint();
        }
    }

    fn set_options(&mut self, options: ViewOptions) {
        let before = std::mem::replace(&mut self.state.options, options);
        if before.style.colormap != options.style.colormap {
            self.panels.channels.forget();
        }
        if (before.fit, before.rule) != (options.fit, options.rule) {
            self.ask();
        }
    }
}
