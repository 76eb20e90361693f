//! Saves the settings: a few seconds after the last change on a background thread, and once more when
//! the window closes.

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

/// The environment variable that overrides the settings folder, for portable installations and tests.
pub const FOLDER_VARIABLE: &str = "GRADCAM_CONFIG";

/// How long the settings must be unchanged before they are saved.
const SAVE_DELAY: Duration = Duration::from_secs(2);
/// How long to wait before retrying a failed save: the disk may have free space by then.
const RETRY_DELAY: Duration = Duration::from_secs(60);

/// Loads and saves the settings. By default, it saves nothing.
#[derive(Default)]
pub struct Keeper {
    /// `None` if nothing is to be saved.
    folder: Option<PathBuf>,
    /// The contents of the file when it was read, and the settings read from it.
    original: Value,
    read: Settings,
    /// The settings in the file, or those that it will hold once the current write has finished.
    written: Settings,
    /// The settings to write, and when.
    changed: Option<(Settings, Instant)>,
    writing: Option<Promise<Result<(), String>>>,
    /// Whether the last write failed and the failure was reported.
    reported: bool,
}

impl Keeper {
    /// Loads the settings of a folder. Also returns a message if there was a problem.
    pub fn open(folder: &Path) -> (Keeper, Settings, Option<String>) {
        let loaded = file::load(folder);
        let keeper = Keeper {
            folder: loaded.may_write().then(|| folder.to_owned()),
            original: loaded.original,
            read: loaded.settings.clone(),
            written: loaded.settings.clone(),
            changed: None,
            writing: None,
            reported: false,
        };
        let message = loaded.trouble.map(|trouble| trouble.to_string());
        (keeper, loaded.settings, message)
    }

    /// Schedules saving `settings` if they have changed.
    pub fn offer(&mut self, settings: &Settings) {
        if self.folder.is_none() {
            return;
        }
        let newest = self.changed.as_ref().map_or(&self.written, |(s, _)| s);
        if newest != settings {
            self.changed = Some((settings.clone(), Instant::now() + SAVE_DELAY));
        }
    }

    /// Starts a write that is due, and takes in one that has finished. Returns an error message if a
    /// write failed, unless a failure was already reported since the last successful write. `wake`
    /// is called from another thread.
    pub fn tick(&mut self, wake: impl FnOnce() + Send + 'static) -> Option<String> {
        let result = match self.writing.take().map(Promise::try_take) {
            Some(Err(promise)) => {
                self.writing = Some(promise);
                return None;
            }
            Some(Ok(result)) => Some(result),
            None => None,
        };
        let was_reported = self.reported;
        if let Some(result) = &result {
            self.reported = result.is_err();
        }
        let ended = result.and_then(Result::err);
        if ended.is_some() && self.changed.is_none() {
            self.changed = Some((self.written.clone(), Instant::now() + RETRY_DELAY));
        }
        let due = self
            .changed
            .take_if(|(_, due)| *due <= Instant::now())
            .map(|(settings, _)| settings);
        if let Some(settings) = due
            && let Some(write) = self.writer(settings)
        {
            let failed = |why: &str| Err(format!("the settings could not be prepared ({why})"));
            self.writing = Some(background::run("settings", write, failed, wake));
        }
        ended.filter(|_| !was_reported)
    }

    /// How long until [`tick`](Keeper::tick) has something to do.
    pub fn due_in(&self) -> Option<Duration> {
        if self.writing.is_some() {
            return None;
        }
        let (_, due) = self.changed.as_ref()?;
        Some(due.saturating_duration_since(Instant::now()))
    }

    /// Writes unsaved changes at once, before the window closes.
    ///
    /// # Errors
    /// The reason why the settings could not be saved.
    pub fn close(&mut self) -> Result<(), String> {
        let earlier = self.writing.take().map_or(Ok(()), |promise| {
            // Only one thread may write. This is short, unless the disk hangs.
            promise.block_and_take()
        });
        match self.changed.take() {
            Some((settings, _)) => self.writer(settings).map_or(Ok(()), |write| write()),
            None => earlier,
        }
    }

    /// A closure that writes `settings`, to be run on any thread.
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
                format!("the folder could not be created ({error}): {path}")
            })?;
            write::bytes(&folder.join(NAME), &content).map_err(|error| error.to_string())
        })
    }
}

impl Drop for Keeper {
    /// Saves however the window closes. A failure can no longer be reported.
    fn drop(&mut self) {
        drop(self.close());
    }
}

/// The user's settings folder, if there is one.
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
        let (mut keeper, settings, message) = Keeper::open(&deep);
        assert_eq!((&settings, message), (&Settings::default(), None));
        keeper.offer(&settings);
        assert_eq!(keeper.due_in(), None, "nothing has changed");
        keeper.offer(&changed(0.1));
        keeper.offer(&changed(0.2));
        assert!(keeper.due_in().is_some());
        keeper.close().unwrap();
        assert_eq!(Keeper::open(&deep).1, changed(0.2));
    }

    #[test]
    fn a_change_is_written_after_a_quiet_period() {
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
    fn nothing_is_saved_without_a_folder() {
        let mut keeper = Keeper::default();
        keeper.offer(&changed(0.1));
        assert_eq!(keeper.due_in(), None);
        keeper.close().unwrap();
    }

    #[test]
    fn names_a_folder_that_cannot_be_created() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        let (mut keeper, _, message) = Keeper::open(&file.join("below"));
        // Reading reports nothing if there is simply no file.
        assert!(message.is_none_or(|s| s.contains("below")));
        keeper.folder = Some(file.join("below"));
        keeper.offer(&changed(0.1));
        let message = keeper.close().unwrap_err();
        assert!(message.contains("below"), "{message}");
    }

    #[test]
    fn retries_a_failed_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings");
        let (mut keeper, _, _) = Keeper::open(&path);
        fs::write(&path, "in the way").unwrap();
        keeper.changed = Some((changed(0.1), Instant::now()));
        let mut message = keeper.tick(|| ());
        while message.is_none() {
            std::thread::yield_now();
            message = keeper.tick(|| ());
        }
        assert!(keeper.due_in().unwrap() > SAVE_DELAY, "not at once");
        keeper.offer(&changed(0.1));
        fs::remove_file(&path).unwrap();
        keeper.close().unwrap();
        assert_eq!(Keeper::open(&path).1, changed(0.1));
    }
}
