//! Opening a photo or a model: from the picker, the command line, or a file dropped on the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use egui::{Align2, Color32, Context, CornerRadius, Id, LayerId, Order, StrokeKind, Ui};
use poll_promise::Promise;

use crate::model::{Usage, format};

use super::background;
use super::{Opening, OpeningModel};
use crate::app::App;
use crate::app::commands::Command;
use crate::app::persistence::session;
use crate::app::persistence::session::file::looks_like_session;
use crate::app::persistence::stored::{StoredModel, StoredUsage};
use crate::app::state::path_prompt::{PathPrompt, Then};
use crate::app::ui::kit::theme::{self, GRID, palette};
use dialogs::{Dialogs, Picked};

pub mod dialogs;

/// A picker on screen, and what to do with what it brings.
pub struct Picking {
    promise: Promise<Picked>,
    open: fn(&mut App, PathBuf),
    /// What the person is asked for, and where the picker began.
    title: &'static str,
    folder: Option<PathBuf>,
}

pub fn pick_image(app: &mut App, ctx: &Context) {
    pick_image_for(app, ctx, photo_folder(app), image);
}

/// An image, for whatever is to be done with it.
pub fn pick_image_for(
    app: &mut App,
    ctx: &Context,
    folder: Option<PathBuf>,
    open: fn(&mut App, PathBuf),
) {
    pick(app, ctx, "Open image", folder, open, |dialogs, folder| {
        dialogs.image(folder)
    });
}

pub fn pick_folder(app: &mut App, ctx: &Context) {
    let folder = photo_folder(app);
    let open = |app: &mut App, path| app.open_gallery(vec![path]);
    pick(app, ctx, "Open folder", folder, open, |dialogs, folder| {
        dialogs.folder(folder)
    });
}

pub fn pick_model(app: &mut App, ctx: &Context) {
    pick_model_for(app, ctx, model_folder(app), model);
}

/// A model to stand beside the one that is open.
pub fn pick_second_model(app: &mut App, ctx: &Context) {
    pick_model_for(app, ctx, model_folder(app), second_model);
}

/// A model, for whatever is to be done with it.
pub fn pick_model_for(
    app: &mut App,
    ctx: &Context,
    folder: Option<PathBuf>,
    open: fn(&mut App, PathBuf),
) {
    pick(app, ctx, "Open model", folder, open, |dialogs, folder| {
        dialogs.model(folder)
    });
}

pub fn pick_session(app: &mut App, ctx: &Context) {
    let folder = app.session.folder().or_else(|| photo_folder(app));
    let open = session::open;
    pick(app, ctx, "Open session", folder, open, |dialogs, folder| {
        dialogs.session(folder)
    });
}

fn model_folder(app: &App) -> Option<PathBuf> {
    folder(&app.state.model()?.path)
}

/// The folder that the open photo lies in.
pub fn photo_folder(app: &App) -> Option<PathBuf> {
    folder(&app.state.photo.as_ref()?.path)
}

fn folder(file: &Path) -> Option<PathBuf> {
    file.canonicalize().ok()?.parent().map(Path::to_owned)
}

fn pick(
    app: &mut App,
    ctx: &Context,
    title: &'static str,
    folder: Option<PathBuf>,
    open: fn(&mut App, PathBuf),
    show: impl FnOnce(&dyn Dialogs, Option<&Path>) -> Picked + Send + 'static,
) {
    if app.picking.is_some() {
        return;
    }
    let (dialogs, ctx) = (Arc::clone(&app.dialogs), ctx.clone());
    let start = folder.clone();
    let ask = move || show(dialogs.as_ref(), start.as_deref());
    let wake = move || ctx.request_repaint();
    let promise = background::run("file picker", ask, |_| Picked::Unavailable, wake);
    app.picking = Some(Picking {
        promise,
        open,
        title,
        folder,
    });
}

/// Takes what a picker has brought.
pub fn drain(app: &mut App) {
    let Some(picking) = app.picking.take() else {
        return;
    };
    match picking.promise.try_take() {
        Ok(Picked::File(file)) => (picking.open)(app, file),
        Ok(Picked::Nothing) => {}
        Ok(Picked::Unavailable) => {
            let then = Then::Open(picking.open);
            let field = PathPrompt::new(picking.title, then, picking.folder, "");
            app.path_field = Some(field);
        }
        Err(promise) => app.picking = Some(Picking { promise, ..picking }),
    }
}

/// Opens one photo as such, and a folder or several photos as a strip to walk through.
pub fn images(app: &mut App, mut paths: Vec<PathBuf>) {
    match paths.as_slice() {
        [] => {}
        [one] if !one.is_dir() => image(app, paths.remove(0)),
        _ => app.open_gallery(paths),
    }
}

