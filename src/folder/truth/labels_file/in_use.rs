//! The labels files of a folder, and what they say about its images.

use std::path::Path;
use std::sync::Arc;

use super::{LabelsFile, Unusable};

/// Each `labels.csv` of what is open.
#[derive(Debug, Clone, Default)]
pub struct LabelsFiles {
    files: Vec<InUse>,
    unusable: Vec<Unusable>,
}

#[derive(Debug, Clone)]
struct InUse {
    file: LabelsFile,
    /// How many images each row was found for.
    found: Vec<usize>,
}

/// Where a `labels.csv` is about an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowOf {
    file: usize,
    row: usize,
    by_name: bool,
}

/// What a `labels.csv` says about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The name of its class.
    pub label: Arc<str>,
    /// `train`, `val` or the like.
    pub split: Option<Arc<str>>,
}

/// What is to be known about the labels files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReport<'a> {
    /// Rows for which there is no image, by their file.
    pub missing: Vec<&'a str>,
    /// Rows that name one of several files.
    pub unclear: Vec<&'a str>,
    /// Files of which two rows say different things.
    pub contradictions: usize,
    /// Whether a column of splits has too many values to be one.
    pub too_many_splits: bool,
}

impl LabelsFiles {
    /// Adds a `labels.csv`, or why it cannot be used.
    pub fn add(&mut self, file: Result<LabelsFile, Unusable>) {
        match file {
            Ok(file) => {
                let found = vec![0; file.rows().len()];
                self.files.push(InUse { file, found });
            }
            Err(why) => self.unusable.push(why),
        }
    }

    /// The row about an image: one that has its path or else, with `by_name`, its name alone.
    pub fn row(&self, image: &Path, by_name: bool) -> Option<RowOf> {
        let find = |by_name: bool| {
            let find = if by_name {
                LabelsFile::by_name
            } else {
                LabelsFile::by_path
            };
            let mut files = self.files.iter().enumerate();
            files.find_map(|(file, listed)| {
                let row = find(&listed.file, image)?;
                Some(RowOf { file, row, by_name })
            })
        };
        find(false).or_else(|| by_name.then(|| find(true)).flatten())
    }

    /// Sets all counts to zero.
    pub fn recount(&mut self) {
        for listed in &mut self.files {
            listed.found.fill(0);
        }
    }

    /// Counts an image for the row that is about it.
    pub fn count(&mut self, row: RowOf) {
        self.files[row.file].found[row.row] += 1;
    }

    /// What a row says; nothing if it gives a name that several images have.
    pub fn said(&self, row: RowOf) -> Option<Said> {
        let InUse { file, found } = &self.files[row.file];
        if row.by_name && found[row.row] > 1 {
            return None;
        }
        let row = &file.rows()[row.row];
        Some(Said {
            label: Arc::clone(&row.label),
            split: row.split.clone(),
        })
    }

    /// Why some cannot be used.
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// What is wrong with the others, once all images are known.
    pub fn report(&self) -> FileReport<'_> {
        let mut report = FileReport::default();
        for InUse { file, found } in &self.files {
            report.contradictions += file.contradictions();
            report.too_many_splits |= file.has_too_many_splits();
            for (row, found) in file.rows().iter().zip(found) {
                match found {
                    0 if !file.contradicts(row) => report.missing.push(&row.file),
                    0 | 1 => {}
                    _ => report.unclear.push(&row.file),
                }
            }
        }
        report
    }
}
