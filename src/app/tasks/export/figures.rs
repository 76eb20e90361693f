//! Figures of what the window shows. They are plain data, so that they can be drawn and written on
//! another thread while the window carries on.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use image::{DynamicImage, RgbImage, RgbaImage};

use crate::engine::HeatMap;
use crate::figure::{self, Comparison, Extent, Figure, LayerStrip, Panel, Setting, Shows, Unseen};
use crate::picture::map::compose::{Look, Scale, Scaling};
use crate::picture::page::Page;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::PixelBox;
use crate::picture::write;

use crate::app::state::State;
use crate::app::state::rows;
use crate::app::state::rows::lines::{Cell, Line, Place, lines};
use crate::app::state::rows::shown::{Shown, shown, shown_map};
use crate::app::tasks::purpose::FigureKind;
use crate::app::tasks::save_as::Remark;
use crate::app::textures::scale;

/// A figure that can be drawn and written on another thread.
#[derive(Clone)]
pub struct Drawing {
    what: What,
    /// What is drawn of the photos.
    part: Part,
    setting: Setting,
    /// Whether the facts are written beside it.
    has_facts: bool,
}

#[derive(Clone)]
enum What {
    /// One picture of a view.
    Cell(Box<figure::Cell>),
    Rows(Comparison),
    Strip(LayerStrip),
}

impl What {
    fn facts(&self) -> Value {
        match self {
            What::Cell(cell) => cell.figure.facts(),
            What::Rows(rows) => rows.facts(),
            What::Strip(strip) => strip.facts(),
        }
    }
}

/// A figure before it is written or copied.
enum Drawn {
    Panel(RgbImage),
    Page(Page),
}

impl Drawn {
    fn remark(&self) -> Remark {
        match self {
            Drawn::Panel(_) => None,
            Drawn::Page(page) => page.reduced.clone(),
        }
    }
}

impl Drawing {
    /// Draws it, and writes it in the format given by the path's extension, with its facts beside it.
    ///
    /// # Errors
    /// In words, if either file cannot be written, or if there is another file where the facts would be.
    pub fn write(&self, path: &Path) -> Result<Remark, String> {
        let facts = self
            .has_facts
            .then(|| (path.with_extension("json"), self.what.facts()));
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
        let drawn = self.drawn();
        let written = match &drawn {
            Drawn::Panel(picture) => write::png(path, picture),
            Drawn::Page(page) => page.write(path),
        };
        written.map_err(|error| error.to_string())?;
        if let Some((beside, facts)) = facts {
            let text = serde_json::to_vec_pretty(&facts).map_err(|error| error.to_string())?;
            write::bytes(&beside, &text).map_err(|error| error.to_string())?;
        }
        Ok(drawn.remark())
    }

    /// Draws it as pixels.
    pub fn picture(&self) -> (RgbaImage, Remark) {
        let drawn = self.drawn();
        let remark = drawn.remark();
        let picture = match drawn {
            Drawn::Panel(picture) => DynamicImage::from(picture).into_rgba8(),
            Drawn::Page(page) => page.rgba(),
        };
        (picture, remark)
    }

    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    pub fn facts(&self) -> Value {
        self.what.facts()
    }

    /// The same figure, about so many pixels wide if it is wider.
    pub fn small(&self, width_px: u32) -> Drawing {
        let across = match &self.what {
            What::Cell(_) => 1,
            What::Rows(rows) => rows.columns(),
            What::Strip(strip) => strip.maps.len(),
        };
        Drawing {
            setting: self.setting.small(width_px, across),
            ..self.clone()
        }
    }

    fn drawn(&self) -> Drawn {
        let setting = &self.setting;
        match &self.what {
            What::Cell(cell) => Drawn::Panel(self.cell(cell)),
            What::Rows(rows) => Drawn::Page(match self.part {
                Some(part) => rows
                    .part(|figure| pixels(part, &figure.photo))
                    .page(setting),
                None => rows.page(setting),
            }),
            What::Strip(strip) => Drawn::Page(match self.part {
                Some(part) => strip.part(pixels(part, &strip.photo)).page(setting),
                None => strip.page(setting),
            }),
        }
    }

    fn cell(&self, cell: &figure::Cell) -> RgbImage {
        let figure = match self.part {
            Some(part) => &cell.figure.part(pixels(part, &cell.figure.photo)),
            None => &cell.figure,
        };
        let figure = match self.setting.extent {
            Extent::Pixels(max_px) => &figure.within(max_px),
            Extent::Print(_) => figure,
        };
        let unseen = self.setting.unseen;
        match &cell.shows {
            Shows::Panel(panel) => figure.panel(*panel, unseen),
            Shows::Difference(map) => figure.difference(map, unseen),
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
    let lines = lines(&rows, state.options.style.panels);
    let scale = scale::shared(state, &lines);
    let (what, stem) = match kind {
        FigureKind::Cell(id, cell) => {
            let all = state.rows();
            let row = all.iter().find(|row| row.id == id)?;
            let mut figure = figure(state, row)?;
            figure.look.scale = figure.look.scale.or(scale);
            let stem = file_stem(&figure);
            let cell = match cell {
                Cell::Panel(panel) => figure::Cell::panel(&figure, panel),
                Cell::Difference => {
                    figure::Cell::difference(&figure, scale::difference(state, row)?)
                }
            };
            (What::Cell(Box::new(cell)), stem)
        }
        FigureKind::Strip => (What::Strip(strip(state, live)?), format!("{stem}_layers")),
        FigureKind::Composite => {
            let stem = if rows.len() < 2 {
                stem
            } else {
                format!("{stem}_compared")
            };
            let rows: Option<Vec<figure::Row>> =
                lines.iter().map(|line| figure_row(state, line)).collect();
            (What::Rows(Comparison { rows: rows?, scale }), stem)
        }
    };
    let mut setting = state.options.export.setting();
    if state.options.style.panels.seen_only {
        // As on screen.
        setting.unseen = Unseen::Cut;
    }
    let drawing = Drawing {
        what,
        part,
        setting,
        has_facts: state.options.export.facts,
    };
    Some((drawing, stem))
}

/// The pixels of a photo that lie in a part of it, at least one.
fn pixels(part: egui::Rect, photo: &Photo) -> PixelBox {
    let (width, height) = photo.rgb.dimensions();
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
    let shown = shown(state, row);
    let heat_map = match shown_map(state, row) {
        None => Arc::clone(whole),
        Some(map) => Arc::new(HeatMap {
            map,
            layer: match &shown {
                Shown::Channel(channel) => format!("{}, channel {channel}", whole.layer),
                Shown::Channels(some) => format!("{}, {} channels", whole.layer, some.len()),
                Shown::Map => whole.layer.clone(),
            },
            ..HeatMap::clone(whole)
        }),
    };
    let scale = match shown {
        // A channel's activation is not on the scale that the maps share.
        Shown::Channel(_) if state.options.style.scaling() != Scaling::Own => {
            Scale::UpTo(heat_map.map.max())
        }
        Shown::Channel(_) | Shown::Channels(_) | Shown::Map => Scale::Own,
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
            scale,
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
    let scale = Scale::Own;
    let mut strip = LayerStrip {
        photo: live.photo,
        model: live.model,
        answer: live.answer,
        maps,
        look: Look { scale, ..live.look },
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
