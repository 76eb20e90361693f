//! What was chosen about the names in folders, kept from one start to the next.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::stored::StoredClass;
use crate::app::state::by_name;
use crate::folder::{Choices, Given, Numbering};

/// Folders that are kept, so that the settings stay small.
const MAX_FOLDERS: usize = 24;

/// Names that are kept in all folders together.
const MAX_NAMES: usize = 4000;

/// The choices for some folders, the latest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FolderChoices(Vec<OfFolder>);

/// The choices for one folder. Lists and not maps: what was taken back has to leave the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OfFolder {
    folder: PathBuf,
    #[serde(default, with = "by_name")]
    numbering: Numbering,
    #[serde(default)]
    names: Vec<OfName>,
}

/// A name, and the class that it stands for; none if it stands for no class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OfName {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    class: Option<StoredClass>,
}

impl FolderChoices {
    /// The choices for a folder.
    pub fn of(&self, folder: &Path) -> Option<Choices> {
        let found = self.0.iter().find(|kept| kept.folder == folder)?;
        let given = |class: &StoredClass| Given {
            class: class.index,
            label: class.label.clone(),
        };
        let names = found.names.iter();
        Some(Choices {
            names: names
                .map(|kept| (kept.name.clone(), kept.class.as_ref().map(given)))
                .collect(),
            numbering: found.numbering,
        })
    }

    /// Keeps the choices for a folder. Paths that are not Unicode cannot be written, and are left out.
    pub fn set(&mut self, folder: &Path, choices: &Choices) {
        self.0.retain(|kept| kept.folder != folder);
        if *choices == Choices::default() || folder.to_str().is_none() {
            return;
        }
        let stored = |given: &Given| StoredClass {
            index: given.class,
            label: given.label.clone(),
        };
        let names = choices.names.iter();
        let names = names.map(|(name, class)| OfName {
            name: name.clone(),
            class: class.as_ref().map(stored),
        });
        let kept = OfFolder {
            folder: folder.to_owned(),
            numbering: choices.numbering,
            names: names.take(MAX_NAMES).collect(),
        };
        self.0.insert(0, kept);
        self.0.truncate(MAX_FOLDERS);
        let mut room = MAX_NAMES;
        self.0.retain(|kept| {
            let fits = kept.names.len() <= room;
            room -= kept.names.len().min(room);
            fits
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(names: usize) -> Choices {
        let given = |class: usize| {
            let label = Some(format!("kind {class}"));
            (class > 0).then_some(Given { class, label })
        };
        Choices {
            names: (0..names)
                .map(|name| (format!("n{name}"), given(name)))
                .collect(),
            numbering: Numbering::FromOne,
        }
    }

    #[test]
    fn keeps_the_latest_folders_within_limits() {
        let mut kept = FolderChoices::default();
        let folder = |index: usize| PathBuf::from(format!("/data/{index}"));
        for index in 0..30 {
            kept.set(&folder(index), &choices(2));
        }
        assert_eq!(kept.of(&folder(5)), None);
        assert_eq!(kept.of(&folder(29)), Some(choices(2)));
        let json = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<FolderChoices>(&json).unwrap(), kept);

        kept.set(&folder(29), &Choices::default());
        assert_eq!(kept.of(&folder(29)), None);
        kept.set(&folder(30), &choices(MAX_NAMES - 2));
        assert!(kept.of(&folder(28)).is_some());
        assert_eq!(kept.of(&folder(27)), None, "there is no room for its names");
    }
}
