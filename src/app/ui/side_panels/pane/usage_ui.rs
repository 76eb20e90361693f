//! Editable fields for how the model is used: preprocessing, reading of the logits, class names. A
//! change opens the model again on the same weights, so that existing pins keep the old usage.

use egui::{DragValue, RichText, ScrollArea, TextEdit, Ui};

use crate::engine::ModelInfo;
use crate::model::{
    AnswerKind, InputChannels, LabelSource, Preprocess, PreprocessSource, Sources, Usage,
};
use crate::picture::photo::geometry::{CropMode, Filter};

use super::answer_ui::answer_ui;
use super::fact_rows::{choice_width, fact_with_more, named, named_wide, section};
use super::inputs_ui::{TypedInput, inputs_ui};
use super::reading_ui::reading_ui;
use super::weights_ui::weights_ui;
use super::window_ui::WindowDraft;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::ui::kit::theme::{self, palette};
use crate::app::ui::kit::widgets::{Choice, segments};
use crate::app::ui::side_panels::compared_ui::compared_row_ui;

/// The range of input sizes that can be set, in pixels.
const SIZES: std::ops::RangeInclusive<u32> = 8..=2048;
/// The minimum width of a field in a row of fields, in points.
const MIN_FIELD_WIDTH: f32 = 40.0;
/// The width of the two fields of the size.
const SIZE_WIDTH: f32 = 92.0;
/// The width of three fields of a mean or a deviation.
const LEVELS_WIDTH: f32 = 168.0;
/// The widths of the combo boxes.
const CHOICE_WIDTH: f32 = 88.0;
/// The minimum number of lines in the box for class names.
const MIN_NAMES_ROWS: usize = 4;
/// The number of decimals shown for means and standard deviations.
const DECIMALS: usize = 4;

/// The usage while it is being changed.
#[derive(Debug, Default)]
pub struct Draft {
    /// The id of the model, and its edited usage.
    edited: Option<(u64, Usage)>,
    /// The id of the weights, and the class names while they are being typed, one per line. Keyed by
    /// the weights so that the text survives other changes to the same model.
    names: Option<(u64, String)>,
    /// The box for the names has just been opened, perhaps below the visible part of the panel.
    names_opened: bool,
    input: TypedInput,
    window: WindowDraft,
}

impl Draft {
    /// The usage of this model, as edited so far.
    fn usage(&self, model: &ModelInfo) -> Usage {
        match &self.edited {
            Some((id, draft)) if *id == model.id => draft.clone(),
            _ => model.usage(),
        }
    }
}

/// Draws the fields. `edits` holds the changes in progress.
pub fn usage_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    model: &ModelInfo,
    edits: &mut Draft,
    commands: &mut Vec<Command>,
) {
    let mut draft = edits.usage(model);
    // False while a value is still being dragged or typed.
    let mut settled = false;
    ui.add_enabled_ui(scene.tasks.models.is_empty(), |ui| {
        inputs_ui(ui, model, &mut edits.input, commands);
        section(ui, "Preprocessing");
        if model.preprocess == model.opened_as.preprocess {
            sources_ui(ui, model.preprocess_sources);
        }
        let which = Action::WhichFits;
        let possible = scene.why_not(&which.into());
        let button = ui.add_enabled(possible.is_none(), egui::Button::new(which.label()));
        let button = button.on_disabled_hover_text(possible.unwrap_or_default());
        if button.on_hover_text(which.tooltip()).clicked() {
            commands.push(which.into());
        }
        settled |= preparing_ui(ui, &mut draft.preprocess);
        reading_ui(ui, scene, model, &mut edits.window, commands);
        weights_ui(ui, model, commands);
        section(ui, "Output");
        settled |= answer_ui(ui, model, &mut draft);
        compared_row_ui(ui, scene, model, commands);
        settled |= edits.names_ui(ui, model, &mut draft);
        if model.opened_as != model.usage() {
            let hint = "Use the model as when it was opened";
            if ui.button("As opened").on_hover_text(hint).clicked() {
                draft = model.opened_as.clone();
                settled = true;
            }
        }
    });
    let now = model.usage();
    if settled && draft != now {
        commands.push(Command::UseModel(Box::new(draft.clone())));
    }
    edits.edited = (draft != now).then_some((model.id, draft));
}

