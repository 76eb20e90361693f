//! A field for a path where the desktop has no file picker: nobody is to lose work for the want of
//! one.

use std::path::{Path, PathBuf};

use egui::{Align2, Button, Color32, Context, Frame, Id, Key, Modal, RichText, TextEdit, Ui, vec2};

use crate::app::App;
use crate::app::commands::Command;
use crate::app::persistence::session;
use crate::app::tasks::export;
use crate::app::tasks::export::What;
use crate::app::ui::kit::theme::{self, GRID, palette};

/// Widest that the field grows.
const WIDTH: f32 = 560.0;

/// What is done with the path.
#[derive(Clone, Copy)]
pub enum Then {
    Open(fn(&mut App, PathBuf)),
    SaveSession,
    Export(What),
}

/// A path that could not be written to.
#[derive(Debug, Clone)]
pub struct Refused {
    pub path: PathBuf,
    /// In words.
    pub why: String,
    /// A file is there already, which may be replaced.
    pub exists: bool,
}

impl Refused {
    pub fn exists(path: PathBuf) -> Refused {
        Refused {
            path,
            why: "A file of that name is there already.".to_owned(),
            exists: true,
        }
    }
}

/// The field, while it is open.
pub struct PathPrompt {
    title: &'static str,
    then: Then,
    /// What is typed without a folder lies here.
    folder: PathBuf,
    text: String,
    /// What it began with: another beginning is another field, with its caret at the end.
    began: String,
    /// Why the path that was typed last was not taken.
    refused: Option<Refused>,
    take_focus: bool,
}

impl PathPrompt {
    /// With a folder and a name to start from; an empty name for a file that is to be found.
    pub fn new(title: &'static str, then: Then, folder: Option<PathBuf>, name: &str) -> PathPrompt {
        let folder = folder.or_else(|| std::env::current_dir().ok());
        let folder = folder.unwrap_or_default();
        let text = folder.join(name).display().to_string();
        PathPrompt {
            title,
            then,
            began: text.clone(),
            text,
            folder,
            refused: None,
            take_focus: true,
        }
    }

    /// Again, after the path was refused.
    fn again(title: &'static str, then: Then, refused: Refused) -> PathPrompt {
        let folder = refused.path.parent().map(Path::to_owned);
        PathPrompt {
            text: refused.path.display().to_string(),
            refused: Some(refused),
            ..PathPrompt::new(title, then, folder, "")
        }
    }

    fn path(&self) -> Option<PathBuf> {
        let home = std::env::home_dir();
        let path = resolved(&self.text, &self.folder, home.as_deref())?;
        // Of a folder alone nothing can be made but to open it.
        let named = !self.text.trim().ends_with(['/', std::path::MAIN_SEPARATOR]);
        (named || matches!(self.then, Then::Open(_))).then_some(path)
    }

    /// Whether what stands there now was refused for being there already.
    fn would_replace(&self) -> bool {
        let refused = self.refused.as_ref().filter(|refused| refused.exists);
        refused.is_some_and(|refused| self.path().as_ref() == Some(&refused.path))
    }

    fn verb(&self) -> &'static str {
        match self.then {
            Then::Open(_) => "Open",
            _ if self.would_replace() => "Replace",
            Then::SaveSession | Then::Export(_) => "Save",
        }
    }

    /// Draws it; gives back what was asked for.
    pub fn ui(&mut self, ui: &Ui) -> Option<Command> {
        let width = WIDTH.min(ui.content_rect().width() - 8.0 * GRID);
        let area = Modal::default_area(Id::unique("path"));
        let modal = Modal::new(Id::unique("path"))
            .area(area.anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)))
            .frame(Frame::popup(ui.style()).inner_margin(2.0 * GRID))
            .backdrop_color(Color32::from_black_alpha(48));
        let shown = modal.show(ui.ctx(), |ui| {
            ui.set_width(width);
            let colours = palette(ui);
            ui.label(RichText::new(self.title).font(theme::title()));
            let why = "No file picker could be opened (xdg-desktop-portal or zenity). Type a path \
                       instead.";
            ui.label(RichText::new(why).color(colours.weak));
            let field = TextEdit::singleline(&mut self.text)
                .id_salt(&self.began)
                .desired_width(width);
            let response = ui.add(field).accessible_name("Path");
            if std::mem::take(&mut self.take_focus) {
                response.request_focus();
            }
            if response.changed() {
                self.refused = None;
            }
            if let Some(refused) = &self.refused {
                ui.label(RichText::new(&refused.why).color(colours.caution));
            }
            // Enter on a button is the button's.
            let enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            let (mut taken, mut closed) = (enter, false);
            ui.horizontal(|ui| {
                let can = self.path().is_some();
                let button = Button::new(self.verb());
                taken |= ui.add_enabled(can, button).clicked();
                closed = ui.button("Close").clicked();
            });
            (taken, closed)
        });
        let (taken, closed) = shown.inner;
        match self.path().filter(|_| taken) {
            Some(path) => Some(Command::TakePath(Some(path))),
            None if closed || shown.should_close() => Some(Command::TakePath(None)),
            None => None,
        }
    }
}

/// The file that is meant by what was typed; `None` where nothing was.
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

impl App {
    /// Does what the field was opened for.
    pub(crate) fn take_path(&mut self, ctx: &Context, path: Option<PathBuf>) {
        let Some((field, path)) = self.path_field.take().zip(path) else {
            return;
        };
        let replace = field.would_replace();
        match field.then {
            Then::Open(open) => open(self, path),
            Then::SaveSession => session::save_to(self, ctx, path, replace),
            Then::Export(what) => export::save_to(self, ctx, what, path, replace),
        }
    }

    pub(crate) fn ask_path_again(&mut self, title: &'static str, then: Then, refused: Refused) {
        self.path_field = Some(PathPrompt::again(title, then, refused));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_path_is_taken_from_the_folder_or_from_home() {
        let meant = |text| resolved(text, Path::new("/data/cats"), Some(Path::new("/home/ann")));
        assert_eq!(meant("a.png").unwrap(), Path::new("/data/cats/a.png"));
        assert_eq!(meant(" /data/a.png ").unwrap(), Path::new("/data/a.png"));
        assert_eq!(meant("~/a.png").unwrap(), Path::new("/home/ann/a.png"));
        assert_eq!(meant("  "), None);
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_as_long_as_it_is_the_one_named() {
        let refused = Refused::exists("/data/a.json".into());
        let mut field = PathPrompt::again("Save session", Then::SaveSession, refused);
        assert_eq!(field.verb(), "Replace");
        field.text = "/data/b.json".to_owned();
        assert_eq!(field.verb(), "Save");
        field.text = "/data/".to_owned();
        assert_eq!(field.path(), None);
    }
}
