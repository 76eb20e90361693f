//! What panels show of a photo: all of it, or what the model sees.

use egui::vec2;

use super::Row;
use crate::app::state::State;
use crate::app::state::viewport::Picture;
use crate::picture::photo::geometry::Placement;

impl State {
    /// The photo of a row as its panels show it. Without a row, it is the open photo.
    pub fn picture_of(&self, row: Option<&Row>) -> Option<Picture> {
        let photo = row.map(|row| &row.subject.photo).or(self.photo.as_ref())?;
        let size = vec2(photo.width() as f32, photo.height() as f32);
        // Known before the model has answered, so that the panels do not jump.
        let seen = row
            .filter(|_| self.options.style.panels.seen_only)
            .map(|row| {
                let frame = row.subject.model.preprocess.frame();
                Placement::new(photo.rgb.dimensions(), &frame, row.subject.fit).seen()
            });
        Some(match seen {
            Some(seen) => Picture::part(size, seen),
            None => Picture::whole(size),
        })
    }
}
