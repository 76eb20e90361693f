//! Finds the images of a folder and its subfolders, or takes the files that were named.
//!
//! Folders may be large and on slow disks, so a separate thread reads them and reports in batches.
//! Only file names are checked; whether a file is an image becomes clear when it is decoded. Only
//! files without an extension are opened, for their first bytes.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use image::ImageFormat;

use super::natural::{compare, compare_paths};
use super::{Error, Wake};

/// The file extensions of images that can be opened, in lower case.
pub const EXTENSIONS: [&str; 10] = [
    "png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "gif", "tif", "tiff",
];

/// Images per report.
const BATCH: usize = 500;

/// Images beyond this number are counted, but not listed.
const MAX_IMAGES: usize = 100_000;

/// What was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Entries and folders that could not be read.
    pub unreadable: usize,
    /// Files that are not images.
    pub others: usize,
    /// Images beyond the maximum number.
    pub beyond: usize,
}

/// A message from a scan.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// More images, by absolute path, in order.
    Found(Vec<Arc<Path>>),
    /// The scan is complete.
    Done(Tally),
    /// There are no images; says why.
    Failed(Error),
}

/// A running scan; dropping it ends it early.
pub struct Scan {
    reports: Receiver<Report>,
    over: bool,
}

impl Scan {
    /// Starts scanning `paths`. Files are taken as they are; folders are searched for images, with
    /// their subfolders but no deeper. Everything is in natural order. `wake` is called with each
    /// report.
    ///
    /// # Errors
    /// [`Error::NoThread`].
    pub fn start(paths: Vec<PathBuf>, wake: Wake) -> Result<Scan, Error> {
        let (sender, reports) = channel();
        thread::Builder::new()
            .name("gradcam-scan".into())
            .spawn(move || {
                let mut looking = Looking {
                    reports: sender,
                    wake,
                    batch: Vec::new(),
                    listed: 0,
                    tally: Tally::default(),
                };
                looking.run(paths);
            })
            .map_err(|error| Error::NoThread(error.to_string()))?;
        Ok(Scan {
            reports,
            over: false,
        })
    }

    /// The next report, if there is one already.
    pub fn poll(&mut self) -> Option<Report> {
        if self.over {
            return None;
        }
        let report = match self.reports.try_recv() {
            Ok(report) => report,
            Err(TryRecvError::Empty) => return None,
            // The thread failed; what it has found is kept.
            Err(TryRecvError::Disconnected) => Report::Done(Tally::default()),
        };
        self.over = !matches!(report, Report::Found(_));
        Some(report)
    }

    /// Whether more reports may come.
    pub fn is_under_way(&self) -> bool {
        !self.over
    }
}

/// The thread's state.
struct Looking {
    reports: Sender<Report>,
    wake: Wake,
    batch: Vec<Arc<Path>>,
    listed: usize,
    tally: Tally,
}

/// The scan was dropped.
struct Dropped;

impl Looking {
    fn run(&mut self, paths: Vec<PathBuf>) {
        let mut paths: Vec<PathBuf> = paths
            .into_iter()
            .map(|path| absolute(&path).unwrap_or(path))
            .collect();
        paths.sort_by(|a, b| compare_paths(a, b));
        paths.dedup();
        if let Ok(report) = self.all(&paths) {
            self.report(report).ok();
        }
    }

    fn all(&mut self, paths: &[PathBuf]) -> Result<Report, Dropped> {
        let mut failure = None;
        for path in paths {
            if !path.is_dir() {
                self.take(path.as_path().into())?;
            } else if let Err(error) = self.folder(path, true)? {
                failure.get_or_insert(error);
            }
        }
        self.flush()?;
        if self.listed > 0 {
            return Ok(Report::Done(self.tally));
        }
        let path = paths.first().cloned().unwrap_or_default();
        Ok(Report::Failed(
            failure.unwrap_or(Error::NoPictures { path }),
        ))
    }

    /// The images of one folder and, with `deeper`, of each subfolder.
    fn folder(&mut self, folder: &Path, deeper: bool) -> Result<Result<(), Error>, Dropped> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.tally.unreadable += 1;
                return Ok(Err(Error::Unreadable {
                    reason: error.to_string(),
                    path: folder.to_owned(),
                }));
            }
        };
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in entries {
            let Ok(entry) = entry else {
                self.tally.unreadable += 1;
                continue;
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            match kind(&entry) {
                Some(Kind::Folder) if deeper => folders.push((name, entry.path())),
                Some(Kind::File) if is_picture(&entry.path()) => files.push((name, entry.path())),
                Some(Kind::File) => self.tally.others += 1,
                Some(Kind::Folder) => {}
                None => self.tally.unreadable += 1,
            }
        }
        for list in [&mut files, &mut folders] {
            list.sort_by(|(a, _), (b, _)| compare(a, b));
        }
        for (_, file) in files {
            self.take(file.into())?;
        }
        for (_, folder) in folders {
            // An error has been counted; the others are scanned all the same.
            self.folder(&folder, false)?.ok();
        }
        Ok(Ok(()))
    }

    fn take(&mut self, path: Arc<Path>) -> Result<(), Dropped> {
        if self.listed == MAX_IMAGES {
            self.tally.beyond += 1;
            return Ok(());
        }
        self.listed += 1;
        self.batch.push(path);
        if self.batch.len() == BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Dropped> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        self.report(Report::Found(batch))
    }

    fn report(&self, report: Report) -> Result<(), Dropped> {
        self.reports.send(report).map_err(|_| Dropped)?;
        (self.wake)();
        Ok(())
    }
}

enum Kind {
    File,
    Folder,
}

/// What an entry is or links to; `None` if that is unknown, or for a device.
fn kind(entry: &fs::DirEntry) -> Option<Kind> {
    let mut kind = entry.file_type().ok()?;
    if kind.is_symlink() {
        kind = fs::metadata(entry.path()).ok()?.file_type();
    }
    if kind.is_dir() {
        return Some(Kind::Folder);
    }
    kind.is_file().then_some(Kind::File)
}

/// Judges by the extension or, without one, by the first bytes.
fn is_picture(path: &Path) -> bool {
    let Some(extension) = path.extension() else {
        return begins_like_a_picture(path);
    };
    let extension = extension.to_string_lossy().to_lowercase();
    EXTENSIONS.contains(&extension.as_str())
}

fn begins_like_a_picture(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
    read.is_ok()
        && matches!(
            image::guess_format(&start),
            Ok(ImageFormat::Png
                | ImageFormat::Jpeg
                | ImageFormat::WebP
                | ImageFormat::Bmp
                | ImageFormat::Gif
                | ImageFormat::Tiff)
        )
}

#[cfg(test)]
mod tests;
