//! A texture in the frame of the network's input, and its position on the photo.

use std::time::Duration;

use egui::{
    ColorImage, Context, Pos2, Rect, TextureFilter, TextureHandle, TextureOptions, Vec2, pos2, vec2,
};
use image::RgbImage;

use crate::picture::map::sample::Sampling;
use crate::picture::photo::geometry::Placement;
use crate::picture::photo::resample;

use super::rgb;

/// A texture that covers the network's input.
pub struct InputTexture {
    whole: TextureHandle,
    fine: Option<Fine>,
    /// The area the texture covers, in fractions of the photo. Padding reaches outside 0 to 1.
    pub covers: Rect,
    /// The part of the photo that the network saw.
    pub seen: Rect,
}

/// An image with detail one pixel wide. The GPU samples only four texels for each screen pixel, so
/// drawing such an image even slightly reduced adds a moiré pattern that is not in the data.
struct Fine {
    picture: RgbImage,
    /// A copy at the drawn size, where that is smaller than the image.
    copy: Option<TextureHandle>,
    /// The size it is drawn at, and the time since which it has been drawn at that size.
    drawn: Option<((u32, u32), f64)>,
}

/// How long a size must stay the same before a copy is made for it. No copies are made during a
/// zoom.
const SETTLE_S: f64 = 0.15;

impl InputTexture {
    pub fn new(
        ctx: &Context,
        name: &str,
        picture: ColorImage,
        placement: &Placement,
        sampling: Sampling,
    ) -> InputTexture {
        let image = vec2(placement.image.0 as f32, placement.image.1 as f32);
        let source = placement.source;
        let corner = vec2(source.x as f32, source.y as f32) / image;
        let extent = vec2(source.width as f32, source.height as f32) / image;
        let magnification = match sampling {
            Sampling::Bilinear => TextureFilter::Linear,
            Sampling::Nearest => TextureFilter::Nearest,
        };
        let options = TextureOptions {
            magnification,
            ..TextureOptions::LINEAR
        };
        InputTexture {
            whole: ctx.load_texture(name, picture, options),
            fine: None,
            covers: Rect::from_min_size(corner.to_pos2(), extent),
            seen: seen(placement),
        }
    }

    /// Like [`InputTexture::new`], for an image with detail one pixel wide; see [`InputTexture::fit`].
    pub fn with_fine_detail(
        ctx: &Context,
        name: &str,
        picture: RgbImage,
        placement: &Placement,
    ) -> InputTexture {
        let whole = InputTexture::new(ctx, name, rgb(&picture), placement, Sampling::Bilinear);
        InputTexture {
            fine: Some(Fine {
                picture,
                copy: None,
                drawn: None,
            }),
            ..whole
        }
    }

    /// Makes the reduced copy for a screen on which the whole photo measures `photo` pixels: at once
    /// for a new image, after a short delay when the size has changed.
    pub fn fit(&mut self, ctx: &Context, photo: Vec2) {
        let time = ctx.input(|i| i.time);
        if let Some(remaining) = self.fit_at(ctx, photo, time) {
            ctx.request_repaint_after(remaining);
        }
    }

    /// [`InputTexture::fit`] at a given `time` in seconds. Returns how long to wait before drawing
    /// again: until the size has settled, or not at all if another texture is to be drawn now.
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
            return copy.take().map(|_| Duration::ZERO);
        }
        let wanted = [size.0 as usize, size.1 as usize];
        if copy.as_ref().is_some_and(|copy| copy.size() == wanted) {
            return None;
        }
        let remaining = since + SETTLE_S - time;
        if !is_new && remaining > 0.0 {
            return Some(Duration::from_secs_f64(remaining));
        }
        let made = resample::at_size(picture, size);
        let name = self.whole.name();
        *copy = made.map(|made| ctx.load_texture(name, rgb(&made), TextureOptions::LINEAR));
        Some(Duration::ZERO)
    }

    /// The texture to draw.
    pub fn texture(&self) -> &TextureHandle {
        let copy = self.fine.as_ref().and_then(|fine| fine.copy.as_ref());
        copy.unwrap_or(&self.whole)
    }

    /// The part of the texture that lies on [`InputTexture::seen`].
    pub fn uv(&self) -> Rect {
        let part = |p: Pos2| ((p - self.covers.min) / self.covers.size()).to_pos2();
        Rect::from_min_max(part(self.seen.min), part(self.seen.max))
    }
}

/// One texel for each screen pixel, but no more than the image has.
fn size_for(on_screen: Vec2, picture: (u32, u32)) -> (u32, u32) {
    let side = |on_screen: f32, max: u32| (on_screen.round() as u32).min(max).max(1);
    (side(on_screen.x, picture.0), side(on_screen.y, picture.1))
}

/// The part of the photo that the network saw, in fractions of the photo.
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
    fn fine_detail_is_drawn_pixel_for_pixel() {
        let ctx = Context::default();
        let frame = Frame {
            width: 224,
            height: 224,
            crop_pct: 0.875,
            mode: crate::picture::photo::geometry::CropMode::Centre,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        let placement = Placement::new((512, 512), &frame, Fit::Crop);
        let lines = RgbImage::from_fn(224, 224, |x, _| image::Rgb([255 * (x % 2) as u8; 3]));
        let mut made = InputTexture::with_fine_detail(&ctx, "lines", lines, &placement);
        assert_eq!(made.texture().size(), [224, 224]);
        made.fit_at(&ctx, vec2(160.0, 160.0), 1.0);
        assert_eq!(
            made.texture().size(),
            [140, 140],
            "a new image is fitted at once"
        );
        let kept = made.texture().id();
        assert_eq!(made.fit_at(&ctx, vec2(160.0, 160.0), 2.0), None);
        assert_eq!(made.texture().id(), kept);

        // During a zoom, the existing copy is kept.
        for (step, side) in [(0, 150.0), (1, 140.0), (2, 130.0)] {
            let time = 3.0 + f64::from(step) * 0.1;
            assert!(made.fit_at(&ctx, vec2(side, side), time).is_some());
            assert_eq!(made.texture().id(), kept);
        }
        // The new copy is drawn in a frame of its own, and then nothing more is asked for.
        let again = made.fit_at(&ctx, vec2(130.0, 130.0), 3.4);
        assert_eq!(again, Some(Duration::ZERO));
        assert_eq!(made.fit_at(&ctx, vec2(130.0, 130.0), 3.4), None);
        assert_eq!(made.texture().size(), [114, 114]);

        // Magnified or drawn at its own size, the original is used.
        made.fit_at(&ctx, vec2(2000.0, 2000.0), 4.0);
        assert_eq!(made.texture().size(), [224, 224]);
        made.fit_at(&ctx, Vec2::ZERO, 5.0);
        made.fit_at(&ctx, Vec2::ZERO, 6.0);
        assert_eq!(made.texture().size(), [1, 1]);
    }
}
