//! The second picture that an embedding is compared with.

use egui::{Label, Margin, Rect, RichText, Sense, Ui, pos2, vec2};

use crate::engine::ModelInfo;
use crate::model::{AnswerKind, Reading, SecondPicture, Usage};

use super::pane::fact_rows::named;
use crate::app::commands::Command;
use crate::app::commands::action::Action;
use crate::app::scene::Scene;
use crate::app::ui::kit::theme::{GRID, INSET, palette};

/// The longest side of the picture below the list, in points.
const PICTURE: f32 = 160.0;
/// The same in a row of the model's facts.
const THUMBNAIL: f32 = 40.0;

/// Whether comparing with a second picture makes sense of what the model answers now.
fn is_offered(model: &ModelInfo) -> bool {
    let several = |model: &ModelInfo| {
        let output = model.outputs.get(model.output);
        output.is_some_and(|output| output.count > 1 && output.positions.is_none())
    };
    match (model.kind, model.reading) {
        (AnswerKind::Similarity, _) => true,
        (AnswerKind::Classes, Reading::Numbers) => several(model),
        (AnswerKind::Classes, Reading::Softmax | Reading::Sigmoid | Reading::AsTheyAre)
        | (AnswerKind::YesNo | AnswerKind::Number, _) => false,
    }
}

/// Below the list of an embedding: the picture, or why to choose one.
pub fn compared_panel_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let Some(model) = scene.state.model().filter(|model| is_offered(model)) else {
        return;
    };
    let colours = palette(ui);
    let inset = Margin::symmetric(INSET as i8, 12);
    egui::Panel::bottom("compared with")
        .frame(egui::Frame::new().inner_margin(inset))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GRID;
            let words = match &model.reference {
                Some(_) => "Compared with",
                None => {
                    "These are plain numbers. Choose a second picture to see what makes the two similar \
                     for the model."
                }
            };
            ui.add(Label::new(RichText::new(words).color(colours.weak)).wrap());
            if let Some(reference) = &model.reference {
                let most = vec2(ui.available_width().min(PICTURE), PICTURE);
                picture_ui(ui, scene, reference, most);
                name_ui(ui, reference);
            }
            ui.horizontal_wrapped(|ui| buttons_ui(ui, scene, model, commands));
        });
}

/// The same as a row among the facts about the model.
pub fn compared_row_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    model: &ModelInfo,
    commands: &mut Vec<Command>,
) {
    if !is_offered(model) {
        return;
    }
    named(ui, "Compared with", |ui| match &model.reference {
        Some(reference) => {
            picture_ui(ui, scene, reference, vec2(THUMBNAIL, THUMBNAIL));
            name_ui(ui, reference);
        }
        None => {
            ui.label("no picture");
        }
    });
    ui.horizontal_wrapped(|ui| buttons_ui(ui, scene, model, commands));
}

fn name_ui(ui: &mut Ui, reference: &SecondPicture) {
    let name = ui.add(Label::new(reference.name()).truncate());
    name.on_hover_text(reference.path().display().to_string());
}

fn buttons_ui(ui: &mut Ui, scene: Scene<'_>, model: &ModelInfo, commands: &mut Vec<Command>) {
    let action = Action::CompareWithPicture;
    let idle = scene.why_not(&action.into()).is_none();
    ui.add_enabled_ui(idle, |ui| {
        let words = if model.reference.is_some() {
            "Change…"
        } else {
            "Choose a picture…"
        };
        let button = ui.button(words);
        if button.on_hover_text(action.tooltip()).clicked() {
            commands.push(action.into());
        }
        let photo = scene.state.photo.as_ref();
        let other = photo.filter(|photo| {
            let compared = model.reference.as_ref().and_then(SecondPicture::opened);
            compared.is_none_or(|compared| compared.path != photo.path)
        });
        if let Some(photo) = other {
            let hint = "Compare with the picture that is open now, and then open others";
            if ui.button("The open picture").on_hover_text(hint).clicked() {
                commands.push(compare(model, Some(SecondPicture::photo(photo.clone()))));
            }
        }
        if let Some(before) = &scene.state.photo_before
            && model
                .reference
                .as_ref()
                .is_none_or(|it| it.path() != before)
        {
            let hint = format!("Compare with the picture before: {}", before.display());
            if ui.button("The one before").on_hover_text(hint).clicked() {
                let picture = SecondPicture::file(before).read_as(scene.state.options.decoding);
                commands.push(compare(model, Some(picture)));
            }
        }
        if model.reference.is_some() {
            let hint = "Show the numbers themselves again";
            if ui.button("Clear").on_hover_text(hint).clicked() {
                commands.push(compare(model, None));
            }
        }
    });
}

fn compare(model: &ModelInfo, reference: Option<SecondPicture>) -> Command {
    Command::UseModel(Box::new(Usage {
        reference,
        ..model.usage()
    }))
}

/// The picture, at most as large as `most`.
fn picture_ui(ui: &mut Ui, scene: Scene<'_>, reference: &SecondPicture, most: egui::Vec2) {
    let Some(photo) = reference.opened() else {
        return;
    };
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let scale = (most.x / width).min(most.y / height);
    let size = vec2(width * scale, height * scale);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let name = format!("The picture it is compared with, {}", reference.name());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    let Some(texture) = scene.textures.photo(photo.id) else {
        ui.painter().rect_filled(rect, 0.0, palette(ui).hover);
        return;
    };
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    let on_screen = size.x * ui.pixels_per_point();
    let level = texture.level(on_screen).id();
    ui.painter().image(level, rect, whole, egui::Color32::WHITE);
}
