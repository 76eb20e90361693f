//! Exporting figures and arrays.

use std::path::{Path, PathBuf};

use egui::Key;

use crate::support::Window;

mod arrays;
mod figures;
mod paper;
mod preview;

/// Exports the composite to a file of this name, and returns its path.
pub fn exported(window: &mut Window, folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    window.will_pick(&path);
    window.ctrl(Key::E);
    window.until("the file", |w| w.app().is_settled());
    assert_eq!(window.app().notices(), Vec::<String>::new());
    path
}

/// The lines of an SVG's text, and how many pictures it has: panels, and the bars of legends.
pub fn contents(svg: &Path) -> (Vec<String>, usize) {
    let text = std::fs::read_to_string(svg).unwrap();
    let lines = text.split("<text").skip(1).map(|rest| {
        let (_, rest) = rest.split_once('>').unwrap();
        rest.split_once("</text>").unwrap().0.to_owned()
    });
    (lines.collect(), text.matches("<image").count())
}
