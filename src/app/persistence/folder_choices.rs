//! What was chosen about the names in folders, kept from one start to the next.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::stored::StoredClass;
use crate::app::state::by_name;
use crate::folder::{Choices, Given, Numbering};

/// Folders that are kept, so that the settings stay small.
const MAX_FOLDERS: usize = 24;

/// Names and images that are kept in all folders together.
const MAX_NAMES: usize = 4000;

/// The choices for some folders, the latest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FolderChoices(Vec<OfFolder>);

/// The choices for one folder. Lists and not maps: what was taken back has to leave the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct OfFolder {
    folder: PathBuf,
    #[serde(default, with = "by_name")]
    numbering: Numbering,
    #[serde(default)]
    names: Vec<OfName>,
    /// Images with a true class set by hand, the latest last. Their names are paths within the folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pictures: Vec<OfName>,
}

/// A name, and the class that it stands for; none if it stands for no class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OfName {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    class: Option<StoredClass>,
}

impl OfName {
    fn new(name: &str, given: Option<&Given>) -> OfName {
        OfName {
            name: name.to_owned(),
            class: given.map(|given| StoredClass {
                index: given.class,
                label: given.label.clone(),
            }),
        }
    }

    fn given(&self) -> Option<Given> {
        self.class.as_ref().map(|class| Given {
            class: class.index,
            label: class.label.clone(),
        })
    }
}

impl OfFolder {
    fn len(&self) -> usize {
        self.names.len() + self.pictures.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0 && self.numbering == Numbering::default()
    }
}

impl FolderChoices {
    fn find(&self, folder: &Path) -> Option<&OfFolder> {
        self.0.iter().find(|kept| kept.folder == folder)
    }

    /// The choices for a folder.
    pub fn of(&self, folder: &Path) -> Option<Choices> {
        let found = self.find(folder)?;
        let names = found.names.iter();
        Some(Choices {
            names: names
                .map(|kept| (kept.name.clone(), kept.given()))
                .collect(),
            numbering: found.numbering,
        })
    }

    /// What was set by hand for images in a folder: a class, or that it is unknown.
    pub fn pictures(&self, folder: &Path) -> Vec<(String, Option<Given>)> {
        let pictures = self.find(folder).map(|kept| kept.pictures.iter());
        let pictures = pictures.into_iter().flatten();
        pictures
            .map(|kept| (kept.name.clone(), kept.given()))
            .collect()
    }

    /// Keeps the choices for a folder. Paths that are not Unicode cannot be written, and are left out.
    pub fn set(&mut self, folder: &Path, choices: &Choices) {
        let names = choices.names.iter().take(MAX_NAMES);
        let names = names.map(|(name, class)| OfName::new(name, class.as_ref()));
        let names = names.collect();
        self.change(folder, |kept| {
            kept.numbering = choices.numbering;
            kept.names = names;
        });
    }

    /// Keeps what was set by hand for an image, or that nothing is any longer. `file` is its path within the folder.
    pub fn set_picture(&mut self, folder: &Path, file: &Path, given: Option<&Option<Given>>) {
        let Some(file) = file.to_str() else {
            return;
        };
        self.change(folder, |kept| {
            kept.pictures.retain(|kept| kept.name != file);
            if let Some(given) = given {
                kept.pictures.push(OfName::new(file, given.as_ref()));
            }
        });
    }

    /// Changes what is kept for a folder, which is then the latest.
    fn change(&mut self, folder: &Path, change: impl FnOnce(&mut OfFolder)) {
        if folder.to_str().is_none() {
            return;
        }
        let at = self.0.iter().position(|kept| kept.folder == folder);
        let mut kept = at.map(|at| self.0.remove(at)).unwrap_or_default();
        folder.clone_into(&mut kept.folder);
        change(&mut kept);
        // The latest images stay.
        let room = MAX_NAMES.saturating_sub(kept.names.len());
        let over = kept.pictures.len().saturating_sub(room);
        kept.pictures.drain(..over);
        if kept.is_empty() {
            return;
        }
        self.0.insert(0, kept);
        self.0.truncate(MAX_FOLDERS);
        let mut room = MAX_NAMES;
        self.0.retain(|kept| {
            let fits = kept.len() <= room;
            room -= kept.len().min(room);
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
    #[test]
    fn keeps_images_beside_names_within_limits() {
        let mut kept = FolderChoices::default();
        let (folder, other) = (Path::new("/data/a"), Path::new("/data/b"));
        let cat = Some(Given {
            class: 3,
            label: Some("cat".into()),
        });
        kept.set(other, &choices(2));
        kept.set_picture(folder, Path::new("cat/1.png"), Some(&cat));
        kept.set_picture(folder, Path::new("cat/2.png"), Some(&None));
        assert_eq!(kept.of(folder), Some(Choices::default()));
        kept.set(folder, &choices(2));
        let pictures = vec![
            ("cat/1.png".to_owned(), cat.clone()),
            ("cat/2.png".to_owned(), None),
        ];
        assert_eq!(kept.pictures(folder), pictures);
        assert_eq!(kept.of(folder), Some(choices(2)));
        let json = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<FolderChoices>(&json).unwrap(), kept);

        kept.set_picture(folder, Path::new("cat/1.png"), None);
        assert_eq!(kept.pictures(folder), pictures[1..]);
        kept.set(folder, &Choices::default());
        kept.set_picture(folder, Path::new("cat/2.png"), None);
        assert_eq!(kept.of(folder), None);

        for index in 0..MAX_NAMES + 2 {
            let file = format!("{index}.png");
            kept.set_picture(folder, Path::new(&file), Some(&cat));
        }
        let pictures = kept.pictures(folder);
        assert_eq!(
            (pictures.len(), pictures[0].0.as_str()),
            (MAX_NAMES, "2.png")
        );
        assert_eq!(kept.of(other), None, "there is no room for its names");
    }

    #[test]
    fn a_name_given_to_a_folder_full_of_images_takes_the_place_of_the_oldest() {
        let mut kept = FolderChoices::default();
        let folder = Path::new("/data/full");
        let given = Given {
            class: 1,
            label: None,
        };
        for index in 0..MAX_NAMES {
            let file = format!("{index}.png");
            kept.set_picture(folder, Path::new(&file), Some(&Some(given.clone())));
        }
        kept.set(folder, &choices(1));
        assert_eq!(kept.of(folder), Some(choices(1)));
        let pictures = kept.pictures(folder);
        assert_eq!(pictures.len(), MAX_NAMES - 1);
        assert_eq!(pictures[0].0, "1.png");
    }
}
