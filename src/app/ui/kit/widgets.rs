//! The few widgets that egui lacks, drawn the same way everywhere.

use egui::{
    Button, Color32, ComboBox, CornerRadius, Event, Id, Label, Modifiers, Pos2, Rect, Response,
    RichText, Role, Sense, Shape, Stroke, TextEdit, Ui, Vec2, WidgetInfo, vec2,
};

use super::text::{draw_left, line};
use super::theme::{self, GRID, ROW, palette};
use crate::app::tasks::BUSY_STEP;

/// What a row or a tile of a list senses: clicks, and the Tab key if it stops there. One stop in each list is
/// enough: the arrow keys walk the rest.
pub fn clicks(is_stop: bool) -> Sense {
    if is_stop {
        Sense::click()
    } else {
        Sense::CLICK
    }
}

/// A full-width row of a list. Its background shows hover and selection.
///
/// `is_stop` is whether the Tab key stops there, see [`clicks`]. The focus follows it.
pub fn row(ui: &mut Ui, height: f32, enabled: bool, selected: bool, is_stop: bool) -> Response {
    let sense = if enabled {
        clicks(is_stop)
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), sense);
    if is_stop {
        hand_focus_on(ui, &response);
    }
    if ui.is_rect_visible(rect) {
        let colours = palette(ui);
        let background = rect.shrink2(vec2(GRID, 0.0));
        let fill = match (selected, enabled && response.hovered()) {
            (true, _) => colours.selected,
            (false, true) => colours.hover,
            (false, false) => Color32::TRANSPARENT,
        };
        ui.painter()
            .rect_filled(background, CornerRadius::same(4), fill);
        if response.has_focus() {
            ui.painter().rect_stroke(
                background,
                4.0,
                theme::focus(colours),
                egui::StrokeKind::Inside,
            );
        }
    }
    response
}

/// Gives the focus to the row where the Tab key stops, if another row of the list had it when it was the stop.
fn hand_focus_on(ui: &Ui, stop: &Response) {
    let list = ui.scope_id().with("stop with the focus");
    let before: Option<Id> = ui.data(|data| data.get_temp(list));
    ui.data_mut(|data| data.remove::<Id>(list));
    let is_free = ui.memory(|memory| memory.focused().is_none());
    if before.is_some_and(|before| before != stop.id) && is_free {
        stop.request_focus();
    }
    if stop.has_focus() {
        ui.data_mut(|data| data.insert_temp(list, stop.id));
    }
}

/// What a screen reader says about a row: its name, its numbers, and whether it is selected.
pub fn name_row(response: &Response, role: Role, selected: bool, name: &str, numbers: &str) {
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(role, response.sense.senses_click(), name);
        info.current_text_value = Some(numbers.to_owned());
        info
    });
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_selected(selected));
}

/// The widget that uses the arrow keys itself while it has the focus.
const TAKES_ARROWS: &str = "takes arrows";

/// Says that a widget uses the arrow keys itself while it has the focus.
pub fn takes_arrows(response: &Response) {
    if response.has_focus() {
        let id = Id::unique(TAKES_ARROWS);
        response
            .ctx
            .data_mut(|data| data.insert_temp(id, response.id));
    }
}

/// Whether the widget that has the focus uses the arrow keys itself.
pub fn are_arrows_taken(ctx: &egui::Context) -> bool {
    let focused = ctx.memory(egui::Memory::focused);
    let id = Id::unique(TAKES_ARROWS);
    focused.is_some() && ctx.data(|data| data.get_temp(id)) == focused
}

/// The triangle that expands and collapses a branch.
pub fn triangle(ui: &Ui, centre: Pos2, open: bool, colour: Color32) {
    let r = 3.5;
    let points = if open {
        vec![vec2(-r, -r * 0.55), vec2(r, -r * 0.55), vec2(0.0, r * 0.75)]
    } else {
        vec![vec2(-r * 0.55, -r), vec2(r * 0.75, 0.0), vec2(-r * 0.55, r)]
    };
    let points = points.into_iter().map(|offset| centre + offset).collect();
    ui.painter()
        .add(Shape::convex_polygon(points, colour, Stroke::NONE));
}

/// Menus are spaced more tightly than the rest of the window.
pub fn menu_spacing(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.spacing_mut().button_padding = vec2(GRID, 3.0);
}

/// Makes buttons stand out from the stage. In the light theme the stage is nearly as dark as they
/// are.
pub fn on_stage(ui: &mut Ui) {
    if !ui.visuals().dark_mode {
        ui.visuals_mut().widgets.inactive.weak_bg_fill = palette(ui).panel;
    }
}

