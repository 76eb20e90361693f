//! The parts of a session whose files are missing. They are kept and saved again until they are found,
//! so that saving over the session loses nothing.

use std::path::{Path, PathBuf};

use super::file::{Session, StoredPin, StoredSide};
use crate::app::persistence::stored::StoredModel;
use crate::app::state::State;

/// The maximum number of files listed in one message. The rest are counted.
const MAX_LISTED: usize = 6;

/// The parts of a session that could not be restored, and what is open in their place.
#[derive(Debug, Default)]
pub struct Missing {
    pub pins: Vec<StoredPin>,
    /// The session as it was read.
    session: Session,
    /// The files that are missing or could not be opened.
    gone: Vec<PathBuf>,
    stand_in: StandIn,
}

/// What was open right after the session was restored. While that is unchanged, the user has not
/// replaced what is missing.
#[derive(Debug, Default, PartialEq)]
struct StandIn {
    photo: Option<u64>,
    models: Vec<u64>,
}

impl StandIn {
    fn of(state: &State) -> StandIn {
        let models = state.sides.iter().filter_map(|side| side.model.as_ref());
        StandIn {
            photo: state.photo.as_ref().map(|photo| photo.id),
            models: models.map(|model| model.id).collect(),
        }
    }
}

impl Missing {
    /// The missing parts of `session`, once the rest has been restored to `state`.
    pub fn new(
        session: Session,
        pins: Vec<StoredPin>,
        gone: Vec<PathBuf>,
        state: &State,
    ) -> Missing {
        Missing {
            pins,
            session,
            gone,
            stand_in: StandIn::of(state),
        }
    }

    fn is_gone(&self, path: &Path) -> bool {
        self.gone.iter().any(|gone| gone == path)
    }

    /// Whether a model file is missing, or a file that it is used with.
    fn lacks(&self, model: &StoredModel) -> bool {
        self.gone.iter().any(|gone| model.needs(gone))
    }

    /// Whether a missing file is a model.
    pub fn is_model(&self, path: &Path) -> bool {
        let sides = self.session.live.sides.iter().map(|side| &side.model.path);
        let pins = self.session.pins.iter().map(|pin| &pin.model.path);
        sides.chain(pins).any(|model| model == path)
    }

    /// Adds the missing parts to a session that is about to be saved.
    pub fn complete(&self, now: &mut Session, state: &State) {
        let (stored, open) = (&self.session, StandIn::of(state));
        now.pins.extend(self.pins.iter().cloned());
        let pictures = stored.pictures.iter().filter(|path| self.is_gone(path));
        let pictures: Vec<PathBuf> = pictures.cloned().collect();
        let is_listed = |path: &PathBuf| now.pictures.contains(path);
        if stored
            .pictures
            .iter()
            .all(|path| self.is_gone(path) || is_listed(path))
        {
            now.pictures.extend(pictures);
        }
        let sides = &stored.live.sides;
        if open.models == self.stand_in.models && sides.iter().any(|s| self.lacks(&s.model)) {
            let current = |stored: &StoredSide| {
                let mut sides = now.live.sides.iter();
                sides.find(|side| is_same(side, stored))
            };
            let sides = sides
                .iter()
                .map(|side| current(side).unwrap_or(side).clone());
            now.live.sides = sides.collect();
            now.live.active = stored.live.active;
        }
        let image = stored.live.image.as_ref().filter(|path| self.is_gone(path));
        if let Some(image) = image.filter(|_| open.photo == self.stand_in.photo) {
            now.live.image = Some(image.clone());
            now.live.truth.clone_from(&stored.live.truth);
            // The stored classes belong to the missing image.
            for side in &mut now.live.sides {
                let stored = stored.live.sides.iter().find(|s| is_same(s, side));
                let chosen = stored.map(|stored| (stored.score.clone(), stored.rival.clone()));
                (side.score, side.rival) = chosen.unwrap_or_default();
            }
        }
    }

    /// A message about what is missing and what needs it. `None` if nothing is missing.
    pub fn words(&self) -> Option<String> {
        if self.gone.is_empty() && self.pins.is_empty() {
            return None;
        }
        let mut lines = vec!["The rest of the session is open.".to_owned()];
        let named = self.gone.iter().take(MAX_LISTED);
        lines.extend(named.map(|path| self.needs(path)));
        if self.gone.len() > MAX_LISTED {
            lines.push(format!("And {} more files.", self.gone.len() - MAX_LISTED));
        }
        let all_there = |pin: &&StoredPin| !self.is_gone(&pin.image) && !self.lacks(&pin.model);
        match self.pins.iter().filter(all_there).count() {
            0 => {}
            1 => lines.push("There is no room for 1 pin.".to_owned()),
            many => lines.push(format!("There is no room for {many} pins.")),
        }
        lines.push("Missing parts stay in the session when it is saved.".to_owned());
        Some(lines.join("\n"))
    }

    /// A line such as "2 pins and the view need …".
    fn needs(&self, path: &Path) -> String {
        let session = &self.session;
        let pins = session.pins.iter();
        let pins = pins
            .filter(|pin| pin.image == path || pin.model.needs(path))
            .count();
        let view = session.live.image.as_deref() == Some(path)
            || session.live.sides.iter().any(|side| side.model.needs(path));
        let (who, verb) = match (pins, view) {
            (0, false) => ("The gallery".to_owned(), "needs"),
            (0, true) => ("The view".to_owned(), "needs"),
            (1, false) => ("1 pin".to_owned(), "needs"),
            (1, true) => ("1 pin and the view".to_owned(), "need"),
            (pins, false) => (format!("{pins} pins"), "need"),
            (pins, true) => (format!("{pins} pins and the view"), "need"),
        };
        format!("{who} {verb} {}", path.display())
    }

    /// One of the missing files.
    pub fn first_file(&self) -> Option<&PathBuf> {
        self.gone.first()
    }
}

/// Replaces `old` by `new` in `session`, and also other missing files of the old folder if they exist in
/// the new one.
pub fn moved(session: &mut Session, old: &Path, new: &Path) {
    for path in session.paths_mut() {
        if path == old {
            new.clone_into(path);
            continue;
        }
        let beside = new.parent().zip(path.file_name());
        let beside = beside.map(|(folder, name)| folder.join(name));
        if path.parent() == old.parent()
            && !path.exists()
            && let Some(beside) = beside.filter(|beside| beside.exists())
        {
            *path = beside;
        }
    }
}

/// Whether two sides have the same model, used in the same way.
fn is_same(a: &StoredSide, b: &StoredSide) -> bool {
    a.model.path == b.model.path && a.model.is_used_as(&b.model)
}
