//! The picture on screen as a file or on the clipboard: the same functions that the panels are made
//! with, on the original's own pixels, off the window's thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use egui::{ColorImage, Context};
use poll_promise::Promise;

use crate::engine::Answer;
use crate::figure::{Figure, Panel};
use crate::picture::compose::{Look, Scale};
use crate::picture::decode::Photo;
use crate::picture::{resample, write};

use super::App;
use super::dialogs::Picked;
use super::panels_ui::NOWHERE_TO_LOOK;
use super::state::State;

/// Longest side of each picture put on the clipboard: four stand side by side, and the window's
/// thread packs them.
const LONGEST_COPIED: u32 = 720;

/// What to do where the desktop has no file picker.
const NO_PICKER: &str = "No file picker could be opened, so nothing was written. Install \
                         xdg-desktop-portal or zenity, copy with Ctrl+C, or use `gradcam export`.";

/// What an export comes back with.
pub enum Finished {
    Written(PathBuf),
    Copied(ColorImage),
    NothingChosen,
    NoPicker,
    /// In words.
    Failed(String),
}

/// An export under way, and since when.
pub type Exporting = (Instant, Promise<Finished>);

/// Asks where to write the composite, or one panel, and writes it.
pub fn save(app: &mut App, ctx: &Context, panel: Option<Panel>) {
    let Some(figure) = ready(app) else { return };
    let name = match panel {
        None => format!("{}.png", file_stem(&figure)),
        Some(panel) => format!("{}.{}.png", file_stem(&figure), panel.slug()),
    };
    let folder = app.exported_to.clone();
    let dialogs = Arc::clone(&app.dialogs);
    start(app, ctx, move || {
        match dialogs.save(folder.as_deref(), &name) {
            Picked::File(path) => {
                let named = with_extension(path.clone());
                // The picker has asked about the name that was typed, not about this one.
                if named != path && named.exists() {
                    let why = "is there already. Choose it by its full name to replace it.";
                    return Finished::Failed(format!("{} {why}", named.display()));
                }
                let path = named;
                let picture = match panel {
                    None => figure.composite(),
                    Some(panel) => figure.panel(panel),
                };
                match write::png(&path, &picture) {
                    Ok(()) => Finished::Written(path),
                    Err(error) => Finished::Failed(error.to_string()),
                }
            }
            Picked::Nothing => Finished::NothingChosen,
            Picked::Unavailable => Finished::NoPicker,
        }
    });
}

/// Puts the composite on the clipboard.
pub fn copy(app: &mut App, ctx: &Context) {
    let Some(figure) = ready(app) else { return };
    start(app, ctx, move || {
        let picture = reduced(figure, LONGEST_COPIED).composite();
        let size = [picture.width() as usize, picture.height() as usize];
        Finished::Copied(ColorImage::from_rgb(size, &picture))
    });
}

/// Takes what is finished.
pub fn drain(app: &mut App, ctx: &Context) {
    let Some((since, promise)) = app.exporting.take() else {
        return;
    };
    match promise.try_take() {
        Ok(Finished::Written(path)) => {
            app.exported_to = path.parent().map(Path::to_owned);
            app.state.done = Some(format!("Exported {}", path.display()));
        }
        Ok(Finished::Copied(picture)) => {
            ctx.copy_image(picture);
            app.state.done = Some("Copied the composite".to_owned());
        }
        Ok(Finished::NothingChosen) => {}
        Ok(Finished::NoPicker) => app.notices.error("No file picker", NO_PICKER),
        Ok(Finished::Failed(why)) => app.notices.error("The export could not be written", why),
        Err(promise) => app.exporting = Some((since, promise)),
    }
}

/// Whether all four panels show what is chosen.
pub fn is_ready(state: &State) -> bool {
    state
        .subject()
        .is_some_and(|subject| state.results.are_complete(&subject))
}

fn ready(app: &mut App) -> Option<Figure> {
    if app.exporting.is_some() {
        app.state.done = Some("An export is still under way".to_owned());
        return None;
    }
    let figure = figure(&app.state);
    if figure.is_none() {
        let why = match app.has_nowhere_to_look() {
            true => NOWHERE_TO_LOOK,
            false => "Open an image and a model, and wait until all four panels are there.",
        };
        app.notices.error("Nothing to export yet", why);
    }
    figure
}

fn start(app: &mut App, ctx: &Context, work: impl FnOnce() -> Finished + Send + 'static) {
    let ctx = ctx.clone();
    let (sender, promise) = Promise::new();
    let started = thread::Builder::new().name("export".into()).spawn(move || {
        let finished = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
            Finished::Failed("The picture could not be put together.".to_owned())
        });
        sender.send(finished);
        ctx.request_repaint();
    });
    match started {
        Ok(_) => app.exporting = Some((Instant::now(), promise)),
        Err(error) => app.notices.error("The export could not begin", error),
    }
}

/// Only `.png` says what is in the file.
fn with_extension(path: PathBuf) -> PathBuf {
    let named = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("png"));
    if named {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".png");
    name.into()
}

/// What the four panels show, held while it is written, whatever happens to the window meanwhile.
fn figure(state: &State) -> Option<Figure> {
    let subject = state.subject()?;
    Some(Figure {
        answer: Arc::clone(state.results.answer(&subject)?),
        heat_map: Arc::clone(state.results.heat(&subject)?),
        guided: Arc::clone(state.results.guided(&subject)?),
        photo: subject.photo,
        card: subject.card,
        look: Look {
            colormap: state.colormap,
            opacity: state.opacity.share(),
            overlay: state.overlay,
            scale: Scale::Own,
        },
    })
}

/// The same of a smaller copy of the photo.
fn reduced(mut figure: Figure, longest: u32) -> Figure {
    if let Some(smaller) = resample::reduced(&figure.photo.rgb, longest) {
        let mut answer = Answer::clone(&figure.answer);
        answer.placement = answer.placement.at_size(smaller.width(), smaller.height());
        figure.answer = Arc::new(answer);
        figure.photo = Arc::new(Photo::from_rgb(figure.photo.path.clone(), smaller));
    }
    figure
}

/// As the command line names its files: picture, model, layer, class.
fn file_stem(figure: &Figure) -> String {
    let stem = figure
        .photo
        .path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let stem = stem.unwrap_or_else(|| "image".to_owned());
    let class = figure.heat_map.score.class();
    format!(
        "{stem}_{}_{}_{class}",
        figure.card.name, figure.heat_map.layer
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_png_in_its_name_gets_it() {
        assert_eq!(with_extension("a/b.PNG".into()), PathBuf::from("a/b.PNG"));
        assert_eq!(
            with_extension("a/layer.12".into()),
            PathBuf::from("a/layer.12.png")
        );
    }
}
