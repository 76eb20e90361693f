//! The colour scale that several rows share, and the difference between two maps.

use crate::picture::map::compose::Scale;
use crate::picture::map::{Map, difference as map_difference};

use crate::app::state::State;
use crate::app::state::rows::lines::{Cell, Line};
use crate::app::state::rows::subject::HeatKey;
use crate::app::state::rows::{Row, RowId};
use crate::figure::Panel;

/// The scale of all heat maps on the stage, as chosen.
pub fn shared(state: &State, lines: &[Line<'_>]) -> Scale {
    let heat_map = Cell::Panel(Panel::HeatMap);
    let maps = lines
        .iter()
        .flat_map(Line::places)
        .filter(|(_, place)| place.cell == heat_map)
        .filter_map(|(_, place)| state.results.heat(&place.row?.subject))
        .map(|heat| &heat.map);
    state.options.style.scaling().of(maps)
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
