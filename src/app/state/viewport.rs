//! One zoom, one pan and one crosshair for all panels, so that each shows the same part of the image.

use egui::{Pos2, Rect, Ui, Vec2, pos2, vec2};

use crate::picture::photo::geometry::PixelBox;

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

/// An image as panels show it: whole, or a part of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picture {
    /// The size of the whole image in pixels.
    pub size: Vec2,
    /// The part that is shown, in fractions of the image.
    pub part: Rect,
}

impl Picture {
    /// An image of this size, shown whole.
    pub fn whole(size: Vec2) -> Picture {
        let part = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        Picture { size, part }
    }

    /// A part of an image of this size, in its pixels.
    pub fn part(size: Vec2, part: PixelBox) -> Picture {
        let corner = pos2(part.x as f32, part.y as f32).to_vec2() / size;
        let extent = vec2(part.width as f32, part.height as f32) / size;
        Picture {
            size,
            part: Rect::from_min_size(corner.to_pos2(), extent),
        }
    }

    /// The same part of a copy of the image at another size.
    pub fn at_size(self, (width, height): (u32, u32)) -> Picture {
        Picture {
            size: vec2(width as f32, height as f32),
            ..self
        }
    }

    /// The size of the part in pixels.
    pub fn part_size(&self) -> Vec2 {
        self.size * self.part.size()
    }
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
    pub fn scale(&self, port: &Port, picture: Picture) -> f32 {
        fit_scale(port, picture) * self.zoom
    }

    /// The rectangle of the shown part on the screen. Reaches beyond the port when zoomed in.
    pub fn part_rect(&self, port: &Port, picture: Picture) -> Rect {
        let part = picture.part;
        let size = picture.part_size() * self.scale(port, picture);
        let clamp = |centre: f32, port: f32, size: f32| {
            let half = (port / size / 2.0).min(0.5);
            centre.clamp(half, 1.0 - half)
        };
        let centre = (self.centre - part.min) / part.size();
        let centre = vec2(
            clamp(centre.x, port.whole.width(), size.x),
            clamp(centre.y, port.whole.height(), size.y),
        );
        Rect::from_min_size(port.whole.center() - centre * size, size)
    }

    /// The rectangle that the whole image has on the screen, beyond the part that is shown.
    pub fn picture_rect(&self, port: &Port, picture: Picture) -> Rect {
        let part = self.part_rect(port, picture);
        let size = part.size() / picture.part.size();
        Rect::from_min_size(part.min - picture.part.min.to_vec2() * size, size)
    }

    /// The part of the screen that a panel takes: as much of the image as there is room for.
    pub fn frame(&self, port: &Port, picture: Picture) -> Rect {
        let shown = self.part_rect(port, picture).union(port.whole);
        shown.intersect(port.room.union(port.whole))
    }

    /// What of the screen shows the image.
    pub fn covered(&self, port: &Port, picture: Picture) -> Rect {
        let frame = self.frame(port, picture);
        frame.intersect(self.part_rect(port, picture))
    }

    /// The position in the image under a point on the screen; `None` outside what is shown of it.
    pub fn position_at(&self, port: &Port, picture: Picture, point: Pos2) -> Option<Pos2> {
        let rect = self.picture_rect(port, picture);
        if !self.frame(port, picture).contains(point) {
            return None;
        }
        let position = ((point - rect.min) / rect.size()).to_pos2();
        let part = picture.part;
        let inside = (part.left()..part.right()).contains(&position.x)
            && (part.top()..part.bottom()).contains(&position.y);
        inside.then_some(position)
    }

    /// Zooms in or out, keeping what is at `point` in place.
    pub fn zoom_at(&mut self, port: &Port, picture: Picture, point: Pos2, factor: f32) {
        let before = self.picture_rect(port, picture);
        let position = (point - before.min) / before.size();
        let max_zoom = (MAX_PIXEL_SIZE / fit_scale(port, picture)).max(1.0);
        self.zoom = (self.zoom * factor).clamp(1.0, max_zoom);
        let size = picture.size * self.scale(port, picture);
        self.centre = (position - (point - port.whole.center()) / size).to_pos2();
        self.settle(port, picture);
    }

    /// Moves the image by `delta`, in points on the screen.
    pub fn pan(&mut self, port: &Port, picture: Picture, delta: Vec2) {
        self.centre -= delta / (picture.size * self.scale(port, picture));
        self.settle(port, picture);
    }

    /// Clamps the centre to what can be shown, so that the next drag responds at once.
    fn settle(&mut self, port: &Port, picture: Picture) {
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
        picture: Picture,
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

fn fit_scale(port: &Port, picture: Picture) -> f32 {
    let size = picture.part_size();
    (port.whole.width() / size.x.max(1.0))
        .min(port.whole.height() / size.y.max(1.0))
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
    const PICTURE: Picture = Picture {
        size: vec2(200.0, 100.0),
        part: Rect {
            min: Pos2::ZERO,
            max: pos2(1.0, 1.0),
        },
    };

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

    #[test]
    fn a_part_fills_the_panel_and_is_all_that_can_be_seen() {
        // The middle square of an image twice as wide as high.
        let square = PixelBox {
            x: 50,
            y: 0,
            width: 100,
            height: 100,
        };
        let picture = Picture::part(PICTURE.size, square);
        let mut view = View::default();
        let part = view.part_rect(PORT, picture);
        assert_eq!(
            part,
            Rect::from_center_size(PANEL.center(), vec2(300.0, 300.0))
        );
        let whole = view.picture_rect(PORT, picture);
        assert_eq!(whole.size(), vec2(600.0, 300.0));
        assert_eq!(whole.center(), PANEL.center());
        // The position under the pointer is one of the whole image.
        let left = view.position_at(PORT, picture, part.left_top() + vec2(1.5, 1.5));
        assert!((left.unwrap() - pos2(0.2525, 0.005)).length() < 1e-3);
        // It cannot be moved out of the part.
        view.zoom_at(PORT, picture, PANEL.center(), 4.0);
        view.pan(PORT, picture, vec2(1e6, 0.0));
        let moved = view.part_rect(PORT, picture);
        assert!((moved.left() - PANEL.left()).abs() < 1e-2, "{moved}");
    }
}
