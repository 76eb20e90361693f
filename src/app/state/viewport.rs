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

/// Where a panel may show its image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Port {
    /// Holds the whole image at a zoom of 1. At any zoom, the image covers what it covered then.
    pub whole: Rect,
    /// A magnified image may reach this far.
    pub room: Rect,
}

impl Port {
    /// A port whose image never reaches beyond it.
    pub fn fixed(whole: Rect) -> Port {
        Port { whole, room: whole }
    }
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
    pub fn scale(&self, port: &Port, picture: Vec2) -> f32 {
        fit_scale(port, picture) * self.zoom
    }

    /// The rectangle of the whole image on the screen. Reaches beyond the port when zoomed in.
    pub fn picture_rect(&self, port: &Port, picture: Vec2) -> Rect {
        let size = picture * self.scale(port, picture);
        let clamp = |centre: f32, port: f32, size: f32| {
            let half = (port / size / 2.0).min(0.5);
            centre.clamp(half, 1.0 - half)
        };
        let centre = vec2(
            clamp(self.centre.x, port.whole.width(), size.x),
            clamp(self.centre.y, port.whole.height(), size.y),
        );
        Rect::from_min_size(port.whole.center() - centre * size, size)
    }

    /// The part of the screen that a panel takes: as much of the image as there is room for.
    pub fn frame(&self, port: &Port, picture: Vec2) -> Rect {
        let shown = self.picture_rect(port, picture).union(port.whole);
        shown.intersect(port.room.union(port.whole))
    }

    /// The position in the image under a point on the screen; `None` outside the image.
    pub fn position_at(&self, port: &Port, picture: Vec2, point: Pos2) -> Option<Pos2> {
        let rect = self.picture_rect(port, picture);
        if !self.frame(port, picture).contains(point) {
            return None;
        }
        let position = ((point - rect.min) / rect.size()).to_pos2();
        let inside = (0.0..1.0).contains(&position.x) && (0.0..1.0).contains(&position.y);
        inside.then_some(position)
    }

    /// Zooms in or out, keeping what is at `point` in place.
    pub fn zoom_at(&mut self, port: &Port, picture: Vec2, point: Pos2, factor: f32) {
        let before = self.picture_rect(port, picture);
        let position = (point - before.min) / before.size();
        let max_zoom = (MAX_PIXEL_SIZE / fit_scale(port, picture)).max(1.0);
        self.zoom = (self.zoom * factor).clamp(1.0, max_zoom);
        let size = picture * self.scale(port, picture);
        self.centre = (position - (point - port.whole.center()) / size).to_pos2();
        self.settle(port, picture);
    }

    /// Moves the image by `delta`, in points on the screen.
    pub fn pan(&mut self, port: &Port, picture: Vec2, delta: Vec2) {
        self.centre -= delta / (picture * self.scale(port, picture));
        self.settle(port, picture);
    }

    /// Clamps the centre to what can be shown, so that the next drag responds at once.
    fn settle(&mut self, port: &Port, picture: Vec2) {
        let rect = self.picture_rect(port, picture);
        self.centre = ((port.whole.center() - rect.min) / rect.size()).to_pos2();
    }

    /// Handles wheel, pinch and drag over one panel. `may_move` is false while a drag there
    /// means something else.
    pub fn interact(
        &mut self,
        ui: &Ui,
        response: &egui::Response,
        port: &Port,
        picture: Vec2,
        may_move: bool,
    ) {
        if response.dragged() && may_move {
            self.pan(port, picture, response.drag_delta());
        }
        let Some(point) = response.hover_pos() else {
            return;
        };
        let (wheel, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        let factor = pinch * (wheel / 200.0).exp();
        if factor != 1.0 {
            self.zoom_at(port, picture, point, factor);
        }
        self.pointer = self.position_at(port, picture, point);
    }
}

fn fit_scale(port: &Port, picture: Vec2) -> f32 {
    (port.whole.width() / picture.x.max(1.0))
        .min(port.whole.height() / picture.y.max(1.0))
        .max(1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANEL: Rect = Rect {
        min: pos2(100.0, 50.0),
        max: pos2(500.0, 350.0),
    };
    const PORT: &Port = &Port {
        whole: PANEL,
        room: PANEL,
    };
    const PICTURE: Vec2 = vec2(200.0, 100.0);

    #[test]
    fn a_magnified_image_takes_all_of_its_room_and_stays_under_the_pointer() {
        let whole = Rect::from_min_size(pos2(200.0, 150.0), vec2(200.0, 100.0));
        let port = Port { whole, room: PANEL };
        let mut view = View::default();
        assert_eq!(view.frame(&port, PICTURE), whole);
        let point = pos2(230.0, 160.0);
        let before = view.position_at(&port, PICTURE, point).unwrap();
        for factor in [1.3, 1.7, 4.0] {
            view.zoom_at(&port, PICTURE, point, factor);
            let after = view.position_at(&port, PICTURE, point).unwrap();
            assert!((after - before).length() < 1e-4, "{before} became {after}");
            let frame = view.frame(&port, PICTURE);
            assert!(PANEL.contains_rect(frame) && frame.contains_rect(whole));
        }
        // It shows what there is of the image, and no more.
        view.pan(&port, PICTURE, vec2(0.0, -200.0));
        assert_eq!(view.frame(&port, PICTURE), PANEL);
    }

    #[test]
    fn centres_the_whole_image() {
        let rect = View::default().picture_rect(PORT, PICTURE);
        assert_eq!(
            rect,
            Rect::from_center_size(PANEL.center(), vec2(400.0, 200.0))
        );
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut view = View::default();
        // Zoom in first: until the image fills the panel, it stays centred.
        view.zoom_at(PORT, PICTURE, PANEL.center(), 4.0);
        let point = pos2(260.0, 190.0);
        let before = view.position_at(PORT, PICTURE, point).unwrap();
        for factor in [1.5, 2.0, 0.7] {
            view.zoom_at(PORT, PICTURE, point, factor);
            let after = view.position_at(PORT, PICTURE, point).unwrap();
            assert!((after - before).length() < 1e-4, "{before} became {after}");
        }
    }

    #[test]
    fn a_drag_moves_the_image_with_the_pointer_and_stops_at_its_edge() {
        let mut view = View::default();
        view.zoom_at(PORT, PICTURE, PANEL.center(), 4.0);
        let before = view.picture_rect(PORT, PICTURE);
        view.pan(PORT, PICTURE, vec2(30.0, -20.0));
        let after = view.picture_rect(PORT, PICTURE);
        assert!((after.min - before.min - vec2(30.0, -20.0)).length() < 1e-2);
        view.pan(PORT, PICTURE, vec2(1e6, 1e6));
        assert!((view.picture_rect(PORT, PICTURE).min - PANEL.min).length() < 1e-2);
    }

    #[test]
    fn zoom_is_limited_to_the_whole_image_and_the_maximum_pixel_size() {
        let mut view = View::default();
        view.zoom_at(PORT, PICTURE, PANEL.center(), 1e-6);
        assert_eq!(view.zoom, 1.0);
        view.zoom_at(PORT, PICTURE, PANEL.center(), 1e6);
        assert!((view.scale(PORT, PICTURE) - MAX_PIXEL_SIZE).abs() < 1e-3);
    }

    #[test]
    fn has_no_position_outside_the_image() {
        let view = View::default();
        assert_eq!(view.position_at(PORT, PICTURE, pos2(300.0, 60.0)), None);
        assert_eq!(view.position_at(PORT, PICTURE, pos2(0.0, 0.0)), None);
    }
}
