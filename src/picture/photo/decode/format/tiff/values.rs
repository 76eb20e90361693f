//! From a buffer of samples to a plane for each band.

use image::imageops;
use image::metadata::Orientation;
use image::{DynamicImage, ImageBuffer, Luma, LumaA, Primitive};
use tiff::decoder::DecodingResult;

use super::super::super::bands::{Bands, Planes, apart};

/// `None` where the number of values is not that of whole samples.
pub(crate) fn planes(
    values: DecodingResult,
    (width, height, count, planar): (u32, u32, usize, bool),
) -> Option<Planes> {
    let plane = width as usize * height as usize;
    let split = Split {
        plane,
        count,
        planar,
    };
    Some(match values {
        DecodingResult::U8(values) => Planes::Bytes(split.of(values)?),
        DecodingResult::U16(values) => Planes::Words(split.of(values)?),
        DecodingResult::F32(values) => Planes::Floats(split.of(values)?),
        DecodingResult::U32(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
        DecodingResult::U64(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
        DecodingResult::F16(values) => Planes::Floats(split.floats(values, f32::from)?),
        DecodingResult::F64(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
        DecodingResult::I8(values) => Planes::Floats(split.floats(values, f32::from)?),
        DecodingResult::I16(values) => Planes::Floats(split.floats(values, f32::from)?),
        DecodingResult::I32(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
        DecodingResult::I64(values) => Planes::Floats(split.floats(values, |v| v as f32)?),
    })
}

/// Levels from 0 to 255 as Pillow's `convert("L")` has them: clipped, without fractions.
pub(crate) fn clipped(values: DecodingResult) -> Vec<u8> {
    fn each<T>(values: Vec<T>, level: impl Fn(T) -> u8) -> Vec<u8> {
        values.into_iter().map(level).collect()
    }
    // A cast from float saturates, and is 0 for NaN.
    match values {
        DecodingResult::U8(values) => values,
        DecodingResult::U16(values) => each(values, |v| v.min(255) as u8),
        // Pillow takes these for signed ones.
        DecodingResult::U32(values) => each(values, |v| v.cast_signed().clamp(0, 255) as u8),
        DecodingResult::U64(values) => each(values, |v| v.min(255) as u8),
        // Pillow takes these for unsigned ones.
        DecodingResult::I8(values) => each(values, i8::cast_unsigned),
        DecodingResult::I16(values) => each(values, |v| v.clamp(0, 255) as u8),
        DecodingResult::I32(values) => each(values, |v| v.clamp(0, 255) as u8),
        DecodingResult::I64(values) => each(values, |v| v.clamp(0, 255) as u8),
        DecodingResult::F16(values) => each(values, |v| f32::from(v) as u8),
        DecodingResult::F32(values) => each(values, |v| v as u8),
        DecodingResult::F64(values) => each(values, |v| v as u8),
    }
}

/// Two bands of bytes or 16 bits as grey and opacity; `None` for others.
pub(crate) fn grey_alpha(bands: &Bands) -> Option<DynamicImage> {
    fn of<T: Primitive>(planes: &[Vec<T>]) -> Option<Vec<T>> {
        let [grey, opacity] = planes else {
            return None;
        };
        let pairs = grey.iter().zip(opacity);
        Some(
            pairs
                .flat_map(|(grey, opacity)| [*grey, *opacity])
                .collect(),
        )
    }
    let (width, height) = (bands.width, bands.height);
    match &bands.planes {
        Planes::Bytes(planes) => {
            let image = ImageBuffer::<LumaA<u8>, _>::from_raw(width, height, of(planes)?)?;
            Some(image.into())
        }
        Planes::Words(planes) => {
            let image = ImageBuffer::<LumaA<u16>, _>::from_raw(width, height, of(planes)?)?;
            Some(image.into())
        }
        Planes::Floats(_) => None,
    }
}

/// How values lie in a buffer.
struct Split {
    /// Values of one band.
    plane: usize,
    count: usize,
    /// Whether the bands lie one after the other.
    planar: bool,
}

impl Split {
    fn of<T: Copy>(&self, values: Vec<T>) -> Option<Vec<Vec<T>>> {
        if values.len() != self.plane.checked_mul(self.count)? {
            return None;
        }
        Some(if self.planar {
            values.chunks_exact(self.plane).map(<[T]>::to_vec).collect()
        } else {
            apart(&values, self.count)
        })
    }

    fn floats<T: Copy>(&self, values: Vec<T>, float: impl Fn(T) -> f32) -> Option<Vec<Vec<f32>>> {
        self.of(values.into_iter().map(float).collect())
    }
}

/// Turns every band.
pub(crate) fn upright(bands: Bands, orientation: Orientation) -> Bands {
    let size = (bands.width, bands.height);
    let (planes, (width, height)) = match bands.planes {
        Planes::Bytes(planes) => {
            let (planes, size) = turned(planes, size, orientation);
            (Planes::Bytes(planes), size)
        }
        Planes::Words(planes) => {
            let (planes, size) = turned(planes, size, orientation);
            (Planes::Words(planes), size)
        }
        Planes::Floats(planes) => {
            let (planes, size) = turned(planes, size, orientation);
            (Planes::Floats(planes), size)
        }
    };
    Bands {
        width,
        height,
        planes,
        ..bands
    }
}

type Turned<T> = (Vec<Vec<T>>, (u32, u32));

fn turned<T: Primitive + 'static>(
    planes: Vec<Vec<T>>,
    size: (u32, u32),
    how: Orientation,
) -> Turned<T> {
    let mut after = size;
    let turn = |plane: Vec<T>| {
        let plane = ImageBuffer::<Luma<T>, Vec<T>>::from_raw(size.0, size.1, plane)?;
        let plane = match how {
            Orientation::NoTransforms => plane,
            Orientation::Rotate90 => imageops::rotate90(&plane),
            Orientation::Rotate180 => imageops::rotate180(&plane),
            Orientation::Rotate270 => imageops::rotate270(&plane),
            Orientation::FlipHorizontal => imageops::flip_horizontal(&plane),
            Orientation::FlipVertical => imageops::flip_vertical(&plane),
            Orientation::Rotate90FlipH => imageops::flip_horizontal(&imageops::rotate90(&plane)),
            Orientation::Rotate270FlipH => imageops::flip_horizontal(&imageops::rotate270(&plane)),
        };
        after = plane.dimensions();
        Some(plane.into_raw())
    };
    (planes.into_iter().filter_map(turn).collect(), after)
}
