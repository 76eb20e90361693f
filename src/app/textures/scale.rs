//! The colour scale that several rows share, and the difference between two maps.

use crate::picture::map::{Map, difference as map_difference};

use crate::app::state::State;
use crate::app::state::rows::subject::HeatKey;
use crate::app::state::rows::{Row, RowId};

/// The largest value in any row's map; 0 if there is no map.
pub fn common_max(state: &State, rows: &[Row]) -> f32 {
    rows.iter()
        .filter_map(|row| state.results.heat(&row.subject))
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
