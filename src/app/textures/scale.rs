//! The colour scale that several rows share, and the difference between two maps.

use crate::picture::map::{Map, difference as map_difference};

use crate::app::state::State;
use crate::app::state::rows::lines::{Cell, Line};
use crate::app::state::rows::subject::HeatKey;
use crate::app::state::rows::{Row, RowId};
use crate::figure::Panel;

/// The largest value in any heat map on the stage; 0 if there is none.
pub fn common_max(state: &State, lines: &[Line<'_>]) -> f32 {
    let heat_map = Cell::Panel(Panel::HeatMap);
    lines
        .iter()
        .flat_map(Line::places)
        .filter(|(_, place)| place.cell == heat_map)
        .filter_map(|(_, place)| state.results.heat(&place.row?.subject))
        .map(|heat| heat.map.max())
        .fold(0.0, f32::max)
}

/// The map of the first class minus the map of the second, for a row that compares two classes.
/// `None` for any other row, and while either map is missing.
pub fn difference(state: &State, row: &Row) -> Option<Map> {
    use crate::explain::Score;
    let (RowId::Versus(_), Some(Score::Versus { a, b })) = (row.id, row.subject.score) else {
        return None;
    };
    let heat = |class| {
        let key = row.subject.heat_key()?;
        state.results.heat_at(&HeatKey {
            score: Score::For(class),
            ..key
        })
    };
    Some(map_difference(&heat(a)?.map, &heat(b)?.map))
}
