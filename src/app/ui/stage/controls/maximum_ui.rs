//! The value at which the colours end: each map's own maximum, the largest of all rows, or a number.

use egui::{DragValue, PopupCloseBehavior, Ui};

use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::shown::Shown;
use crate::app::ui::kit::widgets;
use crate::picture::map::compose::{Maximum, Scaling};
use crate::picture::page::caption::{scale_end, significant};

const NAME: &str = "Maximum";
/// What the rows do without a number, whether they share a scale, and a word about it.
const AUTOMATIC: [(&str, bool, &str); 2] = [
    (
        "Automatic: each map's own",
        false,
        "Shows where each map is large, also a weak one",
    ),
    (
        "Automatic: shared by all rows",
        true,
        "The largest value of all maps, so that they can be compared",
    ),
];
const WIDTH: f32 = 72.0;

/// The end of the scale in words, and what it is.
pub fn end_of_scale(scene: Scene<'_>) -> (String, &'static str) {
    let scaling = scene.state.options.style.scaling();
    let rows = scene.state.rows();
    let drawn = |id| scene.textures.row(id).and_then(|own| own.heat.as_ref());
    let maxima = rows
        .iter()
        .filter_map(|row| Some(drawn(row.id)?.1.over.max));
    let largest = maxima.fold(0.0, f32::max);
    // A channel alone has a scale of its own.
    if let Some((key, heat)) = drawn(scene.state.live_row())
        && matches!(key.shown, Shown::Channel(_))
    {
        let hint = "From 0 to the maximum of this channel";
        return (significant(heat.over.end), hint);
    }
    match (scaling, drawn(scene.state.live_row())) {
        (Scaling::Fixed(maximum), _) => (
            scale_end(maximum.value(), largest),
            "From 0 to the maximum that you typed",
        ),
        (Scaling::Own | Scaling::Common, None) => (String::new(), ""),
        (Scaling::Common, Some((_, heat))) => (
            significant(heat.over.end),
            "From 0 to the maximum of all heat maps",
        ),
        (Scaling::Own, Some((_, heat))) if rows.len() < 2 => (
            significant(heat.over.end),
            "From 0 to the maximum of this heat map",
        ),
        (Scaling::Own, Some(_)) => (
            "own max".to_owned(),
            "From 0 to the maximum of each heat map, which is beside its name",
        ),
    }
}

/// The menu of where the scale ends.
pub fn maximum_ui(ui: &mut Ui, scene: Scene<'_>, compact: bool, commands: &mut Vec<Command>) {
    let style = scene.state.options.style;
    let text = (!compact).then(|| widgets::name(ui, NAME));
    let (end, hint) = end_of_scale(scene);
    let list = widgets::combo(NAME)
        .selected_text(end)
        .width(WIDTH)
        .truncate()
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let shown = list.show_ui(ui, |ui| {
        widgets::menu_spacing(ui);
        for (label, common, hint) in AUTOMATIC {
            let chosen = style.maximum.is_none() && style.common_scale == common;
            let entry = ui.selectable_label(chosen, label);
            if entry.on_hover_text(hint).clicked() {
                commands.push(scene.styled(|style| {
                    style.maximum = None;
                    style.common_scale = common;
                }));
                ui.close();
            }
        }
        ui.separator();
        ui.horizontal(|ui| value_ui(ui, scene, commands));
    });
    let hint = format!("{hint}. Click to choose where the colours end");
    let hint = hint.trim_start_matches(". ");
    let response = shown.response.on_hover_text(hint);
    match text {
        Some(text) => response.labelled_by(text),
        None => response.accessible_name(NAME),
    };
}

/// The number that ends all scales; before one is typed, that of the live map.
fn value_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let typed = scene.state.options.style.maximum.map(Maximum::value);
    let live = scene.textures.row(scene.state.live_row());
    let own = live.and_then(|own| own.heat.as_ref());
    let own = own.map(|(_, heat)| heat.over.end).filter(|end| *end > 0.0);
    // No more digits than are of use.
    let own = own.and_then(|end| format!("{end:.2e}").parse().ok());
    let before = typed.or(own).unwrap_or(1.0);
    let mut value = before;
    let by_hand = ui.selectable_label(typed.is_some(), "Value");
    if by_hand.clicked() {
        commands.push(scene.styled(|style| style.maximum = Maximum::new(before)));
    }
    let field = DragValue::new(&mut value)
        .speed(f64::from(before) * 0.01)
        .range(f32::MIN_POSITIVE..=f32::MAX)
        .update_while_editing(false)
        .custom_formatter(|value, _| written(value));
    let field = ui.add(field).accessible_name("Value of the maximum");
    field.on_hover_text(
        "A value for all maps of the stage and its figures: drag, or click and type",
    );
    if value != before
        && let Some(maximum) = Maximum::new(value)
    {
        commands.push(scene.styled(|style| style.maximum = Some(maximum)));
    }
}

/// A single-precision number with all of its digits, as the field shows it.
fn written(value: f64) -> String {
    let value = value as f32;
    if (1e-4..1e6).contains(&value) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}
