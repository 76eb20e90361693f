//! Where everything of a comparison lies, before any panel is drawn.

use super::{Cell, Comparison, Row};
use crate::figure::parts::{self, Type};
use crate::figure::setting::{Extent, Setting};
use crate::picture::page::text::Style;
use crate::picture::page::{Item, Run};
use crate::picture::photo::resample;

/// Width and height in pixels.
type Size = (u32, u32);

/// The em as a share of a panel's side.
const EM: f32 = 0.055;
/// The maximum number of lines of a class name, and of the title of a panel.
const MAX_LINES: usize = 3;
/// The maximum number of lines of the details of a row.
const MAX_DETAIL_LINES: usize = 8;
/// The width that a title of its own may take, in ems, where the width is free.
const OWN_TITLE: f32 = 14.0;

/// The positions of everything.
pub(super) struct Layout {
    pub size: Size,
    /// Everything but the panels.
    pub items: Vec<Item>,
    pub spots: Vec<Spot>,
}

/// The place of one cell.
pub(super) struct Spot {
    pub row: usize,
    /// Its position in the row, whatever lines that is broken into.
    pub column: usize,
    pub size: Size,
    pub corner: (u32, u32),
}

/// The columns of a page.
pub(super) struct Grid {
    pub face: Type,
    pub columns: usize,
    /// The width of a column.
    pub cell: f32,
    /// From the first column to the last.
    pub width: f32,
    /// The size of the panels of each row.
    sizes: Vec<Size>,
}

impl Grid {
    fn new(comparison: &Comparison, setting: &Setting) -> Grid {
        let rows = &comparison.rows;
        let most = rows.iter().map(|row| row.cells.len()).max().unwrap_or(1);
        let columns = most.min(setting.columns.unwrap_or(most)).max(1);
        let photos = || rows.iter().map(|row| row.figure.photo.rgb.dimensions());
        let at = |px: u32| -> Vec<Size> {
            let sizes = photos().map(|photo| resample::fitted(photo, px));
            sizes.collect()
        };
        let (face, cell, sizes) = match setting.extent {
            Extent::Pixels(px) => {
                let sizes = at(px);
                let largest = sizes.iter().max_by_key(|(width, height)| width * height);
                let face = Type::of(largest.copied().unwrap_or((1, 1)), EM);
                let title = face.title();
                let titles = rows.iter().flat_map(Row::shown).map(|cell| {
                    let width = title.width(cell.title());
                    match cell.title {
                        Some(_) => width.min(OWN_TITLE * face.em),
                        None => width + if setting.letters { 3.0 * face.em } else { 0.0 },
                    }
                });
                let widest = sizes.iter().map(|size| size.0 as f32);
                let cell = widest.chain(titles).fold(face.narrowest(), f32::max);
                (face, cell.ceil(), sizes)
            }
            Extent::Print(print) => {
                let face = Type::print(&print);
                let whole = print.width_px() as f32 - 2.0 * face.margin();
                let gaps = face.gap() * (columns - 1) as f32;
                let cell = ((whole - gaps) / columns as f32).floor().max(1.0);
                // The longest side at which the widest panel fills its column.
                let widest = photos()
                    .map(|(width, height)| width as f32 / width.max(height).max(1) as f32)
                    .fold(f32::MIN_POSITIVE, f32::max);
                let px = (cell / widest).floor().min(setting.longest_panel() as f32);
                (face, cell, at(px as u32))
            }
        };
        Grid {
            face,
            columns,
            cell,
            width: (cell + face.gap()) * columns as f32 - face.gap(),
            sizes,
        }
    }

    pub fn left(&self, column: usize) -> f32 {
        self.face.margin() + (self.cell + self.face.gap()) * column as f32
    }

    /// The width from the left edge of a column to the right edge of another one.
    pub fn span(&self, from: usize, to: usize) -> f32 {
        self.left(to) + self.cell - self.left(from)
    }
}

