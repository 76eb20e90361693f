//! The values of the first frame, unpacked.

use std::path::Path;

use jpeg_decoder::PixelFormat;

use super::super::super::file;
use super::super::super::kind::Kind;
use super::super::{jpeg_xl, jpeg2000};
use super::dataset::{Dataset, Wrong};
use super::syntax::{self, Packing};
use super::tags;
use super::{Shape, Values, failed};
use crate::picture::Error;

pub(super) fn first_frame(
    data: &Dataset<'_>,
    shape: &Shape,
    frames: f64,
    path: &Path,
) -> Result<Values, Error> {
    let refused = |why: String| failed(Wrong::Unsupported(why), path);
    let is_packed = !data.fragments.is_empty();
    let packing = syntax::packing(&data.syntax);
    let Some(packing) = packing.or((!is_packed).then_some(Packing::None)) else {
        return Err(refused(format!(
            "the unknown transfer syntax {}",
            data.syntax
        )));
    };
    if packing == Packing::None {
        return plain(data, shape, path);
    }
    let frame = fragments(data, frames);
    if frame.is_empty() {
        let why = if data.has(tags::PIXELS) {
            Wrong::EndsEarly
        } else {
            Wrong::Unsupported("it has no pixels".into())
        };
        return Err(failed(why, path));
    }
    let unlike = |width, height| {
        let why = format!(
            "its pixels are {width} × {height}, not {} × {}",
            shape.width, shape.height
        );
        failed(Wrong::Damaged(why), path)
    };
    let sized = |picture: &image::DynamicImage| match (picture.width(), picture.height()) {
        (width, height) if (width, height) == (shape.width, shape.height) => Ok(()),
        (width, height) => Err(unlike(width, height)),
    };
    let is_of = |samples: usize| samples == shape.samples;
    match packing {
        Packing::None => plain(data, shape, path),
        Packing::RunLength => run_length(&frame, shape).map_err(|wrong| failed(wrong, path)),
        Packing::Jpeg => {
            let picture = file::decode(&frame, Kind::Jpeg, path)?.picture;
            sized(&picture)?;
            Ok(match picture {
                image::DynamicImage::ImageLuma8(grey) if is_of(1) => Values::Bytes(grey.into_raw()),
                other => Values::Colours(other.into_rgb8().into()),
            })
        }
        Packing::LosslessJpeg => {
            let (values, width, height) = lossless(&frame, shape, path)?;
            if (width, height) != (shape.width, shape.height) {
                return Err(unlike(width, height));
            }
            Ok(values)
        }
        Packing::Jpeg2000 => {
            let (samples, size) = jpeg2000::samples(&frame, path)?;
            if size != (shape.width, shape.height) {
                return Err(unlike(size.0, size.1));
            }
            whole_numbers(samples, shape).ok_or_else(|| failed(Wrong::EndsEarly, path))
        }
        Packing::JpegXl => {
            let picture = jpeg_xl::read(&frame, path)?;
            sized(&picture)?;
            Ok(match picture {
                image::DynamicImage::ImageLuma8(grey) if is_of(1) => Values::Bytes(grey.into_raw()),
                image::DynamicImage::ImageLuma16(grey) if is_of(1) => {
                    Values::Words(grey.into_raw())
                }
                other => Values::Colours(other.into_rgb8().into()),
            })
        }
        Packing::Other(name) => Err(refused(format!(
            "its pixels are packed as {name}, transfer syntax {}",
            data.syntax
        ))),
    }
}

/// Numbers of JPEG 2000, of one component or of three, as they would be stored.
fn whole_numbers(samples: Vec<Vec<f32>>, shape: &Shape) -> Option<Values> {
    let pixels = shape.width as usize * shape.height as usize;
    if samples.len() != shape.samples || samples.iter().any(|plane| plane.len() != pixels) {
        return None;
    }
    // Negative ones are stored in the two's complement.
    let mask = u32::MAX >> (32 - shape.stored);
    let raw = |value: f32| (value.round() as i64 as u32 & mask) << (shape.high + 1 - shape.stored);
    let values = (0..pixels).flat_map(|at| samples.iter().map(move |plane| plane[at]));
    Some(match shape.stored {
        0..=8 => Values::Bytes(values.map(|value| raw(value) as u8).collect()),
        9..=16 => Values::Words(values.map(|value| raw(value) as u16).collect()),
        _ => Values::Longs(values.map(raw).collect()),
    })
}

