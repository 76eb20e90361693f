//! The parts of a session whose files are missing: kept and saved again until they are found, so that
//! saving to the same name loses nothing.

use std::path::{Path, PathBuf};

use super::file::{Session, StoredPin, StoredSide};
use crate::app::state::State;

/// Files named in one message; the rest is counted.
const NAMED_AT_MOST: usize = 6;

/// The parts of a session that could not be restored, and what is open in their place.
#[derive(Debug, Default)]
pub struct Missing {
    pub pins: Vec<StoredPin>,
    /// As it was read.
    session: Session,
    /// Files of it that are missing or could not be opened.
    gone: Vec<PathBuf>,
    stand_in: StandIn,
}

/// What was open right after the session was restored. While that has not changed, nobody has
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
    /// What is missing of `session`, once the rest of it is in `state`.
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

    /// Whether a missing file is a model.
    pub fn is_model(&self, path: &Path) -> bool {
        let sides = self.session.live.sides.iter().map(|side| &side.model.path);
        let pins = self.session.pins.iter().map(|pin| &pin.model.path);
        sides.chain(pins).any(|model| model == path)
    }

    /// Puts what is missing back into what is to be saved.
    pub fn complete(&self, now: &mut Session, state: &State) {
        let (stored, open) = (&self.session, StandIn::of(state));
        now.pins.extend(self.pins.iter().cloned());
        let pictures = stored.pictures.iter().filter(|path| self.is_gone(path));
        let pictures: Vec<PathBuf> = pictures.cloned().collect();
        let there = |path: &PathBuf| now.pictures.contains(path);
        if stored
            .pictures
            .iter()
            .all(|path| self.is_gone(path) || there(path))
        {
            now.pictures.extend(pictures);
        }
        let sides = &stored.live.sides;
        if open.models == self.stand_in.models && sides.iter().any(|s| self.is_gone(&s.model.path))
        {
            let as_it_is = |stored: &StoredSide| {
                let mut sides = now.live.sides.iter();
                sides.find(|side| is_same(side, stored))
            };
            let sides = sides
                .iter()
                .map(|side| as_it_is(side).unwrap_or(side).clone());
            now.live.sides = sides.collect();
            now.live.active = stored.live.active;
        }
        let image = stored.live.image.as_ref().filter(|path| self.is_gone(path));
        if let Some(image) = image.filter(|_| open.photo == self.stand_in.photo) {
            now.live.image = Some(image.clone());
            now.live.truth.clone_from(&stored.live.truth);
            // Classes were chosen before that picture.
            for side in &mut now.live.sides {
                let stored = stored.live.sides.iter().find(|s| is_same(s, side));
                let chosen = stored.map(|stored| (stored.score.clone(), stored.rival.clone()));
                (side.score, side.rival) = chosen.unwrap_or_default();
            }
        }
    }

    /// What is missing and what needs it, in words; `None` where nothing is.
    pub fn words(&self) -> Option<String> {
        if self.gone.is_empty() && self.pins.is_empty() {
            return None;
        }
        let mut lines = vec!["The rest of the session is open.".to_owned()];
        let named = self.gone.iter().take(NAMED_AT_MOST);
        lines.extend(named.map(|path| self.needs(path)));
        if self.gone.len() > NAMED_AT_MOST {
            lines.push(format!(
                "And {} more files.",
                self.gone.len() - NAMED_AT_MOST
            ));
        }
        let all_there =
            |pin: &&StoredPin| !self.is_gone(&pin.image) && !self.is_gone(&pin.model.path);
        match self.pins.iter().filter(all_there).count() {
            0 => {}
            1 => lines.push("There is no room for 1 pin.".to_owned()),
            many => lines.push(format!("There is no room for {many} pins.")),
        }
        lines.push("What is missing stays in the session when it is saved.".to_owned());
        Some(lines.join("\n"))
    }

    /// "2 pins and the view need …"
    fn needs(&self, path: &Path) -> String {
        let session = &self.session;
        let pins = session.pins.iter();
        let pins = pins
            .filter(|pin| pin.image == path || pin.model.path == path)
            .count();
        let view = session.live.image.as_deref() == Some(path)
            || session
                .live
                .sides
                .iter()
                .any(|side| side.model.path == path);
        let (who, verb) = match (pins, view) {
            (0, false) => ("The strip of pictures".to_owned(), "needs"),
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

/// `session` with a file where it was found, and other missing files of its folder beside it where
/// they are there.
pub fn moved(session: &mut Session, old: &Path, new: &Path) {
    for path in session.paths_mut() {
        if path == old {
            *path = new.to_owned();
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

/// Whether two are of one model, used alike.
fn is_same(a: &StoredSide, b: &StoredSide) -> bool {
    a.model.path == b.model.path && a.model.is_used_as(&b.model)
}
