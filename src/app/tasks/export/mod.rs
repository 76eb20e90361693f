//! Exports what is on screen to a file or the clipboard. It is drawn by the same functions as the
//! panels, at the photo's own resolution, on a background thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Context, Pos2, Rect};

use crate::figure::Format;

use super::purpose::{FigureKind, SaveTarget};
use super::save_as::{Saved, Saving, to_picked, to_typed};
use crate::app::App;
use crate::app::state::NO_SPATIAL_LAYER;
use crate::app::state::rows::lines::Cell;
use figures::{Drawing, drawing};

pub(crate) mod arrays;
mod clipboard;
mod figures;
pub(crate) mod preview;

pub use figures::is_ready;

impl App {
    /// Asks where to write a figure, and writes it.
    pub(crate) fn export(&mut self, ctx: &Context, kind: FigureKind) {
        let Some((drawing, stem)) = self.ready_drawing(kind) else {
            return;
        };
        let name = match kind {
            FigureKind::Cell(_, Cell::Panel(panel)) => format!("{stem}.{}.png", panel.slug()),
            FigureKind::Cell(_, Cell::Difference) => format!("{stem}.difference.png"),
            FigureKind::Composite | FigureKind::Strip => format!("{stem}.png"),
        };
        let folder = self.tasks.exported_to.clone();
        let folder = folder.or_else(|| self.photo_folder());
        let dialogs = Arc::clone(&self.file_dialogs);
        self.start_export(ctx, kind, move || {
            let picked = match kind {
                FigureKind::Cell(..) => dialogs.save(folder.as_deref(), &name),
                FigureKind::Composite | FigureKind::Strip => {
                    dialogs.save_figure(folder.as_deref(), &name)
                }
            };
            let write = |path: &Path| drawing.write(path);
            to_picked(
                picked,
                folder,
                name,
                |path| with_extension(path, kind),
                write,
            )
        });
    }

    /// Writes a figure to a typed path.
    pub(crate) fn export_to(
        &mut self,
        ctx: &Context,
        kind: FigureKind,
        path: PathBuf,
        replace: bool,
    ) {
        let Some((drawing, _)) = self.ready_drawing(kind) else {
            return;
        };
        let path = with_extension(path, kind);
        self.start_export(ctx, kind, move || {
            to_typed(path, replace, |path| drawing.write(path))
        });
    }

    /// Copies a figure to the clipboard.
    pub(crate) fn copy(&mut self, ctx: &Context, kind: FigureKind) {
        let Some((drawing, _)) = self.ready_drawing(kind) else {
            return;
        };
        let dialogs = Arc::clone(&self.file_dialogs);
        self.start_export(ctx, kind, move || {
            // Here and not in egui, which would hold the window until a large image is encoded.
            let (whole, remark) = drawing.picture();
            let (picture, smaller) = clipboard::fitting(whole);
            match dialogs.copy(picture) {
                Ok(()) => Saved::Copied(smaller.or(remark)),
                Err(why) => Saved::Failed(format!("The clipboard did not take it: {why}.")),
            }
        });
        if let Some(copying) = &mut self.tasks.export {
            copying.copies = true;
        }
    }

    /// Takes in a finished export.
    pub(super) fn drain_export(&mut self) {
        let Some((target, saved)) = Saving::take_finished(&mut self.tasks.export) else {
            return;
        };
        if let Some(path) = self.report_saved(target, saved) {
            self.tasks.exported_to = path.parent().map(Path::to_owned);
        }
        // Unless another path is asked for, they are not needed any more.
        if target == SaveTarget::Arrays && self.dialogs.path.is_none() {
            self.tasks.arrays.take_if(|arrays| !arrays.are_pending());
        }
    }

    fn ready_drawing(&mut self, kind: FigureKind) -> Option<(Drawing, String)> {
        if self.tasks.export.is_some() {
            self.state.done.say("An export is still in progress");
            return None;
        }
        self.drawing_now(kind)
    }

    /// What is on screen as a figure, or a notice of why there is nothing.
    fn drawing_now(&mut self, kind: FigureKind) -> Option<(Drawing, String)> {
        let drawing = drawing(&self.state, kind, self.shown_part());
        if drawing.is_none() {
            let why = if self.state.lacks_spatial_layer() {
                NO_SPATIAL_LAYER
            } else {
                "Open an image and a model, and wait until all panels are computed."
            };
            self.notices.error("Nothing to export yet", why);
        }
        drawing
    }

    /// The part of the photos that is magnified, if figures are to show only that.
    fn shown_part(&self) -> figures::Part {
        let view = &self.state.view;
        let (port, picture) = self.panels.stage.frame?;
        if !self.state.options.export.zoomed || view.zoom <= 1.0 {
            return None;
        }
        // What the model sees of another photo is another part of it.
        let mut rows = self.state.rows().into_iter();
        let first = rows.next()?.subject.photo.id;
        if self.state.options.style.panels.seen_only
            && rows.any(|row| row.subject.photo.id != first)
        {
            return None;
        }
        let whole = view.picture_rect(&port, picture);
        // Every panel shows as much; some have room for a little more.
        let shown = view.part_rect(&port, picture).intersect(port.whole);
        let at = |point: Pos2| ((point - whole.min) / whole.size()).to_pos2();
        Some(Rect::from_min_max(at(shown.min), at(shown.max)))
    }

    fn start_export(
        &mut self,
        ctx: &Context,
        kind: FigureKind,
        work: impl FnOnce() -> Saved + Send + 'static,
    ) {
        self.tasks.export = Some(Saving::start(ctx, SaveTarget::Figure(kind), work));
    }
}

/// The extension determines the format. A path without a supported extension gets `.png`.
fn with_extension(path: PathBuf, kind: FigureKind) -> PathBuf {
    let named = match (kind, Format::of(&path)) {
        (FigureKind::Cell(..), Ok(format)) => format == Format::Png,
        (_, format) => format.is_ok(),
    };
    if named {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".png");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::rows::RowId;
    use crate::figure::Panel;

    #[test]
    fn a_path_without_a_known_extension_becomes_a_png() {
        let named = |path: &str, kind| with_extension(path.into(), kind);
        let panel = FigureKind::Cell(RowId::Side(0), Cell::Panel(Panel::Original));
        assert_eq!(named("a/b.PNG", panel), PathBuf::from("a/b.PNG"));
        assert_eq!(named("a/b.pdf", panel), PathBuf::from("a/b.pdf.png"));
        assert_eq!(
            named("a/b.pdf", FigureKind::Composite),
            PathBuf::from("a/b.pdf")
        );
        assert_eq!(
            named("a/b.svg", FigureKind::Strip),
            PathBuf::from("a/b.svg")
        );
        let layer = named("a/layer.12", FigureKind::Composite);
        assert_eq!(layer, PathBuf::from("a/layer.12.png"));
    }
}
