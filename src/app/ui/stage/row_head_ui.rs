//! The line above each of several rows: what the row shows, its numbers, and its buttons.

use egui::{
    Align, Button, Layout, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::explain::Score;
use crate::picture::map::compose::Scale;
use crate::picture::page::caption::{difference as difference_words, significant};

use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::{Row, RowId};
use crate::app::state::viewport::View;
use crate::app::textures::{HeatTexture, Shown, shown};
use crate::app::ui::bars::readout_ui::reading_of;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::on_stage;

/// The separator between two facts about a row.
pub const DOT: &str = "  ·  ";

/// Draws the head of a row. Returns the response of its text, which is the handle for moving a pin.
pub fn row_head_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    (row, is_pair): (&Row, bool),
    number: usize,
    head: Rect,
    view: &View,
    commands: &mut Vec<Command>,
) -> Response {
    let colours = palette(ui);
    let y = head.center().y + 2.0;
    let buttons = actions(scene, row, is_pair);
    let mut right = row_buttons_ui(ui, scene, buttons, number, head, commands) - GRID;
    let numbers = if is_pair {
        pair_numbers(scene, row)
    } else {
        numbers(scene, row, view)
    };
    let numbers = numbers.unwrap_or_default();
    if !numbers.is_empty() {
        let words = line(
            ui,
            &numbers,
            theme::small(),
            colours.weak,
            head.width() / 3.0,
        );
        right = draw_right(ui, right, y, words) - 2.0 * GRID;
    }
    let mut left = head.left();
    let active = scene.state.sides.active_index();
    let is_live = row.id == scene.state.live_row() || (is_pair && row.id.side() == Some(active));
    if is_live && scene.state.sides.count() > 1 {
        let mark = Rect::from_min_size(pos2(left, y - 7.0), vec2(3.0, 14.0));
        ui.painter().rect_filled(mark, 1.5, colours.accent);
        left += GRID + 3.0;
    }
    let name = row.subject.score_name();
    let title = line(ui, &name, theme::title(), colours.text, right - left);
    let mut is_cut = title.elided;
    left = draw_left(ui, left, y, title) + GRID + 4.0;
    let facts = facts(scene, row, is_pair);
    let width = |text: &str| {
        line(ui, text, theme::small(), colours.weak, f32::MAX)
            .size()
            .x
    };
    let fitting = fitting(&facts, right - left, width);
    is_cut |= fitting.len() < facts.len();
    if right - left > 3.0 * GRID {
        let text = fitting.join(DOT);
        let words = line(ui, &text, theme::small(), colours.weak, right - left);
        is_cut |= words.elided;
        draw_left(ui, left, y, words);
    }
    let full_text = format!("{name}{DOT}{}", facts.join(DOT));
    let area = Rect::from_min_max(head.min, pos2(right, head.max.y));
    let sense = match row.id {
        RowId::Pin(_) => Sense::DRAG,
        RowId::Side(_) | RowId::Rival(_) | RowId::Versus(_) => Sense::hover(),
    };
    let response = ui.interact(area, ui.scope_id().with((row.id, "head")), sense);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Heading, true, &full_text);
        info.current_text_value = Some(numbers.clone());
        info
    });
    if is_cut {
        response.on_hover_text(&full_text)
    } else {
        response
    }
}

/// The row's buttons. Returns their left edge.
fn row_buttons_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    buttons: Vec<(&'static str, &'static str, Command)>,
    number: usize,
    head: Rect,
    commands: &mut Vec<Command>,
) -> f32 {
    let area = Rect::from_min_max(pos2(head.center().x, head.top() + 4.0), head.max);
    let mut left = head.right();
    ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            on_stage(ui);
            for (label, hint, command) in buttons {
                let name = format!("{label}, row {}", number + 1);
                let why_not = scene.why_not(&command);
                let enabled = why_not.is_none();
                let button = ui.add_enabled(enabled, Button::new(label).small());
                let button = button.on_hover_text(hint);
                let button = button.on_disabled_hover_text(why_not.unwrap_or_default());
                button.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, &name));
                left = left.min(button.rect.left());
                if button.clicked() {
                    commands.push(command);
                }
            }
        });
    });
    left
}

/// The facts about a row besides its class, most important first.
fn facts(scene: Scene<'_>, row: &Row, is_pair: bool) -> Vec<String> {
    let (state, subject) = (scene.state, &row.subject);
    let mut facts: Vec<String> = shown_words(&shown(state, row)).into_iter().collect();
    if let (RowId::Versus(_), Some(Score::Versus { a, b })) = (row.id, subject.score) {
        let name = |class| Score::For(class).describe(&subject.model.labels);
        let own = scene.textures.row(row.id);
        let difference = own.and_then(|own| own.difference.as_ref());
        let how = difference.map_or_else(
            || "difference".to_owned(),
            |(_, drawn)| difference_words(drawn.max, scale_of(drawn)),
        );
        let (a, b) = (name(a), name(b));
        if !is_pair {
            return vec![format!("orange is {a}, violet {b}"), how];
        }
        facts.push(how);
    }
    facts.push(subject.layer.clone().unwrap_or_default());
    let model = subject.model.name.clone();
    let only_model =
        state.sides.count() == 1 && state.model().map(|model| model.id) == Some(subject.model.id);
    if !only_model {
        facts.push(model.clone());
    }
    if state.photo.as_ref().map(|p| p.id) != Some(subject.photo.id) {
        facts.push(subject.photo.name());
    }
    if subject.rule != state.options.rule {
        facts.push(subject.rule.label().to_lowercase());
    }
    if subject.fit != state.options.fit {
        facts.push(subject.fit.label().to_lowercase());
    }
    if only_model {
        facts.push(model);
    }
    if matches!(row.id, RowId::Pin(_)) {
        facts.push("pinned".to_owned());
    }
    facts
}

