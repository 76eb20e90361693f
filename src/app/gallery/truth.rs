//! The true classes of the open folder, and that of the open photo.

use std::path::{Path, PathBuf};

use super::predictor::{asker, outcome};
use super::view::TruthOf;
use crate::app::App;
use crate::app::notices::Place;
use crate::folder::{Assignment, Choices, Numbering};

impl App {
    /// Passes the model and fit of the view to the folder, and the true class of the open photo to the
    /// view.
    pub(crate) fn follow_gallery(&mut self) {
        let questions = self.gallery_questions();
        let second = self.second_model();
        let question = questions[0];
        let model = self.state.sides.iter().find_map(|side| side.model.as_ref());
        let lent = &self.gallery.lent;
        let classes = || lent.classes(model);
        let asker = asker(&self.engine, questions);
        let decoding = self.state.options.decoding;
        self.gallery.folder.read_as(decoding, &asker);
        self.gallery.folder.ask(question, classes, &asker);
        self.gallery.folder.compare_with(second, &asker);
        let Some(photo) = &self.state.photo else {
            return;
        };
        let (photo_id, model) = (photo.id, question.map(|question| question.model));
        let known = self.gallery.view.truth_of;
        if known.is_none_or(|of| (of.photo, of.model) != (photo_id, model)) {
            self.gallery.view.truth_of = Some(TruthOf {
                photo: photo_id,
                model,
                by_session: false,
            });
            self.state.truth = self.gallery.folder.list.truth(&photo.path);
        }
    }

    /// Keeps the true class that a session has for this photo, without looking it up in the folder.
    pub(crate) fn keep_truth(&mut self) {
        let Some(photo) = self
            .state
            .photo
            .as_ref()
            .filter(|_| self.state.truth.is_some())
        else {
            return;
        };
        let [question, _] = self.gallery_questions();
        let model = question.map(|question| question.model);
        self.gallery.view.truth_of = Some(TruthOf {
            photo: photo.id,
            model,
            by_session: true,
        });
    }

    /// Looks up the true class again when the folder has been read further: it may be read after its
    /// photo was opened.
    pub(super) fn learn_late_truth(&mut self) {
        let version = self.gallery.folder.list.truth_version();
        if std::mem::replace(&mut self.gallery.view.truth_looked_up_at, version) == version {
            return;
        }
        let Some(photo) = &self.state.photo else {
            return;
        };
        if self.gallery.view.truth_of.is_some_and(|of| of.by_session) {
            return;
        }
        let list = &self.gallery.folder.list;
        let truth = list.truth(&photo.path);
        // When the folder is closed, the true class stays.
        if truth.is_some() || list.find(&photo.path).is_some() {
            self.take_truth(truth);
        }
    }

    /// Makes this the true class of the open photo.
    fn take_truth(&mut self, truth: Option<usize>) {
        if self.state.truth == truth {
            return;
        }
        self.state.truth = truth;
        let mut compared = false;
        for side in 0..self.state.sides.count() {
            let sides = &self.state.sides;
            let alone = sides.get(side).is_some_and(|s| s.rival().is_none());
            compared |= alone && self.compare_with_truth(side);
        }
        if compared {
            self.ask();
        }
    }

    /// Sets the true class of an image of the folder, which may be the open photo.
    pub(crate) fn set_truth_of(&mut self, picture: &Path, class: Option<usize>) {
        let photo = self.state.photo.as_ref();
        if photo.is_some_and(|photo| *photo.path == *picture) {
            self.set_truth(class);
            return;
        }
        // Its prediction, which is needed for its rank, is computed again.
        self.gallery.folder.set_truth(picture, class, None);
        self.remember_truth(picture);
    }

    /// Records the true class of the open photo.
    pub(crate) fn note_truth(&mut self, class: Option<usize>) {
        let Some(photo) = &self.state.photo else {
            return;
        };
        let prediction = self
            .first_prediction()
            .map(|prediction| outcome(prediction));
        self.gallery
            .folder
            .set_truth(&photo.path, class, prediction.as_ref());
        let path = photo.path.clone();
        self.remember_truth(&path);
    }

    /// Remembers the true class of an image with its folder.
    fn remember_truth(&mut self, picture: &Path) {
        if let Some(folder) = self.only_folder()
            && let Ok(file) = picture.strip_prefix(&folder)
        {
            let truths = self.gallery.folder.list.truths();
            let given = truths.set_by_hand(picture);
            let memory = &mut self.persistence.memory;
            memory.remember_truth(&folder, file, given);
        }
    }

    /// Says what a name in the folder stands for.
    pub(crate) fn name_class(&mut self, name: String, to: Assignment) {
        let truths = self.gallery.folder.list.truths();
        let mut choices = truths.choices().clone();
        choices.assign(name, to, truths.classes());
        self.choose_for_folder(choices);
    }

    /// Chooses how numbers in the folder are taken as classes.
    pub(crate) fn number_classes(&mut self, numbering: Numbering) {
        let choices = self.gallery.folder.list.truths().choices();
        self.choose_for_folder(Choices {
            numbering,
            ..choices.clone()
        });
    }

    fn choose_for_folder(&mut self, choices: Choices) {
        if let Some(folder) = self.only_folder() {
            self.persistence.memory.remember_choices(&folder, &choices);
        }
        self.gallery.folder.set_choices(choices);
        let Some(photo) = &self.state.photo else {
            return;
        };
        let list = &self.gallery.folder.list;
        if list.find(&photo.path).is_some() {
            let truth = list.truth(&photo.path);
            self.take_truth(truth);
        }
    }

    /// Takes up what was chosen for this folder before, and says what is wrong with its labels.
    pub(super) fn recall_folder(&mut self) {
        if let Some(folder) = self.only_folder() {
            let memory = &self.persistence.memory;
            let pictures = memory.truths_in(&folder);
            if let Some(choices) = memory.choices_of(&folder) {
                self.gallery.folder.set_choices(choices);
            }
            self.gallery.folder.recall_truths(pictures);
        }
        for why in self.gallery.folder.list.truths().files.unusable() {
            self.notices
                .not_used(Place::Folder, "labels.csv is not used", why);
        }
    }

    /// The folder, if a single one is open.
    fn only_folder(&self) -> Option<PathBuf> {
        match self.gallery.folder.paths() {
            [folder] if self.gallery.view.is_folder => Some(folder.clone()),
            _ => None,
        }
    }
}
