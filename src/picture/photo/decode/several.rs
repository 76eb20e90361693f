//! One picture of several files, such as the bands of a satellite.

use std::mem::discriminant;
use std::path::{Path, PathBuf};

use image::DynamicImage;

use super::bands::{Bands, Meaning, Planes, apart};
use super::file;
use super::format::{self, Content, Purpose, tiff};
use super::pixels;
use crate::picture::Error;

/// The channels of all files, in order. They keep their depth if it is the same; else all are floats, levels
/// from 0 to 1.
pub(super) fn read(paths: &[PathBuf]) -> Result<Bands, Error> {
    read_within(tiff::MAX_BYTES, paths)
}

/// As [`read`], with at most so many bytes in memory.
fn read_within(most: usize, paths: &[PathBuf]) -> Result<Bands, Error> {
    let mut all: Vec<Bands> = Vec::new();
    for path in paths {
        let bands = of_file(path)?;
        if let Some(first) = all.first()
            && (first.width, first.height) != (bands.width, bands.height)
        {
            return Err(Error::OtherSize {
                width: bands.width,
                height: bands.height,
                expected_width: first.width,
                expected_height: first.height,
                path: path.clone(),
            });
        }
        all.push(bands);
        if joined_bytes(&all) > most {
            return Err(Error::TooLargeTogether {
                limit_gigabytes: tiff::MAX_BYTES as u64 / 1_000_000_000,
                path: path.clone(),
            });
        }
    }
    let size = all.first().map(|bands| (bands.width, bands.height));
    let (width, height) = size.unwrap_or_default();
    let joined = all.into_iter().map(|bands| bands.planes);
    Ok(Bands {
        width,
        height,
        meaning: Meaning::Bands,
        planes: joined.reduce(join).unwrap_or(Planes::Bytes(Vec::new())),
    })
}

/// The bytes that all of them take when they are joined.
fn joined_bytes(all: &[Bands]) -> usize {
    let depths = all.windows(2);
    let depth = |bands: &Bands| discriminant(&bands.planes);
    let mut depths = depths.map(|pair| depth(&pair[0]) == depth(&pair[1]));
    if depths.all(|same| same) {
        return all.iter().map(|bands| bands.planes.bytes()).sum();
    }
    let values = |bands: &Bands| bands.width as usize * bands.height as usize * bands.count();
    all.iter()
        .map(|bands| size_of::<f32>() * values(bands))
        .sum()
}

fn join(first: Planes, second: Planes) -> Planes {
    match (first, second) {
        (Planes::Bytes(mut a), Planes::Bytes(b)) => {
            a.extend(b);
            Planes::Bytes(a)
        }
        (Planes::Words(mut a), Planes::Words(b)) => {
            a.extend(b);
            Planes::Words(a)
        }
        (a, b) => {
            let levels = |planes: Planes| -> Vec<Vec<f32>> {
                let white = planes.white();
                let level = |band| {
                    planes
                        .floats(band)
                        .iter()
                        .map(|value| value / white)
                        .collect()
                };
                (0..planes.count()).map(level).collect()
            };
            let mut joined = levels(a);
            joined.extend(levels(b));
            Planes::Floats(joined)
        }
    }
}

fn of_file(path: &Path) -> Result<Bands, Error> {
    let (mut bytes, kind) = file::read(path)?;
    let own = format::read(&mut bytes, kind, Purpose::Bands, path)?;
    let mut picture = match own.content {
        Content::Bands(bands) => return Ok(bands),
        Content::Picture(picture) => picture,
        Content::Encoded => {
            let mut decoded = file::decode(&bytes, kind, path)?;
            decoded.picture.apply_orientation(decoded.orientation);
            decoded.picture
        }
    };
    if own.is_premultiplied {
        picture = pixels::straight(picture);
    }
    let (width, height) = (picture.width(), picture.height());
    if let Some(bands) = Bands::with_alpha(&picture) {
        return Ok(bands);
    }
    let planes = match picture {
        DynamicImage::ImageLuma8(image) => Planes::Bytes(vec![image.into_raw()]),
        DynamicImage::ImageLuma16(image) => Planes::Words(vec![image.into_raw()]),
        DynamicImage::ImageRgb16(image) => Planes::Words(apart(&image, 3)),
        other => Planes::Bytes(apart(&other.into_rgb8(), 3)),
    };
    Ok(Bands {
        width,
        height,
        meaning: Meaning::Bands,
        planes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageBuffer, Luma};

    #[test]
    fn all_files_share_one_limit() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["1.png", "2.png"] {
            GrayImage::new(10, 10).save(at(name)).unwrap();
        }
        let words = ImageBuffer::<Luma<u16>, _>::new(10, 10);
        words.save(at("3.png")).unwrap();
        let same = [at("1.png"), at("2.png")];
        assert_eq!(read_within(200, &same).unwrap().planes.bytes(), 200);
        let refused = |most, paths: &[PathBuf]| match read_within(most, paths) {
            Err(Error::TooLargeTogether { path, .. }) => path,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(199, &same), same[1]);
        // All become floats, of four bytes each.
        let mixed = [at("1.png"), at("2.png"), at("3.png")];
        assert_eq!(read_within(1200, &mixed).unwrap().planes.bytes(), 1200);
        assert_eq!(refused(1199, &mixed), mixed[2]);
    }
}
