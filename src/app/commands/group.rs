//! The groups in which actions are listed, with their mouse gestures.

use strum::{EnumIter, IntoEnumIterator};

use super::action::Action;

/// A group of actions.
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

    /// Mouse gestures of this group, which have no action.
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
                    what: "One panel large, or all panels again",
                },
                Gesture {
                    how: "Hold Space",
                    what: "The photo alone",
                },
            ],
            Group::Choosing => &[
                Gesture {
                    how: "Ctrl+click",
                    what: "Average the maps of several layers",
                },
                Gesture {
                    how: "Shift+drag",
                    what: "Explain a class in a region of the photo",
                },
            ],
            Group::Comparing => &[Gesture {
                how: "Shift+click",
                what: "Compare a class with the chosen one",
            }],
            Group::Window => &[Gesture {
                how: "Right-click, Shift+F10",
                what: "The menu of a panel, a layer, a class or a picture",
            }],
        }
    }
}

/// A mouse gesture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gesture {
    pub how: &'static str,
    pub what: &'static str,
}
