//! The path that is asked for in the window, where the desktop has no file picker. Nobody should lose
//! work because one is missing.

use std::path::{Path, PathBuf};

use super::purpose::Purpose;
use super::save_as::Refused;

/// What is asked for, and what has been typed so far.
pub struct PathPrompt {
    purpose: Purpose,
    /// Names typed without a folder are relative to this one.
    folder: PathBuf,
    pub text: String,
    /// The text it started with: a prompt with another one gets its caret at the end.
    pub began: String,
    /// Why the path that was typed last was refused.
    pub refused: Option<Refused>,
    /// The field takes the focus once.
    pub take_focus: bool,
}

impl PathPrompt {
    /// Starts from a folder and a name; the name is empty for a file to open.
    pub fn new(purpose: Purpose, folder: Option<PathBuf>, name: &str) -> PathPrompt {
        let folder = folder.or_else(|| std::env::current_dir().ok());
        let folder = folder.unwrap_or_default();
        let text = folder.join(name).display().to_string();
        PathPrompt {
            purpose,
            began: text.clone(),
            text,
            folder,
            refused: None,
            take_focus: true,
        }
    }

    /// Asks again after a path was refused.
    pub fn again(purpose: Purpose, refused: Refused) -> PathPrompt {
        let folder = refused.path.parent().map(Path::to_owned);
        PathPrompt {
            text: refused.path.display().to_string(),
            refused: Some(refused),
            ..PathPrompt::new(purpose, folder, "")
        }
    }

    /// The path that the text means, where it can be used.
    pub fn path(&self) -> Option<PathBuf> {
        let home = std::env::home_dir();
        let path = resolved(&self.text, &self.folder, home.as_deref())?;
        // A folder can be opened but not written to.
        let named = !self.text.trim().ends_with(['/', std::path::MAIN_SEPARATOR]);
        (named || !self.saves()).then_some(path)
    }

    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    fn saves(&self) -> bool {
        matches!(self.purpose, Purpose::Save(_))
    }

    /// Whether the path was refused because a file with this name exists.
    pub fn would_replace(&self) -> bool {
        let refused = self.refused.as_ref().filter(|refused| refused.exists);
        refused.is_some_and(|refused| self.path().as_ref() == Some(&refused.path))
    }

    /// What the button says.
    pub fn verb(&self) -> &'static str {
        if !self.saves() {
            "Open"
        } else if self.would_replace() {
            "Replace"
        } else {
            "Save"
        }
    }
}

/// The path that the typed text means; `None` where nothing was typed.
fn resolved(text: &str, folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Some(home.join(rest)),
        _ => Some(folder.join(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tasks::purpose::SaveTarget;

    #[test]
    fn a_typed_path_is_relative_to_the_folder_or_to_home() {
        let meant = |text| resolved(text, Path::new("/data/cats"), Some(Path::new("/home/ann")));
        assert_eq!(meant("a.png").unwrap(), Path::new("/data/cats/a.png"));
        assert_eq!(meant(" /data/a.png ").unwrap(), Path::new("/data/a.png"));
        assert_eq!(meant("~/a.png").unwrap(), Path::new("/home/ann/a.png"));
        assert_eq!(meant("  "), None);
    }

    #[test]
    fn replaces_an_existing_file_only_while_it_is_the_one_named() {
        let refused = Refused::exists("/data/a.json".into());
        let mut field = PathPrompt::again(Purpose::Save(SaveTarget::Session), refused);
        assert_eq!(field.verb(), "Replace");
        field.text = "/data/b.json".to_owned();
        assert_eq!(field.verb(), "Save");
        field.text = "/data/".to_owned();
        assert_eq!(field.path(), None);
    }
}
