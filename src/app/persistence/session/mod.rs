//! Saving what is open and pinned as a session, and opening it again. Opening reads the file, opens
//! every image and model in it, and only then changes the window, all at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;

use crate::engine::ModelInfo;
use crate::picture::photo::decode::Photo;

use crate::app::App;
use crate::app::state::rows::MAX_PINS;
use crate::app::tasks::background;
use crate::app::tasks::purpose::{Purpose, SaveTarget};
use crate::app::tasks::save_as::{Remark, Saved, Saving, to_picked, to_typed};
use file::{EXTENSION, Error, Opened, Session, StoredPin, with_extension};

pub(crate) mod file;
mod missing;
mod parts;
pub(crate) mod paths;
mod restore;
mod snapshot;

use missing::Missing;
use parts::{Network, Part, PartState, Picture, distinct, is_file};

/// The session file, and the operations in progress on it.
#[derive(Default)]
pub struct SessionFile {
    /// The file that was last saved or opened.
    path: Option<PathBuf>,
    saving: Option<Saving>,
    reading: Option<Reading>,
    opening: Option<Opening>,
    /// The parts of the open session that could not be restored.
    missing: Missing,
    /// The missing file that the user is locating.
    locating: Option<PathBuf>,
}

struct Reading {
    path: PathBuf,
    since: Instant,
    promise: Promise<Result<Opened, Error>>,
}

/// A session whose files are being opened.
struct Opening {
    path: PathBuf,
    since: Instant,
    opened: Opened,
    photos: Vec<Part<Picture, Photo>>,
    models: Vec<Part<Network, ModelInfo>>,
}

impl SessionFile {
    /// A message about what is in progress, and when it started.
    pub fn busy(&self) -> Option<(String, Instant)> {
        let path = |path: &Path| format!("Opening {}", path.display());
        let reading = self.reading.as_ref().map(|r| (path(&r.path), r.since));
        let opening = self.opening.as_ref().map(|o| (path(&o.path), o.since));
        let saving = self.saving.as_ref();
        let saving = saving.map(|s| ("Saving the session".to_owned(), s.since));
        reading.or(opening).or(saving)
    }

    /// The folder of the session file.
    pub fn folder(&self) -> Option<PathBuf> {
        self.path.as_deref()?.parent().map(Path::to_owned)
    }

    /// The folder in which to start looking for a missing file: its old folder if that exists, or the
    /// session's.
    pub fn missing_folder(&self) -> Option<PathBuf> {
        let old = self.locating.as_deref().and_then(Path::parent);
        let old = old.filter(|folder| folder.is_dir());
        old.map(Path::to_owned).or_else(|| self.folder())
    }

    /// Whether pins of the session are missing their files.
    pub fn has_missing_pins(&self) -> bool {
        !self.missing.pins.is_empty()
    }

    /// Drops those pins, so that they are not saved again.
    pub fn forget_missing_pins(&mut self) {
        self.missing.pins.clear();
    }

    pub fn is_opening(&self) -> bool {
        self.reading.is_some() || self.opening.is_some()
    }

    /// Models already opened for a session that is not shown yet.
    pub fn models(&self) -> impl Iterator<Item = &Arc<ModelInfo>> {
        let parts = self.opening.iter().flat_map(|opening| &opening.models);
        parts.filter_map(|part| match &part.state {
            PartState::Open(model) => Some(model),
            _ => None,
        })
    }

    /// Stops opening a session. What is open stays open.
    pub fn cancel(&mut self) {
        self.reading = None;
        self.opening = None;
    }
}

impl App {
    /// Asks where to save, and saves what is open now.
    pub(crate) fn save_session(&mut self, ctx: &Context) {
        if self.persistence.session.saving.is_some() {
            return;
        }
        let Some(session) = self.session_to_save() else {
            return;
        };
        let last = self.persistence.session.path.clone();
        let folder = self.persistence.session.folder();
        let folder = folder.or_else(|| self.photo_folder());
        let name = last.as_deref().and_then(Path::file_name);
        let name = name.map_or_else(
            || format!("{}.{EXTENSION}", self.state.session_name()),
            |name| name.to_string_lossy().into_owned(),
        );
        let dialogs = Arc::clone(&self.file_dialogs);
        self.start_saving(ctx, move || {
            let picked = dialogs.save_session(folder.as_deref(), &name);
            let write = |path: &Path| written(&session, path);
            to_picked(picked, folder, name, with_extension, write)
        });
    }

    /// Saves what is open now to a path that was typed.
    pub(crate) fn save_session_to(&mut self, ctx: &Context, path: PathBuf, replace: bool) {
        let Some(session) = self.session_to_save() else {
            return;
        };
        let path = with_extension(path);
        self.start_saving(ctx, move || {
            to_typed(path, replace, |path| written(&session, path))
        });
    }

    fn start_saving(&mut self, ctx: &Context, work: impl FnOnce() -> Saved + Send + 'static) {
        let saving = Saving::start(ctx, SaveTarget::Session, work);
        self.persistence.session.saving = Some(saving);
    }

    fn session_to_save(&mut self) -> Option<Session> {
        let session = self.state.to_session(self.gallery.folder.paths());
        let Some(mut session) = session else {
            let why = "Open an image or a model first.";
            self.notices.error("Nothing to save yet", why);
            return None;
        };
        let missing = &self.persistence.session.missing;
        missing.complete(&mut session, &self.state);
        Some(session)
    }

