//! Writes the settings where they are kept: some seconds after the last change, on a thread of its
//! own, and once more when the window closes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use directories::ProjectDirs;
use poll_promise::Promise;
use serde_json::Value;

use crate::picture::write;

use super::Settings;
use super::file::{self, NAME};
use crate::app::tasks::background;

/// Names the folder of settings in place of the system's own, for use from a stick and for tests.
pub const FOLDER_VARIABLE: &str = "GRADCAM_CONFIG";

/// How long nothing may have changed before it is written.
const QUIET: Duration = Duration::from_secs(2);
/// How long after a write that failed it is tried again: the disk may be full no longer.
const AGAIN: Duration = Duration::from_secs(60);

/// Where settings come from and go to; by default nowhere.
#[derive(Default)]
pub struct Keeper {
    /// `None` where nothing is kept.
    folder: Option<PathBuf>,
    /// What the file held before, and how it was read.
    original: Value,
    read: Settings,
    /// What the file holds, or will once the write under way has ended.
    written: Settings,
    /// What is to be written, and when.
    changed: Option<(Settings, Instant)>,
    writing: Option<Promise<Result<(), String>>>,
    /// The last write failed, and that was told.
    told: bool,
}

impl Keeper {
    /// The settings of a folder, and what is to be said about them.
    pub fn open(folder: &Path) -> (Keeper, Settings, Option<String>) {
        let loaded = file::load(folder);
        let keeper = Keeper {
            folder: loaded.may_write().then(|| folder.to_owned()),
            original: loaded.original,
            read: loaded.settings.clone(),
            written: loaded.settings.clone(),
            changed: None,
            writing: None,
            told: false,
        };
        let said = loaded.trouble.map(|trouble| trouble.to_string());
        (keeper, loaded.settings, said)
    }

    /// Takes in what is to be remembered now.
    pub fn offer(&mut self, settings: &Settings) {
        if self.folder.is_none() {
            return;
        }
        let newest = self.changed.as_ref().map_or(&self.written, |(s, _)| s);
        if newest != settings {
            self.changed = Some((settings.clone(), Instant::now() + QUIET));
        }
    }

    /// Begins what is due and takes in what has ended: what went wrong, in words, if it did and was
    /// not told since the last write that worked. `wake` is called from another thread.
    pub fn tick(&mut self, wake: impl FnOnce() + Send + 'static) -> Option<String> {
        let result = match self.writing.take().map(Promise::try_take) {
            Some(Err(promise)) => {
                self.writing = Some(promise);
                return None;
            }
            Some(Ok(result)) => Some(result),
            None => None,
        };
        let was_told = self.told;
        if let Some(result) = &result {
            self.told = result.is_err();
        }
        let ended = result.and_then(Result::err);
        if ended.is_some() && self.changed.is_none() {
            self.changed = Some((self.written.clone(), Instant::now() + AGAIN));
        }
        let due = self
            .changed
            .take_if(|(_, due)| *due <= Instant::now())
            .map(|(settings, _)| settings);
        if let Some(settings) = due
            && let Some(write) = self.writer(settings)
        {
            let failed = |why: &str| Err(format!("the settings could not be put together, {why}"));
            self.writing = Some(background::run("settings", write, failed, wake));
        }
        ended.filter(|_| !was_told)
    }

    /// When [`tick`](Keeper::tick) has something to do.
    pub fn due_in(&self) -> Option<Duration> {
        if self.writing.is_some() {
            return None;
        }
        let (_, due) = self.changed.as_ref()?;
        Some(due.saturating_duration_since(Instant::now()))
    }

