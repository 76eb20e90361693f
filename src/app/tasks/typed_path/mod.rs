//! The path prompt, shown in the window if the desktop has no file picker, so that nobody loses work
//! because one is missing.

use std::path::{Path, PathBuf};

use egui::Context;

use crate::app::tasks::background;
use crate::app::tasks::purpose::Purpose;
use crate::app::tasks::save_as::Refused;
use completion::{Completion, completed};

mod completion;

/// What the path is for, and what has been typed so far.
pub struct PathPrompt {
    purpose: Purpose,
    /// The folder that relative paths are resolved against.
    folder: PathBuf,
    pub text: String,
    /// Why the path that was typed last was refused.
    pub refused: Option<Refused>,
    /// Whether the prompt still has to take the focus.
    pub take_focus: bool,
    completion: Completion,
}

impl PathPrompt {
    /// A prompt that starts with a folder and a name. The name is empty when opening a file.
    pub fn new(purpose: Purpose, folder: Option<PathBuf>, name: &str) -> PathPrompt {
        let folder = folder.or_else(|| std::env::current_dir().ok());
        let folder = folder.unwrap_or_default();
        let text = folder.join(name).display().to_string();
        PathPrompt {
            purpose,
            text,
            folder,
            refused: None,
            take_focus: true,
            completion: Completion::default(),
        }
    }

    /// A prompt that asks again after a path was refused.
    pub fn again(purpose: Purpose, refused: Refused) -> PathPrompt {
        let folder = refused.path.parent().map(Path::to_owned);
        PathPrompt {
            text: refused.path.display().to_string(),
            refused: Some(refused),
            ..PathPrompt::new(purpose, folder, "")
        }
    }

    /// The path that the text stands for, if it can be used.
    pub fn path(&self) -> Option<PathBuf> {
        let home = std::env::home_dir();
        let path = resolved(&self.text, &self.folder, home.as_deref())?;
        // A folder can be opened but not written to.
        let named = !self.text.trim().ends_with(['/', std::path::MAIN_SEPARATOR]);
        (named || !self.saves()).then_some(path)
    }

    /// Adds to the text what Tab does, once that is known. Returns whether it has.
    pub fn complete(&mut self, ctx: &Context, pressed: bool) -> bool {
        let look_up = || {
            let (text, folder, ctx) = (self.text.clone(), self.folder.clone(), ctx.clone());
            let work = move || {
                let home = std::env::home_dir();
                completed(&text, |text| resolved(text, &folder, home.as_deref()))
            };
            let wake = move || ctx.request_repaint();
            background::run("path completion", work, |_| None, wake)
        };
        let completed = self.completion.follow(&self.text, pressed, look_up);
        let has_more = completed.is_some();
        if let Some(text) = completed {
            self.text = text;
            self.refused = None;
        }
        has_more
    }

    /// Whether Tab is not to leave the field.
    pub fn holds_tab(&self) -> bool {
        self.completion.holds_tab(&self.text)
    }

    /// Why there is nothing to open at the typed path, if there is nothing.
    pub fn why_not(&self) -> Option<Refused> {
        let path = self.path().filter(|_| !self.saves())?;
        (!path.exists()).then(|| Refused::missing(path))
    }

    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    fn saves(&self) -> bool {
        matches!(self.purpose, Purpose::Save(_))
    }

    /// Whether saving to the current path would replace the file because of which it was refused.
    pub fn would_replace(&self) -> bool {
        let refused = self.refused.as_ref().filter(|refused| refused.exists);
        refused.is_some_and(|refused| self.path().as_ref() == Some(&refused.path))
    }

    /// The label of the button.
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

/// Resolves the typed text to a path. `None` if nothing was typed.
fn resolved(text: &str, folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    // A whole path typed after the folder that is there already begins anew.
    let anew = ["//", "/~/"]
        .iter()
        .filter_map(|sign| text.rfind(sign))
        .max();
    let text = anew.map_or(text, |at| &text[at + 1..]);
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
    fn resolves_a_typed_path_against_the_folder_or_home() {
        let path = |text| resolved(text, Path::new("/data/cats"), Some(Path::new("/home/ann")));
        assert_eq!(path("a.png").unwrap(), Path::new("/data/cats/a.png"));
        assert_eq!(path(" /data/a.png ").unwrap(), Path::new("/data/a.png"));
        assert_eq!(path("~/a.png").unwrap(), Path::new("/home/ann/a.png"));
        assert_eq!(path("  "), None);
        assert_eq!(path("/data/cats//x/b.png").unwrap(), Path::new("/x/b.png"));
        assert_eq!(
            path("/data/cats/~/b.png").unwrap(),
            Path::new("/home/ann/b.png")
        );
    }

    #[test]
    fn replaces_an_existing_file_only_if_the_path_is_unchanged() {
        let refused = Refused::exists("/data/a.json".into());
        let mut prompt = PathPrompt::again(Purpose::Save(SaveTarget::Session), refused);
        assert_eq!(prompt.verb(), "Replace");
        prompt.text = "/data/b.json".to_owned();
        assert_eq!(prompt.verb(), "Save");
        prompt.text = "/data/".to_owned();
        assert_eq!(prompt.path(), None);
    }
}
