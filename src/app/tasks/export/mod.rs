//! The picture on screen as a file or on the clipboard: the same functions that the panels are made
//! with, on the original's own pixels, off the window's thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use egui::{ColorImage, Context};
use image::RgbImage;
use poll_promise::Promise;

use crate::engine::HeatMap;
use crate::figure::{self, Comparison, Figure, Format, LayerStrip, Panel};
use crate::picture::map::compose::{Look, Scale};
use crate::picture::{self, write};

use super::background;
use super::open::dialogs::Picked;
use super::open::photo_folder;
use crate::app::App;
use crate::app::state::State;
use crate::app::state::path_prompt::{PathPrompt, Refused, Then};
use crate::app::state::rows;
use crate::app::textures::scale;
use crate::app::textures::{self, Shown};
use crate::app::ui::kit::widgets::sentence;
use crate::app::ui::stage::panels_ui::NOWHERE_TO_LOOK;
use crate::app::ui::stage::strip_ui;

/// Longest side of each picture put on the clipboard: the window's thread packs them.
const MAX_COPIED: u32 = 720;

/// What the person is asked for.
const EXPORT_TO: &str = "Export to";

/// What an export comes back with.
pub enum Finished {
    Written(PathBuf),
    Copied(ColorImage),
    NothingChosen,
    /// With the folder and the name that it was to begin with.
    NoPicker(What, Option<PathBuf>, String),
    /// Of a path that was typed.
    Refused(What, Refused),
    /// In words.
    Failed(String),
}

/// An export under way, and since when.
pub type Exporting = (Instant, Promise<Finished>);

/// What is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// All rows with their captions, as on screen.
    Composite,
    /// One panel of the active view, without words.
    Panel(Panel),
    /// The maps of all layers of the active view.
    Strip,
}

/// Something that can be drawn and written while the window goes on.
#[derive(Clone)]
enum Drawing {
    /// One view: its sheet at the photo's resolution, or as a page.
    Single(Box<Figure>),
    Panel(Box<Figure>, Panel),
    Rows(Comparison),
    Strip(LayerStrip),
}

impl Drawing {
    /// Draws panels whose longest side is at most `max_px` and writes them, as the path's ending
    /// says.
    fn write(&self, path: &Path, max_px: u32) -> Result<(), picture::Error> {
        match self {
            Drawing::Single(figure) => match Format::of(path)? {
                Format::Png => write::png(path, &figure.within(max_px).composite()),
                _ => single_row(figure).page(max_px).write(path),
            },
            Drawing::Panel(figure, panel) => write::png(path, &figure.within(max_px).panel(*panel)),
            Drawing::Rows(rows) => rows.page(max_px).write(path),
            Drawing::Strip(strip) => strip.page(max_px).write(path),
        }
    }

    /// Its pixels for the clipboard.
    fn copied(&self) -> RgbImage {
        match self {
            Drawing::Single(figure) => figure.within(MAX_COPIED).composite(),
            Drawing::Panel(figure, panel) => figure.within(MAX_COPIED).panel(*panel),
            Drawing::Rows(rows) => rows.page(MAX_COPIED).rgb(),
            Drawing::Strip(strip) => strip.page(MAX_COPIED).rgb(),
        }
    }
}

/// Asks where to write `what`, and writes it.
pub fn save(app: &mut App, ctx: &Context, what: What) {
    let Some((drawing, stem)) = ready(app, what) else {
        return;
    };
    let name = match what {
        What::Panel(panel) => format!("{stem}.{}.png", panel.slug()),
        What::Composite | What::Strip => format!("{stem}.png"),
    };
    let max_px = app.state.export_px.limit();
    let folder = app.exported_to.clone().or_else(|| photo_folder(app));
    let dialogs = Arc::clone(&app.dialogs);
    start(app, ctx, move || {
        let picked = match what {
            What::Panel(_) => dialogs.save(folder.as_deref(), &name),
            What::Composite | What::Strip => dialogs.save_figure(folder.as_deref(), &name),
        };
        match picked {
            Picked::File(path) => {
                let named = with_extension(path.clone(), what);
                // The picker has asked about the name that was typed, not about this one.
                if named != path && named.exists() {
                    let why = "is there already. Choose it by its full name to replace it.";
                    return Finished::Failed(format!("{} {why}", named.display()));
                }
                match drawing.write(&named, max_px) {
                    Ok(()) => Finished::Written(named),
                    Err(error) => Finished::Failed(error.to_string()),
                }
            }
            Picked::Nothing => Finished::NothingChosen,
            Picked::Unavailable => Finished::NoPicker(what, folder, name),
        }
    });
}

