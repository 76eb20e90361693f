//! The pane about the model: what was opened, how pictures are prepared for it, and what the chosen
//! layer is. Changing the preparation opens the model once more on the same weights, so that pins
//! made before keep their own.

use egui::{DragValue, Margin, RichText, ScrollArea, Sense, TextEdit, Ui, vec2};

use crate::engine::ModelCard;
use crate::model::field::{Field, Fields};
use crate::model::layers::Layer;
use crate::model::{LabelSource, Preprocess, Reading, Usage};
use crate::picture::geometry::Filter;

use super::App;
use super::commands::Command;
use super::theme::{self, GRID, INSET, ROW, palette};
use super::widgets::{Choice, count, heading, lines, segments};

/// Width of the names before the facts.
const NAMES: f32 = 92.0;
/// Room for a name and three numbers beside it.
const WIDE: f32 = 240.0;
/// Sides of the picture that a model may be asked for, in pixels.
pub const SIZES: std::ops::RangeInclusive<u32> = 8..=2048;

/// The usage while it is being changed.
#[derive(Debug, Default)]
pub struct Draft {
    /// The model it is of, and what has been set.
    of: Option<(u64, Usage)>,
    /// The names of its classes while they are being typed, one a line.
    names: Option<(u64, String)>,
}

impl Draft {
    /// What is set for this model.
    fn of(&self, card: &ModelCard) -> Usage {
        match &self.of {
            Some((id, draft)) if *id == card.id => draft.clone(),
            _ => card.usage(),
        }
    }
}

impl App {
    pub(super) fn about_ui(&mut self, ui: &mut Ui, card: &ModelCard, commands: &mut Vec<Command>) {
        let inset = Margin::symmetric(INSET as i8, GRID as i8);
        ScrollArea::vertical()
            .id_salt("about")
            .auto_shrink(false)
            .show(ui, |ui| {
                egui::Frame::new().inner_margin(inset).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 4.0;
                    file_ui(ui, card);
                    section(ui, "Non-linearities");
                    non_linearities_ui(ui, card);
                    self.usage_ui(ui, card, commands);
                    self.chosen_layers_ui(ui, card);
                });
            });
    }

    fn usage_ui(&mut self, ui: &mut Ui, card: &ModelCard, commands: &mut Vec<Command>) {
        let mut draft = self.draft.of(card);
        // Set in one go, or still between the fingers.
        let mut settled = false;
        ui.add_enabled_ui(self.work.models.is_empty(), |ui| {
            section(ui, "Preparing a picture");
            settled |= preparing_ui(ui, &mut draft.preprocess);
            section(ui, "Reading the answer");
            settled |= reading_ui(ui, &mut draft.reading);
            settled |= self.draft.names_ui(ui, card, &mut draft);
            if card.opened_as != card.usage() {
                let hint = "Use the model as when it was opened";
                if ui.button("As opened").on_hover_text(hint).clicked() {
                    draft = card.opened_as.clone();
                    settled = true;
                }
            }
        });
        let now = card.usage();
        if settled && draft != now {
            commands.push(Command::UseModel(Box::new(draft.clone())));
        }
        self.draft.of = (draft != now).then_some((card.id, draft));
    }

    fn chosen_layers_ui(&self, ui: &mut Ui, card: &ModelCard) {
        let paths = self.state.side().layers();
        for layer in paths.iter().filter_map(|path| card.layers.find(path)) {
            section(ui, &layer.path);
            layer_ui(ui, card, layer);
        }
    }
}

