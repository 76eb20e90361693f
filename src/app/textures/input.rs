//! A picture of the network's input on the graphics card, and where it lies on the photo.

use std::time::Duration;

use egui::{ColorImage, Context, Pos2, Rect, TextureHandle, TextureOptions, Vec2, pos2, vec2};
use image::RgbImage;

use crate::picture::photo::geometry::Placement;
use crate::picture::photo::resample;

use super::rgb;

/// A picture that covers the network's input.
pub struct InputTexture {
    whole: TextureHandle,
    fine: Option<Fine>,
    /// What the picture covers, from 0 to 1 of the photo; beyond it where it was padded.
    covers: Rect,
    /// The part of the photo that the network saw.
    pub seen: Rect,
}

/// Lines a pixel wide. The graphics card reads four pixels for each of the screen, so that drawn
/// smaller than it is, even by little, such a picture gets a grid that is not in it.
struct Fine {
    picture: RgbImage,
    /// As large as it is drawn, where that is smaller than the picture.
    copy: Option<TextureHandle>,
    /// The size that it is drawn at, since when.
    drawn: Option<((u32, u32), f64)>,
}

/// How long a size has to stay before a copy is made for it: while someone zooms, none is.
const SETTLED_S: f64 = 0.15;

impl InputTexture {
    pub fn new(
        ctx: &Context,
        name: &str,
        picture: ColorImage,
        placement: &Placement,
    ) -> InputTexture {
        let image = vec2(placement.image.0 as f32, placement.image.1 as f32);
        let source = placement.source;
        let corner = vec2(source.x as f32, source.y as f32) / image;
        let extent = vec2(source.width as f32, source.height as f32) / image;
        InputTexture {
            whole: ctx.load_texture(name, picture, TextureOptions::LINEAR),
            fine: None,
            covers: Rect::from_min_size(corner.to_pos2(), extent),
            seen: seen(placement),
        }
    }

    /// The same of a picture whose lines are as fine as its pixels: see [`InputTexture::fit`].
    pub fn of_fine_lines(
        ctx: &Context,
        name: &str,
        picture: RgbImage,
        placement: &Placement,
    ) -> InputTexture {
        let whole = InputTexture::new(ctx, name, rgb(&picture), placement);
        InputTexture {
            fine: Some(Fine {
                picture,
                copy: None,
                drawn: None,
            }),
            ..whole
        }
    }

    /// Makes the copy for a screen on which the whole photo is `photo` large, in pixels: at once for
    /// a picture that is new, later where the size has changed.
    pub fn fit(&mut self, ctx: &Context, photo: Vec2) {
        let time = ctx.input(|i| i.time);
        if let Some(rest) = self.fit_at(ctx, photo, time) {
            ctx.request_repaint_after(rest);
        }
    }

    /// The same at a `time` in seconds. When to ask again, if the size may not have settled.
    fn fit_at(&mut self, ctx: &Context, photo: Vec2, time: f64) -> Option<Duration> {
        let Fine {
            picture,
            copy,
            drawn,
        } = self.fine.as_mut()?;
        let size = size_for(photo * self.covers.size(), picture.dimensions());
        let (is_new, since) = match *drawn {
            None => (true, time),
            Some((before, since)) if before == size => (false, since),
            Some(_) => (false, time),
        };
        *drawn = Some((size, since));
        if size == picture.dimensions() {
            *copy = None;
            return None;
        }
        let wanted = [size.0 as usize, size.1 as usize];
        if copy.as_ref().is_some_and(|copy| copy.size() == wanted) {
            return None;
        }
        let rest = since + SETTLED_S - time;
        if !is_new && rest > 0.0 {
            return Some(Duration::from_secs_f64(rest));
        }
        let made = resample::at_size(picture, size);
        let name = self.whole.name();
        *copy = made.map(|made| ctx.load_texture(name, rgb(&made), TextureOptions::LINEAR));
        None
    }

    /// What is to be drawn.
    pub fn texture(&self) -> &TextureHandle {
        let copy = self.fine.as_ref().and_then(|fine| fine.copy.as_ref());
        copy.unwrap_or(&self.whole)
    }

    /// The part of the texture that lies on what was seen.
    pub fn uv(&self) -> Rect {
        let part = |p: Pos2| ((p - self.covers.min) / self.covers.size()).to_pos2();
        Rect::from_min_max(part(self.seen.min), part(self.seen.max))
    }
}

/// A pixel for each of the screen, and never more than there are.
fn size_for(on_screen: Vec2, picture: (u32, u32)) -> (u32, u32) {
    let side = |on_screen: f32, most: u32| (on_screen.round() as u32).min(most).max(1);
    (side(on_screen.x, picture.0), side(on_screen.y, picture.1))
}

/// The part of the photo that the network saw, from 0 to 1.
pub fn seen(placement: &Placement) -> Rect {
    let (width, height) = (placement.image.0 as f32, placement.image.1 as f32);
    let seen = placement.seen();
    let (x, y) = (seen.x as f32, seen.y as f32);
    Rect::from_min_max(
        pos2(x / width, y / height),
        pos2(
            (x + seen.width as f32) / width,
            (y + seen.height as f32) / height,
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::geometry::{Filter, Fit, Frame};

    #[test]
    fn fine_lines_are_drawn_pixel_for_pixel() {
        let ctx = Context::default();
        let frame = Frame {
            width: 224,
            height: 224,
            crop_pct: 0.875,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        let placement = Placement::new((512, 512), &frame, Fit::Crop);
        let lines = RgbImage::from_fn(224, 224, |x, _| image::Rgb([255 * (x % 2) as u8; 3]));
        let mut made = InputTexture::of_fine_lines(&ctx, "lines", lines, &placement);
        assert_eq!(made.texture().size(), [224, 224]);
        made.fit_at(&ctx, vec2(160.0, 160.0), 1.0);
        assert_eq!(made.texture().size(), [140, 140], "at once, being new");
        let kept = made.texture().id();
        assert_eq!(made.fit_at(&ctx, vec2(160.0, 160.0), 2.0), None);
        assert_eq!(made.texture().id(), kept);

        // While someone zooms, the copy that is there serves.
        for (step, side) in [(0, 150.0), (1, 140.0), (2, 130.0)] {
            let time = 3.0 + f64::from(step) * 0.1;
            assert!(made.fit_at(&ctx, vec2(side, side), time).is_some());
            assert_eq!(made.texture().id(), kept);
        }
        assert_eq!(made.fit_at(&ctx, vec2(130.0, 130.0), 3.4), None);
        assert_eq!(made.texture().size(), [114, 114]);

        // Magnified, and drawn as large as it is, it is what it is.
        made.fit_at(&ctx, vec2(2000.0, 2000.0), 4.0);
        assert_eq!(made.texture().size(), [224, 224]);
        made.fit_at(&ctx, Vec2::ZERO, 5.0);
        made.fit_at(&ctx, Vec2::ZERO, 6.0);
        assert_eq!(made.texture().size(), [1, 1]);
    }
}
