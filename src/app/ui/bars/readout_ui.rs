//! The values under the pointer: its position in the photo, the photo's colour, the map's raw value.

use egui::{Role, Sense, Ui, WidgetInfo, vec2};

use crate::picture::map::Map;
use crate::picture::page::caption::significant;

use crate::app::scene::Scene;
use crate::app::state::rows::lines::Cell;
use crate::app::state::rows::shown::shown_map;
use crate::app::state::rows::{Row, RowId};
use crate::app::state::viewport::View;
use crate::app::textures::scale;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};

/// The columns of the read-out: the name, and the width of the number after it.
const COLUMNS: [(&str, f32); 4] = [("x", 36.0), ("y", 36.0), ("RGB", 76.0), ("map", 72.0)];
/// The width of the class under the pointer, where the model predicts one at each position.
const CLASS: f32 = 96.0;

/// The position of the pointer in the photo's pixels, and the values there.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub x: u32,
    pub y: u32,
    pub rgb: [u8; 3],
    /// The raw value. `None` where the network did not see the photo, or if there is no map yet.
    pub map: Option<f32>,
    /// The class that the model predicts there, where it predicts one at each position.
    pub class: Option<String>,
}

/// The values under the pointer, in the row that it is over.
fn reading(scene: Scene<'_>, hovered: Option<(RowId, Cell)>) -> Option<Reading> {
    let rows = scene.state.rows();
    let over = rows
        .iter()
        .find(|row| Some(row.id) == hovered.map(|(id, _)| id));
    let row = over.or(rows.first());
    let difference = matches!(hovered, Some((_, Cell::Difference)));
    let difference = row.filter(|_| difference);
    let difference = difference.and_then(|row| scale::difference(scene.state, row));
    reading_with(scene, row, &scene.state.view, difference.as_ref())
}

/// A row's values at the pointer's position, whichever row the pointer is over.
pub fn reading_of(scene: Scene<'_>, row: Option<&Row>, view: &View) -> Option<Reading> {
    reading_with(scene, row, view, None)
}

/// With the values of `instead`, if it is there, rather than those of the row's map.
fn reading_with(
    scene: Scene<'_>,
    row: Option<&Row>,
    view: &View,
    instead: Option<&Map>,
) -> Option<Reading> {
    let state = scene.state;
    let pointer = view.pointer?;
    let subject = row.map(|row| &row.subject);
    let photo = subject.map(|s| &s.photo).or(state.photo.as_ref())?;
    let (width, height) = (photo.width(), photo.height());
    let x = ((pointer.x * width as f32) as u32).min(width.checked_sub(1)?);
    let y = ((pointer.y * height as f32) as u32).min(height.checked_sub(1)?);
    let prediction = subject.and_then(|subject| state.results.prediction(subject));
    let heat = subject.and_then(|subject| state.results.heat(subject));
    let map = prediction.zip(heat).and_then(|(prediction, heat)| {
        let placement = &prediction.placement;
        let seen = placement.seen();
        let inside = x.checked_sub(seen.x).is_some_and(|dx| dx < seen.width)
            && y.checked_sub(seen.y).is_some_and(|dy| dy < seen.height);
        let (u, v) = placement.to_input(f64::from(x) + 0.5, f64::from(y) + 0.5);
        let (across, down) = (f64::from(placement.input.0), f64::from(placement.input.1));
        let shown = row.and_then(|row| shown_map(state, row));
        let map = instead.or(shown.as_ref()).unwrap_or(&heat.map);
        let sampling = state.options.style.overlay.sampling();
        inside.then(|| map.sample_as(u / across, v / down, sampling))
    });
    let by = photo.reduced.map_or(1, |reduced| reduced.by);
    Some(Reading {
        x: x * by,
        y: y * by,
        rgb: photo.rgb.get_pixel(x, y).0,
        map,
        class: row.and_then(|row| {
            let class = state.results.class_at(&row.subject, pointer)?;
            row.subject.model.labels.get(class).cloned()
        }),
    })
}

/// Draws the values. `hovered` is the row under the pointer.
pub fn readout_ui(ui: &mut Ui, scene: Scene<'_>, hovered: Option<(RowId, Cell)>) {
    let rows = scene.state.rows();
    let classes = rows.iter().any(|row| row.subject.answers_with_map());
    let width: f32 = COLUMNS.iter().map(|(name, room)| gap(name) + room).sum();
    let width = if classes { width + GRID + CLASS } else { width };
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    let reading = reading(scene, hovered);
    let text = reading
        .as_ref()
        .map_or_else(|| "Nothing under the pointer".to_owned(), words);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Status, true, "Read-out");
        info.current_text_value = Some(text.clone());
        info
    });
    let Some(reading) = reading else { return };
    let colours = palette(ui);
    let y = rect.center().y;
    let values = [
        reading.x.to_string(),
        reading.y.to_string(),
        reading.rgb.map(|v| v.to_string()).join(" "),
        reading.map.map_or_else(|| "–".to_owned(), significant),
    ];
    let mut left = rect.left();
    for ((name, room), value) in COLUMNS.iter().zip(values) {
        left += gap(name) + room;
        let galley = line(ui, &value, theme::body(), colours.text, *room);
        draw_right(ui, left, y, galley);
        let label = line(ui, name, theme::body(), colours.weak, 40.0);
        draw_left(ui, left - room - gap(name) + 16.0, y, label);
    }
    if let Some(class) = &reading.class {
        let galley = line(ui, class, theme::body(), colours.text, CLASS);
        draw_left(ui, left + GRID, y, galley);
    }
}

/// The width of a column's name and the space before it.
fn gap(name: &str) -> f32 {
    24.0 + 8.0 * name.len() as f32
}

fn words(reading: &Reading) -> String {
    let [r, g, b] = reading.rgb;
    let map = reading
        .map
        .map_or_else(|| "not seen".to_owned(), significant);
    let class = reading.class.as_ref();
    let class = class.map_or_else(String::new, |class| format!(", class {class}"));
    format!(
        "x {}, y {}, RGB {r} {g} {b}, map {map}{class}",
        reading.x, reading.y
    )
}