    /// Writes at once what is not yet written. The window is closing.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub fn close(&mut self) -> Result<(), String> {
        let earlier = self.writing.take().map_or(Ok(()), |promise| {
            // Short of a hanging disk it ends soon, and only one may write.
            promise.block_and_take()
        });
        match self.changed.take() {
            Some((settings, _)) => self.writer(settings).map_or(Ok(()), |write| write()),
            None => earlier,
        }
    }

    /// What writes `settings`, ready to be sent away.
    fn writer(
        &mut self,
        settings: Settings,
    ) -> Option<impl FnOnce() -> Result<(), String> + Send + 'static> {
        let folder = self.folder.clone()?;
        let content = file::merged(&self.original, &self.read, &settings);
        self.written = settings;
        Some(move || {
            let content = content.and_then(|value| serde_json::to_vec_pretty(&value));
            let content = content.map_err(|error| error.to_string())?;
            fs::create_dir_all(&folder).map_err(|error| {
                let path = folder.display();
                format!("this folder could not be made ({error}): {path}")
            })?;
            write::bytes(&folder.join(NAME), &content).map_err(|error| error.to_string())
        })
    }
}

impl Drop for Keeper {
    /// However the window ends. There is none left to say in what goes wrong.
    fn drop(&mut self) {
        drop(self.close());
    }
}

/// The folder of this person's settings, if there is one.
pub fn folder() -> Option<PathBuf> {
    match std::env::var_os(FOLDER_VARIABLE) {
        Some(folder) if !folder.is_empty() => Some(folder.into()),
        _ => Some(ProjectDirs::from("", "", "gradcam")?.config_dir().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::view_options::Opacity;

    fn changed(opacity: f32) -> Settings {
        let mut settings = Settings::default();
        settings.options.style.opacity = Opacity::from_share(opacity);
        settings
    }

    #[test]
    fn the_newest_change_is_written_when_the_window_closes() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("not/yet/there");
        let (mut keeper, settings, said) = Keeper::open(&deep);
        assert_eq!((&settings, said), (&Settings::default(), None));
        keeper.offer(&settings);
        assert_eq!(keeper.due_in(), None, "nothing has changed");
        keeper.offer(&changed(0.1));
        keeper.offer(&changed(0.2));
        assert!(keeper.due_in().is_some());
        keeper.close().unwrap();
        assert_eq!(Keeper::open(&deep).1, changed(0.2));
    }

    #[test]
    fn a_change_is_written_once_all_has_been_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let (mut keeper, _, _) = Keeper::open(folder.path());
        keeper.offer(&changed(0.1));
        keeper.tick(|| ());
        assert!(!folder.path().join(NAME).exists(), "too early");
        let (settings, _) = keeper.changed.take().unwrap();
        keeper.changed = Some((settings, Instant::now()));
        keeper.tick(|| ());
        assert_eq!(keeper.due_in(), None);
        keeper.close().unwrap();
        assert_eq!(Keeper::open(folder.path()).1, changed(0.1));
    }

    #[test]
    fn nothing_is_kept_nowhere() {
        let mut keeper = Keeper::default();
        keeper.offer(&changed(0.1));
        assert_eq!(keeper.due_in(), None);
        keeper.close().unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        let (mut keeper, _, said) = Keeper::open(&file.join("below"));
        // Reading says nothing where there is simply no file.
        assert!(said.is_none() || said.is_some_and(|s| s.contains("below")));
        keeper.folder = Some(file.join("below"));
        keeper.offer(&changed(0.1));
        let said = keeper.close().unwrap_err();
        assert!(said.contains("below"), "{said}");
    }

    #[test]
    fn a_write_that_failed_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("settings");
        let (mut keeper, _, _) = Keeper::open(&place);
        fs::write(&place, "in the way").unwrap();
        keeper.changed = Some((changed(0.1), Instant::now()));
        let mut said = keeper.tick(|| ());
        while said.is_none() {
            std::thread::yield_now();
            said = keeper.tick(|| ());
        }
        assert!(keeper.due_in().unwrap() > QUIET, "not at once");
        keeper.offer(&changed(0.1));
        fs::remove_file(&place).unwrap();
        keeper.close().unwrap();
        assert_eq!(Keeper::open(&place).1, changed(0.1));
    }
}
