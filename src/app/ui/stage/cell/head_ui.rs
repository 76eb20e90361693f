//! What is above a panel: its title and a caption; above a difference, its scale.

use egui::{Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2};

use super::about::{Explained, about};
use super::{caption, title};
use crate::app::scene::Scene;
use crate::app::state::rows::lines::{Cell, Place};
use crate::app::state::rows::shown::{Shown, shown};
use crate::app::ui::kit::colour_bar::bar;
use crate::app::ui::kit::path_text::middle_line;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, palette};
use crate::app::ui::stage::arrange::HEAD;
use crate::picture::map::colormap::diverging;
use crate::picture::page::caption::significant;

/// The greatest width of the scale of a difference.
const MAX_BAR: f32 = 112.0;
/// Its least width.
const MIN_BAR: f32 = 40.0;
/// The room that it leaves to the caption behind it.
const CAPTION: f32 = 128.0;

/// Draws the title and the caption above `rect`. `title_right` is where the title ends at the latest.
pub fn head_ui(ui: &Ui, scene: Scene<'_>, place: Place<'_>, rect: Rect, title_right: f32) {
    let colours = palette(ui);
    let top = rect.top() - HEAD;
    let words = title(scene, place);
    let room = title_right.min(rect.right()) - rect.left();
    let title = line(ui, &words, theme::title(), colours.text, room.max(0.0));
    draw_left(ui, rect.left(), top + 9.0, title);
    let y = top + 27.0;
    let left = match place.cell {
        Cell::Difference => difference_scale_ui(ui, scene, place, (rect, y)),
        Cell::Panel(_) => rect.left(),
    };
    let text = caption(scene, place);
    // A button beside the title is lower than it, and would touch the caption.
    let room = title_right.min(rect.right()) - left;
    // The class at its start and the layer at its end both matter.
    let (galley, is_short) = middle_line(ui, &text, theme::small(), colours.weak, room);
    // The scale says the most; half a word behind it would not help.
    if left == rect.left() || !is_short {
        draw_left(ui, left, y, galley);
    }
    let right = title_right.clamp(rect.left(), rect.right());
    let area = Rect::from_min_max(pos2(rect.left(), top), pos2(right, rect.top() - 4.0));
    let id = ui.scope_id().with((place.id(), place.cell, "head"));
    ui.interact(area, id, Sense::hover())
        .on_hover_ui(|ui| tooltip_ui(ui, scene, place, (&words, &text)));
}

/// What the panel shows, its formula and its paper, below the title and the caption in full.
fn tooltip_ui(ui: &mut Ui, scene: Scene<'_>, place: Place<'_>, (title, caption): (&str, &str)) {
    let colours = palette(ui);
    let row = place.row;
    let rule = row.map_or(scene.state.options.rule, |row| row.subject.rule);
    let score = row.and_then(|row| row.subject.score);
    let shown = row.map_or(Shown::Map, |row| shown(scene.state, row));
    let explained = row.map_or(Explained::Class, |row| Explained::of(&row.subject));
    let about = about(place.cell, rule, score, &shown, explained);
    ui.label(RichText::new(title).font(theme::title()));
    if !caption.is_empty() {
        ui.label(RichText::new(caption).color(colours.weak));
    }
    ui.label(about.what);
    if let Some(formula) = about.formula {
        ui.label(formula);
    }
    if let Some(paper) = about.paper {
        ui.label(
            RichText::new(paper)
                .font(theme::small())
                .color(colours.weak),
        );
    }
}

/// Draws the scale of a difference, from the negative end to the positive one. Returns its right edge.
fn difference_scale_ui(ui: &Ui, scene: Scene<'_>, place: Place<'_>, (rect, y): (Rect, f32)) -> f32 {
    let own = scene.textures.row(place.id());
    let Some((_, drawn)) = own.and_then(|own| own.difference.as_ref()) else {
        return rect.left();
    };
    let colours = palette(ui);
    let end = significant(drawn.end);
    let number = |sign: &str| {
        let text = format!("{sign}{end}");
        line(ui, &text, theme::small(), colours.weak, rect.width() / 3.0)
    };
    let [least, most] = ["−", "+"].map(number);
    let ends = least.size().x + most.size().x + 12.0;
    let room = rect.width() - ends;
    if room < MIN_BAR {
        return rect.left();
    }
    let width = (room - CAPTION).clamp(MIN_BAR, MAX_BAR);
    let left = draw_left(ui, rect.left(), y, least) + 6.0;
    let strip = Rect::from_min_max(pos2(left, y - 4.0), pos2(left + width, y + 4.0));
    ui.painter().add(bar(strip, diverging()));
    let right = draw_left(ui, strip.right() + 6.0, y, most);
    let area = Rect::from_min_max(pos2(rect.left(), y - 8.0), pos2(right, y + 8.0));
    let response = ui.interact(
        area,
        ui.scope_id().with((place.id(), "scale")),
        Sense::hover(),
    );
    let text = format!("Scale of the difference: −{end} to +{end}");
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &text));
    response.on_hover_text(
        "Orange: more in the first map. Violet: more in the second. Where they agree, the photo is grey",
    );
    right + 12.0
}