impl Draft {
    /// The names of the classes, to be typed anew.
    fn names_ui(&mut self, ui: &mut Ui, card: &ModelCard, usage: &mut Usage) -> bool {
        let mut settled = false;
        let classes = card.labels.len();
        let typing = self.names.take_if(|(id, _)| *id == card.id);
        named(ui, "Class names", |ui| {
            ui.label(names(card.label_source));
        });
        let Some((_, mut text)) = typing else {
            let hint = "Type them, one a line, or paste a list";
            if ui.button("Type names…").on_hover_text(hint).clicked() {
                self.names = Some((card.id, card.labels.join("\n")));
            }
            return false;
        };
        ScrollArea::vertical()
            .id_salt("names")
            .max_height(160.0)
            .show(ui, |ui| {
                let field = TextEdit::multiline(&mut text)
                    .desired_width(f32::INFINITY)
                    .desired_rows(4);
                ui.add(field).accessible_name("Names of the classes");
            });
        let lines = text.lines().count();
        let fits = lines == classes;
        let mut open = true;
        ui.horizontal(|ui| {
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
        self.names = open.then_some((card.id, text));
        settled
    }
}

fn preparing_ui(ui: &mut Ui, draft: &mut Preprocess) -> bool {
    let mut settled = false;
    named(ui, "Size", |ui| {
        settled |= number(ui, &mut draft.width, SIZES, "Width in pixels");
        ui.label("×");
        settled |= number(ui, &mut draft.height, SIZES, "Height in pixels");
    });
    named(ui, "Resampling", |ui| {
        let list = Choice {
            name: "Resampling",
            hint: "How the picture is brought to the size",
            width: 88.0,
            named: false,
        };
        if let Some(filter) = list.ui(ui, draft.interpolation, &Filter::ALL, Filter::label) {
            draft.interpolation = filter;
            settled = true;
        }
    });
    named(ui, "Crop keeps", |ui| {
        let mut percent = draft.crop_pct * 100.0;
        let field = DragValue::new(&mut percent)
            .range(10.0..=100.0)
            .speed(0.5)
            .max_decimals(1)
            .suffix(" %");
        let hint = "Of the short side, before the picture is resized";
        let field = ui
            .add(field)
            .accessible_name("Crop keeps")
            .on_hover_text(hint);
        if field.changed() {
            draft.crop_pct = percent / 100.0;
        }
        settled |= is_settled(&field);
    });
    let order = match draft.bgr {
        true => ["blue", "green", "red"],
        false => ["red", "green", "blue"],
    };
    named_wide(ui, "Mean", |ui| {
        for (value, channel) in draft.mean.iter_mut().zip(order) {
            settled |= share(ui, value, 0.0..=1.0, &format!("Mean of {channel}"));
        }
    });
    named_wide(ui, "Deviation", |ui| {
        for (value, channel) in draft.std.iter_mut().zip(order) {
            settled |= share(ui, value, 0.001..=4.0, &format!("Deviation of {channel}"));
        }
    });
    named(ui, "Channels", |ui| {
        let orders = [
            (false, "RGB", "Red comes first, as nearly everywhere"),
            (true, "BGR", "Blue comes first, as with OpenCV and Caffe"),
        ];
        if let Some(bgr) = segments(ui, draft.bgr, &orders) {
            draft.bgr = bgr;
            settled = true;
        }
    });
    settled
}

fn reading_ui(ui: &mut Ui, reading: &mut Reading) -> bool {
    let mut settled = false;
    named_wide(ui, "Probabilities", |ui| {
        let readings = [
            (
                Reading::Softmax,
                "Softmax",
                "One class of all: they add up to 100 %",
            ),
            (
                Reading::Sigmoid,
                "Sigmoid",
                "Each class by itself, as where a picture may show several",
            ),
        ];
        if let Some(picked) = segments(ui, *reading, &readings) {
            *reading = picked;
            settled = true;
        }
    });
    settled
}

/// What a drag, a click or a key has brought to its end.
fn is_settled(field: &egui::Response) -> bool {
    field.drag_stopped()
        || field.lost_focus()
        || (field.changed() && !field.dragged() && !field.has_focus())
}

fn number(ui: &mut Ui, value: &mut u32, range: std::ops::RangeInclusive<u32>, name: &str) -> bool {
    let field = DragValue::new(value).range(range).speed(1.0);
    let field = ui.add(field).accessible_name(name).on_hover_text(name);
    is_settled(&field)
}

fn share(ui: &mut Ui, value: &mut f64, range: std::ops::RangeInclusive<f64>, name: &str) -> bool {
    let field = DragValue::new(value)
        .range(range)
        .speed(0.002)
        .max_decimals(3);
    ui.spacing_mut().interact_size.x = 40.0;
    ui.spacing_mut().item_spacing.x = 4.0;
    let field = ui.add(field).accessible_name(name).on_hover_text(name);
    is_settled(&field)
}

fn file_ui(ui: &mut Ui, card: &ModelCard) {
    heading(ui, &card.name, |_| {});
    let file = card.path.file_name().unwrap_or(card.path.as_os_str());
    let file = file.to_string_lossy();
    fact_with_more(ui, "File", &file, &card.path.display().to_string());
    if !card.about.format.is_empty() {
        fact(ui, "Format", &card.about.format);
    }
    if let Some(writer) = &card.about.written_by {
        fact(ui, "Written by", writer);
    }
    let parameters = thousands(card.parameters as u64);
    fact(ui, "Parameters", &parameters);
    let exact = thousands(card.facts.multiply_adds);
    let work = count(usize::try_from(card.facts.multiply_adds).unwrap_or(usize::MAX));
    let more = format!("{exact} multiply-adds in a forward pass, which many papers call FLOPs");
    fact_with_more(ui, "Multiply-adds", &work, &more);
    let (width, height) = card.input_size;
    fact(ui, "Input", &format!("3 × {height} × {width}"));
    fact(ui, "Classes", &thousands(card.labels.len() as u64));
}

fn names(source: LabelSource) -> &'static str {
    match source {
        LabelSource::Archive => "in the file",
        LabelSource::BesideModel => "labels.txt beside it",
        LabelSource::ImageNet => "ImageNet's, assumed",
        LabelSource::Numbered => "none: numbered",
        LabelSource::Typed => "typed in",
    }
}

fn non_linearities_ui(ui: &mut Ui, card: &ModelCard) {
    for (kind, number) in &card.facts.rectifiers {
        fact(ui, kind, &number.to_string());
    }
    for (kind, number) in &card.facts.smooth {
        fact(ui, kind, &number.to_string());
    }
    let smooth: Vec<&str> = card.facts.smooth.iter().map(|(kind, _)| *kind).collect();
    let smooth = smooth.join(" and ");
    let text = match (card.rectifiers, smooth.as_str()) {
        (0, "") => "No rectifier: guided backprop is the plain gradient here.".to_owned(),
        (0, smooth) => format!(
            "{smooth} is no rectifier: it lets negative values through, smoothly. Guided backprop \
             has nowhere to act, and is the plain gradient here."
        ),
        (_, "") => {
            "Rectifiers: on the way back, guided backprop lets through what is positive at each."
                .to_owned()
        }
        (_, smooth) => format!(
            "Guided backprop acts at the rectifiers alone. {smooth} is none: the plain gradient \
             passes through it."
        ),
    };
    let colour = palette(ui).weak;
    ui.label(RichText::new(text).font(theme::small()).color(colour));
}

fn layer_ui(ui: &mut Ui, card: &ModelCard, layer: &Layer) {
    fact(ui, "Type", &layer.kind);
    let sizes: Vec<String> = layer.shape.iter().skip(1).map(i64::to_string).collect();
    fact(ui, "Output", &sizes.join(" × "));
    let (seen, more) = match layer.field {
        Some(fields) => seen(fields, card.input_size),
        None => (
            "not followed".to_owned(),
            "How far a place sees is not followed through this network's attention or reshaping"
                .to_owned(),
        ),
    };
    fact_with_more(ui, "One place sees", &seen, &more);
    if let Some(source) = &layer.source {
        fact_with_more(ui, "Source", source, source);
    }
}

/// A receptive field, in short and at length.
fn seen(fields: Fields, (width, height): (u32, u32)) -> (String, String) {
    let [down, across] = fields.map(|field| match field {
        Field::Window { pixels, .. } => Some(pixels.ceil() as u64),
        Field::Whole => None,
    });
    let (Some(down), Some(across)) = (down, across) else {
        return (
            "the whole picture".into(),
            "Pooling, attention or a gate before it has looked everywhere".into(),
        );
    };
    let short = format!("{across} × {down} px");
    let all = across >= u64::from(width) && down >= u64::from(height);
    let more = match all {
        true => format!("The receptive field: more than the {width} × {height} px there are"),
        false => format!("The receptive field, of {width} × {height} px"),
    };
    (short, more)
}

fn section(ui: &mut Ui, title: &str) {
    ui.add_space(GRID);
    let colours = palette(ui);
    let title = lines(
        ui,
        title,
        theme::title(),
        colours.text,
        ui.available_width(),
        1,
    );
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let top = rect.center().y - title.size().y / 2.0;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Heading, true, title.text()));
    ui.painter()
        .galley(egui::pos2(rect.left(), top), title, colours.text);
}