/// A combo box with a triangle as small as those in the tree.
pub fn combo(salt: &'static str) -> ComboBox<'static> {
    ComboBox::from_id_salt(salt).icon(|ui, rect, visuals, _open| {
        triangle(
            ui,
            rect.center(),
            true,
            visuals.fg_stroke.color.gamma_multiply(0.7),
        );
    })
}

/// A label for the next control. Returns its id, to be passed to `labelled_by`.
pub fn name(ui: &mut Ui, text: &str) -> Id {
    let colour = palette(ui).weak;
    ui.add(Label::new(RichText::new(text).color(colour)).extend())
        .id
}

/// A choice of one of a few values, in a combo box.
pub struct Choice {
    pub name: &'static str,
    pub hint: &'static str,
    pub width: f32,
    /// Whether the name is shown in front of the combo box.
    pub named: bool,
    /// Whether a longer choice is cut off at `width`. Otherwise the combo box grows with it.
    pub cut: bool,
}

impl Choice {
    /// Draws the combo box. Returns the value picked, if it differs from `chosen`.
    pub fn ui<T: Copy + PartialEq, L: Into<egui::WidgetText>>(
        self,
        ui: &mut Ui,
        chosen: T,
        all: &[T],
        label: impl Fn(T) -> L,
    ) -> Option<T> {
        let text = self.named.then(|| name(ui, self.name));
        let list = combo(self.name)
            .selected_text(label(chosen).into())
            .width(self.width);
        let list = if self.cut { list.truncate() } else { list };
        let shown = list.show_ui(ui, |ui| {
            menu_spacing(ui);
            let mut picked = None;
            for value in all {
                if ui
                    .selectable_label(*value == chosen, label(*value).into())
                    .clicked()
                {
                    picked = Some(*value);
                }
            }
            picked
        });
        let response = shown.response.on_hover_text(self.hint);
        match text {
            Some(text) => response.labelled_by(text),
            None => response.accessible_name(self.name),
        };
        shown.inner.flatten().filter(|picked| *picked != chosen)
    }
}

/// A spinner: a rotating arc.
pub fn busy(ui: &Ui, centre: Pos2, radius: f32, colour: Color32) {
    const STEPS_PER_TURN: f64 = 8.0;
    let step = (ui.time() / BUSY_STEP.as_secs_f64()).floor();
    let start = (step / STEPS_PER_TURN * std::f64::consts::TAU) as f32;
    let points = (0..=16).map(|i| centre + radius * Vec2::angled(start + 0.25 * i as f32));
    ui.painter()
        .add(Shape::line(points.collect(), Stroke::new(1.5, colour)));
    ui.request_repaint_after(BUSY_STEP);
}

/// A heading with small contents at its right.
pub fn heading(ui: &mut Ui, text: &str, right: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_height(theme::ROW);
        ui.label(RichText::new(text).font(theme::title()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), right);
    });
}

/// A search field with a cross that clears it. `take_focus` gives it the keyboard focus. Returns
/// whether Enter was pressed in it.
pub fn search(ui: &mut Ui, text: &mut String, name: &str, hint: &str, take_focus: bool) -> bool {
    let width = ui.available_width();
    let field = TextEdit::singleline(text)
        .hint_text(hint.to_owned())
        .margin(egui::Margin {
            left: 8,
            right: 24,
            top: 4,
            bottom: 4,
        })
        .desired_width(width);
    let response = ui.add(field).accessible_name(name);
    if take_focus {
        response.request_focus();
    }
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    if !text.is_empty() {
        let side = response.rect.height();
        let rect = Rect::from_min_max(response.rect.max - Vec2::splat(side), response.rect.max);
        let id = response.id.with("clear");
        let clear = ui.interact(rect, id, Sense::click()).on_hover_text("Clear");
        clear.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, format!("Clear {}", name.to_lowercase()))
        });
        let colours = palette(ui);
        let colour = if clear.hovered() {
            colours.text
        } else {
            colours.weak
        };
        let (c, r) = (rect.center(), 3.5);
        for (dx, dy) in [(r, r), (r, -r)] {
            let ends = [c - vec2(dx, dy), c + vec2(dx, dy)];
            ui.painter().line_segment(ends, Stroke::new(1.25, colour));
        }
        if clear.clicked() {
            text.clear();
        }
    }
    entered
}

/// Buttons side by side, one of which is selected.
pub fn segments<T: Copy + PartialEq>(
    ui: &mut Ui,
    chosen: T,
    choices: &[(T, &str, &str)],
) -> Option<T> {
    let mut picked = None;
    ui.spacing_mut().item_spacing.x = 2.0;
    for (value, label, hint) in choices {
        let selected = *value == chosen;
        let button = ui
            .add(Button::new(*label).selected(selected))
            .on_hover_text(*hint);
        if button.clicked() && !selected {
            picked = Some(*value);
        }
    }
    picked
}

/// [`segments`] with labels known only at run time, sharing the available width.
pub fn segments_of<T: Copy + PartialEq>(
    ui: &mut Ui,
    chosen: T,
    choices: &[(T, String)],
    hint: &str,
) -> Option<T> {
    let mut picked = None;
    let gap = 2.0;
    let width = (ui.available_width() + gap) / choices.len().max(1) as f32 - gap;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (value, label) in choices {
            let selected = *value == chosen;
            let button = Button::new(label.as_str()).selected(selected).truncate();
            let button = ui.add_sized(vec2(width, theme::ROW), button);
            if button.on_hover_text(format!("{label}: {hint}")).clicked() && !selected {
                picked = Some(*value);
            }
        }
    });
    picked
}

/// What a click on a layer can do besides choosing it.
pub const LAYER_GESTURES: &str = "Ctrl+click averages several, right-click for more";
/// What a click on a class can do besides choosing it.
pub const CLASS_GESTURES: &str = "Shift+click compares with it, right-click for more";

/// The last line of a tooltip: what the mouse can do besides.
pub fn gestures(ui: &mut Ui, text: &str) {
    let colour = palette(ui).weak;
    ui.label(RichText::new(text).font(theme::small()).color(colour));
}

/// The modifier keys that were held when the pointer button was released in this frame. Releasing
/// both at once counts as holding the modifiers.
pub fn click_modifiers(ui: &Ui) -> Modifiers {
    ui.input(|i| {
        let mut events = i.events.iter().rev();
        let released = events.find_map(|event| match event {
            Event::PointerButton {
                pressed: false,
                modifiers,
                ..
            } => Some(*modifiers),
            _ => None,
        });
        released.unwrap_or(i.modifiers)
    })
}

/// A heading of a group of entries in a menu.
pub fn caption(ui: &mut Ui, text: &str) {
    let galley = line(
        ui,
        text,
        theme::small(),
        palette(ui).weak,
        ui.available_width(),
    );
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    draw_left(ui, rect.left() + GRID, rect.center().y, galley);
}
