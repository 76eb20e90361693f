//! `labels.csv`: the true classes of the images of a folder, one row for each.
//!
//! Columns are `file,label` and perhaps `split`, in any order if a first row names them. Files are given
//! relative to the folder of the `labels.csv`, or absolutely; by name alone, also where they lie deeper,
//! and without their extension, wherever that leaves one image.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file's name, in any case.
pub const NAME: &str = "labels.csv";

mod in_use;
mod table;

use crate::picture::photo::decode::kind;
pub use in_use::{FileReport, LabelsFiles, RowOf, Said};
use table::{Columns, Rows};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// The most rows that are read.
const MAX_ROWS: usize = 1_000_000;

/// A column with more values than this has no splits.
const MAX_SPLITS: usize = 50;

/// What a row says about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The file as it is written.
    pub file: String,
    /// The name of its class.
    pub label: Arc<str>,
    /// `train`, `val` or the like.
    pub split: Option<Arc<str>>,
}

/// A `labels.csv` that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelsFile {
    /// Where it is.
    pub path: PathBuf,
    rows: Vec<Row>,
    /// Rows by their file, relative and with `/`; `None` where two rows contradict each other.
    files: HashMap<String, Option<usize>>,
    /// Rows that name a file without its folder, by the name without its extension.
    stems: HashMap<String, Option<usize>>,
    /// Whether its splits are left out, because there are more than [`MAX_SPLITS`].
    too_many_splits: bool,
}

/// Why a `labels.csv` cannot be used. Each message ends with the path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what is wrong")]
pub enum Unusable {
    #[error("it could not be read ({reason}): {}", path.display())]
    Unreadable { reason: String, path: PathBuf },
    #[error("it is larger than {} MB: {}", MAX_BYTES >> 20, path.display())]
    TooLarge { path: PathBuf },
    #[error("it has more than a million rows: {}", path.display())]
    TooLong { path: PathBuf },
    #[error("it is not UTF-8 text. Save it as CSV in UTF-8: {}", path.display())]
    NotText { path: PathBuf },
    #[error(
        "it has no two columns. Each row is to have a file and its label, as in cats/1.png,cat: {}",
        path.display()
    )]
    OneColumn { path: PathBuf },
    #[error(
        "its first row names no column “{missing}”. The columns are file, label and, optionally, split: {}",
        path.display()
    )]
    NoColumn {
        missing: &'static str,
        path: PathBuf,
    },
}

