//! What can be done with a panel of the stage.

use super::pictures::file_entries;
use super::{Entries, truth_entry};
use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::lines::{Cell, Place};
use crate::app::state::rows::{Large, Row, RowId};
use crate::explain::Score;
use crate::figure::Panel;

/// Adds the entries for one panel.
pub fn panel_entries(entries: &mut Entries, scene: Scene<'_>, place: Place<'_>) {
    let (id, cell) = (place.id(), place.cell);
    entries.add(scene, "Copy this panel", Command::CopyCell(id, cell));
    entries.add(scene, "Export this panel…", Command::ExportCell(id, cell));
    entries.separate();
    let (label, large) = match scene.state.large {
        Some(_) => ("Show all panels", None),
        None => ("Look at it large", Some(Large { row: id, cell })),
    };
    entries.add(scene, label, Command::Enlarge(large));
    if let Some(row) = place.row {
        row_entries(entries, scene, row);
    }
    let photo = place.row.map(|row| &row.subject.photo);
    if let (Cell::Panel(Panel::Original), Some(photo)) =
        (cell, photo.or(scene.state.photo.as_ref()))
    {
        entries.separate();
        file_entries(entries, scene, &photo.path);
    }
}

fn row_entries(entries: &mut Entries, scene: Scene<'_>, row: &Row) {
    match row.id {
        RowId::Pin(pin) => {
            entries.add(scene, "Restore to live view", Command::MakeLive(pin));
            entries.add(scene, "Unpin", Command::Unpin(pin));
        }
        RowId::Side(_) | RowId::Rival(_) | RowId::Versus(_) => {
            entries.add(scene, "Pin this view", Command::Pin(row.id));
        }
    }
    truth_of_row(entries, scene, row);
    if let Some(layer) = &row.subject.layer {
        entries.separate();
        entries.add(scene, "Copy layer path", Command::CopyText(layer.clone()));
    }
}

/// The class of a row of the open photo as the true one.
fn truth_of_row(entries: &mut Entries, scene: Scene<'_>, row: &Row) {
    let (state, subject) = (scene.state, &row.subject);
    let is_open = state.photo.as_ref().map(|photo| photo.id) == Some(subject.photo.id);
    let is_model = state.model().map(|model| model.id) == Some(subject.model.id);
    let class = match subject.score {
        Some(Score::For(class) | Score::Against(class) | Score::Within { class, .. }) => class,
        Some(Score::Versus { .. }) | None => return,
    };
    if !is_open || !is_model || subject.model.kind.directions().is_some() {
        return;
    }
    truth_entry(entries, class, state.truth_here() == Some(class));
}
