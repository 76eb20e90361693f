//! Figures of what the window shows. They are plain data, so that they can be drawn and written on
//! another thread while the window carries on.

use std::path::Path;
use std::sync::Arc;

use image::RgbImage;

use crate::engine::HeatMap;
use crate::figure::{self, Comparison, Figure, Format, LayerStrip, Panel};
use crate::picture::map::compose::{Look, Scale};
use crate::picture::{self, write};

use crate::app::state::State;
use crate::app::state::rows;
use crate::app::tasks::purpose::FigureKind;
use crate::app::textures::scale;
use crate::app::textures::{self, Shown};

/// The longest side of each image on the clipboard, limited because the window's thread encodes them.
const MAX_COPIED_PX: u32 = 720;

/// A figure that can be drawn and written on another thread.
#[derive(Clone)]
pub enum Drawing {
    /// One view, as an image at the photo's resolution or as a page.
    Single(Box<Figure>),
    Panel(Box<Figure>, Panel),
    Rows(Comparison),
    Strip(LayerStrip),
}

impl Drawing {
    /// Draws panels whose longest side is at most `max_px`, and writes them in the format given by
    /// the path's extension.
    pub fn write(&self, path: &Path, max_px: u32) -> Result<(), picture::Error> {
        match self {
            Drawing::Single(figure) => match Format::of(path)? {
                Format::Png => write::png(path, &figure.within(max_px).composite()),
                Format::Svg | Format::Pdf => single_row(figure).page(max_px).write(path),
            },
            Drawing::Panel(figure, panel) => write::png(path, &figure.within(max_px).panel(*panel)),
            Drawing::Rows(rows) => rows.page(max_px).write(path),
            Drawing::Strip(strip) => strip.page(max_px).write(path),
        }
    }

    /// Draws the image for the clipboard.
    pub fn clipboard_image(&self) -> RgbImage {
        match self {
            Drawing::Single(figure) => figure.within(MAX_COPIED_PX).composite(),
            Drawing::Panel(figure, panel) => figure.within(MAX_COPIED_PX).panel(*panel),
            Drawing::Rows(rows) => rows.page(MAX_COPIED_PX).rgb(),
            Drawing::Strip(strip) => strip.page(MAX_COPIED_PX).rgb(),
        }
    }
}

/// Whether all panels show the current choices.
pub fn is_ready(state: &State) -> bool {
    let rows = with_maps(state);
    let ready = |row: &rows::Row| state.results.are_complete(&row.subject);
    !rows.is_empty() && rows.iter().all(ready)
}

/// The rows that can have a map.
fn with_maps(state: &State) -> Vec<rows::Row> {
    let mut rows = state.rows();
    rows.retain(|row| !row.subject.lacks_spatial_layer());
    rows
}

/// A snapshot of what the window shows, independent of later changes, and the suggested file stem.
pub fn drawing(state: &State, kind: FigureKind) -> Option<(Drawing, String)> {
    let live = rows::Row::new(state.live_row(), state.subject()?);
    let live = figure(state, &live)?;
    let stem = file_stem(&live);
    let rows = with_maps(state);
    Some(match kind {
        FigureKind::Panel(panel) => (Drawing::Panel(Box::new(live), panel), stem),
        FigureKind::Strip => (
            Drawing::Strip(strip(state, live)?),
            format!("{stem}_layers"),
        ),
        FigureKind::Composite if rows.len() < 2 => (Drawing::Single(Box::new(live)), stem),
        FigureKind::Composite => {
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
            let scale = if state.options.style.common_scale {
                Scale::over(rows.iter().map(|row| &row.figure.heat_map.map))
            } else {
                Scale::Own
            };
            let comparison = Comparison { rows, scale };
            (Drawing::Rows(comparison), format!("{stem}_compared"))
        }
    })
}

/// One row as a figure, with the map that it shows: the whole map, one channel, or some channels.
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
        answer: Arc::clone(state.results.prediction(subject)?),
        heat_map,
        guided: Arc::clone(state.results.guided(subject)?),
        photo: Arc::clone(&subject.photo),
        model: Arc::clone(&subject.model),
        look: Look {
            colormap: state.options.style.colormap,
            opacity: state.options.style.opacity.share(),
            overlay: state.options.style.overlay,
            scale: Scale::Own,
            difference_opacity: state.options.style.difference_opacity.share(),
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

/// The tiles of the layer strip, including those inside expanded tiles.
fn strip(state: &State, live: Figure) -> Option<LayerStrip> {
    let known = state.fresh_layer_maps()?;
    let side = state.side();
    let rows = side.tiles();
    let layers = &live.model.layers.layers;
    let maps: Vec<Arc<HeatMap>> = rows
        .iter()
        .filter_map(|(index, _)| known.maps.get(&layers[*index].path).cloned())
        .collect();
    // Wait for missing maps, unless all are done: a layer whose map is not finite has none.
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
    if state.options.style.strip_common_scale {
        strip.look.scale = strip.common_scale();
    }
    Some(strip)
}

/// The same file stem as on the command line: image, model, layer, class.
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
