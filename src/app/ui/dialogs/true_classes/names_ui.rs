//! The names in the folder, with the class that each stands for.

use egui::{Rect, Role, ScrollArea, Sense, Ui, vec2};

use super::{TrueClasses, key};
use crate::app::gallery::class_name;
use crate::app::scene::Scene;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};
use crate::app::ui::kit::widgets::{name_row, row};
use crate::app::wording::{counted, thousands};
use crate::folder::natural::compare;
use crate::folder::{Meaning, Name, Source};

/// The width of the number of images.
const COUNT: f32 = 56.0;

/// The names that images have: first those without a class, then in natural order.
pub fn listed(scene: Scene<'_>) -> Vec<&Name> {
    let names = scene.gallery.folder.list.truths().names();
    let mut listed: Vec<&Name> = names
        .all()
        .iter()
        .filter(|name| name.pictures > 0)
        .collect();
    let is_settled = |name: &Name| !name.meaning.is_open() || name.source == Source::Around;
    listed.sort_by(|a, b| {
        let order = |name: &Name| (is_settled(name), name.source);
        order(a)
            .cmp(&order(b))
            .then_with(|| compare(&a.text, &b.text))
    });
    listed
}

pub fn names_ui(ui: &mut Ui, scene: Scene<'_>, names: &[&Name], dialog: &mut TrueClasses) {
    ui.spacing_mut().item_spacing.y = 0.0;
    heads_ui(ui, names);
    let area = ScrollArea::vertical().id_salt("names").auto_shrink(false);
    area.show_rows(ui, ROW, names.len(), |ui, range| {
        for name in &names[range] {
            if name_ui(ui, scene, name, dialog.chosen == Some(key(name))) {
                dialog.chosen = Some(key(name));
                dialog.search.clear();
                dialog.focus = true;
            }
        }
    });
}

/// What the columns are.
fn heads_ui(ui: &mut Ui, names: &[&Name]) {
    let colours = palette(ui);
    let size = vec2(ui.available_width(), ROW);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let columns = Columns::of(rect);
    let all_folders = names.iter().all(|name| name.source != Source::LabelsFile);
    let name = if all_folders {
        "Folder"
    } else {
        "Folder or label"
    };
    let head = |text: &str, width: f32| line(ui, text, theme::small(), colours.weak, width);
    let middle = rect.center().y;
    draw_left(ui, columns.name, middle, head(name, columns.half - GRID));
    draw_right(ui, columns.count, middle, head("Images", COUNT));
    draw_left(ui, columns.class, middle, head("Class", columns.half));
}

/// Where the columns of a row are.
struct Columns {
    /// Left.
    name: f32,
    /// Right.
    count: f32,
    /// Left.
    class: f32,
    /// The width of a name and of a class.
    half: f32,
}

impl Columns {
    fn of(row: Rect) -> Columns {
        let rect = row.shrink2(vec2(2.0 * GRID, 0.0));
        let half = (rect.width() - COUNT) / 2.0;
        Columns {
            name: rect.left(),
            count: rect.left() + half + COUNT - 3.0 * GRID,
            class: rect.left() + half + COUNT - GRID,
            half,
        }
    }
}

/// One name. Returns whether it was clicked.
fn name_ui(ui: &mut Ui, scene: Scene<'_>, name: &Name, chosen: bool) -> bool {
    let colours = palette(ui);
    let response = row(ui, ROW, true, chosen, true);
    let middle = response.rect.center().y;
    let columns = Columns::of(response.rect);
    let half = columns.half;
    let text = written(name);
    draw_left(
        ui,
        columns.name,
        middle,
        line(ui, &text, theme::body(), colours.text, half - GRID),
    );
    let count = line(
        ui,
        &thousands(name.pictures),
        theme::small(),
        colours.weak,
        COUNT - GRID,
    );
    draw_right(ui, columns.count, middle, count);
    let ink = match name.meaning {
        Meaning::Several | Meaning::Nothing if name.source != Source::Around => colours.caution,
        Meaning::Several | Meaning::Nothing | Meaning::ByHand(None) => colours.weak,
        Meaning::Label(_) | Meaning::Number(_) | Meaning::Sorted(_) | Meaning::ByHand(Some(_)) => {
            colours.text
        }
    };
    let class = meaning(scene, name);
    let words = line(ui, &class, theme::body(), ink, half);
    draw_left(ui, columns.class, middle, words);
    let images = counted(name.pictures, "image", "images");
    name_row(
        &response,
        Role::ListItem,
        chosen,
        &text,
        &format!("{images}, {class}"),
    );
    let hint = match name.source {
        Source::Folder => "A folder",
        Source::Around => "The folder that was opened",
        Source::LabelsFile => "A label in labels.csv",
    };
    let why = match name.meaning {
        Meaning::Label(_) => ", which has the name of a class",
        Meaning::Number(_) => ", which is the number of a class",
        Meaning::Sorted(_) => ", which has the place of a class in the order of all folders",
        Meaning::ByHand(_) => ", assigned by hand",
        Meaning::Several => ", which could be several classes",
        Meaning::Nothing => ", which has the name of no class",
    };
    response.on_hover_text(format!("{hint}{why}")).clicked()
}

/// A name as it is shown.
pub fn written(name: &Name) -> String {
    match name.source {
        Source::Folder | Source::Around => format!("{}/", name.text),
        Source::LabelsFile => name.text.to_string(),
    }
}

/// The class that a name stands for, in words.
fn meaning(scene: Scene<'_>, name: &Name) -> String {
    match name.meaning {
        Meaning::Several => "several classes".to_owned(),
        Meaning::Nothing | Meaning::ByHand(None) => "no class".to_owned(),
        Meaning::Label(class)
        | Meaning::Number(class)
        | Meaning::Sorted(class)
        | Meaning::ByHand(Some(class)) => class_name(scene.state, class),
    }
}
