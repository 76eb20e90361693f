//! What the cells of a row show, and whether it still matches the row.

use crate::explain::Score;
use crate::figure::Panel;
use crate::model::{InputChannels, ReluRule};

use super::row_facts::{DOT, numbers as row_numbers, scale_of};
use crate::app::scene::Scene;
use crate::app::state::rows::lines::{Cell, Line, Place, lines};
use crate::app::state::rows::shown::{Shown, shown};
use crate::app::state::rows::subject::HeatKey;
use crate::app::textures::layer_key;
use crate::picture::map::compose::Scale;
use crate::picture::page::caption::significant;

mod about;
pub(crate) mod head_ui;
pub(crate) mod input_ui;
mod lines_ui;
pub(crate) mod picture_ui;
pub(crate) mod region_ui;
pub(crate) mod unseen_ui;

/// The title of a panel: of two classes in one line, the class.
pub fn title(scene: Scene<'_>, place: Place<'_>) -> String {
    let letter = place.row.and_then(|row| scene.state.letter_in_line(row.id));
    let rule = place
        .row
        .map_or(scene.state.options.rule, |row| row.subject.rule);
    match (place.cell, letter, place.row) {
        (Cell::Panel(Panel::HeatMap), Some(letter), Some(row)) => {
            // Until the next photo has been predicted, its class is that of the map on the screen.
            let drawn = scene.textures.row(row.id).and_then(|own| own.heat.as_ref());
            let drawn = drawn.map(|(_, heat)| heat.score_name.clone());
            let now = row.subject.score.map(|_| row.subject.score_name());
            let class = now.or(drawn).unwrap_or_default();
            shown(scene.state, row).title(letter, &class)
        }
        (Cell::Panel(Panel::HeatMap), None, Some(row)) => match shown(scene.state, row) {
            Shown::Map | Shown::Channels(_) => Panel::HeatMap.title(rule).to_owned(),
            Shown::Channel(channel) => format!("Channel {channel}"),
        },
        (Cell::Panel(panel), _, _) => panel.title(rule).to_owned(),
        (Cell::Difference, Some(letter), _) => letter.to_owned(),
        (Cell::Difference, None, _) => "Difference of the maps".to_owned(),
    }
}

/// What a panel is, for screen readers: of two classes, the class as well.
pub fn spoken_title(scene: Scene<'_>, place: Place<'_>) -> String {
    let title = title(scene, place);
    match (place.cell, place.row) {
        (Cell::Panel(Panel::HeatMap), Some(row))
            if scene.state.letter_in_line(row.id).is_some() =>
        {
            let heat_map = Panel::HeatMap.title(row.subject.rule);
            format!("{heat_map}, {title}")
        }
        // A name that stays while channels are looked at.
        (Cell::Panel(Panel::HeatMap), Some(row)) => {
            Panel::HeatMap.title(row.subject.rule).to_owned()
        }
        (Cell::Difference, _) => "Difference of the maps".to_owned(),
        (Cell::Panel(_), _) => title,
    }
}

/// Whether a cell shows something other than what its row should show now.
pub fn is_stale(scene: Scene<'_>, place: Place<'_>) -> bool {
    let (state, textures) = (scene.state, scene.textures);
    let Place { row, cell } = place;
    let own = textures.row(place.id());
    let subject = row.map(|row| &row.subject);
    match cell {
        Cell::Panel(Panel::Original) => {
            let live = row.is_none_or(|row| row.id.side().is_some());
            let wanted = subject
                .map(|s| s.photo.id)
                .or(state.photo.as_ref().map(|p| p.id));
            (live && scene.tasks.photo.is_some())
                || own.and_then(|own| own.photo.as_ref()).map(|(id, _)| *id) != wanted
        }
        Cell::Panel(Panel::HeatMap) => {
            let wanted = row.and_then(|row| layer_key(state, row, textures.common_max));
            own.and_then(|own| own.heat.as_ref()).map(|(key, _)| key) != wanted.as_ref()
        }
        Cell::Panel(Panel::GuidedBackprop | Panel::GuidedGradCam) => {
            let wanted = subject.and_then(crate::app::state::rows::subject::Subject::guided_key);
            own.and_then(|own| own.signed.as_ref()).map(|(key, _)| key) != wanted.as_ref()
        }
        Cell::Difference => {
            let wanted = subject.and_then(crate::app::state::rows::subject::Subject::heat_key);
            let shown = own.and_then(|own| own.difference.as_ref());
            shown.map(|((heat, _), _)| heat) != wanted.as_ref()
        }
    }
}

/// Whether any panel is still waiting for its contents.
pub fn any_stale(scene: Scene<'_>) -> bool {
    let rows = scene.state.rows();
    let lines = lines(&rows, scene.state.options.style.panels);
    let mut places = lines.iter().flat_map(Line::places);
    places.any(|(_, place)| place.row.is_some() && is_stale(scene, place))
}

