//! The open folder and the window: the model's answers come from the engine, the open photo is one
//! of the folder's pictures, and what a picture really shows is what the view compares with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;

use crate::engine::{Engine, Error, Prediction};
use crate::folder::{Answerer, Filter, Outcome, Pending, Question, Reply, Wake};
use crate::picture::photo::decode::Photo;

use super::App;
use super::commands::Command;
use super::tasks::open;
use super::ui::bars::notices::Place;
use textures::ThumbnailTextures;
use walk::{PassedOver, Step};

pub(crate) mod head_ui;
pub(crate) mod textures;
pub(crate) mod thumbnails_ui;
pub(crate) mod walk;

/// What is to be brought into sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reveal {
    Picture(usize),
    /// Others stand there now: the open picture where it is one of them, else their beginning.
    Others,
}

/// How the window stands before the open folder.
pub struct GalleryView {
    /// The picture that is open, or being opened.
    pub current: Option<usize>,
    /// The strip is unfolded.
    pub unfolded: bool,
    /// Once.
    pub reveal: Option<Reveal>,
    /// Pictures on screen and right beside it in the last frame.
    pub in_sight: Vec<usize>,
    /// How many of them, from the first on, are on screen.
    pub on_screen: usize,
    /// The wheel turns in notches, unlike a touchpad.
    pub wheel_has_notches: bool,
    /// The folder that is being opened comes to a photo that is open, and leaves it there.
    pub keep_photo: bool,
    pub pictures: ThumbnailTextures,
    /// The step that leads to the current picture, where one does.
    pub walking: Option<Step>,
    pub passed_over: Option<PassedOver>,
    /// To be opened as soon as the one before is decoded.
    next: Option<usize>,
    /// The first picture that can be opened is to be.
    open_first: bool,
    /// The folder that all this is about.
    generation: u64,
    /// The photo that `current` was looked up for, and among how many pictures.
    looked_up: Option<(u64, usize)>,
    /// The photo and the model that the view's true class was looked up for.
    truth_of: Option<(u64, Option<u64>)>,
    /// Among how many pictures it was looked for last.
    learnt_among: usize,
    /// A folder is open, however few pictures are in it.
    of_folder: bool,
}

impl Default for GalleryView {
    fn default() -> Self {
        GalleryView {
            current: None,
            unfolded: true,
            reveal: None,
            in_sight: Vec::new(),
            on_screen: 0,
            wheel_has_notches: true,
            keep_photo: false,
            pictures: ThumbnailTextures::default(),
            walking: None,
            passed_over: None,
            next: None,
            open_first: false,
            generation: 0,
            looked_up: None,
            truth_of: None,
            learnt_among: 0,
            of_folder: false,
        }
    }
}

impl GalleryView {
    /// Nothing more is to be opened.
    pub fn stop_opening(&mut self) {
        (self.next, self.open_first) = (None, false);
        (self.walking, self.passed_over) = (None, None);
    }
}

/// The strip moves in steps while its pictures stream in: drawing the window for each of them would
/// take the processor from the very work that is waited for.
const STEP: Duration = Duration::from_millis(100);

/// How often answers are looked for while pictures on screen wait for theirs.
const ANSWERS_IN_SIGHT: Duration = Duration::from_millis(200);

/// How often while only others wait, and nothing in sight changes but how many are left.
const ANSWERS_ELSEWHERE: Duration = Duration::from_millis(500);

/// Wakes the window for its next step.
pub fn wake(ctx: &Context) -> Wake {
    let ctx = ctx.clone();
    Arc::new(move || ctx.request_repaint_after(STEP))
}

/// The engine as one who answers pictures.
struct Asker<'a> {
    engine: &'a Engine,
    question: Option<Question>,
}

impl Answerer for Asker<'_> {
    fn answer(&self, photo: Arc<Photo>) -> Pending {
        let Some(Question { model, fit }) = self.question else {
            return Box::new(|| Some(Reply::Overtaken));
        };
        let mut promise = Some(self.engine.predict_later(model, fit, photo));
        Box::new(move || match promise.take()?.try_take() {
            Ok(Ok(answer)) => Some(Reply::Prediction(outcome(&answer))),
            Ok(Err(Error::Overtaken)) => Some(Reply::Overtaken),
            Ok(Err(error)) => Some(Reply::Failed(error.to_string())),
            Err(pending) => {
                promise = Some(pending);
                None
            }
        })
    }

    fn forget(&self) {
        self.engine.cancel_later();
    }
}

fn outcome(answer: &Prediction) -> Outcome {
    Outcome {
        probabilities: answer.probabilities.clone(),
        ranking: answer.ranking.clone(),
    }
}

impl App {
    /// Whether the strip of pictures is there: never for a single photo.
    pub(super) fn has_gallery(&self) -> bool {
        let several = self.gallery.list.entries().len() > 1;
        self.gallery.is_open() && (several || self.gallery_view.of_folder)
    }