    /// Asks the user where a missing file of the session is now.
    pub(crate) fn locate(&mut self, ctx: &Context, path: PathBuf) {
        let session = &mut self.persistence.session;
        let purpose = if session.missing.is_model(&path) {
            Purpose::LocateModel
        } else {
            Purpose::LocateImage
        };
        session.locating = Some(path);
        self.pick(ctx, purpose);
    }

    /// Opens the session again as it would be saved now, with the new path of the located file.
    pub(crate) fn use_located(&mut self, found: PathBuf) {
        let path = self.persistence.session.path.clone();
        let old = self.persistence.session.locating.take();
        let Some((old, path)) = old.zip(path) else {
            return;
        };
        let Some(mut session) = self.session_to_save() else {
            return;
        };
        missing::moved(&mut session, &old, &found);
        let opened = Opened::of(session);
        self.persistence.session.cancel();
        self.open_parts(path, Instant::now(), opened);
    }

    /// Opens a session file.
    pub(crate) fn open_session(&mut self, path: PathBuf) {
        self.persistence.session.cancel();
        let file = path.clone();
        let read = move || Session::open(&file);
        let file = path.clone();
        let failed = move |why: &str| {
            let (reason, path) = (why.to_owned(), file.clone());
            Err(Error::Unreadable { reason, path })
        };
        // There is no context here to wake the window with; `drain_session` polls instead.
        let promise = background::run("session", read, failed, || ());
        self.persistence.session.reading = Some(Reading {
            path,
            since: Instant::now(),
            promise,
        });
    }

    /// Takes in finished reading, opening and saving of sessions.
    pub(crate) fn drain_session(&mut self, ctx: &Context) {
        if let Some((target, saved)) = Saving::take_finished(&mut self.persistence.session.saving)
            && let Some(path) = self.report_saved(target, saved)
        {
            self.persistence.session.path = Some(path);
        }
        self.drain_reading();
        let opening = self.persistence.session.opening.take_if(|opening| {
            let photos = opening.photos.iter_mut().map(Part::drain);
            let models = opening.models.iter_mut().map(Part::drain);
            // Drains every part: `all` would stop at the first that is not ready.
            photos.chain(models).filter(|ready| !ready).count() == 0
        });
        if let Some(opening) = opening {
            self.restore_session(opening);
        }
        if self.persistence.session.reading.is_some() {
            ctx.request_repaint_after(Duration::from_millis(20));
        }
    }

    fn drain_reading(&mut self) {
        let Some(reading) = self.persistence.session.reading.take() else {
            return;
        };
        match reading.promise.try_take() {
            Ok(Ok(opened)) => self.open_parts(reading.path, reading.since, opened),
            Ok(Err(error)) => self.notices.error("This session cannot be opened", error),
            Err(promise) => self.persistence.session.reading = Some(Reading { promise, ..reading }),
        }
    }

    /// Opens every file of the session that exists.
    fn open_parts(&mut self, path: PathBuf, since: Instant, opened: Opened) {
        let session = &opened.session;
        let pins = || session.pins.iter().take(MAX_PINS);
        let images: Vec<Picture> = session.pictures_shown(MAX_PINS);
        let models = session.live.sides.iter();
        let models = models.map(|side| Network::new(&side.model, session.live.decoding));
        let models: Vec<Network> = models.chain(pins().map(StoredPin::network)).collect();
        let (open_photos, open_models) = self.open_files();
        let photos = distinct(images.iter(), &opened.missing).map(|picture| {
            let is_open = |photo: &&Arc<Photo>| {
                is_file(&photo.path, &picture.path) && !photo.would_differ(picture.decoding)
            };
            Part {
                state: match open_photos.iter().find(is_open) {
                    Some(photo) => PartState::Open(Arc::clone(photo)),
                    None => {
                        let path = picture.path.clone();
                        PartState::Pending(self.engine.open_image(path, picture.decoding))
                    }
                },
                file: picture,
            }
        });
        let photos = photos.collect();
        let models = distinct(models.iter(), &opened.missing).map(|network| Part {
            state: match open_models.iter().find(|open| network.is_open_as(open)) {
                Some(model) => PartState::Open(Arc::clone(model)),
                None => PartState::Pending(network.open(&self.engine)),
            },
            file: network,
        });
        let models = models.collect();
        self.persistence.session.opening = Some(Opening {
            path,
            since,
            opened,
            photos,
            models,
        });
    }

    /// The open photos and models, which need not be opened again.
    fn open_files(&self) -> (Vec<Arc<Photo>>, Vec<Arc<ModelInfo>>) {
        let pins = || self.state.pins.iter().map(|pin| &pin.subject);
        let photos = self.state.photo.iter().chain(pins().map(|s| &s.photo));
        let sides = self
            .state
            .sides
            .iter()
            .filter_map(|side| side.model.as_ref());
        let models = sides.chain(pins().map(|s| &s.model));
        (photos.cloned().collect(), models.cloned().collect())
    }
}

fn written(session: &Session, path: &Path) -> Result<Remark, String> {
    session.save(path).map_err(|error| error.to_string())?;
    Ok(None)
}
