//! Why a command is not possible now, and what the user has to do first.

use super::Command;
use super::action::Action;
use crate::app::scene::Scene;
use crate::app::state::rows::MAX_PINS;
use crate::app::tasks::export;
use crate::model::AnswerKind;

const IMAGE_FIRST: &str = "Open an image first";
const MODEL_FIRST: &str = "Open a model first";
const BOTH_FIRST: &str = "Open an image and a model first";
const NO_ROOM: &str = "There is no room for another pin: unpin a view first";
const CLASS_FIRST: &str = "Compare with another class first";

impl Scene<'_> {
    /// Why the command is not possible now; `None` if it is possible.
    pub fn why_not(&self, command: &Command) -> Option<&'static str> {
        match command {
            Command::Do(action) => self.why_not_action(*action),
            Command::ExportPanel(_) | Command::ExportCell(..) | Command::CopyCell(..) => {
                self.why_not_export()
            }
            Command::Pin(_) => self.why_not_pin(),
            Command::SortPictures(_) | Command::FilterPictures(_) => self.why_not_gallery(),
            // Offered only if they are possible.
            Command::OpenPath(_)
            | Command::UseTypedPath(_)
            | Command::Locate(_)
            | Command::AnswerArchitecture(_)
            | Command::TakeTrial(_)
            | Command::OpenImages(_)
            | Command::OpenPicture(_)
            | Command::PredictFolder(_)
            | Command::ChooseSplit(_)
            | Command::NameClass(..)
            | Command::NumberClasses(_)
            | Command::LimitThumbnails(_)
            | Command::UnfoldGallery(_)
            | Command::SearchPictures(_)
            | Command::SizeTiles(_)
            | Command::CopyText(_)
            | Command::Reveal(_)
            | Command::ChooseLayer(_)
            | Command::ToggleLayer(_)
            | Command::ToggleBranch(_)
            | Command::ToggleTile(_)
            | Command::FilterLayers(_)
            | Command::ChooseClass(_)
            | Command::ChooseScore(_)
            | Command::DrawRegion(_)
            | Command::ChooseRival(_)
            | Command::SetRival(..)
            | Command::SetTruth(_)
            | Command::SetTruthOf(..)
            | Command::SearchClasses(_)
            | Command::SetTopK(_)
            | Command::ActivateSide(_)
            | Command::UseModel(_)
            | Command::SetHeadActivation(_)
            | Command::UseAverages(_)
            | Command::HoldInput(..)
            | Command::ChooseInputFile(_)
            | Command::TakeAsPicture(_)
            | Command::Unpin(_)
            | Command::MovePin(..)
            | Command::MakeLive(_)
            | Command::SetPane(_)
            | Command::SetList(_)
            | Command::LookAtChannel(_)
            | Command::TickChannel(_)
            | Command::WholeMap
            | Command::SortChannels(..)
            | Command::SetOptions(_)
            | Command::SetView(_)
            | Command::Enlarge(_)
            | Command::SetTheme(_)
            | Command::DismissNotice(_) => None,
        }
    }

    fn why_not_action(&self, action: Action) -> Option<&'static str> {
        let state = self.state;
        match action {
            Action::ExportComposite
            | Action::ExportStrip
            | Action::CopyComposite
            | Action::ExportArrays => self.why_not_export(),
            Action::PreviousLayer
            | Action::NextLayer
            | Action::FindLayer
            | Action::OpenSecondModel => unless(state.model().is_some(), MODEL_FIRST),
            Action::PreviousClass | Action::NextClass | Action::FindClass => {
                unless(state.subject().is_some(), BOTH_FIRST)
            }
            Action::ZoomIn
            | Action::ZoomOut
            | Action::WholePicture
            | Action::LargePanel
            | Action::PanLeft
            | Action::PanRight
            | Action::PanUp
            | Action::PanDown => unless(state.photo.is_some(), IMAGE_FIRST),
            Action::MarkTrue => match state.model().map(|model| model.kind.directions()) {
                Some(Some(_)) => Some("This model has no classes"),
                Some(None) | None => unless(state.class().is_some(), BOTH_FIRST),
            },
            Action::PinView => self.why_not_pin().or_else(|| {
                let view = state.subject().and_then(|subject| subject.heat_key());
                unless(view.is_some(), BOTH_FIRST)
            }),
            Action::WhichFits => match state.model() {
                Some(model) if model.kind == AnswerKind::Similarity => {
                    Some("A similarity does not show what fits")
                }
                Some(model) if model.options.holds_pictures() => {
                    Some("With an input held at a picture, the answers do not show what fits")
                }
                Some(_) | None => unless(state.subject().is_some(), BOTH_FIRST),
            },
            Action::UnpinAll => {
                let pinned =
                    !state.pins.is_empty() || !self.persistence.session.missing_pins().is_empty();
                unless(pinned, "Nothing is pinned")
            }
            Action::CompareWithPicture => self.why_no_similarity(),
            Action::CloseSecondModel => unless(state.sides.count() > 1, "There is one model"),
            Action::SwapClasses | Action::StopComparing => {
                unless(state.side().rival().is_some(), CLASS_FIRST)
            }
            Action::PreviousPicture
            | Action::NextPicture
            | Action::FirstPicture
            | Action::LastPicture
            | Action::Grid
            | Action::CloseFolder => self.why_not_gallery(),
            Action::TrueClasses => self.why_not_gallery().or_else(|| self.why_no_classes()),
            Action::Cancel => {
                let choosing = state.side().choice.is_choosing_rival()
                    || state.drawing_region
                    || state.large.is_some();
                let possible = self.can_cancel() || choosing || !self.notices.is_empty();
                unless(possible, "Nothing is in progress")
            }
            Action::ComputeAgain => match state.subject() {
                None => Some(BOTH_FIRST),
                Some(_) if self.can_cancel() => Some("It is being computed"),
                Some(_) => unless(self.lacks_results(), "Nothing was stopped"),
            },
            Action::Undo => {
                let possible = self.persistence.undo.can_undo(state);
                unless(possible, "Nothing to undo")
            }
            Action::Redo => {
                let possible = self.persistence.undo.can_redo(state);
                unless(possible, "Nothing to redo")
            }
            Action::SaveSession | Action::SaveSessionAs => {
                let open = state.photo.is_some() || state.model().is_some();
                unless(open, "Open an image or a model first")
            }
            Action::OpenImage
            | Action::PasteImage
            | Action::OpenFolder
            | Action::OpenModel
            | Action::AboutModel
            | Action::OpenSession
            | Action::LeftList
            | Action::RightList
            | Action::LayerStrip
            | Action::SeenOnly
            | Action::FullScreen
            | Action::FigureSettings
            | Action::OpenPalette
            | Action::ShowKeys
            | Action::About => None,
        }
    }

    fn why_no_similarity(&self) -> Option<&'static str> {
        match self.state.model() {
            None => Some(MODEL_FIRST),
            Some(_) if !self.tasks.models.is_empty() => Some("A model is being opened"),
            Some(model) => {
                let output = model.outputs.get(model.output);
                let row = output.filter(|output| output.positions.is_none());
                let several = row.is_some_and(|output| output.count > 1);
                unless(
                    several,
                    "The model's output is not a row of several numbers",
                )
            }
        }
    }

    fn why_not_export(&self) -> Option<&'static str> {
        let state = self.state;
        let why = match state.subject() {
            None => BOTH_FIRST,
            Some(_) if state.lacks_spatial_layer() => "This model has no map",
            Some(_) => "Not all panels are computed yet",
        };
        unless(export::is_ready(state), why)
    }

    fn why_not_pin(&self) -> Option<&'static str> {
        unless(self.state.pins.len() < MAX_PINS, NO_ROOM)
    }

    fn why_not_gallery(&self) -> Option<&'static str> {
        unless(self.gallery.is_shown(), "Open a folder first")
    }

    /// Why the folder's names cannot stand for classes.
    fn why_no_classes(&self) -> Option<&'static str> {
        let classes = self.gallery.folder.list.truths().classes().count();
        match (self.state.model(), classes) {
            (None, _) => Some(MODEL_FIRST),
            (Some(_), 0) => Some("This model has no classes"),
            (Some(_), _) => None,
        }
    }

    /// Whether results that should be shown have not been computed.
    fn lacks_results(&self) -> bool {
        let state = self.state;
        let strip = state.fresh_layer_maps().is_none_or(|maps| !maps.complete);
        strip
            || state.rows().iter().any(|row| {
                let subject = &row.subject;
                state.results.prediction(subject).is_none()
                    || !(subject.lacks_spatial_layer() || state.results.are_complete(subject))
            })
    }
}

fn unless(possible: bool, why: &'static str) -> Option<&'static str> {
    (!possible).then_some(why)
}