    /// Takes in what the folder's threads have finished, and sends what is next.
    pub(super) fn drain_gallery(&mut self, ctx: &Context) {
        self.follow_gallery();
        let now = Instant::now();
        let mut in_sight = self.gallery_view.in_sight.clone();
        in_sight.extend(self.first_unknown());
        self.gallery.see(&in_sight);
        let asker = asker(&self.engine, self.gallery_question());
        if let Err(error) = self.gallery.poll(&asker, now) {
            self.notices.not_opened(Place::Folder, error);
        }
        if self.gallery.generation() != self.gallery_view.generation {
            self.gallery_view = GalleryView {
                generation: self.gallery.generation(),
                open_first: self.gallery.is_open() && !self.gallery_view.keep_photo,
                unfolded: self.gallery_view.unfolded,
                truth_of: self.gallery_view.truth_of,
                // Asked once: the folder may lie on a machine that stops answering.
                of_folder: self.gallery.paths().iter().any(|path| path.is_dir()),
                ..GalleryView::default()
            };
            self.notices.clear(Place::Folder);
            self.notices.clear(Place::Picture);
            ctx.request_repaint();
        }
        self.open_next();
        self.find_current();
        self.learn_current();
        self.learn_late_truth();
        if self.gallery.is_answering() || self.gallery.is_scanning() {
            let in_sight = &self.gallery_view.in_sight;
            let on_screen = in_sight
                .get(..self.gallery_view.on_screen)
                .unwrap_or_default();
            ctx.request_repaint_after(if self.gallery.awaits_any(on_screen) {
                ANSWERS_IN_SIGHT
            } else {
                ANSWERS_ELSEWHERE
            });
        }
        if let Some(due) = self.gallery.list.is_due_at() {
            ctx.request_repaint_after(due.saturating_duration_since(now));
        }
    }

    /// Lets the folder know the model and the fit of the view, and the view the true class of its
    /// photo.
    pub(super) fn follow_gallery(&mut self) {
        let question = self.gallery_question();
        let model = self.state.sides.iter().find_map(|side| side.model.as_ref());
        let labels = model.map_or(&[] as &[String], |model| &model.labels);
        let asker = asker(&self.engine, question);
        self.gallery.ask(question, labels, &asker);
        let Some(photo) = &self.state.photo else {
            return;
        };
        let of = Some((photo.id, question.map(|question| question.model)));
        if self.gallery_view.truth_of != of {
            self.gallery_view.truth_of = of;
            self.state.truth = self.gallery.list.truth(&photo.path);
        }
    }

    /// The true class that is known now stays, whatever is looked up for this photo.
    pub(super) fn keep_truth(&mut self) {
        let Some(photo) = self
            .state
            .photo
            .as_ref()
            .filter(|_| self.state.truth.is_some())
        else {
            return;
        };
        let model = self.gallery_question().map(|question| question.model);
        self.gallery_view.truth_of = Some((photo.id, model));
    }

    /// The folder may be read only after its photo was opened: then the true class comes late.
    fn learn_late_truth(&mut self) {
        let count = self.gallery.list.entries().len();
        if self.gallery_view.learnt_among == count || self.state.truth.is_some() {
            return;
        }
        self.gallery_view.learnt_among = count;
        let Some(photo) = &self.state.photo else {
            return;
        };
        self.state.truth = self.gallery.list.truth(&photo.path);
        let mut compared = false;
        for side in 0..self.state.sides.len() {
            compared |= self.state.sides[side].rival.is_none() && self.compare_with_truth(side);
        }
        if compared {
            self.ask();
        }
    }

    /// Remembers what the open photo really shows.
    pub(super) fn note_truth(&mut self, class: Option<usize>) {
        let Some(photo) = &self.state.photo else {
            return;
        };
        let answer = self.first_answer().map(|answer| outcome(answer));
        self.gallery.set_truth(&photo.path, class, answer.as_ref());
    }

    /// What the folder is asked: through the first model, since the second is there to compare.
    fn gallery_question(&self) -> Option<Question> {
        let model = self
            .state
            .sides
            .iter()
            .find_map(|side| side.model.as_ref())?;
        Some(Question {
            model: model.id,
            fit: self.state.fit,
        })
    }

    /// The first model's answer to the open photo.
    fn first_answer(&self) -> Option<&Arc<Prediction>> {
        let side = self.state.sides.iter().find(|side| side.model.is_some())?;
        self.state.results.answer(&self.state.subject_of(side)?)
    }

    /// While the first picture that can be opened is looked for, the next that may be it.
    fn first_unknown(&self) -> Option<usize> {
        let order = self.gallery.list.order().iter().copied();
        let mut readable =
            order.filter(|index| self.gallery.list.entries()[*index].unreadable.is_none());
        readable.next().filter(|_| self.gallery_view.open_first)
    }

