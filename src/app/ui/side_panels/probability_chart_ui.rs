//! The probabilities of few classes as a chart below their list, always in the order of the model's classes: what
//! changes from photo to photo are the bars, not their places.

use egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::app::commands::Command;
use crate::app::state::State;
use crate::app::ui::kit::text::line;
use crate::app::ui::kit::theme::{self, GRID, INSET, palette};
use crate::engine::{Prediction, ValueKind};

/// From this number of classes on, the list itself takes the room.
const MAX_CLASSES: usize = 9;
/// The height of the bars, in points.
const MIN_HEIGHT: f32 = 72.0;
const MAX_HEIGHT: f32 = 160.0;
/// The height of the names below the bars.
const NAMES: f32 = 20.0;
/// The width of the numbers of the axis.
const AXIS: f32 = 40.0;

/// The height of the chart in what is left of the panel; `None` if there is no chart.
pub fn height(prediction: &Prediction, left: f32) -> Option<f32> {
    let few = (2..=MAX_CLASSES).contains(&prediction.probabilities.len());
    let probable = prediction.value_kind() == ValueKind::Probability;
    let bars = (left - NAMES - 6.0 * GRID).min(MAX_HEIGHT);
    (few && probable && bars >= MIN_HEIGHT).then_some(bars + NAMES + 4.0 * GRID)
}

/// Draws the chart at the bottom of what is left. `other` is the other model and its prediction, if there are two.
pub fn probability_chart_ui(
    ui: &mut Ui,
    state: &State,
    prediction: &Prediction,
    other: Option<(usize, &Prediction)>,
    height: f32,
    commands: &mut Vec<Command>,
) {
    let size = vec2(ui.available_width(), height);
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    let area = area.shrink2(vec2(INSET, 0.0));
    let plot = Rect::from_min_max(
        pos2(area.left() + AXIS, area.top() + 3.0 * GRID),
        pos2(area.right(), area.bottom() - NAMES - GRID),
    );
    axis_ui(ui, plot);
    let count = prediction.probabilities.len();
    let slot = plot.width() / count as f32;
    for class in 0..count {
        let left = plot.left() + slot * class as f32;
        let place = Rect::from_min_max(
            pos2(left, plot.top()),
            pos2(left + slot, area.bottom() - GRID),
        );
        class_ui(
            ui,
            state,
            prediction,
            (class, other),
            (place, plot),
            commands,
        );
    }
}

fn axis_ui(ui: &Ui, plot: Rect) {
    let colours = palette(ui);
    for (share, label) in [(0.0, "0"), (0.5, "50 %"), (1.0, "100 %")] {
        let y = plot.bottom() - share * plot.height();
        let stroke = Stroke::new(1.0, colours.line);
        ui.painter().hline(plot.x_range(), y, stroke);
        let text = line(ui, label, theme::tiny(), colours.weak, AXIS - GRID);
        let corner = pos2(plot.left() - GRID, y);
        let place = Align2::RIGHT_CENTER.anchor_size(corner, text.size());
        ui.painter().galley(place.min, text, colours.weak);
    }
}

/// The bars of one class, and its name below them.
fn class_ui(
    ui: &Ui,
    state: &State,
    prediction: &Prediction,
    (class, other): (usize, Option<(usize, &Prediction)>),
    (place, plot): (Rect, Rect),
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    let name = state.class_name(class);
    let chosen = state.class() == Some(class);
    let theirs = other.and_then(|(side, theirs)| {
        let same = state.same_class(state.sides.active_index(), class, side)?;
        theirs.probabilities.get(same).copied()
    });
    let ours = prediction.probabilities.get(class).copied();
    let bars = place.shrink2(vec2(0.15 * place.width(), 0.0));
    // With two models, each has half of the width.
    let width = bars.width() / if other.is_some() { 2.0 } else { 1.0 };
    let fill = if chosen { colours.accent } else { colours.bar };
    for (index, (value, colour)) in [(ours, fill), (theirs, fill.gamma_multiply(0.5))]
        .into_iter()
        .enumerate()
    {
        let Some(value) = value else { continue };
        let left = bars.left() + width * index as f32;
        let top = plot.bottom() - (value.clamp(0.0, 1.0) * plot.height()).max(1.0);
        let bar = Rect::from_min_max(pos2(left, top), pos2(left + width, plot.bottom()));
        ui.painter().rect_filled(bar, 1.0, colour);
    }
    let ink = if chosen { colours.text } else { colours.weak };
    // Of classes without names, the numbers are enough.
    let short = name.strip_prefix("class ").unwrap_or(&name);
    let text = line(ui, short, theme::tiny(), ink, place.width() - 2.0);
    let below = pos2(place.center().x, plot.bottom() + 4.0);
    let at = Align2::CENTER_TOP.anchor_size(below, text.size());
    ui.painter().galley(at.min, text, ink);

    let shown = prediction.shown(class).unwrap_or_default();
    let truth = if state.truth_here() == Some(class) {
        ", the true class"
    } else {
        ""
    };
    let id = ui.scope_id().with(("chart", class));
    let response = ui.interact(place, id, Sense::CLICK);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, true, format!("Bar of {name}"));
        info.current_text_value = Some(shown.clone());
        info
    });
    if response
        .on_hover_text(format!("{name}: {shown}{truth}"))
        .clicked()
    {
        commands.push(Command::ChooseClass(class));
    }
}