/// The same for what takes so much room that its name stands above it in a narrow pane.
fn named_wide(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    if ui.available_width() >= WIDE {
        return named(ui, name, contents);
    }
    name_ui(ui, name);
    ui.horizontal(contents);
}

fn named(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(ROW);
        name_ui(ui, name);
        contents(ui);
    });
}

fn name_ui(ui: &mut Ui, name: &str) {
    let colours = palette(ui);
    let text = lines(ui, name, theme::body(), colours.weak, NAMES, 1);
    let (rect, response) = ui.allocate_exact_size(vec2(NAMES, text.size().y), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
    ui.painter().galley(rect.min, text, colours.weak);
}

fn fact(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal_top(|ui| {
        name_ui(ui, name);
        ui.add(egui::Label::new(value).wrap().selectable(true));
    });
}

fn fact_with_more(ui: &mut Ui, name: &str, value: &str, more: &str) {
    ui.horizontal_top(|ui| {
        name_ui(ui, name);
        ui.add(egui::Label::new(value).wrap().selectable(true))
            .on_hover_text(more);
    });
}

/// `1 235 496`
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_in_groups_of_three() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(1_235_496), "1\u{a0}235\u{a0}496");
        assert_eq!(thousands(123_456), "123\u{a0}456");
    }

    #[test]
    fn a_field_larger_than_the_picture_says_so() {
        let of = |pixels| [Field::Window { pixels, step: 1.0 }; 2];
        let (short, more) = seen(of(51.0), (224, 224));
        assert!(short == "51 × 51 px" && more.contains("of 224 × 224"));
        assert!(seen(of(483.0), (224, 224)).1.contains("more than"));
        assert_eq!(seen([Field::Whole; 2], (224, 224)).0, "the whole picture");
    }
}
