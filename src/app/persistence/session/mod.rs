//! Saving what is open and pinned, and opening it again: the file is read, then every picture and
//! model that it names is opened, and only then does the window change, all at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;

use crate::engine::ModelInfo;
use crate::picture::photo::decode::Photo;

use super::stored::{StoredModel, StoredUsage};
use crate::app::App;
use crate::app::state::path_prompt::{PathPrompt, Refused, Then};
use crate::app::state::rows::MAX_PINS;
use crate::app::tasks::background;
use crate::app::tasks::open::dialogs::Picked;
use crate::app::tasks::open::{photo_folder, pick_image_for, pick_model_for};
use crate::app::ui::kit::widgets::sentence;
use file::{EXTENSION, Error, Opened, Session, with_extension};

pub(crate) mod file;
mod missing;
mod parts;
pub(crate) mod paths;
mod restore;
mod snapshot;

use missing::Unread;
use parts::{Part, PartState, distinct, is_file};

/// What the person is asked for.
const SAVE_TO: &str = "Save session to";

/// The session file, and what is under way with it.
#[derive(Default)]
pub struct SessionFile {
    /// The file that was saved or opened last.
    path: Option<PathBuf>,
    saving: Option<(Instant, Promise<Saved>)>,
    reading: Option<Reading>,
    opening: Option<Opening>,
    /// What could not be taken up of the session that is open.
    unread: Unread,
    /// The missing file that the person is asked for.
    locating: Option<PathBuf>,
}

enum Saved {
    To(PathBuf),
    NothingChosen,
    /// With the folder and the name that it was to begin with.
    NoPicker(Option<PathBuf>, String),
    /// Of a path that was typed.
    Refused(Refused),
    Failed(String),
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
    photos: Vec<Part<PathBuf, Photo>>,
    models: Vec<Part<StoredModel, ModelInfo>>,
}

impl SessionFile {
    /// What is under way, in words, and since when.
    pub fn busy(&self) -> Option<(String, Instant)> {
        let path = |path: &Path| format!("Opening {}", path.display());
        let reading = self.reading.as_ref().map(|r| (path(&r.path), r.since));
        let opening = self.opening.as_ref().map(|o| (path(&o.path), o.since));
        let saving = self.saving.as_ref();
        let saving = saving.map(|(since, _)| ("Saving the session".to_owned(), *since));
        reading.or(opening).or(saving)
    }

    /// Where the session file lies.
    pub fn folder(&self) -> Option<PathBuf> {
        self.path.as_deref()?.parent().map(Path::to_owned)
    }

    /// Whether pins of the session wait for files that are missing.
    pub fn has_missing_pins(&self) -> bool {
        !self.unread.pins.is_empty()
    }

    /// They are not to be saved again.
    pub fn forget_missing_pins(&mut self) {
        self.unread.pins.clear();
    }

    pub fn is_opening(&self) -> bool {
        self.reading.is_some() || self.opening.is_some()
    }

    /// Models that are open for a session that is not yet there.
    pub fn models(&self) -> impl Iterator<Item = &Arc<ModelInfo>> {
        let parts = self.opening.iter().flat_map(|opening| &opening.models);
        parts.filter_map(|part| match &part.state {
            PartState::Open(model) => Some(model),
            _ => None,
        })
    }

    /// Stops opening; what is open stays.
    pub fn cancel(&mut self) {
        self.reading = None;
        self.opening = None;
    }
}

/// Asks where to save, and saves what is open now.
pub fn save(app: &mut App, ctx: &Context) {
    if app.session.saving.is_some() {
        return;
    }
    let Some(session) = to_save(app) else { return };
    let last = app.session.path.clone();
    let folder = app.session.folder().or_else(|| photo_folder(app));
    let name = last.as_deref().and_then(Path::file_name);
    let name = name.map_or_else(
        || format!("{}.{EXTENSION}", app.state.session_name()),
        |name| name.to_string_lossy().into_owned(),
    );
    let dialogs = Arc::clone(&app.dialogs);
    start_saving(app, ctx, move || {
        match dialogs.save_session(folder.as_deref(), &name) {
            Picked::File(path) => write(&session, path),
            Picked::Nothing => Saved::NothingChosen,
            Picked::Unavailable => Saved::NoPicker(folder, name),
        }
    });
}

/// Saves what is open now to a path that was typed.
pub fn save_to(app: &mut App, ctx: &Context, path: PathBuf, replace: bool) {
    let Some(session) = to_save(app) else { return };
    let path = with_extension(path);
    start_saving(app, ctx, move || {
        if !replace && path.exists() {
            return Saved::Refused(Refused::exists(path));
        }
        match session.save(&path) {
            Ok(()) => Saved::To(path),
            Err(error) => Saved::Refused(Refused {
                why: sentence(&error.to_string()),
                path,
                exists: false,
            }),
        }
    });
}

fn to_save(app: &mut App) -> Option<Session> {
    let session = app.state.to_session(app.gallery.paths());
    let Some(mut session) = session else {
        let why = "Open an image or a model first.";
        app.notices.error("Nothing to save yet", why);
        return None;
    };
    app.session.unread.complete(&mut session, &app.state);
    Some(session)
}

/// Asks where a missing file of the session lies now.
pub fn locate(app: &mut App, ctx: &Context, path: PathBuf) {
    let is_model = app.session.unread.is_model(&path);
    let beside = path.parent().filter(|folder| folder.is_dir());
    let folder = beside.map(Path::to_owned).or_else(|| app.session.folder());
    app.session.locating = Some(path);
    if is_model {
        pick_model_for(app, ctx, folder, located)
    } else {
        pick_image_for(app, ctx, folder, located)
    }
}

