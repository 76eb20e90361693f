//! Which pictures there are: those of a folder and of the folders in it, or those that were named.
//!
//! Folders may be large and lie on slow disks, so a thread of its own reads them and hands over
//! what it has, batch by batch. Only names are looked at; whether a file is a picture will be seen
//! when it is decoded. A file without an ending is opened for its first bytes.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use image::ImageFormat;

use super::natural::{compare, compare_paths};
use super::{Error, Wake};

/// Endings of the names of pictures that can be opened, in small letters.
pub const ENDINGS: [&str; 10] = [
    "png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "gif", "tif", "tiff",
];

/// Pictures handed over at once.
const BATCH: usize = 500;

/// More pictures than this are counted, not listed.
const MOST: usize = 100_000;

/// What was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Entries and folders that could not be read.
    pub unreadable: usize,
    /// Files that are no pictures.
    pub others: usize,
    /// Pictures beyond the largest number that is listed.
    pub beyond: usize,
}

/// What a scan has to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// More pictures, by absolute path, in their order.
    Found(Vec<Arc<Path>>),
    /// That was all.
    Done(Tally),
    /// There is nothing to show, and why.
    Failed(Error),
}

/// A scan under way; it ends early when it is dropped.
pub struct Scan {
    reports: Receiver<Report>,
    over: bool,
}

impl Scan {
    /// Begins to look through `paths`: files are taken as they are, folders for the pictures in
    /// them and in their own folders, no deeper. Both are put in natural order. `wake` is called
    /// whenever there is something to take.
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
            // The thread broke off; what it found stays.
            Err(TryRecvError::Disconnected) => Report::Done(Tally::default()),
        };
        self.over = !matches!(report, Report::Found(_));
        Some(report)
    }

    /// Whether more may come.
    pub fn is_under_way(&self) -> bool {
        !self.over
    }
}

/// The scan's side of the channel.
struct Looking {
    reports: Sender<Report>,
    wake: Wake,
    batch: Vec<Arc<Path>>,
    listed: usize,
    tally: Tally,
}

/// Nobody waits for the rest any more.
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

    /// The pictures of one folder, and, where `deeper`, then of each folder in it.
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
            // Counted already; the rest goes on.
            self.folder(&folder, false)?.ok();
        }
        Ok(Ok(()))
    }

    fn take(&mut self, path: Arc<Path>) -> Result<(), Dropped> {
        if self.listed == MOST {
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

/// What an entry is, or what it links to; `None` where that cannot be known, or it is a device.
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

/// By its ending, or, without one, by its first bytes.
fn is_picture(path: &Path) -> bool {
    let Some(ending) = path.extension() else {
        return begins_like_a_picture(path);
    };
    let ending = ending.to_string_lossy().to_lowercase();
    ENDINGS.contains(&ending.as_str())
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
