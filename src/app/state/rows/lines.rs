//! The rows as lines of panels on the stage. Two compared classes are three rows, since each has its own
//! results, but usually share one line.

use super::panels::{Originals, Panels, TwoClasses};
use super::{Row, RowId};
use crate::figure::Panel;

/// What one place on the stage shows of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    Panel(Panel),
    /// One map minus another, in the colours of signed values.
    Difference,
}

impl Cell {
    /// The cells of a row. In a row that compares two classes, the difference of their maps replaces the
    /// photo.
    fn of(id: RowId, panels: Panels) -> impl Iterator<Item = Cell> {
        let original = match id {
            RowId::Versus(_) => Cell::Difference,
            RowId::Side(_) | RowId::Rival(_) | RowId::Pin(_) => Cell::Panel(Panel::Original),
        };
        let shown = move |cell: &Cell| match cell {
            Cell::Panel(Panel::Original) => panels.originals != Originals::Never,
            Cell::Panel(Panel::GuidedBackprop | Panel::GuidedGradCam) => panels.guided_pair,
            Cell::Panel(Panel::HeatMap) | Cell::Difference => true,
        };
        let others = [Panel::HeatMap, Panel::GuidedBackprop, Panel::GuidedGradCam];
        let all = std::iter::once(original).chain(others.map(Cell::Panel));
        all.filter(shown)
    }
}

/// A cell and its row. Without a row there is only a photo, with no model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place<'a> {
    pub row: Option<&'a Row>,
    pub cell: Cell,
}

impl Place<'_> {
    pub fn id(&self) -> RowId {
        self.row.map_or(RowId::Side(0), |row| row.id)
    }
}

/// Panels side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// The row that the line is about: for two classes in one line, that of their difference.
    pub row: Option<&'a Row>,
    /// Whether it shows two classes.
    pub is_pair: bool,
    /// The columns of the line. `None` where a column of the other lines has nothing here.
    pub columns: Vec<Option<Place<'a>>>,
}

impl<'a> Line<'a> {
    /// What the line shows, each with its column.
    pub fn places(&self) -> impl Iterator<Item = (usize, Place<'a>)> {
        let columns = self.columns.iter().enumerate();
        columns.filter_map(|(column, place)| Some((column, (*place)?)))
    }

    /// Whether this is what the line is looked at for: the map or, of two classes, the difference.
    pub fn looks_at(&self, place: Place<'_>) -> bool {
        let sought = if self.is_pair {
            Cell::Difference
        } else {
            Cell::Panel(Panel::HeatMap)
        };
        place.cell == sought
    }

    /// Whether it shows anything of this row.
    pub fn shows(&self, id: RowId) -> bool {
        self.places().any(|(_, place)| place.id() == id)
    }
}

/// The lines that show these rows, at least one.
pub fn lines(rows: &[Row], panels: Panels) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut rest = rows;
    while let [row, others @ ..] = rest {
        rest = others;
        let (share, photo) = match panels.two_classes {
            TwoClasses::Maps => (true, false),
            TwoClasses::PhotoAndMaps => (true, true),
            TwoClasses::Rows => (false, false),
        };
        if let (true, [rival, versus, after @ ..]) = (share, others)
            && let (RowId::Side(_), RowId::Rival(_)) = (row.id, rival.id)
        {
            // Where other lines have a column for the photo, it takes no room from the maps.
            let original = photo || (rows.len() > 3 && panels.originals != Originals::Never);
            lines.push(pair([row, rival, versus], original));
            rest = after;
            continue;
        }
        let mut columns: Vec<Option<Place<'_>>> = Cell::of(row.id, panels)
            .map(|cell| {
                Some(Place {
                    row: Some(row),
                    cell,
                })
            })
            .collect();
        let is_known = lines
            .first()
            .and_then(|line| line.row)
            .is_some_and(|first| first.subject.photo.id == row.subject.photo.id);
        let original = Some(Cell::Panel(Panel::Original));
        if panels.originals == Originals::Once && is_known {
            for column in &mut columns {
                *column = column.filter(|place| Some(place.cell) != original);
            }
        }
        lines.push(Line {
            row: Some(row),
            is_pair: false,
            columns,
        });
    }
    if lines.is_empty() {
        let cells = Cell::of(RowId::Side(0), panels);
        let columns = cells.map(|cell| Some(Place { row: None, cell }));
        lines.push(Line {
            row: None,
            is_pair: false,
            columns: columns.collect(),
        });
    }
    lines
}

