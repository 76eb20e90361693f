//! How wide the lists beside the pictures are. A window made smaller for a while takes room from them,
//! and gives it back when it is large again.

use egui::{Panel, Rangef};

/// Share of the window that a list may take.
const WIDEST: f32 = 0.22;
/// Two widths less apart than this are the same, in points.
const SAME: f32 = 1.0;

/// Of both lists.
#[derive(Debug)]
pub struct ListWidths {
    pub layers: ListWidth,
    pub classes: ListWidth,
}

impl Default for ListWidths {
    fn default() -> Self {
        ListWidths {
            layers: ListWidth::new(0.2, Rangef::new(200.0, 304.0)),
            classes: ListWidth::new(0.21, Rangef::new(208.0, 320.0)),
        }
    }
}

/// Of one list, in points.
#[derive(Debug)]
pub struct ListWidth {
    /// Of the window, and between which widths, until the person has dragged its edge.
    share: f32,
    natural: Rangef,
    /// What the person has made it.
    wished: Option<f32>,
    /// The window's width in the last frame, and the list's width that goes with it.
    window: f32,
    expected: f32,
}

impl ListWidth {
    fn new(share: f32, natural: Rangef) -> ListWidth {
        ListWidth {
            share,
            natural,
            wished: None,
            window: 0.0,
            expected: 0.0,
        }
    }

    /// The panel in the width that it has in a window this wide, and free to be dragged.
    pub fn of(&mut self, panel: Panel, window: f32) -> Panel {
        let range = Rangef::new(
            self.natural.min,
            (window * WIDEST).max(self.natural.min + 8.0),
        );
        let natural = self.natural.clamp(window * self.share);
        self.expected = range.clamp(self.wished.unwrap_or(natural));
        if (window - self.window).abs() > f32::EPSILON {
            self.window = window;
            return panel.exact_size(self.expected);
        }
        panel.size_range(range)
    }

    /// Takes in how wide it was drawn: otherwise than expected only where it was dragged.
    pub fn see(&mut self, width: f32) {
        if (width - self.expected).abs() > SAME {
            self.wished = Some(width);
        }
    }
}
