//! What Tab adds to a typed path: as much as all files that begin like it share, as in a shell.
//!
//! A folder may be large, or far away on a network. So it is listed on another thread, once for each text.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use poll_promise::Promise;

/// What Tab makes of the text in a field.
#[derive(Default)]
pub struct Completion {
    /// The last text that was looked up, and what becomes of it.
    lookup: Option<(String, Promise<Option<String>>)>,
    /// The text at which Tab was pressed, if it was not looked up yet.
    pressed_at: Option<String>,
}

impl Completion {
    /// Keeps up with the text of this frame, and returns the one to put in its place once that is known after
    /// `pressed`. `look_up` is called for a new text when no lookup is under way.
    pub fn follow(
        &mut self,
        text: &str,
        pressed: bool,
        look_up: impl FnOnce() -> Promise<Option<String>>,
    ) -> Option<String> {
        let is_due = match &self.lookup {
            Some((known, found)) => known != text && found.ready().is_some(),
            None => true,
        };
        if is_due {
            self.lookup = Some((text.to_owned(), look_up()));
        }
        if pressed {
            self.pressed_at = Some(text.to_owned());
        }
        let found = self.found(text)?.clone();
        let pressed_at = self.pressed_at.take();
        found.filter(|_| pressed_at.as_deref() == Some(text))
    }

    /// Whether Tab is not to leave the field, because it adds something or perhaps will.
    pub fn holds_tab(&self, text: &str) -> bool {
        self.found(text).is_none_or(Option::is_some)
    }

    /// What becomes of the text, if that is known.
    fn found(&self, text: &str) -> Option<&Option<String>> {
        let lookup = self.lookup.as_ref().filter(|(known, _)| known == text);
        lookup.and_then(|(_, found)| found.ready())
    }
}

/// The text with what Tab adds. `None` where no file begins like it, or nothing can be added.
pub fn completed(text: &str, resolve: impl Fn(&str) -> Option<PathBuf>) -> Option<String> {
    let start = text.rfind(['/', MAIN_SEPARATOR]).map_or(0, |at| at + 1);
    let (folder, begun) = text.split_at(start);
    let listed = resolve(if folder.is_empty() { "." } else { folder })?;
    let names = names_like(&listed, begun);
    let (first, others) = names.split_first()?;
    let mut shared = first.clone();
    for other in others {
        let same = shared
            .chars()
            .zip(other.chars())
            .take_while(|(a, b)| a == b);
        shared = same.map(|(letter, _)| letter).collect();
    }
    if others.is_empty() && listed.join(first).is_dir() {
        shared.push(MAIN_SEPARATOR);
    }
    (shared.len() > begun.len()).then(|| format!("{folder}{shared}"))
}

/// The names in a folder that begin like this; hidden ones only if it begins with a dot.
fn names_like(folder: &Path, begun: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let name =
        |entry: std::io::Result<std::fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
    let like = |name: &String| {
        name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'))
    };
    entries.filter_map(name).filter(like).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_adds_what_all_files_share() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["cat_1.png", "cat_2.png", "dog.png", ".hidden"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        std::fs::create_dir(folder.path().join("birds")).unwrap();
        let tab = |text: &str| completed(text, |text| Some(folder.path().join(text)));
        assert_eq!(tab("ca").as_deref(), Some("cat_"));
        assert_eq!(tab("cat_"), None);
        assert_eq!(tab("d").as_deref(), Some("dog.png"));
        assert_eq!(tab("b").as_deref(), Some("birds/"));
        assert_eq!(tab("birds/"), None);
        assert_eq!(tab(".h").as_deref(), Some(".hidden"));
        assert_eq!(tab("missing/"), None);
        let whole = format!("{}/do", folder.path().display());
        assert_eq!(tab(&whole), Some(format!("{whole}g.png")));
    }

    #[test]
    fn one_lookup_at_a_time_and_none_without_a_new_text() {
        let mut field = Completion::default();
        let (send, slow) = Promise::new();
        assert_eq!(field.follow("ca", true, || slow), None);
        assert!(field.holds_tab("ca"));
        // The same text again, and another one while the folder is being listed.
        assert_eq!(field.follow("ca", false, || panic!("a second time")), None);
        assert_eq!(field.follow("cat", false, || panic!("at once")), None);
        send.send(Some("cat_1".to_owned()));
        // Tab was meant for the text that it was pressed at.
        let none = || Promise::from_ready(None);
        assert_eq!(field.follow("cat", false, none), None);
        assert!(!field.holds_tab("cat"));
        let known = || Promise::from_ready(Some("cow.png".to_owned()));
        assert_eq!(field.follow("co", false, known), None);
        assert!(field.holds_tab("co"));
        let never = || panic!("it is known");
        assert_eq!(field.follow("co", true, never).as_deref(), Some("cow.png"));
    }

    #[test]
    fn tab_waits_until_the_folder_is_listed() {
        let mut field = Completion::default();
        let (send, slow) = Promise::new();
        assert_eq!(field.follow("ca", true, || slow), None);
        send.send(Some("cat.png".to_owned()));
        let never = || panic!("it was looked up");
        assert_eq!(field.follow("ca", false, never).as_deref(), Some("cat.png"));
    }
}
