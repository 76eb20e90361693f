//! What the user should know of how a picture was read.

use super::Reduced;
use super::bands::ShownBands;
use super::window::Windowed;

/// One thing to know. [`Note::words`] has it in a full sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Note {
    /// It was turned, which Pillow does not do.
    Turned,
    /// Transparent parts are over white, where Pillow shows what they hide.
    Transparent,
    /// Greys of more than 8 bits were scaled to 8, where Pillow clips them.
    Scaled,
    /// A single band of numbers is taken as it is, where Pillow clips it.
    Unclipped,
    /// The first of several pages was read.
    Pages,
    /// It is larger than what is kept of it.
    Reduced(Reduced),
    /// The first of so many frames was read.
    Frames(u32),
    /// What makes its values visible is a table, which is not used.
    Table,
    /// It is seen through a window that nobody chose.
    Window(Windowed),
    /// Some bands are shown as colours.
    Bands {
        /// How many there are.
        count: usize,
        /// Those that are shown.
        shown: ShownBands,
        /// Whether they are stretched to be shown.
        stretched: bool,
    },
}

impl Note {
    /// Whether “As Pillow reads it” would do otherwise.
    pub fn is_difference(self) -> bool {
        match self {
            Note::Turned | Note::Transparent | Note::Scaled | Note::Unclipped => true,
            Note::Reduced(_)
            | Note::Pages
            | Note::Frames(_)
            | Note::Table
            | Note::Window(_)
            | Note::Bands { .. } => false,
        }
    }

    /// A full sentence or two.
    pub fn words(self) -> String {
        match self {
            Note::Turned => "The image is turned upright, as its EXIF orientation says. Pillow leaves it as it is \
                 stored, and most training code does too"
                .into(),
            Note::Transparent => "Transparent parts are shown over white. Pillow drops the transparency and shows \
                 the colours underneath, and most training code does too"
                .into(),
            Note::Scaled => "Its values are scaled to 8 bits. Pillow clips them, so that everything above 255 \
                 is white"
                .into(),
            Note::Unclipped => "Its numbers are taken as they are. Pillow clips them to whole levels from 0 to 255"
                .into(),
            Note::Pages => "The file has several pages, of which the first is read".into(),
            Note::Reduced(Reduced { by, width, height }) => format!(
                "The image has {width} × {height} pixels, and is read with one for each {by} × {by} of them"
            ),
            Note::Frames(count) => format!("The file has {count} frames, of which the first is read"),
            Note::Table => "The file has a table of how bright its values are to be seen (VOI LUT), which is not used"
                .into(),
            Note::Window(windowed) => windowed.words(),
            Note::Bands {
                count,
                shown,
                stretched,
            } => {
                let stretched = if stretched {
                    ", stretched for the display alone"
                } else {
                    ""
                };
                match (shown.grey(), shown.0) {
                    (Some(grey), _) => format!("Band {grey} of {count} is shown in grey{stretched}"),
                    (None, [red, green, blue]) => format!(
                        "Bands {red}, {green} and {blue} of {count} are shown as red, green and blue{stretched}"
                    ),
                }
            }
        }
    }
}
