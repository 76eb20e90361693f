//! One zoom, one pan and one crosshair for all panels, so that each shows the same part of the image.

use egui::{Pos2, Rect, Ui, Vec2, pos2, vec2};

/// The maximum size of one image pixel on the screen, in points.
const MAX_PIXEL_SIZE: f32 = 64.0;

/// Which part of the image is shown. Positions are in fractions of the image, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The zoom factor; 1 shows the whole image.
    pub zoom: f32,
    /// The position at the centre of the panel.
    pub centre: Pos2,
    /// The position under the pointer.
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
    /// Shows the whole image again.
    pub fn fit(&mut self) {
        *self = View {
            pointer: self.pointer,
            ..View::default()
        };
    }

    /// The size of an image pixel on the screen, in points.
    pub fn scale(&self, panel: Rect, picture: Vec2) -> f32 {
        fit_scale(panel, picture) * self.zoom
    }

    /// The rectangle of the whole image on the screen. Reaches beyond `panel` when zoomed in.
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

    /// The position in the image under a point on the screen; `None` outside the image.
    pub fn position_at(&self, panel: Rect, picture: Vec2, point: Pos2) -> Option<Pos2> {
        let rect = self.picture_rect(panel, picture);
        if !panel.contains(point) {
            return None;
        }
        let position = ((point - rect.min) / rect.size()).to_pos2();
        let inside = (0.0..1.0).contains(&position.x) && (0.0..1.0).contains(&position.y);
        inside.then_some(position)
    }

    /// Zooms in or out, keeping what is at `point` in place.
    pub fn zoom_at(&mut self, panel: Rect, picture: Vec2, point: Pos2, factor: f32) {
        let before = self.picture_rect(panel, picture);
        let position = (point - before.min) / before.size();
        let max_zoom = (MAX_PIXEL_SIZE / fit_scale(panel, picture)).max(1.0);
        self.zoom = (self.zoom * factor).clamp(1.0, max_zoom);
        let size = picture * self.scale(panel, picture);
        self.centre = (position - (point - panel.center()) / size).to_pos2();
        self.settle(panel, picture);
    }

    /// Moves the image by `delta`, in points on the screen.
    pub fn pan(&mut self, panel: Rect, picture: Vec2, delta: Vec2) {
        self.centre -= delta / (picture * self.scale(panel, picture));
        self.settle(panel, picture);
    }

    /// Clamps the centre to what can be shown, so that the next drag responds at once.
    fn settle(&mut self, panel: Rect, picture: Vec2) {
        let rect = self.picture_rect(panel, picture);
        self.centre = ((panel.center() - rect.min) / rect.size()).to_pos2();
    }

    /// Handles wheel, pinch, drag and double-click over one panel. `may_move` is false while a drag there
    /// means something else.
    pub fn interact(
        &mut self,
        ui: &Ui,
        response: &egui::Response,
        panel: Rect,
        picture: Vec2,
        may_move: bool,
    ) {
        if response.double_clicked() {
            self.fit();
        } else if response.dragged() && may_move {
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
        self.pointer = self.position_at(panel, picture, point);
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
    fn centres_the_whole_image() {
        let rect = View::default().picture_rect(PANEL, PICTURE);
        assert_eq!(
            rect,
            Rect::from_center_size(PANEL.center(), vec2(400.0, 200.0))
        );
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut view = View::default();
        // Zoom in first: until the image fills the panel, it stays centred.
        view.zoom_at(PANEL, PICTURE, PANEL.center(), 4.0);
        let point = pos2(260.0, 190.0);
        let before = view.position_at(PANEL, PICTURE, point).unwrap();
        for factor in [1.5, 2.0, 0.7] {
            view.zoom_at(PANEL, PICTURE, point, factor);
            let after = view.position_at(PANEL, PICTURE, point).unwrap();
            assert!((after - before).length() < 1e-4, "{before} became {after}");
        }
    }

    #[test]
    fn a_drag_moves_the_image_with_the_pointer_and_stops_at_its_edge() {
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
    fn zoom_is_limited_to_the_whole_image_and_the_maximum_pixel_size() {
        let mut view = View::default();
        view.zoom_at(PANEL, PICTURE, PANEL.center(), 1e-6);
        assert_eq!(view.zoom, 1.0);
        view.zoom_at(PANEL, PICTURE, PANEL.center(), 1e6);
        assert!((view.scale(PANEL, PICTURE) - MAX_PIXEL_SIZE).abs() < 1e-3);
    }

    #[test]
    fn has_no_position_outside_the_image() {
        let view = View::default();
        assert_eq!(view.position_at(PANEL, PICTURE, pos2(300.0, 60.0)), None);
        assert_eq!(view.position_at(PANEL, PICTURE, pos2(0.0, 0.0)), None);
    }
}