/// Writes `what` to a path that was typed.
pub fn save_to(app: &mut App, ctx: &Context, what: What, path: PathBuf, replace: bool) {
    let Some((drawing, _)) = ready(app, what) else {
        return;
    };
    let max_px = app.state.export_px.limit();
    let path = with_extension(path, what);
    start(app, ctx, move || {
        if !replace && path.exists() {
            return Finished::Refused(what, Refused::exists(path));
        }
        match drawing.write(&path, max_px) {
            Ok(()) => Finished::Written(path),
            Err(error) => {
                let why = sentence(&error.to_string());
                let exists = false;
                Finished::Refused(what, Refused { path, why, exists })
            }
        }
    });
}

/// Puts what is on screen on the clipboard.
pub fn copy(app: &mut App, ctx: &Context) {
    let Some((drawing, _)) = ready(app, What::Composite) else {
        return;
    };
    start(app, ctx, move || {
        let picture = drawing.copied();
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
        Ok(Finished::NoPicker(what, folder, name)) => {
            let field = PathPrompt::new(EXPORT_TO, Then::Export(what), folder, &name);
            app.path_field = Some(field);
        }
        Ok(Finished::Refused(what, refused)) => {
            app.ask_path_again(EXPORT_TO, Then::Export(what), refused);
        }
        Ok(Finished::Failed(why)) => app.notices.error("The export could not be written", why),
        Err(promise) => app.exporting = Some((since, promise)),
    }
}

/// Whether all panels show what is chosen.
pub fn is_ready(state: &State) -> bool {
    let rows = with_maps(state);
    let ready = |row: &rows::Row| state.results.are_complete(&row.subject);
    !rows.is_empty() && rows.iter().all(ready)
}

/// The rows that can have a map at all.
fn with_maps(state: &State) -> Vec<rows::Row> {
    let mut rows = state.rows();
    rows.retain(|row| !row.subject.has_nowhere_to_look());
    rows
}

fn ready(app: &mut App, what: What) -> Option<(Drawing, String)> {
    if app.exporting.is_some() {
        app.state.done = Some("An export is still under way".to_owned());
        return None;
    }
    let drawing = drawing(&app.state, what);
    if drawing.is_none() {
        let why = if app.has_nowhere_to_look() {
            NOWHERE_TO_LOOK
        } else {
            "Open an image and a model, and wait until all panels are there."
        };
        app.notices.error("Nothing to export yet", why);
    }
    drawing
}

fn start(app: &mut App, ctx: &Context, work: impl FnOnce() -> Finished + Send + 'static) {
    let ctx = ctx.clone();
    let failed =
        |why: &str| Finished::Failed(format!("The picture could not be put together: {why}."));
    let promise = background::run("export", work, failed, move || ctx.request_repaint());
    app.exporting = Some((Instant::now(), promise));
}

/// The ending says what is in the file; without one that can be written it is a PNG.
fn with_extension(path: PathBuf, what: What) -> PathBuf {
    let named = match (what, Format::of(&path)) {
        (What::Panel(_), Ok(format)) => format == Format::Png,
        (_, format) => format.is_ok(),
    };
    if named {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".png");
    name.into()
}

/// What the window shows, held while it is written, whatever happens to the window meanwhile; with
/// the name that a file of it is offered.
fn drawing(state: &State, what: What) -> Option<(Drawing, String)> {
    let live = rows::Row::new(rows::RowId::Side(state.active), state.subject()?);
    let live = figure(state, &live)?;
    let stem = file_stem(&live);
    let rows = with_maps(state);
    Some(match what {
        What::Panel(panel) => (Drawing::Panel(Box::new(live), panel), stem),
        What::Strip => (
            Drawing::Strip(strip(state, live)?),
            format!("{stem}_layers"),
        ),
        What::Composite if rows.len() < 2 => (Drawing::Single(Box::new(live)), stem),
        What::Composite => {
            let rows: Option<Vec<figure::Row>> = rows
                .iter()
                .map(|row| {
                    Some(figure::Row {
                        figure: figure(state, row)?,
                        label: state.letter(row.id).map(str::to_owned),
                        difference: scale::difference(state, row),
                    })
                })
                .collect();
            let rows = rows?;
            let scale = if state.common_scale {
                Scale::over(rows.iter().map(|row| &row.figure.heat_map.map))
            } else {
                Scale::Own
            };
            let comparison = Comparison { rows, scale };
            (Drawing::Rows(comparison), format!("{stem}_compared"))
        }
    })
}

/// One row as a figure, with the map that it shows: the whole one, a channel, or some of them.
fn figure(state: &State, row: &rows::Row) -> Option<Figure> {
    let subject = &row.subject;
    let whole = state.results.heat(subject)?;
    let heat_map = match textures::shown_map(state, row) {
        None => Arc::clone(whole),
        Some(map) => Arc::new(HeatMap {
            map,
            layer: match textures::shown(state, row) {
                Shown::Channel(channel) => format!("{}, channel {channel}", whole.layer),
                Shown::Channels(some) => format!("{}, {} channels", whole.layer, some.len()),
                Shown::Map => whole.layer.clone(),
            },
            ..HeatMap::clone(whole)
        }),
    };
    Some(Figure {
        answer: Arc::clone(state.results.answer(subject)?),
        heat_map,
        guided: Arc::clone(state.results.guided(subject)?),
        photo: Arc::clone(&subject.photo),
        model: Arc::clone(&subject.model),
        look: Look {
            colormap: state.colormap,
            opacity: state.opacity.share(),
            overlay: state.overlay,
            scale: Scale::Own,
        },
    })
}

fn single_row(figure: &Figure) -> Comparison {
    Comparison {
        rows: vec![figure::Row {
            figure: figure.clone(),
            label: None,
            difference: None,
        }],
        scale: Scale::Own,
    }
}

/// The tiles of the strip that are in sight, those inside opened ones included.
fn strip(state: &State, live: Figure) -> Option<LayerStrip> {
    let known = state.fresh_layer_maps()?;
    let side = state.side();
    let rows = strip_ui::visible_rows(&live.model, &side.overview, &side.expanded);
    let layers = &live.model.layers.layers;
    let maps: Vec<Arc<HeatMap>> = rows
        .iter()
        .filter_map(|(index, _)| known.maps.get(&layers[*index].path).cloned())
        .collect();
    // A layer whose map is not finite has none to come; the others are waited for.
    if maps.len() < rows.len() && !known.complete {
        return None;
    }
    let mut strip = LayerStrip {
        photo: live.photo,
        model: live.model,
        answer: live.answer,
        maps,
        look: live.look,
    };
    if state.strip_common_scale {
        strip.look.scale = strip.common_scale();
    }
    Some(strip)
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
        figure.model.name, figure.heat_map.layer
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_known_ending_becomes_a_png() {
        let named = |path: &str, what| with_extension(path.into(), what);
        let panel = What::Panel(Panel::Original);
        assert_eq!(named("a/b.PNG", panel), PathBuf::from("a/b.PNG"));
        assert_eq!(named("a/b.pdf", panel), PathBuf::from("a/b.pdf.png"));
        assert_eq!(named("a/b.pdf", What::Composite), PathBuf::from("a/b.pdf"));
        assert_eq!(named("a/b.svg", What::Strip), PathBuf::from("a/b.svg"));
        let layer = named("a/layer.12", What::Composite);
        assert_eq!(layer, PathBuf::from("a/layer.12.png"));
    }
}
