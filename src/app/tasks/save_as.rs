//! Saving to a file that the user chooses, for both figures and sessions.
//!
//! The picker and the disk may both be slow, so everything happens on a background thread.

use std::path::{Path, PathBuf};
use std::time::Instant;

use egui::Context;
use poll_promise::Promise;

use super::background;
use super::open::dialogs::Picked;
use super::purpose::{Purpose, SaveTarget};
use crate::app::App;
use crate::app::tasks::typed_path::PathPrompt;
use crate::app::wording::sentence;

/// A path that could not be used.
#[derive(Debug, Clone)]
pub struct Refused {
    pub path: PathBuf,
    /// The reason, in words.
    pub why: String,
    /// Whether the reason is an existing file, which may be replaced.
    pub exists: bool,
}

impl Refused {
    pub fn missing(path: PathBuf) -> Refused {
        Refused {
            path,
            why: "There is no such file or folder.".to_owned(),
            exists: false,
        }
    }

    pub fn exists(path: PathBuf) -> Refused {
        Refused {
            path,
            why: "A file with this name already exists.".to_owned(),
            exists: true,
        }
    }
}

/// How what was written differs from what was asked for, if it does.
pub type Remark = Option<String>;

/// The outcome of saving.
pub enum Saved {
    To(PathBuf, Remark),
    /// An image is on the clipboard.
    Copied(Remark),
    NothingChosen,
    /// No picker could be opened. Holds the initial folder and name for the path prompt.
    NoPicker(Option<PathBuf>, String),
    /// A typed path was refused.
    Refused(Refused),
    /// Saving failed, with the reason in words.
    Failed(String),
}

/// Something being saved.
pub struct Saving {
    pub target: SaveTarget,
    /// Whether it goes to the clipboard.
    pub copies: bool,
    pub since: Instant,
    promise: Promise<Saved>,
}

impl Saving {
    /// Runs `work` on a background thread, and wakes the window when it has finished.
    pub fn start(
        ctx: &Context,
        target: SaveTarget,
        work: impl FnOnce() -> Saved + Send + 'static,
    ) -> Saving {
        let ctx = ctx.clone();
        let failed = move |why: &str| Saved::Failed(format!("{} {why}.", target.not_prepared()));
        let wake = move || ctx.request_repaint();
        Saving {
            target,
            copies: false,
            since: Instant::now(),
            promise: background::run(target.thread_name(), work, failed, wake),
        }
    }

    /// Takes the outcome out of `slot` if it is ready.
    pub fn take_finished(slot: &mut Option<Saving>) -> Option<(SaveTarget, Saved)> {
        let saving = slot.take()?;
        match saving.promise.try_take() {
            Ok(saved) => Some((saving.target, saved)),
            Err(promise) => {
                *slot = Some(Saving { promise, ..saving });
                None
            }
        }
    }
}

impl App {
    /// Reports the outcome of saving, or asks for another path. Returns the path that was written.
    pub(crate) fn report_saved(&mut self, target: SaveTarget, saved: Saved) -> Option<PathBuf> {
        match saved {
            Saved::To(path, remark) => {
                let (done, path_shown) = (target.success(), path.display());
                self.state.done.say(match remark {
                    None => format!("{done} {path_shown}"),
                    Some(remark) => format!("{done}, {remark}: {path_shown}"),
                });
                return Some(path);
            }
            Saved::Copied(remark) => {
                let remark = remark.map(|remark| format!(", {remark}"));
                let done = format!("{}{}", target.copied(), remark.unwrap_or_default());
                self.state.done.say(done);
            }
            Saved::NothingChosen => {}
            Saved::NoPicker(folder, name) => {
                let prompt = PathPrompt::new(Purpose::Save(target), folder, &name);
                self.dialogs.path = Some(prompt);
            }
            Saved::Refused(refused) => {
                self.dialogs.path = Some(PathPrompt::again(Purpose::Save(target), refused));
            }
            Saved::Failed(why) => self.notices.error(target.failure(), why),
        }
        None
    }
}

/// Writes to the file chosen in a picker. `with_extension` completes a name without an extension.
/// `folder` and `name` are what the picker started with.
pub fn to_picked(
    picked: Picked,
    folder: Option<PathBuf>,
    name: String,
    with_extension: impl FnOnce(PathBuf) -> PathBuf,
    write: impl FnOnce(&Path) -> Result<Remark, String>,
) -> Saved {
    match picked {
        Picked::File(path) => {
            let named = with_extension(path.clone());
            // The picker asked about replacing the name without the extension, not this one.
            if named != path && named.exists() {
                let why = "already exists. To replace it, choose it by its full name.";
                return Saved::Failed(format!("{} {why}", named.display()));
            }
            match write(&named) {
                Ok(remark) => Saved::To(named, remark),
                Err(why) => Saved::Failed(why),
            }
        }
        Picked::Nothing => Saved::NothingChosen,
        Picked::Unavailable => Saved::NoPicker(folder, name),
    }
}

/// Writes to a typed path. Replaces an existing file only if `replace` is set.
pub fn to_typed(
    path: PathBuf,
    replace: bool,
    write: impl FnOnce(&Path) -> Result<Remark, String>,
) -> Saved {
    if !replace && path.exists() {
        return Saved::Refused(Refused::exists(path));
    }
    match write(&path) {
        Ok(remark) => Saved::To(path, remark),
        Err(why) => Saved::Refused(Refused {
            why: sentence(&why),
            path,
            exists: false,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_png(path: PathBuf) -> PathBuf {
        path.with_extension("png")
    }

    #[test]
    fn does_not_replace_a_file_that_the_picker_did_not_ask_about() {
        let folder = tempfile::tempdir().unwrap();
        let existing = folder.path().join("a.png");
        std::fs::write(&existing, "x").unwrap();
        let save = |path: PathBuf| {
            let write = |path: &Path| match std::fs::write(path, "y") {
                Ok(()) => Ok(None),
                Err(error) => Err(error.to_string()),
            };
            to_picked(Picked::File(path), None, String::new(), with_png, write)
        };
        assert!(matches!(save(folder.path().join("a")), Saved::Failed(_)));
        assert_eq!(std::fs::read_to_string(&existing).unwrap(), "x");
        assert!(
            matches!(save(existing.clone()), Saved::To(..)),
            "the picker asked about it"
        );
        assert_eq!(std::fs::read_to_string(&existing).unwrap(), "y");
    }

    #[test]
    fn a_typed_path_replaces_a_file_only_when_asked_to() {
        let folder = tempfile::tempdir().unwrap();
        let existing = folder.path().join("a.png");
        std::fs::write(&existing, "x").unwrap();
        let saved = to_typed(existing.clone(), false, |_| panic!("nothing is written"));
        assert!(matches!(saved, Saved::Refused(refused) if refused.exists));
        assert!(matches!(
            to_typed(existing, true, |_| Ok(None)),
            Saved::To(..)
        ));
    }
}
