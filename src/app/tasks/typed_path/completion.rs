//! What Tab adds to a typed path: as much as all files that begin like it share, as in a shell.

use std::path::{MAIN_SEPARATOR, Path};

/// The text with what Tab adds. `None` where no file begins like it, or nothing can be added.
pub fn completed(
    text: &str,
    resolve: impl Fn(&str) -> Option<std::path::PathBuf>,
) -> Option<String> {
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
    let mut names: Vec<String> = entries.filter_map(name).filter(like).collect();
    names.sort();
    names
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
}
