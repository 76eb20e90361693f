//! The groups that lists of actions are divided into, with the mouse gestures that belong to them.

use strum::{EnumIter, IntoEnumIterator};

use super::action::Action;

/// What actions are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum Group {
    Files,
    Choosing,
    Looking,
    Comparing,
    Window,
}

impl Group {
    /// All of them, in the order in which lists show them.
    pub fn all() -> impl Iterator<Item = Group> {
        Group::iter()
    }

    pub fn label(self) -> &'static str {
        match self {
            Group::Files => "Files",
            Group::Choosing => "Choosing",
            Group::Looking => "Looking",
            Group::Comparing => "Comparing",
            Group::Window => "Window",
        }
    }

    /// The actions of this group, in the order of the enum.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        Action::all().filter(move |action| action.group() == self)
    }

    /// What the mouse does, for which there is no action.
    pub fn gestures(self) -> &'static [Gesture] {
        match self {
            Group::Files => &[Gesture {
                how: "Drop",
                what: "Open an image, a model, a folder or a session",
            }],
            Group::Looking => &[
                Gesture {
                    how: "Wheel",
                    what: "Zoom at the pointer, in all panels at once",
                },
                Gesture {
                    how: "Drag",
                    what: "Move the picture, in all panels at once",
                },
                Gesture {
                    how: "Double-click",
                    what: "Whole picture",
                },
            ],
            Group::Choosing | Group::Comparing | Group::Window => &[],
        }
    }
}

/// Something done with the mouse alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gesture {
    pub how: &'static str,
    pub what: &'static str,
}