/// The parts of the first frame, together.
fn fragments(data: &Dataset<'_>, frames: f64) -> Vec<u8> {
    let mut frame = Vec::new();
    let mut read = 0u64;
    for index in 0..data.fragments.len() {
        let part = data.fragment(index).unwrap_or_default();
        let is_next = match data.offsets.get(1) {
            Some(next) => read >= u64::from(*next),
            // Where nothing tells them apart, each frame has one part, and a single frame has all.
            None => frames > 1.0 && index > 0 && frames <= data.fragments.len() as f64,
        };
        if is_next && index > 0 {
            break;
        }
        frame.extend_from_slice(part);
        read += part.len() as u64 + 8;
    }
    frame
}

/// Values that are not packed.
fn plain(data: &Dataset<'_>, shape: &Shape, path: &Path) -> Result<Values, Error> {
    let count = shape.count();
    let short = || failed(Wrong::EndsEarly, path);
    let big = data.is_big_endian();
    let whole = |values: usize| (values == count).then_some(()).ok_or_else(short);
    if let Some(bytes) = data.value(tags::FLOATS) {
        let of = if big {
            f32::from_be_bytes
        } else {
            f32::from_le_bytes
        };
        let values = numbers(bytes, count, of);
        whole(values.len())?;
        return Ok(Values::Floats(values));
    }
    if let Some(bytes) = data.value(tags::DOUBLES) {
        let of = if big {
            f64::from_be_bytes
        } else {
            f64::from_le_bytes
        };
        let values = numbers(bytes, count, |bytes| of(bytes) as f32);
        whole(values.len())?;
        return Ok(Values::Floats(values));
    }
    let Some(bytes) = data.value(tags::PIXELS) else {
        return Err(failed(Wrong::Unsupported("it has no pixels".into()), path));
    };
    // Luminance and chrominance take two bytes of each pixel where two pixels share the latter.
    let is_halved = data.text(tags::PHOTOMETRIC).as_deref() == Some("YBR_FULL_422");
    Ok(match shape.allocated {
        1 => {
            let bit = |at: usize| bytes.get(at / 8).map(|byte| byte >> (at % 8) & 1);
            let bits: Option<Vec<u8>> = (0..count).map(bit).collect();
            Values::Bytes(bits.ok_or_else(short)?)
        }
        8 => {
            let count = if is_halved { count / 3 * 2 } else { count };
            Values::Bytes(bytes.get(..count).ok_or_else(short)?.to_vec())
        }
        16 => {
            let of = if big {
                u16::from_be_bytes
            } else {
                u16::from_le_bytes
            };
            let values = numbers(bytes, count, of);
            whole(values.len())?;
            Values::Words(values)
        }
        _ => {
            let of = if big {
                u32::from_be_bytes
            } else {
                u32::from_le_bytes
            };
            let values = numbers(bytes, count, of);
            whole(values.len())?;
            Values::Longs(values)
        }
    })
}

/// Values of so many bytes each.
fn numbers<const N: usize, T>(bytes: &[u8], count: usize, of: impl Fn([u8; N]) -> T) -> Vec<T> {
    let chunks = bytes.chunks_exact(N).take(count);
    chunks
        .map(|chunk| of(std::array::from_fn(|at| chunk[at])))
        .collect()
}