impl Comparison {
    pub(super) fn layout(&self, setting: &Setting) -> Layout {
        let grid = Grid::new(self, setting);
        let face = grid.face;
        let (mut items, mut spots) = (Vec::new(), Vec::new());
        let mut y = face.margin();
        let mut above: Vec<String> = vec![String::new(); grid.columns];
        let mut letters = parts::letters();
        for (index, row) in self.rows.iter().enumerate() {
            let size = grid.sizes[index];
            for (line, cells) in row.cells.chunks(grid.columns).enumerate() {
                if line > 0 {
                    y += face.gap();
                }
                let mut titles: Vec<String> = cells
                    .iter()
                    .map(|cell| {
                        cell.as_ref()
                            .map(Cell::title)
                            .unwrap_or_default()
                            .to_owned()
                    })
                    .collect();
                if setting.letters {
                    for title in titles.iter_mut().filter(|title| !title.is_empty()) {
                        *title = format!("{} {title}", letters.next().unwrap_or_default());
                    }
                }
                y = self::titles(&mut items, &grid, y, &titles, &above);
                for (title, above) in titles.into_iter().zip(&mut above) {
                    if !title.is_empty() {
                        *above = title;
                    }
                }
                for (column, _) in cells.iter().enumerate().filter(|(_, cell)| cell.is_some()) {
                    spots.push(Spot {
                        row: index,
                        column: line * grid.columns + column,
                        size,
                        corner: (grid.left(column) as u32, y as u32),
                    });
                }
                y += size.1 as f32;
            }
            let mut below = 0.0;
            if setting.captions {
                let words = (row.name(), row.details(self.scale));
                let top = (face.margin(), y + (face.em * 0.75).round());
                y = caption(&mut items, face, words, top, grid.width);
                below = face.row_gap();
            } else if index + 1 < self.rows.len() {
                below = face.gap();
            }
            y = (y + below).ceil();
        }
        y = self.legends(&mut items, &grid, y, setting.captions);
        let width = match setting.extent {
            Extent::Pixels(_) => (face.margin() * 2.0 + grid.width).ceil() as u32,
            Extent::Print(print) => print.width_px(),
        };
        Layout {
            size: (width, (y + face.margin()).ceil() as u32),
            items,
            spots,
        }
    }
}

/// Adds the titles of a line that differ from those above, each ending just above its panel. Returns the top of
/// the panels.
fn titles(items: &mut Vec<Item>, grid: &Grid, y: f32, titles: &[String], above: &[String]) -> f32 {
    let style = grid.face.title();
    let wrapped = titles.iter().zip(above).map(|(title, above)| {
        if title == above {
            return Vec::new();
        }
        style.wrap(title, grid.cell, MAX_LINES)
    });
    let wrapped: Vec<Vec<String>> = wrapped.collect();
    let most = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    if most == 0 {
        return y.ceil();
    }
    for (column, lines) in wrapped.iter().enumerate() {
        let first = most - lines.len();
        for (line, text) in lines.iter().enumerate() {
            let y = y + style.pitch() * (first + line) as f32;
            items.push(Item::Text(Run::new(grid.left(column), y, text, style)));
        }
    }
    let bottom = y + style.pitch() * (most - 1) as f32 + style.ascent();
    (bottom + grid.face.em * 0.6).round()
}

/// Adds the caption of a row: the class followed by the details, on separate lines if there is no room.
/// Returns the bottom.
fn caption(
    items: &mut Vec<Item>,
    face: Type,
    (name, details): (String, String),
    (x, y): (f32, f32),
    width: f32,
) -> f32 {
    let (title, detail): (Style, Style) = (face.title(), face.detail());
    let behind = title.width(&name) + face.em;
    if behind + detail.width(&details) <= width {
        let bottom = title.set(items, &name, (x, y), width, 1);
        let at = (x + behind, bottom - detail.ascent());
        detail.set(items, &details, at, width, 1);
        return bottom;
    }
    let bottom = title.set(items, &name, (x, y), width, MAX_LINES);
    let at = (x, bottom + face.em * 0.65);
    detail.set(items, &details, at, width, MAX_DETAIL_LINES)
}