/// The caption of what a cell shows, current or stale.
pub fn caption(scene: Scene<'_>, place: Place<'_>) -> String {
    let Place { row, cell } = place;
    let own = scene.textures.row(place.id());
    // What is of another photo is not on the screen.
    let is_shown =
        |heat: &HeatKey| row.is_none_or(|row| row.subject.photo.id == heat.prediction.photo);
    let signed = own.and_then(|own| own.signed.as_ref());
    let signed = signed.filter(|(key, _)| is_shown(&key.heat));
    let heat = own.and_then(|own| own.heat.as_ref());
    let heat = heat.filter(|(key, _)| is_shown(&key.heat));
    let photo = row
        .map(|row| &row.subject.photo)
        .or(scene.state.photo.as_ref());
    match cell {
        Cell::Panel(Panel::Original) => {
            let drawn = own.and_then(|own| own.photo.as_ref());
            let open = || photo.map(|photo| photo.name()).unwrap_or_default();
            let name = drawn.map_or_else(open, |(_, drawn)| drawn.name.clone());
            let shown = photo.and_then(|photo| photo.shown_bands());
            let name = shown.map_or_else(
                || name.clone(),
                |shown| format!("{name}, {}", shown.words()),
            );
            // A class of another model would get a name of this one.
            let of = row.map(|row| row.subject.prediction_key());
            let region = own.and_then(|own| own.region.as_ref());
            if let Some(((_, class), _)) = region.filter(|((key, _), _)| Some(*key) == of) {
                let labels = row.map(|row| &row.subject.model.labels);
                let label = labels.and_then(|labels| labels.get(*class));
                let region = label.map_or_else(String::new, |label| format!(", region of {label}"));
                return format!("{name}{region}");
            }
            let channels = row.map(|row| row.subject.model.preprocess.channels);
            match channels {
                Some(InputChannels::Grey) => format!("{name}, grey to the model"),
                None | Some(InputChannels::Rgb | InputChannels::Bgr | InputChannels::Bands(_)) => {
                    name
                }
            }
        }
        Cell::Panel(Panel::HeatMap) => {
            let Some((key, heat)) = heat else {
                return String::new();
            };
            // The class is in the title there.
            match row.filter(|row| scene.state.letter_in_line(row.id).is_some()) {
                Some(row) if key.shown == Shown::Map => {
                    let numbers = row_numbers(scene, row, &scene.state.view);
                    let layer = &key.heat.layer;
                    numbers
                        .map_or_else(|| layer.clone(), |numbers| format!("{numbers}{DOT}{layer}"))
                }
                Some(_) | None => heat.caption.clone(),
            }
        }
        Cell::Panel(Panel::GuidedBackprop) => match signed {
            Some((key, signed)) => {
                let text = rectifiers(key.rule, signed.rectifiers);
                match row.map(|row| row.subject.model.preprocess.channels) {
                    Some(InputChannels::Bands(count)) => format!("{text}, sum of {count} channels"),
                    None | Some(InputChannels::Rgb | InputChannels::Bgr | InputChannels::Grey) => {
                        text
                    }
                }
            }
            None => String::new(),
        },
        Cell::Panel(Panel::GuidedGradCam) => match signed.map(|(key, _)| key.heat.score) {
            Some(Score::Versus { .. }) => "of the difference of two logits".to_owned(),
            // The heat map shows some channels, but guided Grad-CAM uses all of them.
            Some(_) if shows_some_channels(scene) => "guided backprop × whole heat map".to_owned(),
            Some(_) => "guided backprop × heat map".to_owned(),
            None => String::new(),
        },
        Cell::Difference => own
            .and_then(|own| own.difference.as_ref())
            .filter(|((heat, _), _)| is_shown(heat))
            .map_or_else(String::new, |(_, drawn)| match scale_of(drawn) {
                _ if drawn.max <= 0.0 => "no difference".to_owned(),
                Scale::Own => "orange A, violet B".to_owned(),
                Scale::UpTo(_) => {
                    format!("orange A, violet B; largest {}", significant(drawn.max))
                }
            }),
    }
}

fn shows_some_channels(scene: Scene<'_>) -> bool {
    let view = &scene.state.channels;
    view.looked_at.is_some() || !view.ticked.is_empty()
}

/// How many rectifiers the rule changed.
fn rectifiers(rule: ReluRule, (acted, all): (usize, usize)) -> String {
    match rule {
        _ if all == 0 => "Guided at 0 of 0 ReLUs: this is the plain gradient".to_owned(),
        ReluRule::Guided => format!("Guided at {acted} of {all} ReLUs"),
        ReluRule::Deconvnet => format!("Deconvnet rule at {acted} of {all} ReLUs"),
        ReluRule::Gradient => "The plain gradient".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_a_model_has_no_rectifiers() {
        let text = rectifiers(ReluRule::Guided, (0, 0));
        assert_eq!(text, "Guided at 0 of 0 ReLUs: this is the plain gradient");
        assert_eq!(
            rectifiers(ReluRule::Guided, (26, 26)),
            "Guided at 26 of 26 ReLUs"
        );
    }
}
