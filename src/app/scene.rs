//! What a frame shows: everything that the panels may read, and nothing that they may change.
//!
//! Panels are functions of a [`Scene`], their own scratch, and a list to which they push
//! [`Command`](super::commands::Command)s. So no panel can change what another one shows.

use std::time::Instant;

use crate::engine::Progress;

use super::commands::Command;
use super::gallery::OpenFolder;
use super::notices::Notices;
use super::persistence::Persistence;
use super::state::State;
use super::state::view_options::MapStyle;
use super::tasks::Tasks;
use super::textures::Textures;
use super::wording::sentence;

/// Shared references to the parts of the window that panels read.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub state: &'a State,
    pub tasks: &'a Tasks,
    pub gallery: &'a OpenFolder,
    pub textures: &'a Textures,
    pub persistence: &'a Persistence,
    pub notices: &'a Notices,
    /// What the engine is doing.
    pub progress: Option<Progress>,
}

impl Scene<'_> {
    /// A message about what is in progress, and when it started.
    pub fn busy(&self) -> Option<(String, Instant)> {
        if let Some(opening) = &self.tasks.photo {
            return Some((format!("Opening {}", opening.path.display()), opening.since));
        }
        if let Some(session) = self.persistence.session.busy() {
            return Some(session);
        }
        if let Some(progress) = self.progress {
            let stage = sentence(progress.stage.label());
            let stage = match progress.part {
                Some(part) => format!("{stage}, {:.0} %", part * 100.0),
                None => stage,
            };
            return Some((stage, progress.since));
        }
        if let Some(model) = self.tasks.models.front() {
            let opening = &model.opening;
            return Some((format!("Opening {}", opening.path.display()), opening.since));
        }
        let export = self.tasks.export.as_ref()?;
        let what = if export.copies {
            "Copying"
        } else {
            "Exporting"
        };
        Some((what.to_owned(), export.since))
    }

    /// Whether there is anything to cancel. Writing a file cannot be cancelled.
    pub fn can_cancel(&self) -> bool {
        let opening = self.tasks.photo.is_some() || !self.tasks.models.is_empty();
        let arrays = self.tasks.awaits_arrays();
        opening || self.persistence.session.is_opening() || self.tasks.awaits_results() || arrays
    }

    /// Whether anything in progress will change what is shown.
    pub fn is_loading(&self) -> bool {
        self.tasks.is_loading() || self.persistence.session.busy().is_some()
    }

    /// A command that changes how maps are drawn.
    pub fn styled(&self, change: impl FnOnce(&mut MapStyle)) -> Command {
        let mut options = self.state.options;
        change(&mut options.style);
        Command::SetOptions(options)
    }
}
