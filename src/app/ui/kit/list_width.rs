//! The widths of the lists beside the images. A smaller window shrinks them for a while; they get
//! their width back when the window grows again.

use egui::{Panel, Rangef};

/// The largest share of the window that a list may take.
const MAX_SHARE: f32 = 0.22;
/// Widths that differ by less than this count as equal, in points.
const TOLERANCE: f32 = 1.0;

/// The widths of both lists.
#[derive(Debug)]
pub struct ListWidths {
    pub layers: ListWidth,
    pub classes: ListWidth,
}

impl Default for ListWidths {
    fn default() -> Self {
        ListWidths {
            layers: ListWidth::new(Rangef::new(204.0, 304.0)),
            classes: ListWidth::new(Rangef::new(200.0, 304.0)),
        }
    }
}

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Names with numbers.
    Rows,
    /// Facts, settings or pictures, which need more room.
    Facts,
}

impl Contents {
    /// The share of the window, within the natural range of the list, until the user drags its edge.
    fn share(self) -> f32 {
        match self {
            Contents::Rows => 0.165,
            Contents::Facts => 0.2,
        }
    }
}

/// The width of one list, in points.
#[derive(Debug)]
pub struct ListWidth {
    natural: Rangef,
    /// The width that the user has dragged it to.
    dragged: Option<f32>,
    /// The window's width and the contents in the last frame, and the list's width expected for them.
    last: Option<(f32, Contents)>,
    expected: f32,
}

impl ListWidth {
    fn new(natural: Rangef) -> ListWidth {
        ListWidth {
            natural,
            dragged: None,
            last: None,
            expected: 0.0,
        }
    }

    /// Gives `panel` its width in a window this wide, and lets the user resize it.
    pub fn apply(&mut self, panel: Panel, window: f32, contents: Contents) -> Panel {
        let range = Rangef::new(
            self.natural.min,
            (window * MAX_SHARE).max(self.natural.min + 8.0),
        );
        let natural = self.natural.clamp((window * contents.share()).floor());
        self.expected = range.clamp(self.dragged.unwrap_or(natural));
        if self.last.replace((window, contents)) != Some((window, contents)) {
            return panel.exact_size(self.expected);
        }
        panel.size_range(range)
    }

    /// Records the drawn width. It differs from the expected one only if the user dragged the edge.
    pub fn record(&mut self, width: f32) {
        if (width - self.expected).abs() > TOLERANCE {
            self.dragged = Some(width);
        }
    }
}
