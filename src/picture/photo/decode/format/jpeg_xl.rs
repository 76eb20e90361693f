//! JPEG XL.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageBuffer, RgbImage, RgbaImage};
use jxl_oxide::{AllocTracker, JxlImage, PixelFormat, Render};

use super::super::file;
use crate::picture::Error;

const FORMAT: &str = "JPEG XL";

/// The first frame, upright.
///
/// # Errors
/// What is wrong, or is not read here.
pub(crate) fn read(bytes: &[u8], path: &Path) -> Result<DynamicImage, Error> {
    let failed = |error: &(dyn std::error::Error + Send + Sync)| {
        let (reason, path) = (error.to_string(), path.to_owned());
        if file::ends_early(&reason) {
            return Error::Truncated {
                format: FORMAT,
                path,
            };
        }
        if reason.contains("out of memory") || reason.contains("allocat") {
            return Error::TooMuchMemory {
                format: FORMAT,
                path,
            };
        }
        Error::Corrupt {
            format: FORMAT,
            reason,
            path,
        }
    };
    let builder =
        JxlImage::builder().alloc_tracker(AllocTracker::with_limit(file::MAX_FILE as usize));
    let image = builder.read(Cursor::new(bytes)).map_err(|e| failed(&*e))?;
    let (width, height) = (image.width(), image.height());
    file::check_size(width, height, path)?;
    if image.num_loaded_keyframes() == 0 {
        return Err(Error::Truncated {
            format: FORMAT,
            path: path.to_owned(),
        });
    }
    let render = image.render_frame(0).map_err(|e| failed(&*e))?;
    let is_deep = image.image_header().metadata.bit_depth.bits_per_sample() > 8;
    let picture = match (image.pixel_format(), is_deep) {
        (PixelFormat::Gray, false) => {
            GrayImage::from_raw(width, height, levels(&render)).map(DynamicImage::from)
        }
        (PixelFormat::Graya, false) => {
            GrayAlphaImage::from_raw(width, height, levels(&render)).map(DynamicImage::from)
        }
        (PixelFormat::Rgb, false) => {
            RgbImage::from_raw(width, height, levels(&render)).map(DynamicImage::from)
        }
        (PixelFormat::Rgba, false) => {
            RgbaImage::from_raw(width, height, levels(&render)).map(DynamicImage::from)
        }
        (PixelFormat::Gray, true) => {
            ImageBuffer::from_raw(width, height, levels(&render)).map(DynamicImage::ImageLuma16)
        }
        (PixelFormat::Graya, true) => {
            ImageBuffer::from_raw(width, height, levels(&render)).map(DynamicImage::ImageLumaA16)
        }
        (PixelFormat::Rgb, true) => {
            ImageBuffer::from_raw(width, height, levels(&render)).map(DynamicImage::ImageRgb16)
        }
        (PixelFormat::Rgba, true) => {
            ImageBuffer::from_raw(width, height, levels(&render)).map(DynamicImage::ImageRgba16)
        }
        (PixelFormat::Cmyk | PixelFormat::Cmyka, _) => {
            return Err(Error::Unsupported {
                format: FORMAT,
                reason: "colours of four inks".into(),
                path: path.to_owned(),
            });
        }
    };
    picture.ok_or_else(|| Error::Truncated {
        format: FORMAT,
        path: path.to_owned(),
    })
}

fn levels<T: jxl_oxide::FrameBufferSample + Default + Clone>(render: &Render) -> Vec<T> {
    let mut stream = render.stream();
    let count = stream.width() as usize * stream.height() as usize * stream.channels() as usize;
    let mut levels = vec![T::default(); count];
    let written = stream.write_to_buffer(&mut levels);
    levels.truncate(written);
    levels
}
