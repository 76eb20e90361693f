//! The picture on screen as a file or on the clipboard: the same functions that the panels are made
//! with, on the original's own pixels, off the window's thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{ColorImage, Context};
use image::RgbImage;
use poll_promise::Promise;

use crate::engine::{Answer, Guided, HeatMap};
use crate::picture::compose::{self, Caption, Look};
use crate::picture::decode::Photo;
use crate::picture::{resample, write};

use super::App;
use super::dialogs::Picked;
use super::open::NO_PICKER;
use super::pane::Pane;
use super::state::State;

/// Longest side of what is put on the clipboard, which holds it unpacked.
const LONGEST_COPIED: u32 = 2048;

/// All that a picture is made of, held while it is made, whatever happens to the window meanwhile.
struct Snapshot {
    photo: Arc<Photo>,
    answer: Arc<Answer>,
    heat: Arc<HeatMap>,
    guided: Arc<Guided>,
    look: Look,
    caption: Caption,
    file_stem: String,
}

/// What an export comes back with.
pub enum Finished {
    Written(PathBuf),
    Copied(ColorImage),
    NothingChosen,
    NoPicker,
    /// In words.
    Failed(String),
}

/// An export under way.
pub type Exporting = Promise<Finished>;

/// Asks where to write the composite, or one panel, and writes it.
pub fn save(app: &mut App, ctx: &Context, pane: Option<Pane>) {
    let Some(snapshot) = ready(app) else { return };
    let name = match pane {
        None => format!("{}.png", snapshot.file_stem),
        Some(pane) => format!("{}.{}.png", snapshot.file_stem, pane.file_suffix()),
    };
    let folder = app.exported_to.clone();
    let dialogs = Arc::clone(&app.dialogs);
    start(app, ctx, move || match dialogs.save(folder.as_deref(), &name) {
        Picked::File(path) => {
            let path = with_extension(path);
            let picture = match pane {
                None => snapshot.composite(),
                Some(pane) => snapshot.pane(pane),
            };
            match write::png(&path, &picture) {
                Ok(()) => Finished::Written(path),
                Err(error) => Finished::Failed(error.to_string()),
            }
        }
        Picked::Nothing => Finished::NothingChosen,
        Picked::Unavailable => Finished::NoPicker,
    });
}

/// Puts the composite on the clipboard.
pub fn copy(app: &mut App, ctx: &Context) {
    let Some(snapshot) = ready(app) else { return };
    start(app, ctx, move || {
        let picture = snapshot.reduced(LONGEST_COPIED).composite();
        let size = [picture.width() as usize, picture.height() as usize];
        Finished::Copied(ColorImage::from_rgb(size, &picture))
    });
}

/// Takes what is finished.
pub fn drain(app: &mut App, ctx: &Context) {
    let Some(promise) = app.exporting.take() else { return };
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
        Err(promise) => app.exporting = Some(promise),
    }
}

/// Whether all four panels show what is chosen.
pub fn is_ready(state: &State) -> bool {
    state.photo.is_some()
        && state.answer().is_some()
        && state.heat().is_some()
        && state.guided().is_some()
}

fn ready(app: &mut App) -> Option<Snapshot> {
    if app.exporting.is_some() {
        return None;
    }
    let snapshot = Snapshot::of(&app.state);
    if snapshot.is_none() {
        let why = "Open an image and a model, and wait until all four panels are there.";
        app.notices.error("Nothing to export yet", why);
    }
    snapshot
}

fn start(app: &mut App, ctx: &Context, work: impl FnOnce() -> Finished + Send + 'static) {
    let ctx = ctx.clone();
    app.exporting = Some(Promise::spawn_thread("export", move || {
        let finished = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
            Finished::Failed("The picture could not be put together.".to_owned())
        });
        ctx.request_repaint();
        finished
    }));
}

/// Only `.png` says what is in the file.
fn with_extension(path: PathBuf) -> PathBuf {
    let named = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
    if named {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".png");
    name.into()
}

impl Snapshot {
    fn of(state: &State) -> Option<Snapshot> {
        let photo = Arc::clone(state.photo.as_ref()?);
        let card = state.card.as_ref()?;
        let answer = Arc::clone(state.answer()?);
        let heat = Arc::clone(state.heat()?);
        let guided = Arc::clone(state.guided()?);
        let look = Look {
            colormap: state.colormap,
            opacity: state.opacity.share(),
            overlay: state.overlay,
        };
        let class = state.class()?;
        let mut notes = Vec::new();
        if heat.map.is_zero() {
            notes.push("The heat map is zero everywhere.".to_owned());
        }
        if card.preprocess_assumed {
            notes.push("Preprocessing assumed: torchvision's ImageNet defaults.".to_owned());
        }
        let caption = Caption {
            model: card.name.clone(),
            layer: heat.layer.clone(),
            class: state.score_name(heat.score),
            probability: answer.probabilities.get(class).copied(),
            opacity: look.opacity,
            overlay: look.overlay,
            colormap: look.colormap,
            map_max: heat.map.max(),
            notes,
        };
        let stem = photo.path.file_stem().map(|s| s.to_string_lossy().into_owned());
        let stem = stem.unwrap_or_else(|| "image".to_owned());
        let file_stem = format!("{stem}_{}_{}_{class}", card.name, heat.layer);
        Some(Snapshot { photo, answer, heat, guided, look, caption, file_stem })
    }

    /// The same of a smaller copy of the photo.
    fn reduced(mut self, longest: u32) -> Snapshot {
        if let Some(smaller) = resample::reduced(&self.photo.rgb, longest) {
            let mut answer = Answer::clone(&self.answer);
            answer.placement = answer.placement.at_size(smaller.width(), smaller.height());
            self.answer = Arc::new(answer);
            self.photo = Arc::new(Photo::from_rgb(self.photo.path.clone(), smaller));
        }
        self
    }

    fn pane(&self, pane: Pane) -> RgbImage {
        let placement = &self.answer.placement;
        match pane {
            Pane::Original => self.photo.rgb.clone(),
            Pane::HeatMap => {
                compose::overlay(&self.photo.rgb, &self.heat.map, placement, &self.look)
            }
            Pane::Guided => compose::signed(&self.guided.backprop, placement),
            Pane::GuidedGradCam => compose::signed(&self.guided.grad_cam, placement),
        }
    }

    fn composite(&self) -> RgbImage {
        let pictures = Pane::ALL.map(|pane| (pane, self.pane(pane)));
        let panels: Vec<compose::Panel> = pictures
            .iter()
            .map(|(pane, picture)| compose::Panel {
                title: pane.title(self.guided.rule).to_owned(),
                picture,
            })
            .collect();
        compose::composite(&panels, &self.caption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_png_in_its_name_gets_it() {
        assert_eq!(with_extension("a/b.PNG".into()), PathBuf::from("a/b.PNG"));
        assert_eq!(with_extension("a/layer.12".into()), PathBuf::from("a/layer.12.png"));
    }
}
