//! How figures are exported and copied: their size, and what is around their panels.

use egui::{DragValue, Grid, RichText, Ui, vec2};

use super::dialog_frame;
use super::figure_preview_ui::figure_preview_ui;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::state::export_options::{ExportOptions, ExportSize, Measure};
use crate::app::state::view_options::ViewOptions;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{Choice, heading, segments};
use crate::figure::{Ground, Unseen};

const WIDTH: f32 = 432.0;
/// The width of the column of names.
const NAMES: f32 = 120.0;
/// The width of the list of sizes.
const LIST: f32 = 232.0;

/// Draws the dialog. Returns whether it was closed.
pub fn figure_ui(ui: &Ui, scene: Scene<'_>, commands: &mut Vec<Command>) -> bool {
    let before = scene.state.options;
    let mut options = before.export;
    let shown = dialog_frame(ui, "figure").show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing = vec2(GRID, GRID);
        let mut close = false;
        heading(ui, "Figure settings", |ui| {
            close = ui
                .button("Close")
                .on_hover_text("For every export and copy from now on (Esc)")
                .clicked();
        });
        figure_preview_ui(ui, scene);
        ui.add_space(GRID);
        Grid::new("figure")
            .min_col_width(NAMES)
            .min_row_height(theme::ROW)
            .spacing(vec2(GRID, GRID))
            .show(ui, |ui| {
                size_ui(ui, &mut options);
                look_ui(ui, &mut options);
            });
        switches_ui(ui, &mut options);
        ui.add_space(GRID);
        close |= buttons_ui(ui, scene, commands);
        close
    });
    if options != before.export {
        commands.push(Command::SetOptions(ViewOptions {
            export: options,
            ..before
        }));
    }
    shown.should_close() || shown.inner
}

/// The size, and what belongs to one on paper.
fn size_ui(ui: &mut Ui, options: &mut ExportOptions) {
    let list = Choice {
        name: "Size",
        hint: "The size of the panels, or the width of the whole figure on paper",
        width: LIST,
        named: true,
        cut: true,
    };
    if let Some(size) = list.ui(ui, options.size, &ExportSize::ALL, ExportSize::label) {
        options.size = size;
    }
    ui.end_row();
    let Some(print) = options.print() else { return };
    label(ui, "On paper");
    ui.horizontal(|ui| {
        if options.size == ExportSize::Width {
            let hint = "The width of the whole figure";
            measure(ui, &mut options.width, " mm", 0.5, ("Width", hint));
        }
        let hint = "The size of all text: journals ask for 7 to 9 pt";
        measure(ui, &mut options.text, " pt", 0.05, ("Text size", hint));
        let hint = "The pixels of the pictures in an inch; of everything in a PNG";
        measure(
            ui,
            &mut options.resolution,
            " dpi",
            1.0,
            ("Resolution", hint),
        );
        let words = format!("{} pixels wide", print.width_px());
        ui.label(
            RichText::new(words)
                .font(theme::small())
                .color(palette(ui).weak),
        );
    });
    ui.end_row();
}

/// What is behind the panels, and what the model did not see of them.
fn look_ui(ui: &mut Ui, options: &mut ExportOptions) {
    label(ui, "Background");
    ui.horizontal(|ui| {
        let choices = [
            (Ground::White, Ground::White.label(), "White, as paper"),
            (
                Ground::Transparent,
                Ground::Transparent.label(),
                "The colour of the page that the figure is put on, which should be light",
            ),
        ];
        if let Some(ground) = segments(ui, options.ground, &choices) {
            options.ground = ground;
        }
    });
    ui.end_row();
    label(ui, "Not seen");
    ui.horizontal(|ui| {
        let choices = [
            (
                Unseen::Hatched,
                Unseen::Hatched.label(),
                "What the model did not see is pale, under diagonal lines",
            ),
            (
                Unseen::Cut,
                Unseen::Cut.label(),
                "Every panel is what the model saw, and no more",
            ),
            (
                Unseen::Shaded,
                Unseen::Shaded.label(),
                "What the model did not see is dark",
            ),
        ];
        if let Some(unseen) = segments(ui, options.unseen, &choices) {
            options.unseen = unseen;
        }
    });
    ui.end_row();
}

fn switches_ui(ui: &mut Ui, options: &mut ExportOptions) {
    for (on, name, hint) in [
        (
            &mut options.letters,
            "Panels numbered (a), (b), (c)",
            "A letter before the title of each panel",
        ),
        (
            &mut options.captions,
            "Captions",
            "The class, the files and the numbers below each row; the scales are always there",
        ),
        (
            &mut options.zoomed,
            "Only what is magnified",
            "The part of the photo that the panels show, where they are zoomed in",
        ),
        (
            &mut options.facts,
            "Facts beside it (.json)",
            "A second file for other programs: model, layer, class, top 5, crop, versions",
        ),
    ] {
        ui.checkbox(on, name).on_hover_text(hint);
    }
}

/// Returns whether one was pressed.
fn buttons_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) -> bool {
    let mut pressed = false;
    ui.horizontal(|ui| {
        for (action, label) in [
            (Action::ExportComposite, "Export…"),
            (Action::CopyComposite, "Copy"),
        ] {
            let why_not = scene.why_not(&action.into());
            let button = ui.add_enabled(why_not.is_none(), egui::Button::new(label));
            let button = button.on_hover_text(action.tooltip());
            let button = button.on_disabled_hover_text(why_not.unwrap_or_default());
            if button.clicked() {
                commands.push(action.into());
                pressed = true;
            }
        }
    });
    pressed
}

fn label(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(palette(ui).weak));
}

fn measure<const LEAST: u16, const MOST: u16>(
    ui: &mut Ui,
    value: &mut Measure<LEAST, MOST>,
    unit: &str,
    speed: f64,
    (name, hint): (&str, &str),
) {
    let range = f32::from(LEAST)..=f32::from(MOST);
    let field = DragValue::new(&mut value.0)
        .range(range)
        .speed(speed)
        .max_decimals(1)
        .suffix(unit);
    let field = ui.add(field).on_hover_text(format!("{name}: {hint}"));
    field.accessible_name(name);
}
