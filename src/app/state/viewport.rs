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

/// The part of the screen in which a panel shows its image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Port {
    /// It grows with the zoom, up to all of the room that the panel has.
    pub rect: Rect,
    /// The size of an image pixel on the screen at a zoom of 1, in points.
    pub fit: f32,
}

impl Port {
    /// A port that is as large as an image at a zoom of 1, or somewhat larger.
    pub fn fixed(rect: Rect, picture: Vec2) -> Port {
        let fit = (rect.width() / picture.x.max(1.0)).min(rect.height() / picture.y.max(1.0));
        Port {
            rect,
            fit: fit.max(1e-6),
        }
    }

    /// The port at this zoom: `whole` holds the whole image, and `room` is what it may grow into.
    pub fn growing(whole: Rect, room: Rect, picture: Vec2, zoom: f32) -> Port {
        let Port { fit, .. } = Port::fixed(whole, picture);
        let size = (picture * fit * zoom).max(whole.size());
        let size = size.min(room.size().max(whole.size())).floor();
        let beyond = |centre: f32, size: f32, from: f32, to: f32| {
            let half = size / 2.0;
            centre.clamp((from + half).min(to - half), (to - half).max(from + half))
        };
        let room = room.union(whole);
        let centre = pos2(
            beyond(whole.center().x, size.x, room.left(), room.right()),
            beyond(whole.center().y, size.y, room.top(), room.bottom()),
        );
        let corner = (centre - size / 2.0).round();
        Port {
            rect: Rect::from_min_size(corner, size),
            fit,
        }
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
    pub fn scale(&self, port: &Port) -> f32 {
        port.fit * self.zoom
    }

    /// The rectangle of the whole image on the screen. Reaches beyond the port when zoomed in.
    pub fn picture_rect(&self, port: &Port, picture: Vec2) -> Rect {
        let size = picture * self.scale(port);
        let clamp = |centre: f32, port: f32, size: f32| {
            let half = (port / size / 2.0).min(0.5);
            centre.clamp(half, 1.0 - half)
        };
        let centre = vec2(
            clamp(self.centre.x, port.rect.width(), size.x),
            clamp(self.centre.y, port.rect.height(), size.y),
        );
        Rect::from_min_size(port.rect.center() - centre * size, size)
    }

    /// The position in the image under a point on the screen; `None` outside the image.
    pub fn position_at(&self, port: &Port, picture: Vec2, point: Pos2) -> Option<Pos2> {
        let rect = self.picture_rect(port, picture);
        if !port.rect.contains(point) {
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
        let max_zoom = (MAX_PIXEL_SIZE / port.fit).max(1.0);
        self.zoom = (self.zoom * factor).clamp(1.0, max_zoom);
        let size = picture * self.scale(port);
        self.centre = (position - (point - port.rect.center()) / size).to_pos2();
        self.settle(port, picture);
    }

    /// Moves the image by `delta`, in points on the screen.
    pub fn pan(&mut self, port: &Port, picture: Vec2, delta: Vec2) {
        self.centre -= delta / (picture * self.scale(port));
        self.settle(port, picture);
    }

    /// Clamps the centre to what can be shown, so that the next drag responds at once.
    fn settle(&mut self, port: &Port, picture: Vec2) {
        let rect = self.picture_rect(port, picture);
        self.centre = ((port.rect.center() - rect.min) / rect.size()).to_pos2();
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

#[cfg(test)]
mod tests {
    use super::*;

    const PANEL: &Port = &Port {
        rect: Rect {
            min: pos2(100.0, 50.0),
            max: pos2(500.0, 350.0),
        },
        fit: 2.0,
    };
    const PICTURE: Vec2 = vec2(200.0, 100.0);

    #[test]
    fn a_port_grows_with_the_zoom_into_all_of_its_room() {
        let room = PANEL.rect;
        let whole = Rect::from_center_size(room.center(), vec2(400.0, 200.0));
        let port = |zoom| Port::growing(whole, room, PICTURE, zoom);
        assert_eq!(
            port(1.0),
            Port {
                rect: whole,
                fit: 2.0
            }
        );
        assert_eq!(port(1.25).rect.size(), vec2(400.0, 250.0));
        assert_eq!(
            port(9.0),
            Port {
                rect: room,
                fit: 2.0
            }
        );
        // An image that does not lie in the middle of its room grows away from the edge.
        let aside = Rect::from_min_size(room.min, vec2(400.0, 200.0));
        let grown = Port::growing(aside, room, PICTURE, 1.25);
        assert_eq!((grown.rect.min, grown.rect.height()), (room.min, 250.0));
    }

    #[test]
    fn centres_the_whole_image() {
        let rect = View::default().picture_rect(PANEL, PICTURE);
        assert_eq!(
            rect,
            Rect::from_center_size(PANEL.rect.center(), vec2(400.0, 200.0))
        );
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut view = View::default();
        // Zoom in first: until the image fills the panel, it stays centred.
        view.zoom_at(PANEL, PICTURE, PANEL.rect.center(), 4.0);
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
        view.zoom_at(PANEL, PICTURE, PANEL.rect.center(), 4.0);
        let before = view.picture_rect(PANEL, PICTURE);
        view.pan(PANEL, PICTURE, vec2(30.0, -20.0));
        let after = view.picture_rect(PANEL, PICTURE);
        assert!((after.min - before.min - vec2(30.0, -20.0)).length() < 1e-2);
        view.pan(PANEL, PICTURE, vec2(1e6, 1e6));
        assert!((view.picture_rect(PANEL, PICTURE).min - PANEL.rect.min).length() < 1e-2);
    }

    #[test]
    fn zoom_is_limited_to_the_whole_image_and_the_maximum_pixel_size() {
        let mut view = View::default();
        view.zoom_at(PANEL, PICTURE, PANEL.rect.center(), 1e-6);
        assert_eq!(view.zoom, 1.0);
        view.zoom_at(PANEL, PICTURE, PANEL.rect.center(), 1e6);
        assert!((view.scale(PANEL) - MAX_PIXEL_SIZE).abs() < 1e-3);
    }

    #[test]
    fn has_no_position_outside_the_image() {
        let view = View::default();
        assert_eq!(view.position_at(PANEL, PICTURE, pos2(300.0, 60.0)), None);
        assert_eq!(view.position_at(PANEL, PICTURE, pos2(0.0, 0.0)), None);
    }
}
