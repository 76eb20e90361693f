//! What is said about a row: its facts, its numbers, and the scale of what it shows.

use crate::app::scene::Scene;
use crate::app::state::rows::shown::{Shown, shown};
use crate::app::state::rows::{Row, RowId};
use crate::app::state::viewport::View;
use crate::app::textures::OverPhoto;
use crate::app::ui::bars::readout_ui::reading_of;
use crate::explain::Score;
use crate::picture::map::compose::Scale;
use crate::picture::page::caption::{difference as difference_words, significant};

/// The separator between two facts about a row.
pub const DOT: &str = "  ·  ";

/// The facts about a row besides its class, most important first.
pub fn facts(scene: Scene<'_>, row: &Row, is_pair: bool) -> Vec<String> {
    let (state, subject) = (scene.state, &row.subject);
    let mut facts: Vec<String> = shown_words(&shown(state, row)).into_iter().collect();
    let model = subject.model.name.clone();
    let only_model =
        state.sides.count() == 1 && state.model().map(|model| model.id) == Some(subject.model.id);
    let mut of_pair = None;
    if let (RowId::Versus(_), Some(Score::Versus { a, b })) = (row.id, subject.score) {
        let name = |class| Score::For(class).describe(&subject.model.labels);
        let own = scene.textures.row(row.id);
        let difference = own.and_then(|own| own.difference.as_ref());
        let how = difference.map_or_else(
            || "difference".to_owned(),
            |(_, drawn)| difference_words(drawn.max, scale_of(drawn)),
        );
        let (a, b) = (name(a), name(b));
        if !is_pair {
            return vec![format!("orange is {a}, violet {b}"), how];
        }
        of_pair = Some(how);
    }
    if !only_model {
        facts.push(model.clone());
    }
    facts.push(subject.layer.clone().unwrap_or_default());
    facts.extend(of_pair);
    if state.photo.as_ref().map(|p| p.id) != Some(subject.photo.id) {
        facts.push(subject.photo.name());
    }
    if subject.rule != state.options.rule {
        facts.push(subject.rule.label().to_lowercase());
    }
    if subject.fit != state.options.fit {
        facts.push(subject.fit.label().to_lowercase());
    }
    if only_model {
        facts.push(model);
    }
    if matches!(row.id, RowId::Pin(_)) {
        facts.push("pinned".to_owned());
    }
    facts
}

/// The probabilities of two classes in one line.
pub fn pair_numbers(scene: Scene<'_>, row: &Row) -> Option<String> {
    let Score::Versus { a, b } = row.subject.score? else {
        return None;
    };
    let prediction = scene.state.results.prediction(&row.subject)?;
    let (a, b) = (prediction.shown(a)?, prediction.shown(b)?);
    Some(format!("A {a}{DOT}B {b}"))
}

/// The probability, and the maximum of what is shown or its value under the crosshair.
pub fn numbers(scene: Scene<'_>, row: &Row, view: &View) -> Option<String> {
    let results = &scene.state.results;
    let heat = results.heat(&row.subject)?;
    let drawn = scene.textures.row(row.id).and_then(|own| own.heat.as_ref());
    let drawn = drawn.filter(|(key, _)| Some(&key.heat) == row.subject.heat_key().as_ref());
    let max = drawn.map_or_else(|| heat.map.max(), |(_, drawn)| drawn.over.max);
    let max = significant(max);
    let map = match reading_of(scene, Some(row), view).and_then(|reading| reading.map) {
        Some(value) => format!("{} of {max}", significant(value)),
        None => format!("max {max}"),
    };
    let probability = match row.subject.score? {
        Score::Versus { .. } => None,
        score => {
            let prediction = results.prediction(&row.subject)?;
            prediction.shown(score.class())
        }
    };
    Some(match probability {
        Some(probability) => format!("{probability}{DOT}{map}"),
        None => map,
    })
}

/// The colour scale of a texture.
pub fn scale_of(drawn: &OverPhoto) -> Scale {
    if drawn.common_scale {
        Scale::UpTo(drawn.end)
    } else {
        Scale::Own
    }
}

/// What is shown instead of the whole map, in words.
fn shown_words(shown: &Shown) -> Option<String> {
    match shown {
        Shown::Map => None,
        Shown::Channel(channel) => Some(format!("channel {channel}")),
        Shown::Channels(ticked) if ticked.len() == 1 => Some("1 channel alone".to_owned()),
        Shown::Channels(ticked) => Some(format!("{} channels alone", ticked.len())),
    }
}

/// As many of the first `facts` as fit in `room`, but at least one.
pub fn fitting(facts: &[String], room: f32, width: impl Fn(&str) -> f32) -> &[String] {
    let mut count = facts.len();
    while count > 1 && width(&facts[..count].join(DOT)) > room {
        count -= 1;
    }
    &facts[..count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_important_fact_is_dropped_first() {
        let facts = ["features.12", "net", "pinned"].map(str::to_owned);
        let letters = |text: &str| text.chars().count() as f32;
        let text = |room| fitting(&facts, room, letters).join(", ");
        assert_eq!(text(100.0), "features.12, net, pinned");
        assert_eq!(text(20.0), "features.12, net");
        assert_eq!(text(3.0), "features.12");
        assert!(fitting(&[], 3.0, letters).is_empty());
    }

    #[test]
    fn names_a_part_of_the_map_but_not_the_whole() {
        assert_eq!(shown_words(&Shown::Map), None);
        assert_eq!(shown_words(&Shown::Channel(7)).unwrap(), "channel 7");
        let three = Shown::Channels(vec![1, 4, 9]);
        assert_eq!(shown_words(&three).unwrap(), "3 channels alone");
    }
}