impl LabelsFile {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn read(path: &Path) -> Result<LabelsFile, Unusable> {
        let unreadable = |error: io::Error| Unusable::Unreadable {
            reason: error.to_string(),
            path: path.to_owned(),
        };
        let file = File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        let path = path.to_owned();
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Unusable::TooLarge { path });
        }
        match String::from_utf8(bytes) {
            Ok(text) => LabelsFile::parse(&text, path),
            Err(_) => Err(Unusable::NotText { path }),
        }
    }

    pub(crate) fn parse(text: &str, path: PathBuf) -> Result<LabelsFile, Unusable> {
        let text = text.trim_start_matches('\u{feff}');
        let mut rows = Rows::new(text).peekable();
        let named = rows.peek().map_or(Ok(None), |first| Columns::named(first));
        let mut has_two_columns = false;
        let columns = match named {
            Ok(None) => Columns::default(),
            Ok(Some(columns)) => {
                rows.next();
                has_two_columns = true;
                columns
            }
            Err(missing) => return Err(Unusable::NoColumn { missing, path }),
        };
        let mut file = LabelsFile {
            path,
            ..LabelsFile::default()
        };
        let mut known: HashMap<String, Arc<str>> = HashMap::new();
        let mut shared =
            |text: &str| Arc::clone(known.entry(text.to_owned()).or_insert(text.into()));
        for row in rows {
            has_two_columns |= row.len() >= 2;
            let cell = |column: usize| row.get(column).map_or("", |cell| cell.trim());
            let (name, label) = (cell(columns.file), cell(columns.label));
            if name.is_empty() || label.is_empty() {
                continue;
            }
            if file.rows.len() == MAX_ROWS {
                let path = file.path;
                return Err(Unusable::TooLong { path });
            }
            let split = columns.split.map(cell).filter(|split| !split.is_empty());
            file.add(Row {
                file: name.to_owned(),
                label: shared(label),
                split: split.map(&mut shared),
            });
        }
        if !has_two_columns {
            return Err(Unusable::OneColumn { path: file.path });
        }
        file.check_splits();
        Ok(file)
    }

    /// Leaves out splits that are none: a fold of its own for each patient, say.
    fn check_splits(&mut self) {
        let splits = self.rows.iter().filter_map(|row| row.split.as_ref());
        let splits: HashSet<&Arc<str>> = splits.collect();
        self.too_many_splits = splits.len() > MAX_SPLITS;
        if self.too_many_splits {
            for row in &mut self.rows {
                row.split = None;
            }
        }
    }

    fn add(&mut self, row: Row) {
        let index = self.rows.len();
        let key = key(&row.file);
        let rows = &self.rows;
        let same = |known: Option<usize>| {
            known.filter(|known| {
                let known = &rows[*known];
                (&known.label, &known.split) == (&row.label, &row.split)
            })
        };
        if !key.contains('/') {
            let stem = Path::new(&key).file_stem().unwrap_or_default();
            // The extension is left out in the row, not taken from it.
            let stem = if is_image(&key) {
                stem.to_string_lossy().into_owned()
            } else {
                key.clone()
            };
            let entry = self
                .stems
                .entry(stem)
                .and_modify(|known| *known = same(*known));
            entry.or_insert(Some(index));
        }
        let entry = self
            .files
            .entry(key)
            .and_modify(|known| *known = same(*known));
        entry.or_insert(Some(index));
        self.rows.push(row);
    }

    /// The folder that files are relative to.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Whether its column of splits has too many values to be one.
    pub fn has_too_many_splits(&self) -> bool {
        self.too_many_splits
    }

    /// All rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The files of which two rows say different things.
    pub fn contradictions(&self) -> usize {
        self.files.values().filter(|row| row.is_none()).count()
    }

    /// Whether another row says something else about the file of this one.
    pub fn contradicts(&self, row: &Row) -> bool {
        self.files.get(&key(&row.file)).is_some_and(Option::is_none)
    }

    /// The row that names this image by its path.
    pub fn by_path(&self, image: &Path) -> Option<usize> {
        let below = image.strip_prefix(self.folder()).ok();
        let relative = below.map(|path| {
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            parts.join("/")
        });
        let relative = relative.and_then(|path| self.files.get(&path).copied());
        let absolute = || self.files.get(&*image.to_string_lossy()).copied();
        relative.or_else(absolute).flatten()
    }

    /// The row that names a file of this name, with or without its extension, and no folder.
    pub fn by_name(&self, image: &Path) -> Option<usize> {
        let name = image.file_name()?.to_string_lossy();
        let stem = || {
            let row = (*self.stems.get(&*image.file_stem()?.to_string_lossy())?)?;
            // Two files may differ in their extensions alone.
            (!is_image(&self.rows[row].file)).then_some(row)
        };
        match self.files.get(&*name) {
            Some(row) => *row,
            None => stem(),
        }
    }
}

/// A file as it is looked up.
fn key(file: &str) -> String {
    let key = file.replace('\\', "/");
    key.trim_start_matches("./").to_owned()
}

