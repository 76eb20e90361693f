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

use super::natural::{compare, compare_paths};
use super::truth::labels_file::{self, LabelsFile, Unusable};
use super::truth::names::Source;
use super::{Error, Wake};
use crate::picture::photo::decode::kind;

mod splits;

pub(crate) use splits::rank as split_rank;

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

/// An image that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its absolute path.
    pub path: Arc<Path>,
    /// The name of the folder that it is in, unless that is a split.
    pub name: Option<(Arc<str>, Source)>,
    /// The split that its folder belongs to: `train`, `val` or the like.
    pub split: Option<Arc<str>>,
}

impl From<Arc<Path>> for Picture {
    /// An image by itself.
    fn from(path: Arc<Path>) -> Picture {
        let around = path.parent().and_then(Path::file_name);
        Picture {
            name: around.map(|name| (name.to_string_lossy().into(), Source::Around)),
            split: None,
            path,
        }
    }
}

/// A message from a scan.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// A `labels.csv`. It comes before the images of its folder.
    Labels(Result<LabelsFile, Unusable>),
    /// More images, in order.
    Found(Vec<Picture>),
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
    /// their subfolders but no deeper, or with those of each split. Everything is in natural order, and
    /// splits in the usual one. `wake` is called with each report.
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
        self.over = match report {
            Report::Labels(_) | Report::Found(_) => false,
            Report::Done(_) | Report::Failed(_) => true,
        };
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
    batch: Vec<Picture>,
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
                self.take(Arc::<Path>::from(path.as_path()).into())?;
            } else if let Err(error) = self.root(path)? {
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

    /// The images of a folder that was opened, and those of its subfolders.
    fn root(&mut self, folder: &Path) -> Result<Result<(), Error>, Dropped> {
        let listed = match self.list(folder) {
            Ok(listed) => listed,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(path) = &listed.labels {
            self.report(Report::Labels(LabelsFile::read(path)))?;
        }
        let around = folder.file_name().unwrap_or_default().to_string_lossy();
        let around = Some((Arc::from(around), Source::Around));
        self.take_all(listed.files, around, None)?;
        let splits = splits::among(&listed.folders);
        for (name, path) in &listed.folders {
            if !splits.contains(name) {
                self.class(name, path, None)?;
            }
        }
        for split in splits {
            for (name, path) in listed.folders.iter().filter(|(name, _)| *name == split) {
                self.split(name, path)?;
            }
        }
        Ok(Ok(()))
    }

    /// The images of a split, and those of its subfolders.
    fn split(&mut self, name: &str, folder: &Path) -> Result<(), Dropped> {
        // An error has been counted; the others are scanned all the same.
        let Ok(listed) = self.list(folder) else {
            return Ok(());
        };
        let split: Option<Arc<str>> = Some(name.into());
        self.take_all(listed.files, None, split.clone())?;
        for (name, path) in &listed.folders {
            self.class(name, path, split.clone())?;
        }
        Ok(())
    }

    /// The images of a folder that may be a class.
    fn class(&mut self, name: &str, folder: &Path, split: Option<Arc<str>>) -> Result<(), Dropped> {
        match self.list(folder) {
            Ok(listed) => self.take_all(listed.files, Some((name.into(), Source::Folder)), split),
            Err(_) => Ok(()),
        }
    }

    fn take_all(
        &mut self,
        files: Vec<(String, PathBuf)>,
        name: Option<(Arc<str>, Source)>,
        split: Option<Arc<str>>,
    ) -> Result<(), Dropped> {
        for (_, path) in files {
            self.take(Picture {
                path: path.into(),
                name: name.clone(),
                split: split.clone(),
            })?;
        }
        Ok(())
    }

    /// The images and subfolders of a folder, in natural order.
    fn list(&mut self, folder: &Path) -> Result<Listed, Error> {
        let entries = fs::read_dir(folder).map_err(|error| {
            self.tally.unreadable += 1;
            Error::Unreadable {
                reason: error.to_string(),
                path: folder.to_owned(),
            }
        })?;
        let mut listed = Listed::default();
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
                Some(Kind::Folder) => listed.folders.push((name, entry.path())),
                Some(Kind::File) if is_picture(&entry.path()) => {
                    listed.files.push((name, entry.path()));
                }
                Some(Kind::File) if name.eq_ignore_ascii_case(labels_file::NAME) => {
                    listed.labels = Some(entry.path());
                }
                Some(Kind::File) => self.tally.others += 1,
                None => self.tally.unreadable += 1,
            }
        }
        for list in [&mut listed.files, &mut listed.folders] {
            list.sort_by(|(a, _), (b, _)| compare(a, b));
        }
        Ok(listed)
    }

    fn take(&mut self, picture: Picture) -> Result<(), Dropped> {
        if self.listed == MAX_IMAGES {
            self.tally.beyond += 1;
            return Ok(());
        }
        self.listed += 1;
        self.batch.push(picture);
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

/// What is in a folder.
#[derive(Default)]
struct Listed {
    files: Vec<(String, PathBuf)>,
    folders: Vec<(String, PathBuf)>,
    labels: Option<PathBuf>,
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

/// Judges by the extension or, without one, by the first bytes. Names of DICOM files often end in a number.
fn is_picture(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy());
    let says_nothing = |extension: &str| extension.bytes().all(|byte| byte.is_ascii_digit());
    if extension.is_none_or(|extension| says_nothing(&extension)) {
        return begins_like_a_picture(path);
    }
    kind::is_named_like_a_picture(path)
}

fn begins_like_a_picture(path: &Path) -> bool {
    let mut start = Vec::new();
    let limit = kind::START as u64;
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut start));
    read.is_ok() && kind::is_picture(&start, path)
}

#[cfg(test)]
mod tests;