impl Draft {
    /// The class names and the box to type new ones. Returns whether new names were accepted.
    fn names_ui(&mut self, ui: &mut Ui, model: &ModelInfo, usage: &mut Usage) -> bool {
        // A number has no classes to name.
        if model.kind.directions().is_some() {
            return false;
        }
        let mut settled = false;
        let classes = model.labels.len();
        let typing = self.names.take_if(|(weights, _)| *weights == model.weights);
        let source = label_source(model.label_source, model.kind);
        fact_with_more(ui, "Class names", &source, "Where the names come from");
        let Some((_, mut text)) = typing else {
            let hint = "Type the names, one per line, or paste a list";
            if ui.button("Edit class names…").on_hover_text(hint).clicked() {
                self.names = Some((model.weights, model.labels.join("\n")));
                self.names_opened = true;
                ui.memory_mut(|memory| memory.request_focus(names_id()));
            }
            return false;
        };
        // Above the box, so that the growing box does not move the buttons.
        let lines = text.lines().count();
        let fits = lines == classes;
        let mut open = true;
        let buttons = ui.horizontal_wrapped(|ui| {
            let why = format!("{lines} of {classes} names");
            let take = ui.add_enabled(fits, egui::Button::new("Use names"));
            if take.on_disabled_hover_text(&why).clicked() {
                usage.names = Some(text.lines().map(str::to_owned).collect());
                settled = true;
                open = false;
            }
            open &= !ui
                .button("Keep")
                .on_hover_text("Leave the names as they are")
                .clicked();
            let colours = palette(ui);
            let colour = if fits { colours.weak } else { colours.caution };
            ui.label(RichText::new(why).font(theme::small()).color(colour));
        });
        let list = ScrollArea::vertical()
            .id_salt("names")
            .max_height(160.0)
            .show(ui, |ui| {
                let field = TextEdit::multiline(&mut text)
                    .id(names_id())
                    .desired_width(f32::INFINITY)
                    .desired_rows(MIN_NAMES_ROWS);
                ui.add(field).accessible_name("Names of the classes");
            });
        if std::mem::take(&mut self.names_opened) {
            ui.scroll_to_rect(buttons.response.rect.union(list.inner_rect), None);
        }
        self.names = open.then_some((model.weights, text));
        settled
    }
}

/// The id of the box for class names.
fn names_id() -> egui::Id {
    egui::Id::unique("names of the classes")
}

/// Where the preprocessing comes from, and whether it is a guess.
fn sources_ui(ui: &mut Ui, sources: Sources) {
    let Sources { levels, fitting } = sources;
    if sources.is_assumed() {
        let text = if levels.is_assumed() && fitting.is_assumed() {
            "Assumed: the file does not say"
        } else {
            "Partly assumed: the file does not say"
        };
        let colour = palette(ui).caution;
        let text = RichText::new(text).font(theme::small()).color(colour);
        ui.add(egui::Label::new(text).wrap());
    }
    match (levels, fitting) {
        (PreprocessSource::Assumed, PreprocessSource::Assumed) => {}
        _ if levels == fitting => {
            let more = "Where size, resampling, crop, mean and deviation come from";
            fact_with_more(ui, "Source", &levels.label(), more);
        }
        _ => {
            let more = "Where mean, deviation and the order of the channels come from";
            fact_with_more(ui, "Levels from", &levels.label(), more);
            let more = "Where resampling, fitting and crop come from";
            fact_with_more(ui, "Crop from", &fitting.label(), more);
        }
    }
}

fn preparing_ui(ui: &mut Ui, draft: &mut Preprocess) -> bool {
    let mut settled = false;
    named_wide(ui, "Size", SIZE_WIDTH, |ui| {
        ui.spacing_mut().interact_size.x = MIN_FIELD_WIDTH;
        ui.spacing_mut().item_spacing.x = 2.0;
        settled |= side(ui, &mut draft.width, "Width in pixels");
        ui.label("×");
        settled |= side(ui, &mut draft.height, "Height in pixels");
    });
    let width = choice_width(ui, CHOICE_WIDTH);
    named(ui, "Resampling", |ui| {
        let list = Choice {
            name: "Resampling",
            hint: "How the image is resampled to this size",
            width,
            named: false,
            cut: true,
        };
        if let Some(filter) = list.ui(ui, draft.interpolation, &Filter::ALL, Filter::label) {
            draft.interpolation = filter;
            settled = true;
        }
    });
    named(ui, "Resize mode", |ui| {
        let list = Choice {
            name: "Resize mode",
            hint: "What the model's own preprocessing does with an image of another shape",
            width,
            named: false,
            cut: true,
        };
        if let Some(mode) = list.ui(ui, draft.mode, &CropMode::ALL, CropMode::label) {
            draft.mode = mode;
            settled = true;
        }
    });
    named(ui, "Crop fraction", |ui| {
        let mut percent = draft.crop_pct * 100.0;
        let field = DragValue::new(&mut percent).speed(0.5).suffix(" %");
        let hint =
            "The input's side as a share of the resized image's; above 100 %, the image is padded";
        let field = decimal(ui, field.range(10.0..=200.0), 1, "Crop fraction", hint);
        if field.is_some() && differs(percent, draft.crop_pct * 100.0, 1) {
            draft.crop_pct = percent / 100.0;
        }
        settled |= field == Some(true);
    });
    let order = draft.channels.names();
    // More fields than those of colours wrap below their name.
    let width = if order.len() > 3 {
        f32::INFINITY
    } else {
        LEVELS_WIDTH
    };
    named_wide(ui, "Mean", width, |ui| {
        for (value, channel) in draft.mean.iter_mut().zip(&order) {
            settled |= share(ui, value, 0.0..=1.0, &format!("Mean of {channel}"));
        }
    });
    named_wide(ui, "Std", width, |ui| {
        for (value, channel) in draft.std.iter_mut().zip(&order) {
            settled |= share(ui, value, 0.001..=4.0, &format!("Std of {channel}"));
        }
    });
    named(ui, "Channels", |ui| {
        let orders = draft.channels.orders();
        let labels: Vec<_> = orders.iter().map(|order| order.label()).collect();
        let orders = orders.into_iter().zip(&labels);
        let orders = orders.map(|(order, label)| (order, &**label, about_channels(order)));
        let orders: Vec<_> = orders.collect();
        if let Some(channels) = segments(ui, draft.channels, &orders) {
            draft.channels = channels;
            settled = true;
        }
    });
    settled
}

