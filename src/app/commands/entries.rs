//! The entries of the command palette: every action, every choice that a menu offers, and recent
//! files.

use std::path::Path;

use egui::Context;

use crate::figure::Panel;
use crate::folder::{Filter, Sort};

use super::Command;
use super::action::Action;
use super::shortcuts::keys_text;
use crate::app::gallery;
use crate::app::scene::Scene;
use crate::app::state::by_name::Name;
use crate::app::state::view_options::ViewOptions;
use crate::app::wording::fit_label;

/// An entry of the palette.
#[derive(Debug, Clone)]
pub struct Entry {
    pub command: Command,
    pub name: String,
    /// More text to search, shown beside the name if it is not empty.
    pub detail: String,
    pub keys: Option<String>,
    /// One sentence for the tooltip.
    pub hint: String,
    /// Why it is not possible now.
    pub why_not: Option<&'static str>,
}

impl Scene<'_> {
    /// All entries of the command palette.
    pub fn entries(&self, ctx: &Context) -> Vec<Entry> {
        // The palette itself is already open.
        let actions = Action::all().filter(|action| *action != Action::OpenPalette);
        let mut entries: Vec<Entry> = actions.map(|action| self.action_entry(action)).collect();
        entries.extend(self.choices(ctx));
        let memory = &self.persistence.memory;
        let images = memory.recent_images().iter();
        entries.extend(images.map(|path| recent("image", path)));
        let models = memory.recent_models().iter();
        entries.extend(models.map(|path| recent("model", path)));
        entries
    }

    fn action_entry(&self, action: Action) -> Entry {
        let command = Command::Do(action);
        Entry {
            name: action.label().to_owned(),
            detail: String::new(),
            keys: action.shortcut().map(keys_text),
            hint: action.tooltip().to_owned(),
            why_not: self.why_not(&command),
            command,
        }
    }

    /// The choices that menus and lists offer, except the current ones.
    fn choices(&self, ctx: &Context) -> Vec<Entry> {
        let options = self.state.options;
        let changed = |change: &dyn Fn(&mut ViewOptions)| {
            let mut options = options;
            change(&mut options);
            Command::SetOptions(options)
        };
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
        for map in others(options.style.colormap) {
            offer(
                "Colours",
                map.name(),
                self.styled(|style| style.colormap = map),
            );
        }
        for overlay in others(options.style.overlay) {
            let command = self.styled(|style| style.overlay = overlay);
            offer("Overlay", overlay.label(), command);
        }
        let mode = self.state.model().map(|model| model.preprocess.mode);
        for fit in others(options.fit) {
            let label = fit_label(fit, mode);
            offer("Resize", label, changed(&|options| options.fit = fit));
        }
        for rule in others(options.rule) {
            offer(
                "Backprop rule",
                rule.label(),
                changed(&|options| options.rule = rule),
            );
        }
        let panels = options.style.panels;
        for arrangement in others(panels.arrangement) {
            let command = self.styled(|style| style.panels.arrangement = arrangement);
            offer("Panels", arrangement.label(), command);
        }
        for originals in others(panels.originals) {
            let command = self.styled(|style| style.panels.originals = originals);
            offer("Original", originals.label(), command);
        }
        for two_classes in others(panels.two_classes) {
            let command = self.styled(|style| style.panels.two_classes = two_classes);
            offer("Two classes", two_classes.label(), command);
        }
        for theme in others(ctx.options(|o| o.theme_preference)) {
            offer("Theme", theme.name(), Command::SetTheme(theme));
        }
        for size in others(options.export.size) {
            let command = changed(&|options| options.export.size = size);
            offer("Size of exports", size.label(), command);
        }
        for panel in Panel::ALL {
            let name = panel.title(options.rule);
            offer("Export", name, Command::ExportPanel(panel));
        }
        let mut switch = |what: &str, on: bool, command: Command| {
            offer(what, if on { "off" } else { "on" }, command);
        };
        let on = options.style.common_scale;
        let command = self.styled(|style| style.common_scale = !on);
        switch("Shared scale for all rows", on, command);
        let on = options.style.strip_common_scale;
        let command = self.styled(|style| style.strip_common_scale = !on);
        switch("Shared scale for the strip", on, command);

        let on = options.linked_classes;
        let command = changed(&|options| options.linked_classes = !on);
        switch("Same class in both models", on, command);

        let list = &self.gallery.folder.list;
        for sort in Sort::ALL {
            if sort != list.sort() {
                offer("Sort pictures", sort.label(), Command::SortPictures(sort));
            }
        }
        for filter in Filter::WITHOUT_CLASS {
            if filter != list.filter() {
                let name = gallery::filter_label(self.state, filter);
                offer("Show pictures", &name, Command::FilterPictures(filter));
            }
        }
        for (filter, _) in self.gallery.between_models() {
            if filter != list.filter() {
                let name = gallery::filter_label(self.state, filter);
                offer("Show pictures", &name, Command::FilterPictures(filter));
            }
        }
        choices.extend(self.classes_to_show());
        choices
    }

    /// The classes that the folder's images can be filtered by.
    fn classes_to_show(&self) -> Vec<Entry> {
        let classes = self.gallery.classes_by_count().into_iter();
        let filters = classes.map(|(class, _)| Filter::Class(class));
        filters
            .filter(|filter| *filter != self.gallery.folder.list.filter())
            .map(|filter| Entry {
                name: format!(
                    "Show pictures: {}",
                    gallery::filter_label(self.state, filter)
                ),
                detail: String::new(),
                keys: None,
                hint: String::new(),
                why_not: None,
                command: Command::FilterPictures(filter),
            })
            .collect()
    }
}

/// All choices except the current one.
fn others<T: Name>(chosen: T) -> impl Iterator<Item = T> {
    T::ALL.iter().copied().filter(move |value| *value != chosen)
}

/// The name as written within a sentence. Names such as Grad-CAM keep their capitals.
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

/// A file's name, and its folder to distinguish it from others with the same name.
pub fn name_and_folder(path: &Path) -> (String, String) {
    let words = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let folder = path.parent().and_then(Path::file_name);
    (words(path.file_name()), words(folder))
}
