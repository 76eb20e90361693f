//! What the cells of a row show, and whether it still matches the row.

use crate::explain::Score;
use crate::figure::Panel;
use crate::model::{InputChannels, ReluRule};

use crate::app::scene::Scene;
use crate::app::state::rows::{Row, RowId};
use crate::app::textures::layer_key;

/// One of the four positions in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    Panel(Panel),
    /// One map minus another, in a diverging colour map.
    Difference,
}

impl Cell {
    /// The four cells of a row. In a row that compares two classes, the difference of their maps
    /// replaces the photo.
    pub fn of(id: RowId) -> [Cell; 4] {
        let mut cells = Panel::ALL.map(Cell::Panel);
        if matches!(id, RowId::Versus(_)) {
            cells[0] = Cell::Difference;
        }
        cells
    }

    pub fn title(self, rule: ReluRule) -> &'static str {
        match self {
            Cell::Panel(panel) => panel.title(rule),
            Cell::Difference => "Difference of the maps",
        }
    }
}

/// Whether `cell` shows something other than what its row should show now. Without a row there is
/// only a photo, with no model.
pub fn is_stale(scene: Scene<'_>, row: Option<&Row>, cell: Cell) -> bool {
    let (state, textures) = (scene.state, scene.textures);
    let own = textures.row(row.map_or(RowId::Side(0), |row| row.id));
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
            let wanted = subject.and_then(crate::app::state::subject::Subject::guided_key);
            own.and_then(|own| own.signed.as_ref()).map(|(key, _)| key) != wanted.as_ref()
        }
        Cell::Difference => {
            let wanted = subject.and_then(crate::app::state::subject::Subject::heat_key);
            let shown = own.and_then(|own| own.difference.as_ref());
            shown.map(|((heat, _), _)| heat) != wanted.as_ref()
        }
    }
}

/// Whether any panel is still waiting for its contents.
pub fn any_stale(scene: Scene<'_>) -> bool {
    scene.state.rows().iter().any(|row| {
        Cell::of(row.id)
            .into_iter()
            .any(|cell| is_stale(scene, Some(row), cell))
    })
}

/// The caption of what a cell shows, current or stale.
pub fn caption(scene: Scene<'_>, row: Option<&Row>, cell: Cell) -> String {
    let own = scene.textures.row(row.map_or(RowId::Side(0), |row| row.id));
    let signed = own.and_then(|own| own.signed.as_ref());
    let heat = own.and_then(|own| own.heat.as_ref());
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
            if let Some(((_, class), _)) = own.and_then(|own| own.region.as_ref()) {
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
            heat.map_or_else(String::new, |(_, heat)| heat.caption.clone())
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
            Some(_) if shows_some_channels(scene) => "times the whole heat map".to_owned(),
            Some(_) => "times the heat map".to_owned(),
            None => String::new(),
        },
        Cell::Difference => own
            .and_then(|own| own.difference.as_ref())
            .map_or_else(String::new, |(_, heat)| heat.caption.clone()),
    }
}

fn shows_some_channels(scene: Scene<'_>) -> bool {
    let view = &scene.state.channels;
    view.looked_at.is_some() || !view.ticked.is_empty()
}

/// How many rectifiers the rule changed.
fn rectifiers(rule: ReluRule, (acted, all): (usize, usize)) -> String {
    match rule {
        _ if all == 0 => "0 of 0 rectifiers guided: this is the plain gradient".to_owned(),
        ReluRule::Guided => format!("{acted} of {all} rectifiers guided"),
        ReluRule::Deconvnet => format!("{acted} of {all} rectifiers by the deconvnet rule"),
        ReluRule::Gradient => "The plain gradient".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_a_model_has_no_rectifiers() {
        let text = rectifiers(ReluRule::Guided, (0, 0));
        assert_eq!(text, "0 of 0 rectifiers guided: this is the plain gradient");
        assert_eq!(
            rectifiers(ReluRule::Guided, (26, 26)),
            "26 of 26 rectifiers guided"
        );
    }
}
