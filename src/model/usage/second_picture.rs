//! A picture besides the one that is explained.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;

use crate::picture::Error;
use crate::picture::photo::decode::{Decoding, Photo};

/// A picture besides the one that is explained: the one that an embedding is compared with, or what another
/// input of the model is held at. It is prepared as the first one is.
#[derive(Debug, Clone)]
pub struct SecondPicture {
    path: PathBuf,
    /// Whether it can be read from `path`.
    on_disk: bool,
    decoding: Decoding,
    photo: Option<Arc<Photo>>,
}

impl SecondPicture {
    /// The picture in a file, which is read when the model is used with it.
    pub fn file(path: impl Into<PathBuf>) -> SecondPicture {
        SecondPicture {
            path: path.into(),
            on_disk: true,
            decoding: Decoding::default(),
            photo: None,
        }
    }

    /// A picture that has been read from its file.
    pub fn photo(photo: Arc<Photo>) -> SecondPicture {
        SecondPicture {
            path: photo.path.clone(),
            on_disk: true,
            decoding: photo.decoding,
            photo: Some(photo),
        }
    }

    /// An image that is in memory only.
    pub fn rgb(image: RgbImage) -> SecondPicture {
        let photo = Photo::from_rgb("a picture".into(), image);
        SecondPicture {
            on_disk: false,
            ..SecondPicture::photo(Arc::new(photo))
        }
    }

    /// The same picture with its file read in this way.
    #[must_use]
    pub fn read_as(self, decoding: Decoding) -> SecondPicture {
        if self.is_read_as(decoding) {
            return self;
        }
        SecondPicture {
            decoding,
            photo: None,
            ..self
        }
    }

    /// Whether reading its file in this way would give the same picture.
    pub fn is_read_as(&self, decoding: Decoding) -> bool {
        match &self.photo {
            _ if !self.on_disk => true,
            Some(photo) => !photo.would_differ(decoding),
            None => self.decoding == decoding,
        }
    }

    /// The file; for a picture from memory, a path that only gives its name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name without its folder.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The picture, if it has been read.
    pub fn opened(&self) -> Option<&Arc<Photo>> {
        self.photo.as_ref()
    }

    /// The same with its picture read.
    ///
    /// # Errors
    /// If the file is not a readable picture.
    pub(crate) fn open(self) -> Result<(SecondPicture, Arc<Photo>), Error> {
        let photo = match &self.photo {
            Some(photo) => Arc::clone(photo),
            None => Arc::new(Photo::open_leniently(&self.path, self.decoding)?),
        };
        let opened = SecondPicture {
            photo: Some(Arc::clone(&photo)),
            ..self
        };
        Ok((opened, photo))
    }
}

impl PartialEq for SecondPicture {
    /// Whether it is the same file, to be read in the same way, and the same image if it has been read: the
    /// file may have changed between two readings, and pictures from memory may all have the same path.
    fn eq(&self, other: &SecondPicture) -> bool {
        let image = |picture: &SecondPicture| picture.photo.as_ref().map(|photo| photo.id);
        self.path == other.path
            && self.on_disk == other.on_disk
            && self.decoding == other.decoding
            && image(self) == image(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::decode::bands::{Bands, Meaning, Planes, ShownBands};

    #[test]
    fn equality_is_symmetric_and_transitive() {
        let read = |as_pillow: bool| {
            let pixel = RgbImage::from_pixel(1, 1, image::Rgb([9, 8, 7]));
            let mut photo = Photo::from_rgb("a.png".into(), pixel);
            photo.decoding.as_pillow = as_pillow;
            SecondPicture::photo(Arc::new(photo))
        };
        let file = SecondPicture::file("a.png");
        let pillow = Decoding {
            as_pillow: true,
            ..Decoding::default()
        };
        let all = [
            file.clone(),
            file.read_as(pillow),
            SecondPicture::file("b.png"),
            read(false),
            read(false),
            read(true),
            SecondPicture::rgb(RgbImage::new(1, 1)),
            SecondPicture::rgb(RgbImage::new(1, 1)),
        ];
        for (i, one) in all.iter().enumerate() {
            assert_eq!(one, &one.clone());
            for (j, other) in all.iter().enumerate() {
                assert_eq!(one == other, i == j, "{i} {j}");
                assert_eq!(one == other, other == one, "{i} {j}");
                for third in &all {
                    assert!(!(one == other && other == third) || one == third);
                }
            }
        }
    }

    #[test]
    fn shows_the_bands_that_the_first_picture_shows() {
        let of = |shown: Option<[u16; 3]>| Decoding {
            shown: shown.map(ShownBands),
            ..Decoding::default()
        };
        let unread = SecondPicture::file("a.tif");
        assert!(!unread.is_read_as(of(Some([4, 3, 2]))));
        assert!(
            unread
                .read_as(of(Some([4, 3, 2])))
                .is_read_as(of(Some([4, 3, 2])))
        );
        let bands = Bands {
            width: 1,
            height: 1,
            meaning: Meaning::Bands,
            planes: Planes::Bytes((0..4).map(|band| vec![band * 60]).collect()),
        };
        let photo = Photo::of_bands("a.tif".into(), bands, of(None)).unwrap();
        let read = SecondPicture::photo(Arc::new(photo));
        assert!(read.is_read_as(of(None)) && read.is_read_as(of(Some([1, 2, 3]))));
        assert!(!read.is_read_as(of(Some([4, 3, 2]))));
        assert!(read.clone().read_as(of(Some([4, 3, 2]))).opened().is_none());
        // Bands that it does not have are not asked of it.
        assert!(read.is_read_as(of(Some([9, 3, 2]))));
    }
}
