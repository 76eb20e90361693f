//! What maps of several rows are measured against, and what is left of one map after another.

use crate::picture::map::{Map, difference as between};

use crate::app::state::State;
use crate::app::state::rows::{Row, RowId};
use crate::app::state::subject::HeatKey;

/// The largest value of any row's map; 0 where there is none.
pub fn common_max(state: &State, rows: &[Row]) -> f32 {
    rows.iter()
        .filter_map(|row| state.results.heat(&row.subject))
        .map(|heat| heat.map.max())
        .fold(0.0, f32::max)
}

/// The map of the first class minus the map of the second, in the row of the two; `None` in any
/// other row, and while one of the maps is still to come.
pub fn difference(state: &State, row: &Row) -> Option<Map> {
    use crate::explain::Score;
    let (RowId::Versus(_), Some(Score::Versus { a, b })) = (row.id, row.subject.score) else {
        return None;
    };
    let of = |class| {
        let key = row.subject.heat_key()?;
        state.results.heat_at(&HeatKey {
            score: Score::For(class),
            ..key
        })
    };
    Some(between(&of(a)?.map, &of(b)?.map))
}
