//! Figures of what the window shows. They are plain data, so that they can be drawn and written on
//! another thread while the window carries on.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use image::{DynamicImage, RgbImage, RgbaImage};

use crate::engine::HeatMap;
use crate::figure::{self, Comparison, Extent, Figure, LayerStrip, Panel, Setting};
use crate::picture::map::compose::{Look, Scale};
use crate::picture::photo::geometry::PixelBox;
use crate::picture::{self, write};

use crate::app::state::State;
use crate::app::state::rows;
use crate::app::state::rows::lines::{Cell, Line, Place, lines};
use crate::app::state::rows::shown::{Shown, shown, shown_map};
use crate::app::tasks::purpose::FigureKind;
use crate::app::textures::scale;

/// A figure that can be drawn and written on another thread.
#[derive(Clone)]
pub struct Drawing {
    what: What,
    setting: Setting,
    /// To be written beside it.
    facts: Option<Value>,
}

#[derive(Clone)]
enum What {
    Panel(Box<Figure>, Panel),
    Rows(Comparison),
    Strip(LayerStrip),
}

impl Drawing {
    /// Draws it, and writes it in the format given by the path's extension, with its facts beside it.
    ///
    /// # Errors
    /// In words, if either file cannot be written, or if there is another file where the facts would be.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let facts = self
            .facts
            .as_ref()
            .map(|facts| (path.with_extension("json"), facts));
        // Those of another format of the figure are replaced; any other file is somebody else's.
        let other = facts
            .iter()
            .find(|(beside, _)| beside.exists() && !figure::are_facts(beside));
        if let Some((beside, _)) = other {
            return Err(format!(
                "the facts beside it would replace this file; choose another name: {}",
                beside.display()
            ));
        }
        self.write_figure(path).map_err(|error| error.to_string())?;
        if let Some((beside, facts)) = facts {
            let text = serde_json::to_vec_pretty(facts).map_err(|error| error.to_string())?;
            write::bytes(&beside, &text).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn write_figure(&self, path: &Path) -> Result<(), picture::Error> {
        match &self.what {
            What::Panel(figure, panel) => write::png(path, &self.panel(figure, *panel)),
            What::Rows(rows) => rows.page(&self.setting).write(path),
            What::Strip(strip) => strip.page(&self.setting).write(path),
        }
    }

    /// Draws it as pixels.
    pub fn picture(&self) -> RgbaImage {
        match &self.what {
            What::Panel(figure, panel) => {
                DynamicImage::from(self.panel(figure, *panel)).into_rgba8()
            }
            What::Rows(rows) => rows.page(&self.setting).rgba(),
            What::Strip(strip) => strip.page(&self.setting).rgba(),
        }
    }

    fn panel(&self, figure: &Figure, panel: Panel) -> RgbImage {
        let unseen = self.setting.unseen;
        match self.setting.extent {
            Extent::Pixels(max_px) => figure.within(max_px).panel(panel, unseen),
            Extent::Print(_) => figure.panel(panel, unseen),
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

/// The part of the photos that is shown, in fractions of them; `None` shows all of them.
pub type Part = Option<egui::Rect>;

/// A snapshot of what the window shows, independent of later changes, and the suggested file stem.
pub fn drawing(state: &State, kind: FigureKind, part: Part) -> Option<(Drawing, String)> {
    let live = rows::Row::new(state.live_row(), state.subject()?);
    let live = figure(state, &live)?;
    let stem = file_stem(&live);
    let rows = with_maps(state);
    let facts;
    let (what, stem) = match kind {
        FigureKind::Panel(panel) => {
            facts = live.facts();
            (What::Panel(Box::new(shown_part(&live, part)), panel), stem)
        }
        FigureKind::Strip => {
            let strip = strip(state, live)?;
            facts = strip.facts();
            let strip = match part {
                Some(part) => strip.part(pixels(part, strip.photo.rgb.dimensions())),
                None => strip,
            };
            (What::Strip(strip), format!("{stem}_layers"))
        }
        FigureKind::Composite => {
            let stem = if rows.len() < 2 {
                stem
            } else {
                format!("{stem}_compared")
            };
            let lines = lines(&rows, state.options.style.panels);
            let rows: Option<Vec<figure::Row>> =
                lines.iter().map(|line| figure_row(state, line)).collect();
            let scale = if state.options.style.common_scale {
                Scale::UpTo(scale::common_max(state, &lines))
            } else {
                Scale::Own
            };
            let comparison = Comparison { rows: rows?, scale };
            facts = comparison.facts();
            let comparison = comparison.mapped(|figure| shown_part(figure, part));
            (What::Rows(comparison), stem)
        }
    };
    let drawing = Drawing {
        what,
        setting: state.options.export.setting(),
        facts: Some(facts).filter(|_| state.options.export.facts),
    };
    Some((drawing, stem))
}

fn shown_part(figure: &Figure, part: Part) -> Figure {
    match part {
        Some(part) => figure.part(pixels(part, figure.photo.rgb.dimensions())),
        None => figure.clone(),
    }
}

/// The pixels of a photo of this size that lie in a part of it, at least one.
fn pixels(part: egui::Rect, (width, height): (u32, u32)) -> PixelBox {
    let axis = |from: f32, to: f32, side: u32| {
        let side_f = side as f32;
        let first = ((from * side_f).round().max(0.0) as u32).min(side.saturating_sub(1));
        let end = ((to * side_f).round().max(0.0) as u32).clamp(first + 1, side.max(first + 1));
        (first, end - first)
    };
    let (x, width) = axis(part.left(), part.right(), width);
    let (y, height) = axis(part.top(), part.bottom(), height);
    PixelBox {
        x,
        y,
        width,
        height,
    }
}

/// A line of the stage as a row of a figure.
fn figure_row(state: &State, line: &Line<'_>) -> Option<figure::Row> {
    let row = line.row?;
    let cell = |place: &Place<'_>| -> Option<figure::Cell> {
        let row = place.row?;
        let figure = figure(state, row)?;
        let letter = state.letter(row.id).filter(|_| line.is_pair);
        Some(match (place.cell, letter) {
            (Cell::Panel(Panel::HeatMap), Some(letter)) => {
                let class = row.subject.score_name();
                let title = shown(state, row).title(letter, &class);
                figure::Cell::panel(&figure, Panel::HeatMap).titled(title)
            }
            (Cell::Panel(panel), _) => figure::Cell::panel(&figure, panel),
            (Cell::Difference, letter) => {
                let cell = figure::Cell::difference(&figure, scale::difference(state, row)?);
                match letter {
                    Some(letter) => cell.titled(letter),
                    None => cell,
                }
            }
        })
    };
    let cells = line.columns.iter().map(|place| match place {
        Some(place) => cell(place).map(Some),
        None => Some(None),
    });
    Some(figure::Row {
        figure: figure(state, row)?,
        label: if line.is_pair {
            None
        } else {
            state.letter(row.id).map(str::to_owned)
        },
        cells: cells.collect::<Option<_>>()?,
    })
}

/// One row as a figure, with the map that it shows: the whole map, one channel, or some channels.
fn figure(state: &State, row: &rows::Row) -> Option<Figure> {
    let subject = &row.subject;
    let whole = state.results.heat(subject)?;
    let heat_map = match shown_map(state, row) {
        None => Arc::clone(whole),
        Some(map) => Arc::new(HeatMap {
            map,
            layer: match shown(state, row) {
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
