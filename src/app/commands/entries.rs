//! What the field that finds commands has to find: every command, every choice that a menu offers,
//! and the files opened last.

use std::path::Path;

use egui::Context;

use crate::figure::Panel;
use crate::folder::{Filter, Sort};

use super::Command;
use super::shortcuts::keys_text;
use crate::app::App;
use crate::app::persistence::stored::Name;
use crate::app::ui::dialogs::palette_ui::Entry;

impl App {
    pub(crate) fn entries(&self, ctx: &Context) -> Vec<Entry> {
        let commands = Command::ALL.into_iter();
        // It is open already.
        let commands = commands.filter(|command| *command != Command::OpenPalette);
        let mut entries: Vec<Entry> = commands.map(|command| self.entry(command)).collect();
        entries.extend(self.choices(ctx));
        let memory = &self.memory;
        entries.extend(
            memory
                .recent_images()
                .iter()
                .map(|path| recent("image", path)),
        );
        entries.extend(
            memory
                .recent_models()
                .iter()
                .map(|path| recent("model", path)),
        );
        entries
    }

    fn entry(&self, command: Command) -> Entry {
        Entry {
            name: command.label().to_owned(),
            detail: String::new(),
            keys: command.shortcut().map(keys_text),
            hint: command.tooltip().to_owned(),
            why_not: self.why_not(&command),
            command,
        }
    }

    /// What the menus and lists offer, but for what is chosen already.
    fn choices(&self, ctx: &Context) -> Vec<Entry> {
        let state = &self.state;
        let mut choices = Vec::new();
        let mut offer = |what: &str, name: &str, command: Command| {
            choices.push(Entry {
                name: format!("{what}: {}", lower(name)),
                detail: String::new(),
                keys: None,
                hint: String::new(),
                why_not: self.why_not(&command),
                command,
            });
        };
        for map in others(state.colormap) {
            offer("Colours", map.name(), Command::SetColormap(map));
        }
        for overlay in others(state.overlay) {
            offer("Overlay", overlay.label(), Command::SetOverlay(overlay));
        }
        for fit in others(state.fit) {
            offer("Fit", fit.label(), Command::SetFit(fit));
        }
        for rule in others(state.rule) {
            offer("Rule", rule.label(), Command::SetRule(rule));
        }
        for panels in others(state.arrangement) {
            offer("Panels", panels.label(), Command::SetArrangement(panels));
        }
        for theme in others(ctx.options(|o| o.theme_preference)) {
            offer("Theme", theme.name(), Command::SetTheme(theme));
        }
        for size in others(state.export_px) {
            offer(
                "Size of exports",
                size.label(),
                Command::SetExportSize(size),
            );
        }
        for panel in Panel::ALL {
            let name = panel.title(state.rule);
            offer("Export", name, Command::ExportPanel(panel));
        }
        let switches = [
            (
                "Strip of layers",
                state.strip,
                Command::ShowStrip(!state.strip),
            ),
            (
                "One scale for all rows",
                state.common_scale,
                Command::SetCommonScale(!state.common_scale),
            ),
            (
                "One scale for the strip",
                state.strip_common_scale,
                Command::SetStripScale(!state.strip_common_scale),
            ),
        ];
        for (what, on, command) in switches {
            offer(what, if on { "off" } else { "on" }, command);
        }
        for sort in Sort::ALL {
            if sort != self.gallery.list.sort() {
                offer("Sort pictures", sort.label(), Command::SortPictures(sort));
            }
        }
        for filter in Filter::WITHOUT_CLASS {
            if filter != self.gallery.list.filter() {
                let name = self.filter_label(filter);
                offer("Show pictures", &name, Command::FilterPictures(filter));
            }
        }
        choices.extend(self.classes_to_show());
        choices
    }

    /// The classes that the folder's pictures can be filtered by, as the model names them.
    fn classes_to_show(&self) -> Vec<Entry> {
        let classes = self.classes_there().into_iter();
        let filters = classes.map(|(class, _)| Filter::Class(class));
        filters
            .filter(|filter| *filter != self.gallery.list.filter())
            .map(|filter| Entry {
                name: format!("Show pictures: {}", self.filter_label(filter)),
                detail: String::new(),
                keys: None,
                hint: String::new(),
                why_not: None,
                command: Command::FilterPictures(filter),
            })
            .collect()
    }
}

/// All but the one that is chosen.
fn others<T: Name>(chosen: T) -> impl Iterator<Item = T> {
    T::ALL.iter().copied().filter(move |value| *value != chosen)
}

/// As it stands within a sentence; names such as Grad-CAM keep their capitals.
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next();
    match (first, name.contains(char::is_uppercase), name.contains('-')) {
        (Some(first), true, false) => first.to_lowercase().chain(letters).collect(),
        _ => name.to_owned(),
    }
}

fn recent(kind: &str, path: &Path) -> Entry {
    let (name, folder) = name_and_folder(path);
    Entry {
        command: Command::OpenPath(path.to_owned()),
        name: format!("Open recent {kind}: {name}"),
        detail: folder,
        keys: None,
        hint: path.display().to_string(),
        why_not: None,
    }
}

/// A file's name, and the folder that tells it from others of that name.
pub fn name_and_folder(path: &Path) -> (String, String) {
    let words = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let folder = path.parent().and_then(Path::file_name);
    (words(path.file_name()), words(folder))
}