    fn open_next(&mut self) {
        if let Some(first) = self.first_unknown()
            && self.gallery.thumbnail(first).is_some()
        {
            self.open_picture(first);
        }
        if self.work.photo.is_none()
            && let Some(next) = self.gallery_view.next.take()
        {
            self.open_picture(next);
        }
    }

    /// Opens one of the pictures; only one at a time is decoded, the newest wish next.
    pub(super) fn open_picture(&mut self, index: usize) {
        let Some(entry) = self.gallery.list.entries().get(index) else {
            return;
        };
        let path = PathBuf::from(&*entry.path);
        self.gallery_view.current = Some(index);
        self.gallery_view.reveal = Some(Reveal::Picture(index));
        self.gallery_view.looked_up = None;
        if self.work.photo.is_some() {
            self.gallery_view.next = Some(index);
            return;
        }
        let (walking, passed_over) = (
            self.gallery_view.walking,
            self.gallery_view.passed_over.take(),
        );
        open::image(self, path);
        (self.gallery_view.walking, self.gallery_view.passed_over) = (walking, passed_over);
    }

    /// Finds the open photo among the pictures, once nothing is being opened.
    pub(super) fn find_current(&mut self) {
        if self.work.photo.is_some() || self.gallery_view.next.is_some() {
            return;
        }
        let photo = self.state.photo.as_ref();
        let key = photo.map(|photo| (photo.id, self.gallery.list.entries().len()));
        if self.gallery_view.looked_up != key || key.is_none() {
            self.gallery_view.looked_up = key;
            self.gallery_view.current = photo.and_then(|photo| self.gallery.list.find(&photo.path));
        }
    }

    /// The view has answered the open picture already.
    fn learn_current(&mut self) {
        let Some(index) = self.gallery_view.current else {
            return;
        };
        let (Some(entry), Some(photo)) =
            (self.gallery.list.entries().get(index), &self.state.photo)
        else {
            return;
        };
        if entry.is_waiting()
            && *entry.path == *photo.path
            && let Some(answer) = self.first_answer().map(|answer| outcome(answer))
        {
            self.gallery.learn(index, &answer);
        }
    }

    /// Carries out what concerns the folder.
    pub(super) fn execute_gallery(&mut self, ctx: &Context, command: Command) {
        let asker = asker(&self.engine, self.gallery_question());
        match command {
            Command::OpenFolder => open::pick_folder(self, ctx),
            Command::OpenPictures(paths) => open::images(self, paths),
            Command::CloseFolder => self.gallery.close(&asker),
            Command::OpenPicture(index) => {
                self.gallery_view.stop_opening();
                self.open_picture(index);
            }
            Command::FirstPicture => self.step(Step::First),
            Command::PreviousPicture => self.step(Step::Previous),
            Command::NextPicture => self.step(Step::Next),
            Command::LastPicture => self.step(Step::Last),
            Command::AnswerFolder(on) => self.gallery.pause(!on, &asker),
            Command::LimitThumbnails(bytes) => self.gallery.set_limit(bytes),
            Command::SortPictures(sort) => {
                self.gallery.list.set_sort(sort);
                self.gallery_view.reveal = Some(Reveal::Others);
            }
            Command::FilterPictures(filter) => {
                self.gallery.list.set_filter(filter);
                self.gallery_view.reveal = Some(Reveal::Others);
            }
            Command::UnfoldGallery(on) => {
                self.gallery_view.unfolded = on;
                self.gallery_view.reveal = self.gallery_view.current.map(Reveal::Picture);
            }
            _ => {}
        }
    }

    /// Opens folders, or several files.
    pub(super) fn open_gallery(&mut self, paths: Vec<PathBuf>) {
        self.gallery_view.keep_photo = false;
        if let Err(error) = self.gallery.open(paths) {
            self.notices.not_opened(Place::Folder, error);
        }
    }

    /// Opens them around the photo that is open or being opened, as they were before.
    pub(super) fn reopen_gallery(&mut self, paths: Vec<PathBuf>) {
        if !paths.is_empty() && paths != self.gallery.paths() {
            self.open_gallery(paths);
            self.gallery_view.keep_photo = self.state.photo.is_some() || self.work.photo.is_some();
        }
    }

    /// What the list of filters calls one.
    pub(super) fn filter_label(&self, filter: Filter) -> String {
        match filter {
            Filter::All => "All".to_owned(),
            Filter::Mistakes => "Mistakes".to_owned(),
            Filter::Unanswered => "Unanswered".to_owned(),
            Filter::Class(class) => self.gallery_class_name(class),
        }
    }

    /// The name of a class of the model that the folder is asked through.
    pub(super) fn gallery_class_name(&self, class: usize) -> String {
        let side = self.state.sides.iter().find(|side| side.model.is_some());
        side.unwrap_or(self.state.side()).class_name(class)
    }
}

fn asker(engine: &Engine, question: Option<Question>) -> Asker<'_> {
    Asker { engine, question }
}