/// Opens a file as what it looks like from outside; whether it is that, its reader will say.
pub fn path(app: &mut App, path: PathBuf) {
    if looks_like_session(&path) {
        session::open(app, path);
    } else if looks_like_model(&path) {
        model(app, path);
    } else {
        images(app, vec![path]);
    }
}

pub fn image(app: &mut App, path: PathBuf) {
    app.gallery_view.stop_opening();
    let promise = app.engine.open_image(path.clone());
    app.work.photo = Some(Opening {
        path,
        since: Instant::now(),
        promise,
    });
}

/// In the place of the model that the lists show.
pub fn model(app: &mut App, path: PathBuf) {
    model_as(app, path, app.state.active, None);
}

/// Beside the first.
pub fn second_model(app: &mut App, path: PathBuf) {
    model_as(app, path, 1, None);
}

/// The one that was open last, as it was used. Where its file has become another since, as it is.
pub fn remembered_model(app: &mut App, model: StoredModel) {
    let usage = model.usage.as_ref().map(StoredUsage::get);
    let side = app.state.active;
    start_model(app, model.path, side, model.architecture, usage, true);
}

/// On one side; a file of weights alone is taken for one of the `architecture` named.
pub fn model_as(app: &mut App, path: PathBuf, side: usize, architecture: Option<String>) {
    start_model(app, path, side, architecture, None, false);
}

fn start_model(
    app: &mut App,
    path: PathBuf,
    side: usize,
    architecture: Option<String>,
    usage: Option<Usage>,
    remembered: bool,
) {
    // Beside nothing it is the first.
    let alone = app.state.model().is_none() && app.work.models.is_empty();
    let side = if alone { 0 } else { side };
    let promise = app.engine.open_model_as(path.clone(), architecture, usage);
    let opening = Opening {
        path,
        since: Instant::now(),
        promise,
    };
    app.work.models.push_back(OpeningModel {
        side,
        reopened: None,
        remembered,
        opening,
    });
}

/// The model that the lists show once more, used otherwise.
pub fn reopen(app: &mut App, usage: Usage) {
    let Some(model) = app.state.model().cloned() else {
        return;
    };
    let opening = Opening {
        path: model.path.clone(),
        since: Instant::now(),
        promise: app.engine.reopen_model(model.id, usage),
    };
    app.work.models.push_back(OpeningModel {
        side: app.state.active,
        reopened: Some(model.id),
        remembered: false,
        opening,
    });
}

/// By its name, or, renamed, by its first bytes.
fn looks_like_model(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    if matches!(
        extension.as_deref(),
        Some("pt2" | "pt" | "pth" | "onnx" | "safetensors")
    ) {
        return true;
    }
    format::is_readable(path)
}

/// Opens what was dropped, and shows that it may be while it hangs over the window.
pub fn drop_ui(ui: &Ui, commands: &mut Vec<Command>) {
    let dropped = ui.input(|i| i.raw.dropped_files.clone());
    // Of several models or sessions the last counts: one is open at a time.
    let paths = dropped.iter().map(|file| file.path().to_owned());
    let (others, images): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.partition(|path| looks_like_model(path) || looks_like_session(path));
    commands.extend(others.into_iter().last().map(Command::OpenPath));
    if !images.is_empty() {
        commands.push(Command::OpenPictures(images));
    }

    let hovering = ui.input(|i| !i.raw.hovered_files.is_empty());
    if hovering {
        let colours = palette(ui);
        let window = ui.content_rect();
        let painter = ui.layer_painter(LayerId::new(
            Order::Foreground,
            Id::unique("drop files here"),
        ));
        painter.rect_filled(window, CornerRadius::ZERO, Color32::from_black_alpha(160));
        let frame = window.shrink(2.0 * GRID);
        let stroke = egui::Stroke::new(2.0, colours.accent);
        painter.rect_stroke(frame, 8.0, stroke, StrokeKind::Inside);
        let words = "Drop to open";
        painter.text(
            window.center(),
            Align2::CENTER_CENTER,
            words,
            theme::display(),
            Color32::WHITE,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_known_by_name_or_by_content() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        assert!(looks_like_model(&file("a.PT2", b"")));
        for start in [
            &b"PK\x03\x04...."[..],
            b"\x08\x08\x12\x07pytorch",
            b"\x80\x02}q\0",
        ] {
            assert!(looks_like_model(&file("renamed.bin", start)), "{start:?}");
        }
        assert!(!looks_like_model(&file("a.png", b"\x89PNG....")));
        assert!(!looks_like_model(&file("empty", b"")));
        assert!(!looks_like_model(&folder.path().join("missing.jpg")));
    }
}
