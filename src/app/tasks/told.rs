//! What is said of how a picture was read, when it is opened.

use crate::app::App;
use crate::app::notices::Place;
use crate::model::concerns;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::decode::notes::Note;

impl App {
    /// Says each difference from Pillow once, and each assumption.
    pub(super) fn tell_of(&mut self, photo: &Photo) {
        const HINT: &str = "“As Pillow reads it” in the pane of the model does the same.";
        let model = self.state.model();
        let told =
            |note: &&Note| model.is_none_or(|model| concerns(**note, model.preprocess.channels));
        let told: Vec<Note> = photo.notes.iter().filter(told).copied().collect();
        for note in told {
            let words = note.words();
            match note {
                Note::Turned | Note::Transparent | Note::Scaled | Note::Unclipped => {
                    let text = format!("{words}. {HINT}");
                    self.notices.once(
                        Place::Picture,
                        "Training code may read this otherwise",
                        text,
                    );
                }
                Note::Window(_) => {
                    self.notices
                        .passing(Place::Picture, "It has more than 8 bits", words);
                }
                Note::Pages | Note::Frames(_) => {
                    self.notices
                        .passing(Place::Picture, "One page of several", words);
                }
                Note::Reduced(_) => {
                    self.notices
                        .passing(Place::Picture, "It is very large", words);
                }
                Note::Table => {
                    self.notices
                        .passing(Place::Picture, "A table is not used", words);
                }
                // The pane of the model says it.
                Note::Bands { .. } => {}
            }
        }
    }
}
