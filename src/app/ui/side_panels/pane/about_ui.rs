//! Facts about the model: its file, how it is used, and the chosen layer.

use egui::{Margin, RichText, ScrollArea, Ui};

use crate::engine::ModelInfo;
use crate::model::AnswerKind;
use crate::model::graph::receptive_field::{Field, Fields};
use crate::model::layers::Layer;

use super::fact_rows::{fact, fact_with_more, file_fact, section};
use super::usage_ui::{Draft, usage_ui};
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::ui::kit::theme::{self, GRID, INSET, palette};
use crate::app::ui::side_panels::model_ui::each_note_ui;
use crate::app::wording::{in_short, thousands};

pub fn about_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    model: &ModelInfo,
    usage: &mut Draft,
    commands: &mut Vec<Command>,
) {
    let inset = Margin::symmetric(INSET as i8, GRID as i8);
    ScrollArea::vertical()
        .id_salt("about")
        .auto_shrink(false)
        .show(ui, |ui| {
            egui::Frame::new().inner_margin(inset).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                file_ui(ui, model);
                section(ui, "Non-linearities");
                non_linearities_ui(ui, model);
                usage_ui(ui, scene, model, usage, commands);
                if !model.notes.is_empty() {
                    section(ui, "Notes");
                    each_note_ui(ui, model);
                }
                chosen_layers_ui(ui, scene, model);
            });
        });
}

fn chosen_layers_ui(ui: &mut Ui, scene: Scene<'_>, model: &ModelInfo) {
    let paths = scene.state.side().layers();
    for layer in paths.iter().filter_map(|path| model.layers.find(path)) {
        section(ui, &layer.path);
        layer_ui(ui, model, layer);
    }
}

fn file_ui(ui: &mut Ui, model: &ModelInfo) {
    // A name that includes the usage may be wider than the panel.
    let title = RichText::new(&model.name).font(theme::title());
    ui.add(egui::Label::new(title).wrap());
    let file = model.path.file_name().unwrap_or(model.path.as_os_str());
    let file = file.to_string_lossy();
    file_fact(ui, "File", &file, &model.path.display().to_string());
    if !model.about.format.is_empty() {
        fact(ui, "Format", &model.about.format);
    }
    if let Some(writer) = &model.about.written_by {
        fact(ui, "Written by", writer);
    }
    let parameters = thousands(model.parameters);
    fact(ui, "Parameters", &parameters);
    let multiply_adds = usize::try_from(model.facts.multiply_adds).unwrap_or(usize::MAX);
    let exact = thousands(multiply_adds);
    let work = in_short(multiply_adds);
    let more = format!("{exact} multiply-adds in a forward pass, which many papers call FLOPs");
    fact_with_more(ui, "Multiply-adds", &work, &more);
    let (width, height) = model.input_size();
    let channels = model.preprocess.channels.count();
    fact(ui, "Input", &format!("{channels} × {height} × {width}"));
    match model.kind {
        AnswerKind::Classes | AnswerKind::YesNo => {
            fact(ui, "Classes", &thousands(model.labels.len()));
        }
        AnswerKind::Number => fact(ui, "Answer", "a number"),
        AnswerKind::Similarity => fact(ui, "Answer", "a similarity"),
    }
    if let Some([height, width]) = model.map_size() {
        let more = "It predicts something at each position: a segmentation, or a map of numbers";
        fact_with_more(ui, "Positions", &format!("{height} × {width}"), more);
    }
}

fn non_linearities_ui(ui: &mut Ui, model: &ModelInfo) {
    for (kind, number) in &model.facts.rectifiers {
        fact(ui, kind, &number.to_string());
    }
    for (kind, number) in &model.facts.smooth {
        fact(ui, kind, &number.to_string());
    }
    let smooth: Vec<&str> = model.facts.smooth.iter().map(|(kind, _)| *kind).collect();
    let (are_no, none, let_through) = match smooth.len() {
        1 => ("is no rectifier: it lets", "is none", "it"),
        _ => ("are no rectifiers: they let", "are none", "them"),
    };
    let smooth = smooth.join(" and ");
    let text = match (model.rectifiers, smooth.as_str()) {
        (0, "") => "No rectifiers: guided backprop equals the plain gradient here.".to_owned(),
        (0, smooth) => format!(
            "{smooth} {are_no} negative values through, smoothly. Guided backprop has nothing to \
             act on, and equals the plain gradient here."
        ),
        (_, "") => "Rectifiers: guided backprop passes only positive gradients back through each."
            .to_owned(),
        (_, smooth) => format!(
            "Guided backprop acts only at the rectifiers. {smooth} {none}: the plain gradient \
             passes through {let_through}."
        ),
    };
    let colour = palette(ui).weak;
    ui.label(RichText::new(text).font(theme::small()).color(colour));
}

fn layer_ui(ui: &mut Ui, model: &ModelInfo, layer: &Layer) {
    fact(ui, "Type", &layer.kind);
    let sizes: Vec<String> = layer.shape.iter().skip(1).map(i64::to_string).collect();
    fact(ui, "Output", &sizes.join(" × "));
    let (seen, more) = match layer.field {
        Some(fields) => seen(fields, model.input_size()),
        None => (
            "not followed".to_owned(),
            "The receptive field cannot be followed through this network's attention or reshaping"
                .to_owned(),
        ),
    };
    fact_with_more(ui, "One place sees", &seen, &more);
    if let Some(source) = &layer.source {
        fact_with_more(ui, "Source", source, source);
    }
}

/// A receptive field as a short text and as an explanation.
fn seen(fields: Fields, (width, height): (u32, u32)) -> (String, String) {
    let [down, across] = fields.map(|field| match field {
        Field::Window { pixels, .. } => Some(pixels.ceil() as u64),
        Field::Whole => None,
    });
    let (Some(down), Some(across)) = (down, across) else {
        return (
            "the whole picture".into(),
            "Pooling, attention or a gate before it depends on all positions".into(),
        );
    };
    let short = format!("{across} × {down} px");
    let all = across >= u64::from(width) && down >= u64::from(height);
    let more = if all {
        format!("The receptive field covers all of the {width} × {height} px, or more")
    } else {
        format!("The receptive field, of {width} × {height} px")
    };
    (short, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_a_receptive_field_exceeds_the_image() {
        let window = |pixels| [Field::Window { pixels, step: 1.0 }; 2];
        let (short, more) = seen(window(51.0), (224, 224));
        assert!(short == "51 × 51 px" && more.contains("of 224 × 224"));
        assert!(seen(window(483.0), (224, 224)).1.contains("or more"));
        assert_eq!(seen([Field::Whole; 2], (224, 224)).0, "the whole picture");
    }
}