fn is_image(name: &str) -> bool {
    kind::is_named_like_a_picture(Path::new(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> LabelsFile {
        LabelsFile::parse(text, "/data/labels.csv".into()).unwrap()
    }

    fn label(file: &LabelsFile, image: &str) -> Option<String> {
        let image = Path::new(image);
        let row = file.by_path(image).or_else(|| file.by_name(image))?;
        Some(file.rows()[row].label.to_string())
    }

    #[test]
    fn reads_rows_with_and_without_a_heading() {
        let named = "Label,split,Filename\r\n\"cat, tabby\",val,a/1.png\r\n\r\ndog,,b.png\r\n";
        for text in [named, "a/1.png,\"cat, tabby\",val\nb.png,dog\n"] {
            let file = parsed(text);
            assert_eq!(label(&file, "/data/a/1.png").as_deref(), Some("cat, tabby"));
            assert_eq!(file.rows()[0].split.as_deref(), Some("val"));
            assert_eq!(label(&file, "/data/b.png").as_deref(), Some("dog"));
            assert_eq!(file.rows()[1].split, None);
            assert_eq!(file.rows().len(), 2);
        }
    }

    #[test]
    fn reads_semicolons_tabs_quotes_and_a_byte_order_mark() {
        for text in [
            "\u{feff}file;label\n1.png;cat",
            "1.png\tcat\n",
            "\"1.png\",\"cat\"\n",
        ] {
            assert_eq!(
                label(&parsed(text), "/data/1.png").as_deref(),
                Some("cat"),
                "{text}"
            );
        }
        let file = parsed("\"a \"\"b\"\".png\",\"two\nlines\"");
        assert_eq!(
            label(&file, "/data/a \"b\".png").as_deref(),
            Some("two\nlines")
        );
    }

    #[test]
    fn finds_files_by_path_by_name_and_without_their_extension() {
        let file = parsed(
            "./cats/1.png,cat\n/elsewhere/2.png,dog\n3.png,owl\nISIC_01.5,mole\nwin\\4.png,fox\n",
        );
        for (image, class) in [
            ("/data/cats/1.png", Some("cat")),
            ("/data/dogs/1.png", None),
            ("/elsewhere/2.png", Some("dog")),
            ("/data/deeper/3.png", Some("owl")),
            ("/data/deeper/3.jpg", None),
            ("/data/deeper/ISIC_01.5.jpg", Some("mole")),
            ("/data/win/4.png", Some("fox")),
            ("/data/4.png", None),
        ] {
            assert_eq!(label(&file, image).as_deref(), class, "{image}");
        }
    }

    #[test]
    fn two_rows_that_contradict_each_other_say_nothing() {
        let file = parsed("1.png,cat\n1.png,dog\n2.png,cat\n2.png,cat\n3,cat\n3,dog\n");
        assert_eq!(label(&file, "/data/1.png"), None);
        assert_eq!(label(&file, "/data/2.png").as_deref(), Some("cat"));
        assert_eq!(label(&file, "/data/3.png"), None);
        assert_eq!(file.contradictions(), 2);
    }

    #[test]
    fn a_column_of_many_values_has_no_splits() {
        let with = |splits: usize| -> LabelsFile {
            let rows = (0..splits).map(|row| format!("{row}.png,cat,{row}"));
            parsed(&rows.collect::<Vec<_>>().join("\n"))
        };
        let (few, many) = (with(MAX_SPLITS), with(MAX_SPLITS + 1));
        assert!(!few.has_too_many_splits() && many.has_too_many_splits());
        assert_eq!(few.rows()[7].split.as_deref(), Some("7"));
        assert!(many.rows().iter().all(|row| row.split.is_none()));
        assert_eq!(label(&many, "/data/50.png").as_deref(), Some("cat"));
    }

    #[test]
    fn a_file_of_more_than_a_million_rows_is_refused() {
        let text = "a,b\n".repeat(MAX_ROWS + 1);
        let why = LabelsFile::parse(&text, "/data/labels.csv".into()).unwrap_err();
        assert!(why.to_string().contains("a million rows"), "{why}");
    }

    #[test]
    fn says_why_a_file_cannot_be_used() {
        let why = |text: &str| {
            let error = LabelsFile::parse(text, "/data/labels.csv".into()).unwrap_err();
            error.to_string()
        };
        assert!(why("").contains("no two columns"));
        assert!(why("cat\ndog\n").contains("no two columns"));
        assert!(why("file,width\n1.png,30\n").contains("“label”"));
        assert!(why("label,width\ncat,30\n").contains("“file”"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert!(
            LabelsFile::read(&path)
                .unwrap_err()
                .to_string()
                .contains("could not be read")
        );
        std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
        let why = LabelsFile::read(&path).unwrap_err().to_string();
        assert!(
            why.contains("UTF-8") && why.ends_with("labels.csv"),
            "{why}"
        );
    }
}
