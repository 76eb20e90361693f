//! The lists in the line above the gallery's images: which images are shown, and in which order.

use egui::{Align, Layout, Ui, vec2};

use crate::folder::{Filter, Sort};

use crate::app::commands::Command;
use crate::app::gallery::{class_name, filter_label};
use crate::app::scene::Scene;
use crate::app::ui::kit::theme::{self, GRID};
use crate::app::ui::kit::widgets::{self, Choice, combo, menu_spacing};
use crate::app::wording::thousands;

/// The filter and the sort order, laid out from right to left.
pub fn lists_ui(ui: &mut Ui, scene: Scene<'_>, named: bool, commands: &mut Vec<Command>) {
    filter_ui(ui, scene, named, commands);
    ui.add_space(GRID);
    let list = &scene.gallery.folder.list;
    let sort = Choice {
        name: "Sort",
        hint: "The order of the images",
        width: 132.0,
        named,
        cut: false,
    };
    let picked = choice_ui(ui, sort, list.sort(), &Sort::ALL, |sort| {
        sort.label().to_owned()
    });
    commands.extend(picked.map(Command::SortPictures));
    let splits = list.splits_in_order();
    if splits.is_empty() {
        return;
    }
    ui.add_space(GRID);
    let offered: Vec<Option<usize>> = [None]
        .into_iter()
        .chain(splits.into_iter().map(Some))
        .collect();
    let split = Choice {
        name: "Split",
        hint: "The part of the data set that is shown, counted and predicted",
        width: 88.0,
        named,
        cut: false,
    };
    let picked = choice_ui(ui, split, list.split(), &offered, |split| match split {
        Some(split) => list.splits()[split].name.to_string(),
        None => "All splits".to_owned(),
    });
    commands.extend(picked.map(Command::ChooseSplit));
}

/// A choice whose label is at its left, although the line is laid out from right to left.
fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    choice: Choice,
    chosen: T,
    all: &[T],
    label: impl Fn(T) -> String,
) -> Option<T> {
    let width = choice.width + if choice.named { 48.0 } else { 0.0 };
    let layout = Layout::left_to_right(Align::Center);
    let shown = ui.allocate_ui_with_layout(vec2(width, theme::ROW), layout, |ui| {
        choice.ui(ui, chosen, all, label)
    });
    shown.inner
}

fn filter_ui(ui: &mut Ui, scene: Scene<'_>, named: bool, commands: &mut Vec<Command>) {
    let chosen = scene.gallery.folder.list.filter();
    let list = combo("Show")
        .selected_text(filter_label(scene.state, chosen))
        .width(120.0)
        .height(room_above(ui))
        .truncate();
    let shown = list.show_ui(ui, |ui| {
        menu_spacing(ui);
        let mut offer = |ui: &mut Ui, filter: Filter, label: String| {
            if ui.selectable_label(filter == chosen, label).clicked() && filter != chosen {
                commands.push(Command::FilterPictures(filter));
            }
        };
        for filter in Filter::WITHOUT_CLASS {
            offer(ui, filter, filter_label(scene.state, filter));
        }
        for (filter, count) in scene.gallery.between_models() {
            let label = filter_label(scene.state, filter);
            let so_far = if scene.gallery.folder.list.counts().to_compare > 0 {
                " so far"
            } else {
                ""
            };
            offer(
                ui,
                filter,
                format!("{label}  ({}{so_far})", thousands(count)),
            );
        }
        ui.separator();
        for (class, count) in scene.gallery.classes_by_count() {
            let name = class_name(scene.state, class);
            offer(
                ui,
                Filter::Class(class),
                format!("{name}  ({})", thousands(count)),
            );
        }
        let confusions = scene.gallery.confusions_by_count();
        if !confusions.is_empty() {
            ui.separator();
        }
        for (filter, count) in confusions {
            let label = filter_label(scene.state, filter);
            offer(ui, filter, format!("{label}  ({})", thousands(count)));
        }
    });
    let response = shown.response.on_hover_text(
        "Which images are shown. For a class: images of it and images predicted as it. For two: images of \
         the first that are predicted as the second",
    );
    if named {
        response.labelled_by(widgets::name(ui, "Show"))
    } else {
        response.accessible_name("Show")
    };
}

/// The largest height of a list that opens upwards from here.
fn room_above(ui: &Ui) -> f32 {
    let frame = 2.0 * ui.spacing().menu_margin.topf() + 4.0;
    ui.max_rect().top() - ui.ctx().content_rect().top() - frame - GRID
}