fn about_channels(channels: InputChannels) -> &'static str {
    match channels {
        InputChannels::Rgb => "Red comes first, as in most models",
        InputChannels::Bgr => "Blue comes first, as in OpenCV and Caffe",
        InputChannels::Grey => "A single channel: images are turned grey",
        InputChannels::Bands(_) => "The image's own channels, in their order",
    }
}

/// Whether an edit is finished: by the end of a drag, a click, or leaving the field.
pub(super) fn is_settled(field: &egui::Response) -> bool {
    field.drag_stopped()
        || field.lost_focus()
        || (field.changed() && !field.dragged() && !field.has_focus())
}

fn side(ui: &mut Ui, pixels: &mut u32, name: &str) -> bool {
    let field = DragValue::new(pixels)
        .range(SIZES)
        .clamp_existing_to_range(false);
    let hint = format!("{name}. Padding that was fixed at export stays the same.");
    let field = ui.add(field).accessible_name(name).on_hover_text(hint);
    is_settled(&field)
}

fn share(ui: &mut Ui, value: &mut f64, range: std::ops::RangeInclusive<f64>, name: &str) -> bool {
    ui.spacing_mut().interact_size.x = MIN_FIELD_WIDTH;
    ui.spacing_mut().item_spacing.x = 4.0;
    let mut shown = *value;
    let field = DragValue::new(&mut shown).speed(0.002).range(range);
    let field = decimal(ui, field, DECIMALS, name, name);
    if field.is_some() && differs(shown, *value, DECIMALS) {
        *value = shown;
    }
    field == Some(true)
}

/// A field that shows a number with `decimals` decimals. `None` if it was not edited; otherwise
/// whether the edit is finished.
fn decimal(ui: &mut Ui, field: DragValue, decimals: usize, name: &str, hint: &str) -> Option<bool> {
    // Typed text is not reformatted while it is being edited: it may have more decimals than are shown.
    let field = field
        .custom_formatter(move |value, _| shown(value, decimals))
        .update_while_editing(false)
        .clamp_existing_to_range(false);
    let field = ui.add(field).accessible_name(name).on_hover_text(hint);
    let settled = is_settled(&field);
    (settled || field.changed()).then_some(settled)
}

/// A number as its field shows it: with `decimals` decimals, and two more if it is small.
fn shown(value: f64, decimals: usize) -> String {
    let small = value != 0.0 && value.abs() < 0.01;
    let text = format!("{value:.*}", if small { decimals + 2 } else { decimals });
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Whether a number was really changed. Leaving a field reads back its text, which may have fewer
/// decimals than the value in the file.
fn differs(now: f64, before: f64, decimals: usize) -> bool {
    shown(before, decimals).parse() != Ok(now) && now != before
}

/// The source of the class names.
fn label_source(source: LabelSource, kind: AnswerKind) -> String {
    match source {
        LabelSource::Archive => "in the file".into(),
        LabelSource::BesideModel(file) => format!("{file} beside it"),
        LabelSource::ImageNet => "ImageNet's, assumed".into(),
        LabelSource::Numbered => match kind {
            AnswerKind::Classes | AnswerKind::Number | AnswerKind::Similarity => {
                "none: numbered".into()
            }
            AnswerKind::YesNo => "none: yes and no".into(),
        },
        LabelSource::Typed => "typed in".into(),
        LabelSource::Folders => "the folders', assumed".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_rounded_for_display_counts_as_unchanged() {
        assert!(!differs(0.4815, 0.481_454_66, 4));
        assert!(!differs(0.5, 0.5, 4));
        assert!(!differs(0.003_922, 1.0 / 255.0, 4));
        assert!(differs(0.003_921_57, 0.0039, 4));
        assert_eq!(shown(1.0 / 255.0, 4), "0.003922");
        assert_eq!((shown(0.5, 4), shown(88.0, 0)), ("0.5".into(), "88".into()));
        assert!(differs(0.4816, 0.481_454_66, 4));
        assert!(differs(88.0, 87.5, 1));
    }
}
