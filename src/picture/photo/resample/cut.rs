//! The part of an image that a model's input covers, scaled by any filter.

use super::super::geometry::{Filter, Placement};
use super::{failed, pillow, plain, wrong_length};
use crate::picture::Error;

/// The part of an image that a model's input covers, and where it lies in the input.
pub(super) struct Cut {
    pub across: Axis,
    pub down: Axis,
    pub input: (u32, u32),
}

impl Cut {
    /// # Errors
    /// [`Error::Resample`] if the placement is for an image of another size.
    pub fn new(size: (u32, u32), placement: &Placement) -> Result<Cut, Error> {
        if size != placement.image {
            let (width, height) = placement.image;
            return Err(failed(format!(
                "it is {} × {} pixels, not {width} × {height}",
                size.0, size.1
            )));
        }
        let across = Axis::new(
            size.0,
            placement.origin.0,
            placement.input.0,
            placement.resized.0,
        );
        let down = Axis::new(
            size.1,
            placement.origin.1,
            placement.input.1,
            placement.resized.1,
        );
        Ok(Cut {
            across,
            down,
            input: placement.input,
        })
    }

    /// The part, as large as it is in the input.
    ///
    /// # Errors
    /// [`Error::Resample`] if there are other than as many pixels as the image has.
    pub fn scaled<T: Number, const N: usize>(
        &self,
        pixels: &[[T; N]],
        filter: Filter,
    ) -> Result<Vec<[T; N]>, Error> {
        let (across, down) = (&self.across, &self.down);
        let width = across.side as usize;
        if pixels.len() != width * down.side as usize {
            return Err(wrong_length());
        }
        Ok(match Kernel::of(filter) {
            Kernel::Pillow(kernel) => pillow::scaled(pixels, width, (across, down), kernel),
            Kernel::Plain(kernel) => {
                let value = |x, y| pixels[y as usize * width + x as usize].map(T::float);
                let sums = plain::sums(across, down, kernel, value);
                sums.into_iter().map(|sum| sum.map(T::nearest)).collect()
            }
        })
    }
}

/// Who has a filter.
enum Kernel {
    Pillow(pillow::Kernel),
    Plain(plain::Kernel),
}

impl Kernel {
    fn of(filter: Filter) -> Kernel {
        match filter {
            Filter::Nearest => Kernel::Pillow(pillow::Kernel::Nearest),
            Filter::Box => Kernel::Pillow(pillow::Kernel::Box),
            Filter::Bilinear => Kernel::Pillow(pillow::Kernel::Bilinear),
            Filter::Hamming => Kernel::Pillow(pillow::Kernel::Hamming),
            Filter::Bicubic => Kernel::Pillow(pillow::Kernel::Bicubic),
            Filter::Lanczos => Kernel::Pillow(pillow::Kernel::Lanczos),
            Filter::Linear => Kernel::Plain(plain::Kernel::Linear),
            Filter::Cubic => Kernel::Plain(plain::Kernel::Cubic),
            Filter::Area => Kernel::Plain(plain::Kernel::Area),
        }
    }
}

/// What pixels consist of.
pub(super) trait Number: pillow::Value {
    fn float(self) -> f32;

    /// The one that is nearest to a sum.
    fn nearest(sum: f32) -> Self;
}

impl Number for u8 {
    fn float(self) -> f32 {
        self.into()
    }

    fn nearest(sum: f32) -> u8 {
        // A cast from float saturates.
        sum.round_ties_even() as u8
    }
}

impl Number for f32 {
    fn float(self) -> f32 {
        self
    }

    fn nearest(sum: f32) -> f32 {
        sum
    }
}

/// The pixels of the input that the image covers, along one axis.
pub(super) struct Axis {
    /// The number of pixels of the image, at least 1.
    pub side: u32,
    /// The number of pixels of the whole resized image, at least 1.
    pub resized: u32,
    /// The first pixel of the resized image that the input has, and how many.
    pub first: u32,
    pub length: u32,
    /// Where the first of them lies in the input.
    pub start: u32,
}

impl Axis {
    fn new(side: u32, origin: i64, input: u32, resized: u32) -> Axis {
        let within = |edge: i64| u32::try_from(edge.clamp(0, input.into())).unwrap_or_default();
        let start = within(-origin);
        let end = within(i64::from(resized) - origin);
        Axis {
            side,
            resized,
            first: u32::try_from(origin.max(0)).unwrap_or_default(),
            // At least one, because both are centred.
            length: end.saturating_sub(start).max(1),
            start,
        }
    }
}