/// The maps of two classes, and their difference; before them the photo alone, if it is wanted.
fn pair<'a>([row, rival, versus]: [&'a Row; 3], original: bool) -> Line<'a> {
    let place = |row, cell| {
        let row = Some(row);
        Some(Place { row, cell })
    };
    let map = Cell::Panel(Panel::HeatMap);
    let original = original.then(|| place(row, Cell::Panel(Panel::Original)));
    let maps = [
        place(row, map),
        place(rival, map),
        place(versus, Cell::Difference),
    ];
    Line {
        row: Some(versus),
        is_pair: true,
        columns: original.into_iter().chain(maps).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::state::rows::subject::Subject;
    use crate::figure::fixture::view;
    use crate::model::ReluRule;
    use crate::picture::photo::geometry::Fit;

    /// Rows of one photo.
    fn rows_of(ids: &[RowId]) -> Vec<Row> {
        let view = view((8, 8), false);
        let subject = Subject {
            photo: Arc::clone(&view.photo),
            model: Arc::clone(&view.model),
            fit: Fit::Crop,
            score: None,
            layer: None,
            rule: ReluRule::Guided,
        };
        let row = |id: &RowId| Row::new(*id, subject.clone());
        ids.iter().map(row).collect()
    }

    /// The cells of each line, a letter for each: of whose row, and which.
    fn told(rows: &[Row], panels: Panels) -> Vec<String> {
        let letter = |place: &Option<Place<'_>>| match place.map(|place| (place.id(), place.cell)) {
            None => "-".to_owned(),
            Some((id, cell)) => {
                let of = match id {
                    RowId::Side(side) => format!("{side}"),
                    RowId::Rival(_) => "b".to_owned(),
                    RowId::Versus(_) => "v".to_owned(),
                    RowId::Pin(_) => "p".to_owned(),
                };
                let what = match cell {
                    Cell::Difference => 'd',
                    Cell::Panel(Panel::Original) => 'o',
                    Cell::Panel(Panel::HeatMap) => 'h',
                    Cell::Panel(Panel::GuidedBackprop) => 'g',
                    Cell::Panel(Panel::GuidedGradCam) => 'x',
                };
                format!("{of}{what}")
            }
        };
        let words = |line: &Line<'_>| {
            let cells: Vec<String> = line.columns.iter().map(letter).collect();
            cells.join(" ")
        };
        lines(rows, panels).iter().map(words).collect()
    }

    #[test]
    fn two_classes_share_a_line_unless_each_has_its_own() {
        let usual = Panels::default();
        let two = [RowId::Side(0), RowId::Rival(0), RowId::Versus(0)];
        let rows = rows_of(&[two[0], two[1], two[2], RowId::Pin(3)]);
        assert_eq!(told(&rows, usual), ["0o 0h bh vd", "po ph pg px"]);
        assert_eq!(told(&rows[..3], usual), ["0h bh vd"]);
        let with_photo = Panels {
            two_classes: TwoClasses::PhotoAndMaps,
            ..usual
        };
        assert_eq!(told(&rows[..3], with_photo), ["0o 0h bh vd"]);
        let apart = Panels {
            two_classes: TwoClasses::Rows,
            ..usual
        };
        let all = ["0o 0h 0g 0x", "bo bh bg bx", "vd vh vg vx", "po ph pg px"];
        assert_eq!(told(&rows, apart), all);
        // A second model with one class stands below.
        let rows = rows_of(&[two[0], two[1], two[2], RowId::Side(1)]);
        assert_eq!(told(&rows, usual), ["0o 0h bh vd", "1o 1h 1g 1x"]);
    }

    #[test]
    fn panels_that_are_hidden_leave_their_room() {
        let rows = rows_of(&[RowId::Side(0), RowId::Side(1)]);
        let with = |originals, guided_pair| Panels {
            originals,
            guided_pair,
            ..Panels::default()
        };
        let maps = with(Originals::Never, false);
        assert_eq!(told(&rows, maps), ["0h", "1h"]);
        let once = with(Originals::Once, true);
        assert_eq!(told(&rows, once), ["0o 0h 0g 0x", "- 1h 1g 1x"]);
        assert_eq!(told(&[], with(Originals::EachRow, false)), ["0o 0h"]);
    }
}