fn lossless(frame: &[u8], shape: &Shape, path: &Path) -> Result<(Values, u32, u32), Error> {
    let wrong = |error: jpeg_decoder::Error| {
        let wrong = match error {
            jpeg_decoder::Error::Unsupported(feature) => {
                Wrong::Unsupported(format!("lossless JPEG with {feature:?}"))
            }
            jpeg_decoder::Error::Io(_) => Wrong::EndsEarly,
            other => Wrong::Damaged(other.to_string()),
        };
        failed(wrong, path)
    };
    let mut decoder = jpeg_decoder::Decoder::new(frame);
    decoder.set_max_decoding_buffer_size(4 * shape.count() + (1 << 20));
    // Nothing is done to colours that were not packed for the eye.
    decoder.set_color_transform(jpeg_decoder::ColorTransform::None);
    decoder.read_info().map_err(wrong)?;
    let bytes = decoder.decode().map_err(wrong)?;
    let Some(info) = decoder.info() else {
        return Err(failed(Wrong::EndsEarly, path));
    };
    let words = |bytes: &[u8]| {
        let pairs = bytes.chunks_exact(2);
        pairs
            .map(|pair| u16::from_ne_bytes([pair[0], pair[1]]))
            .collect()
    };
    let values = match (info.pixel_format, shape.samples) {
        (PixelFormat::L8, 1) | (PixelFormat::RGB24, 3) => Values::Bytes(bytes),
        (PixelFormat::L16, 1) => Values::Words(words(&bytes)),
        (format, samples) => {
            let why = format!("lossless JPEG of {format:?} for {samples} values");
            return Err(failed(Wrong::Unsupported(why), path));
        }
    };
    Ok((values, info.width.into(), info.height.into()))
}

/// DICOM PS3.5 annex G: each byte of each sample is a segment by itself, the high bytes first.
fn run_length(frame: &[u8], shape: &Shape) -> Result<Values, Wrong> {
    let long = |at: usize| {
        let bytes = frame.get(at..at + 4).ok_or(Wrong::EndsEarly)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
    };
    let count = long(0)?;
    let width = match shape.allocated {
        8 => 1,
        16 => 2,
        32 => 4,
        _ => return Err(Wrong::Unsupported("run lengths of single bits".into())),
    };
    if count != shape.samples * width || count > 15 {
        let why = format!(
            "{count} segments of run lengths for {} values of {width} bytes",
            shape.samples
        );
        return Err(Wrong::Damaged(why));
    }
    let pixels = shape.width as usize * shape.height as usize;
    let mut segments = Vec::new();
    for index in 0..count {
        let start = long(4 + 4 * index)?;
        let end = if index + 1 < count {
            long(8 + 4 * index)?
        } else {
            frame.len()
        };
        let packed = frame.get(start..end.max(start)).ok_or(Wrong::EndsEarly)?;
        segments.push(unpacked(packed, pixels)?);
    }
    let value = |pixel: usize, sample: usize| {
        let bytes = segments[sample * width..][..width].iter();
        bytes.fold(0u32, |sum, segment| sum << 8 | u32::from(segment[pixel]))
    };
    let samples = shape.samples;
    // The samples of each pixel, or of each colour where all of one colour come first.
    let values = (0..pixels * samples).map(|at| {
        if shape.planar {
            value(at % pixels, at / pixels)
        } else {
            value(at / samples, at % samples)
        }
    });
    Ok(match width {
        1 => Values::Bytes(values.map(|value| value as u8).collect()),
        2 => Values::Words(values.map(|value| value as u16).collect()),
        _ => Values::Longs(values.collect()),
    })
}

fn unpacked(packed: &[u8], length: usize) -> Result<Vec<u8>, Wrong> {
    let mut done = Vec::with_capacity(length);
    let mut at = 0;
    while done.len() < length {
        let head = packed.get(at).ok_or(Wrong::EndsEarly)?.cast_signed();
        at += 1;
        match head {
            0.. => {
                let count = usize::from(head.unsigned_abs()) + 1;
                done.extend_from_slice(packed.get(at..at + count).ok_or(Wrong::EndsEarly)?);
                at += count;
            }
            -128 => {}
            _ => {
                let count = usize::from(head.unsigned_abs()) + 1;
                let byte = *packed.get(at).ok_or(Wrong::EndsEarly)?;
                done.extend(std::iter::repeat_n(byte, count));
                at += 1;
            }
        }
    }
    done.truncate(length);
    Ok(done)
}
