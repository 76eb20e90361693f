//! The exported sheet: a row of titled panels at the photo's resolution, with one caption below.
//!
//! All sizes are relative to the panels, so a sheet looks the same whether its photo has 200 or 6000
//! pixels. Text has a minimum size; for small panels, cells are wider than their panels. Very narrow
//! panels are then reduced, because otherwise the background around them would be unbounded.

use image::RgbImage;

use super::caption::{Block, Caption};
use super::text::{Style, Weight};
use super::{INK, Item, Page, Run};
use crate::picture::photo::resample;

/// One panel of the row.
#[derive(Debug, Clone)]
pub struct Panel {
    pub title: String,
    pub picture: RgbImage,
}

/// The smallest readable em, in pixels.
pub(crate) const MIN_EM: f32 = 13.0;

/// The longest side of a panel beside text of the minimum size, in pixels.
const MAX_SLIVER: u32 = 16_384;

/// Panels side by side, with titles above and the caption below. Panels should have the same size;
/// smaller ones are at the top left of their cell.
///
/// Panels are scaled only if they are longer than 16 384 pixels and too narrow for their text.
pub fn sheet(mut panels: Vec<Panel>, caption: &Caption) -> Page {
    reduce_long_slivers(&mut panels);
    let (width, height) = largest(panels.iter().map(|panel| panel.picture.dimensions()));

    let em = em_for(width, height);
    let title = Style {
        weight: Weight::Medium,
        em,
        colour: INK,
    };
    let margin = (em * 1.5).round();
    let gap = em.round();

    // Integers throughout, so that panels are copied and never resampled.
    let titles = panels.iter().map(|panel| title.width(&panel.title).ceil());
    let cell = titles.fold(width as f32, f32::max);
    let count = panels.len() as f32;
    let row = (cell + gap) * count - gap;
    let block = caption_block(caption, em, row, cell, gap, panels.len());
    let pictures_top = margin + (title.ascent() + em * 0.6).round();
    let block_top = pictures_top + height as f32 + (em * 1.4).round();

    let mut items = Vec::new();
    let sheet_width = margin + row.max(block.width) + margin;
    for (i, panel) in panels.into_iter().enumerate() {
        let x = margin + (cell + gap) * i as f32;
        items.push(Item::Text(Run::new(x, margin, &panel.title, title)));
        items.push(Item::Picture {
            x: x as u32,
            y: pictures_top as u32,
            rgb: panel.picture,
        });
    }
    let sheet_height = block.set(&mut items, margin, block_top) + margin;
    let size = (sheet_width.ceil() as u32, sheet_height.ceil() as u32);
    let title = format!("{} · {}", caption.class, caption.model);
    Page::new(size, &title, items)
}

/// Reduces panels that are too long and narrow.
fn reduce_long_slivers(panels: &mut [Panel]) {
    let (width, height) = largest(panels.iter().map(|panel| panel.picture.dimensions()));
    if em_for(width, height) > MIN_EM {
        return;
    }
    for panel in panels {
        if let Some(smaller) = resample::reduced(&panel.picture, MAX_SLIVER) {
            panel.picture = smaller;
        }
    }
}

/// The largest width and the largest height.
fn largest(sizes: impl Iterator<Item = (u32, u32)>) -> (u32, u32) {
    sizes.fold((0, 0), |(width, height), size| {
        (width.max(size.0), height.max(size.1))
    })
}

/// The em for panels of a size: proportional to the root of the area, smaller for narrow panels.
fn em_for(width: u32, height: u32) -> f32 {
    let (width, height) = (width as f32, height as f32);
    let em = (0.045 * (width * height).sqrt()).min(0.07 * width.min(height));
    em.max(MIN_EM).round()
}

/// The columns of the caption: below the panels if there is one per field, otherwise as many as fit.
fn caption_block(
    caption: &Caption,
    em: f32,
    row: f32,
    cell: f32,
    gap: f32,
    panels: usize,
) -> Block<'_> {
    const FIELDS: usize = 4;
    let narrowest = em * 10.0;
    if panels == FIELDS && cell >= narrowest {
        return Block {
            caption,
            em,
            columns: (0..FIELDS).map(|i| (cell + gap) * i as f32).collect(),
            column_width: cell,
            width: row,
        };
    }
    let width = row.max(narrowest);
    let fit = ((width + gap) / (narrowest + gap)) as usize;
    // Three columns would leave the fourth field alone on a line.
    let count = match fit {
        0 | 1 => 1,
        2 | 3 => 2,
        _ => FIELDS,
    };
    let column_width = ((width - gap * (count - 1) as f32) / count as f32).floor();
    Block {
        caption,
        em,
        columns: (0..count)
            .map(|i| (column_width + gap) * i as f32)
            .collect(),
        column_width,
        width,
    }
}

#[cfg(test)]
mod tests;