/// The probabilities of two classes in one line.
fn pair_numbers(scene: Scene<'_>, row: &Row) -> Option<String> {
    let Score::Versus { a, b } = row.subject.score? else {
        return None;
    };
    let prediction = scene.state.results.prediction(&row.subject)?;
    let (a, b) = (prediction.shown(a)?, prediction.shown(b)?);
    Some(format!("A {a}{DOT}B {b}"))
}

/// The probability, and the maximum of what is shown or its value under the crosshair.
pub fn numbers(scene: Scene<'_>, row: &Row, view: &View) -> Option<String> {
    let results = &scene.state.results;
    let heat = results.heat(&row.subject)?;
    let drawn = scene.textures.row(row.id).and_then(|own| own.heat.as_ref());
    let drawn = drawn.filter(|(key, _)| Some(&key.heat) == row.subject.heat_key().as_ref());
    let max = drawn.map_or_else(|| heat.map.max(), |(_, drawn)| drawn.max);
    let max = significant(max);
    let map = match reading_of(scene, Some(row), view).and_then(|reading| reading.map) {
        Some(value) => format!("{} of {max}", significant(value)),
        None => format!("max {max}"),
    };
    let probability = match row.subject.score? {
        Score::Versus { .. } => None,
        score => {
            let prediction = results.prediction(&row.subject)?;
            prediction.shown(score.class())
        }
    };
    Some(match probability {
        Some(probability) => format!("{probability}{DOT}{map}"),
        None => map,
    })
}

/// The actions of a row, from right to left: label, hint, command.
fn actions(
    scene: Scene<'_>,
    row: &Row,
    is_pair: bool,
) -> Vec<(&'static str, &'static str, Command)> {
    let keep = |row| {
        let hint = "Keep this view as a separate row";
        ("Pin", hint, Command::Pin(row))
    };
    match row.id {
        RowId::Pin(id) => {
            let hint = "Continue from this view: its photo, model, class and layer";
            let mut actions = vec![
                ("Unpin", "Remove this row", Command::Unpin(id)),
                ("Restore", hint, Command::MakeLive(id)),
            ];
            let pins = &scene.state.pins;
            let position = pins.iter().position(|pin| pin.id == id);
            if let Some(below) = position
                .map(|position| position + 1)
                .filter(|p| *p < pins.len())
            {
                let hint = "Move below the next pin; or drag the row by its head";
                actions.push(("Down", hint, Command::MovePin(id, below)));
            }
            if let Some(above) = position.and_then(|position| position.checked_sub(1)) {
                let hint = "Move above the previous pin; or drag the row by its head";
                actions.push(("Up", hint, Command::MovePin(id, above)));
            }
            actions
        }
        RowId::Rival(side) => {
            let hint = "Show only one class again";
            let stop = ("Stop comparing", hint, Command::SetRival(side, None));
            vec![stop, keep(row.id)]
        }
        RowId::Versus(side) if is_pair => {
            let hint = "Show only one class again";
            let stop = ("Stop comparing", hint, Command::SetRival(side, None));
            vec![stop, keep(RowId::Side(side))]
        }
        RowId::Side(_) | RowId::Versus(_) => vec![keep(row.id)],
    }
}

/// The colour scale of a texture.
pub fn scale_of(drawn: &HeatTexture) -> Scale {
    if drawn.common_scale {
        Scale::UpTo(drawn.end)
    } else {
        Scale::Own
    }
}

/// What is shown instead of the whole map, in words.
fn shown_words(shown: &Shown) -> Option<String> {
    match shown {
        Shown::Map => None,
        Shown::Channel(channel) => Some(format!("channel {channel}")),
        Shown::Channels(ticked) if ticked.len() == 1 => Some("1 channel alone".to_owned()),
        Shown::Channels(ticked) => Some(format!("{} channels alone", ticked.len())),
    }
}

/// As many of the first `facts` as fit in `room`, but at least one.
fn fitting(facts: &[String], room: f32, width: impl Fn(&str) -> f32) -> &[String] {
    let mut count = facts.len();
    while count > 1 && width(&facts[..count].join(DOT)) > room {
        count -= 1;
    }
    &facts[..count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_important_fact_is_dropped_first() {
        let facts = ["features.12", "net", "pinned"].map(str::to_owned);
        let letters = |text: &str| text.chars().count() as f32;
        let text = |room| fitting(&facts, room, letters).join(", ");
        assert_eq!(text(100.0), "features.12, net, pinned");
        assert_eq!(text(20.0), "features.12, net");
        assert_eq!(text(3.0), "features.12");
        assert!(fitting(&[], 3.0, letters).is_empty());
    }

    #[test]
    fn names_a_part_of_the_map_but_not_the_whole() {
        assert_eq!(shown_words(&Shown::Map), None);
        assert_eq!(shown_words(&Shown::Channel(7)).unwrap(), "channel 7");
        let three = Shown::Channels(vec![1, 4, 9]);
        assert_eq!(shown_words(&three).unwrap(), "3 channels alone");
    }
}