/// Opens the session again as it would be saved now, with the file where it was found.
fn located(app: &mut App, found: PathBuf) {
    let path = app.session.path.clone();
    let Some((old, path)) = app.session.locating.take().zip(path) else {
        return;
    };
    let Some(mut session) = to_save(app) else {
        return;
    };
    missing::moved(&mut session, &old, &found);
    let opened = Opened::of(session);
    app.session.cancel();
    app.open_parts(path, Instant::now(), opened);
}

fn start_saving(app: &mut App, ctx: &Context, save: impl FnOnce() -> Saved + Send + 'static) {
    let ctx = ctx.clone();
    let failed =
        |why: &str| Saved::Failed(format!("The session could not be put together: {why}."));
    let wake = move || ctx.request_repaint();
    let promise = background::run("session", save, failed, wake);
    app.session.saving = Some((Instant::now(), promise));
}

fn write(session: &Session, path: PathBuf) -> Saved {
    let named = with_extension(path.clone());
    // The picker has asked about the name that was typed, not about this one.
    if named != path && named.exists() {
        let why = "is there already. Choose it by its full name to replace it.";
        return Saved::Failed(format!("{} {why}", named.display()));
    }
    match session.save(&named) {
        Ok(()) => Saved::To(named),
        Err(error) => Saved::Failed(error.to_string()),
    }
}

/// Opens a session file.
pub fn open(app: &mut App, path: PathBuf) {
    app.session.cancel();
    let file = path.clone();
    let read = move || Session::open(&file);
    let file = path.clone();
    let failed = move |why: &str| {
        let (reason, path) = (why.to_owned(), file.clone());
        Err(Error::Unreadable { reason, path })
    };
    // Nobody has a context here; the window looks again by itself.
    let promise = background::run("session", read, failed, || ());
    app.session.reading = Some(Reading {
        path,
        since: Instant::now(),
        promise,
    });
}

impl App {
    /// Takes in what has come of a session.
    pub(crate) fn drain_session(&mut self, ctx: &Context) {
        self.drain_saving();
        self.drain_reading();
        let opening = self.session.opening.take_if(|opening| {
            let photos = opening.photos.iter_mut().map(Part::drain);
            let models = opening.models.iter_mut().map(Part::drain);
            // Every one is looked at, not only those before the first that is missing.
            photos.chain(models).filter(|here| !here).count() == 0
        });
        if let Some(opening) = opening {
            self.restore_session(opening);
        }
        if self.session.reading.is_some() {
            ctx.request_repaint_after(Duration::from_millis(20));
        }
    }

    fn drain_saving(&mut self) {
        let Some((since, promise)) = self.session.saving.take() else {
            return;
        };
        match promise.try_take() {
            Ok(Saved::To(path)) => {
                self.state.done = Some(format!("Saved {}", path.display()));
                self.session.path = Some(path);
            }
            Ok(Saved::NothingChosen) => {}
            Ok(Saved::NoPicker(folder, name)) => {
                let field = PathPrompt::new(SAVE_TO, Then::SaveSession, folder, &name);
                self.path_field = Some(field);
            }
            Ok(Saved::Refused(refused)) => {
                self.ask_path_again(SAVE_TO, Then::SaveSession, refused);
            }
            Ok(Saved::Failed(why)) => {
                self.notices.error("The session could not be saved", why);
            }
            Err(promise) => self.session.saving = Some((since, promise)),
        }
    }

    fn drain_reading(&mut self) {
        let Some(reading) = self.session.reading.take() else {
            return;
        };
        match reading.promise.try_take() {
            Ok(Ok(opened)) => self.open_parts(reading.path, reading.since, opened),
            Ok(Err(error)) => self.notices.error("This session cannot be opened", error),
            Err(promise) => self.session.reading = Some(Reading { promise, ..reading }),
        }
    }

    /// Opens every file that the session names and that is there.
    fn open_parts(&mut self, path: PathBuf, since: Instant, opened: Opened) {
        let session = &opened.session;
        let pins = || session.pins.iter().take(MAX_PINS);
        let images = session.live.image.iter().chain(pins().map(|p| &p.image));
        let models = session.live.sides.iter().map(|side| &side.model);
        let models = models.chain(pins().map(|pin| &pin.model));
        let (open_photos, open_models) = self.open_files();
        let photos = distinct(images, &opened.missing).map(|path| Part {
            state: match open_photos.iter().find(|p| is_file(&p.path, &path)) {
                Some(photo) => PartState::Open(Arc::clone(photo)),
                None => PartState::Coming(self.engine.open_image(path.clone())),
            },
            file: path,
        });
        let photos = photos.collect();
        let models = distinct(models, &opened.missing).map(|model| Part {
            state: match open_models.iter().find(|open| is_open_as(open, &model)) {
                Some(model) => PartState::Open(Arc::clone(model)),
                None => {
                    let usage = model.usage.as_ref().map(StoredUsage::get);
                    let (path, network) = (model.path.clone(), model.architecture.clone());
                    PartState::Coming(self.engine.open_model_as(path, network, usage))
                }
            },
            file: model,
        });
        let models = models.collect();
        self.session.opening = Some(Opening {
            path,
            since,
            opened,
            photos,
            models,
        });
    }

    /// What is open already need not be opened again.
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

/// Whether a model is open as a session has it.
fn is_open_as(open: &ModelInfo, model: &StoredModel) -> bool {
    is_file(&open.path, &model.path) && StoredModel::of(open).is_used_as(model)
}
