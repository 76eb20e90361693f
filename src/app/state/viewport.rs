//! One zoom, one pan and one crosshair for all panels, so that the same place of the picture is
//! under the eye in each.

use egui::{Pos2, Rect, Ui, Vec2, pos2, vec2};

/// How many points of the screen one pixel of the picture may take at most.
const MAX_PIXEL: f32 = 64.0;

/// What part of the picture is seen, whatever its size: places run from 0 to 1 across it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// 1 shows the whole picture.
    pub zoom: f32,
    /// The place in the middle of the panel.
    pub centre: Pos2,
    /// The place under the pointer.
    pub pointer: Option<Pos2>,
}

impl Default for View {
    fn default() -> Self {
        View {
            zoom: 1.0,
            centre: pos2(0.5, 0.5),
            pointer: None,
        }
    }
}

impl View {
    /// Shows the whole picture again.
    pub fn fit(&mut self) {
        *self = View {
            pointer: self.pointer,
            ..View::default()
        };
    }

    /// Points of the screen a pixel of the picture takes.
    pub fn scale(&self, panel: Rect, picture: Vec2) -> f32 {
        fit_scale(panel, picture) * self.zoom
    }

    /// Where on the screen the whole picture lies, reaching past `panel` where it is zoomed.
    pub fn picture_rect(&self, panel: Rect, picture: Vec2) -> Rect {
        let size = picture * self.scale(panel, picture);
        let clamp = |centre: f32, panel: f32, size: f32| {
            let half = (panel / size / 2.0).min(0.5);
            centre.clamp(half, 1.0 - half)
        };
        let centre = vec2(
            clamp(self.centre.x, panel.width(), size.x),
            clamp(self.centre.y, panel.height(), size.y),
        );
        Rect::from_min_size(panel.center() - centre * size, size)
    }

    /// The place of the picture under a point of the screen, `None` beside the picture.
    pub fn place_at(&self, panel: Rect, picture: Vec2, point: Pos2) -> Option<Pos2> {
        let rect = self.picture_rect(panel, picture);
        if !panel.contains(point) {
            return None;
        }
        let place = ((point - rect.min) / rect.size()).to_pos2();
        let inside = (0.0..1.0).contains(&place.x) && (0.0..1.0).contains(&place.y);
        inside.then_some(place)
    }

    /// Zooms so that what is at `point` stays there.
    pub fn zoom_at(&mut self, panel: Rect, picture: Vec2, point: Pos2, factor: f32) {
        let before = self.picture_rect(panel, picture);
        let place = (point - before.min) / before.size();
        let most = (MAX_PIXEL / fit_scale(panel, picture)).max(1.0);
        self.zoom = (self.zoom * factor).clamp(1.0, most);
        let size = picture * self.scale(panel, picture);
        self.centre = (place - (point - panel.center()) / size).to_pos2();
        self.settle(panel, picture);
    }

    /// Moves the picture by `delta` points of the screen.
    pub fn pan(&mut self, panel: Rect, picture: Vec2, delta: Vec2) {
        self.centre -= delta / (picture * self.scale(panel, picture));
        self.settle(panel, picture);
    }

    /// Keeps the centre where the picture can show it, so that the next drag answers at once.
    fn settle(&mut self, panel: Rect, picture: Vec2) {
        let rect = self.picture_rect(panel, picture);
        self.centre = ((panel.center() - rect.min) / rect.size()).to_pos2();
    }

    /// Wheel, pinch, drag and double click over one panel.
    pub fn interact(&mut self, ui: &Ui, response: &egui::Response, panel: Rect, picture: Vec2) {
        if response.double_clicked() {
            self.fit();
        } else if response.dragged() {
            self.pan(panel, picture, response.drag_delta());
        }
        let Some(point) = response.hover_pos() else {
            return;
        };
        let (wheel, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        let factor = pinch * (wheel / 200.0).exp();
        if factor != 1.0 {
            self.zoom_at(panel, picture, point, factor);
        }
        self.pointer = self.place_at(panel, picture, point);
    }
}

fn fit_scale(panel: Rect, picture: Vec2) -> f32 {
    (panel.width() / picture.x.max(1.0))
        .min(panel.height() / picture.y.max(1.0))
        .max(1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANEL: Rect = Rect {
        min: pos2(100.0, 50.0),
        max: pos2(500.0, 350.0),
    };
    const PICTURE: Vec2 = vec2(200.0, 100.0);

    #[test]
    fn the_whole_picture_stands_in_the_middle() {
        let rect = View::default().picture_rect(PANEL, PICTURE);
        assert_eq!(
            rect,
            Rect::from_center_size(PANEL.center(), vec2(400.0, 200.0))
        );
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut view = View::default();
        // From where it fills the panel: a side that fits stays in the middle.
        view.zoom_at(PANEL, PICTURE, PANEL.center(), 4.0);
        let point = pos2(260.0, 190.0);
        let before = view.place_at(PANEL, PICTURE, point).unwrap();
        for factor in [1.5, 2.0, 0.7] {
            view.zoom_at(PANEL, PICTURE, point, factor);
            let after = view.place_at(PANEL, PICTURE, point).unwrap();
            assert!((after - before).length() < 1e-4, "{before} became {after}");
        }
    }

    #[test]
    fn a_drag_moves_the_picture_with_the_pointer_and_stops_at_its_edge() {
        let mut view = View::default();
        view.zoom_at(PANEL, PICTURE, PANEL.center(), 4.0);
        let before = view.picture_rect(PANEL, PICTURE);
        view.pan(PANEL, PICTURE, vec2(30.0, -20.0));
        let after = view.picture_rect(PANEL, PICTURE);
        assert!((after.min - before.min - vec2(30.0, -20.0)).length() < 1e-2);
        view.pan(PANEL, PICTURE, vec2(1e6, 1e6));
        assert!((view.picture_rect(PANEL, PICTURE).min - PANEL.min).length() < 1e-2);
    }

    #[test]
    fn zoom_ends_at_the_whole_picture_and_at_large_pixels() {
        let mut view = View::default();
        view.zoom_at(PANEL, PICTURE, PANEL.center(), 1e-6);
        assert_eq!(view.zoom, 1.0);
        view.zoom_at(PANEL, PICTURE, PANEL.center(), 1e6);
        assert!((view.scale(PANEL, PICTURE) - MAX_PIXEL).abs() < 1e-3);
    }

    #[test]
    fn beside_the_picture_is_no_place() {
        let view = View::default();
        assert_eq!(view.place_at(PANEL, PICTURE, pos2(300.0, 60.0)), None);
        assert_eq!(view.place_at(PANEL, PICTURE, pos2(0.0, 0.0)), None);
    }
}
