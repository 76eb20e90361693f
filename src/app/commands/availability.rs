//! Why a command cannot be carried out now, in words that say what would have to be done first.

use super::Command;
use crate::app::App;
use crate::app::state::rows::MAX_PINS;
use crate::app::tasks::export;

const IMAGE_FIRST: &str = "Open an image first";
const MODEL_FIRST: &str = "Open a model first";
const BOTH_FIRST: &str = "Open an image and a model first";
const NO_ROOM: &str = "There is no room for another pin: unpin a view first";
const CLASS_FIRST: &str = "Compare with another class first";

impl App {
    /// `None` where it can be done.
    pub(crate) fn why_not(&self, command: &Command) -> Option<&'static str> {
        let state = &self.state;
        let unless = |possible: bool, why| (!possible).then_some(why);
        let image = unless(state.photo.is_some(), IMAGE_FIRST);
        let model = unless(state.model().is_some(), MODEL_FIRST);
        match command {
            Command::ExportComposite
            | Command::ExportStrip
            | Command::CopyComposite
            | Command::ExportPanel(_) => {
                let why = match state.subject() {
                    None => BOTH_FIRST,
                    Some(_) if self.has_nowhere_to_look() => "This model has no map",
                    Some(_) => "The panels are not all there yet",
                };
                unless(export::is_ready(state), why)
            }
            Command::PreviousLayer
            | Command::NextLayer
            | Command::FindLayer
            | Command::OpenSecondModel => model,
            Command::PreviousClass | Command::NextClass | Command::FindClass => {
                unless(state.subject().is_some(), BOTH_FIRST)
            }
            Command::ZoomIn
            | Command::ZoomOut
            | Command::WholePicture
            | Command::PanLeft
            | Command::PanRight
            | Command::PanUp
            | Command::PanDown => image,
            Command::MarkTrue => unless(state.class().is_some(), BOTH_FIRST),
            Command::PinView | Command::Pin(_) if state.pins.len() >= MAX_PINS => Some(NO_ROOM),
            Command::PinView => {
                let view = state.subject().and_then(|subject| subject.heat_key());
                unless(view.is_some(), BOTH_FIRST)
            }
            Command::UnpinAll => {
                let pinned = !state.pins.is_empty() || self.session.has_missing_pins();
                unless(pinned, "Nothing is pinned")
            }
            Command::CloseSecondModel => unless(state.sides.len() > 1, "There is one model"),
            Command::SwapClasses | Command::StopComparing => {
                unless(state.side().rival.is_some(), CLASS_FIRST)
            }
            Command::PreviousPicture
            | Command::NextPicture
            | Command::FirstPicture
            | Command::LastPicture
            | Command::SortPictures(_)
            | Command::FilterPictures(_)
            | Command::CloseFolder => unless(self.has_gallery(), "Open a folder first"),
            Command::Cancel => {
                let possible =
                    self.can_cancel() || state.side().choosing_rival || !self.notices.is_empty();
                unless(possible, "Nothing is under way")
            }
            Command::ComputeAgain => match state.subject() {
                None => Some(BOTH_FIRST),
                Some(_) if self.can_cancel() => Some("It is being computed"),
                Some(_) => unless(self.lacks_results(), "Nothing was stopped"),
            },
            Command::Undo => unless(self.can_undo(), "Nothing to undo"),
            Command::Redo => unless(self.can_redo(), "Nothing to redo"),
            Command::SaveSession => {
                let open = state.photo.is_some() || state.model().is_some();
                unless(open, "Open an image or a model first")
            }
            _ => None,
        }
    }

    /// Whether there is something to see that was not computed.
    fn lacks_results(&self) -> bool {
        let state = &self.state;
        let strip = state.fresh_layer_maps().is_none_or(|maps| !maps.complete);
        strip
            || state.rows().iter().any(|row| {
                let subject = &row.subject;
                state.results.answer(subject).is_none()
                    || !(subject.has_nowhere_to_look() || state.results.are_complete(subject))
            })
    }
}
