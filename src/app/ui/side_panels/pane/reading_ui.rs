//! How image files are read: as Pillow does, through which window, and which bands are shown.

use egui::{Checkbox, DragValue, Label, RichText, Ui};

use super::fact_rows::named_wide;
use super::window_ui::{WindowDraft, window_ui};
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::view_options::ViewOptions;
use crate::app::ui::kit::theme::{self, palette};
use crate::engine::ModelInfo;
use crate::model::{concerns, taken_words};
use crate::picture::photo::decode::bands::{Bands, ShownBands};
use crate::picture::photo::decode::notes::Note;
use crate::picture::photo::decode::{Decoding, OwnChannels, Photo};

/// The width of the fields of three bands.
const BANDS_WIDTH: f32 = 132.0;
/// The width of one of them.
const FIELD_WIDTH: f32 = 36.0;

/// Draws the switch, what it would change about the open photo, and the bands of one that has them.
pub fn reading_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    model: &ModelInfo,
    window: &mut WindowDraft,
    commands: &mut Vec<Command>,
) {
    let options = scene.state.options;
    let mut set = |decoding: Decoding| {
        commands.push(Command::SetOptions(ViewOptions {
            decoding,
            ..options
        }));
    };
    let mut decoding = options.decoding;
    let hint = "Image files as most training code reads them, with Pillow's convert(\"RGB\"): not turned \
                upright, transparency dropped, 16-bit greys clipped";
    let switch = Checkbox::new(&mut decoding.as_pillow, "As Pillow reads it");
    if ui.add(switch).on_hover_text(hint).changed() {
        set(decoding);
    }
    let Some(photo) = &scene.state.photo else {
        return;
    };
    if let Some(window) = window_ui(ui, photo, options.decoding, window) {
        set(Decoding {
            window,
            ..options.decoding
        });
    }
    for words in words(photo, model) {
        let text = RichText::new(words)
            .font(theme::small())
            .color(palette(ui).weak);
        ui.add(Label::new(text).wrap());
    }
    if let OwnChannels::Bands(bands) = &photo.channels
        && let Some(shown) = photo.shown_bands()
        && let Some(shown) = bands_ui(ui, shown, bands)
    {
        set(Decoding {
            shown: Some(shown),
            ..options.decoding
        });
    }
}

/// What there is to know of how the open photo is read.
fn words(photo: &Photo, model: &ModelInfo) -> Vec<String> {
    let channels = model.preprocess.channels;
    let notes = photo.notes.iter().filter(|note| concerns(**note, channels));
    let notes = notes.filter_map(|note| match note {
        Note::Turned => Some("This image is turned upright; Pillow does not turn it".to_owned()),
        Note::Transparent => {
            Some("Transparent parts are over white; Pillow shows what they hide".to_owned())
        }
        Note::Scaled => Some("Its values are scaled to 8 bits; Pillow clips them".to_owned()),
        Note::Unclipped => Some("Its numbers are taken as they are; Pillow clips them".to_owned()),
        Note::Pages | Note::Reduced(_) | Note::Frames(_) | Note::Table | Note::Window(_) => {
            Some(note.words())
        }
        Note::Bands { .. } => None,
    });
    let taken = taken_words(photo, channels);
    notes.chain(taken).collect()
}

/// Three fields for the bands that are shown. Returns others, once they are chosen.
fn bands_ui(ui: &mut Ui, before: ShownBands, bands: &Bands) -> Option<ShownBands> {
    let mut shown = before;
    let last = u16::try_from(bands.count()).unwrap_or(u16::MAX);
    let mut settled = false;
    named_wide(ui, "Shown bands", BANDS_WIDTH, |ui| {
        ui.spacing_mut().interact_size.x = FIELD_WIDTH;
        ui.spacing_mut().item_spacing.x = 4.0;
        for (band, colour) in shown.0.iter_mut().zip(["red", "green", "blue"]) {
            let field = DragValue::new(band).range(1..=last).speed(0.05);
            let field = field.update_while_editing(false);
            let name = format!("Band shown as {colour}");
            let hint = format!("{name}, from 1 to {last}. The same three times is grey.");
            let field = ui.add(field).accessible_name(&name).on_hover_text(hint);
            settled |= field.lost_focus() || (field.changed() && !field.has_focus());
        }
    });
    (settled && shown != before).then_some(shown)
}
