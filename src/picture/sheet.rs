//! The exported sheet: panels in a row at the original's resolution, titled, with one caption below.
//!
//! The ground is a light neutral grey, since colour beside a photograph changes how it is seen. All
//! sizes follow the pictures', so a sheet looks the same whether its photo has 200 or 6000 pixels;
//! below what can be read, text keeps its size and the cells grow wider than their pictures. There,
//! slivers are shown smaller than they are, since the ground around them has no other bound.

use std::borrow::Cow;

use image::{Rgb, RgbImage, imageops};

use super::caption::{Block, Caption};
use super::resample;
use super::text::{Style, Weight};

/// One picture of the row.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    pub title: String,
    pub picture: &'a RgbImage,
}

const GROUND: Rgb<u8> = Rgb([244; 3]);
const INK: [u8; 3] = [32; 3];

/// The smallest em that can be read, in pixels.
const SMALLEST_EM: f32 = 13.0;

/// The longest side that a picture is shown with beside text of the smallest size, in pixels.
const LONGEST_SLIVER: u32 = 16_384;

/// Panels side by side, their titles above, the caption below; panels are meant to be equal in
/// size, smaller ones keep their place at the top left of their cell.
///
/// Only pictures longer than 16 384 pixels and too slender for their text are scaled, to that length.
pub fn composite(panels: &[Panel], caption: &Caption) -> RgbImage {
    let pictures = without_long_slivers(panels);
    let (width, height) = largest(pictures.iter().map(|picture| picture.dimensions()));

    let em = em_for(width, height);
    let title = Style {
        weight: Weight::Medium,
        em,
        colour: INK,
    };
    let margin = (em * 1.5).round();
    let gap = em.round();

    // Whole pixels throughout, so that pictures are copied and never resampled.
    let titles = panels.iter().map(|panel| title.width(&panel.title).ceil());
    let cell = titles.fold(width as f32, f32::max);
    let count = panels.len() as f32;
    let row = (cell + gap) * count - gap;
    let block = caption_block(caption, em, row, cell, gap, panels.len());
    let pictures_top = margin + (title.ascent() + em * 0.6).round();
    let block_top = pictures_top + height as f32 + (em * 1.4).round();

    let sheet_width = margin + row.max(block.width) + margin;
    let sheet_height = block_top + block.height() + margin;
    let mut sheet = RgbImage::from_pixel(
        sheet_width.ceil() as u32,
        sheet_height.ceil() as u32,
        GROUND,
    );
    for (i, (panel, picture)) in panels.iter().zip(&pictures).enumerate() {
        let x = margin + (cell + gap) * i as f32;
        title.draw(&mut sheet, x, margin, &panel.title);
        imageops::replace(&mut sheet, picture.as_ref(), x as i64, pictures_top as i64);
    }
    block.draw(&mut sheet, margin, block_top);
    sheet
}

/// The pictures at the size they are shown with.
fn without_long_slivers<'a>(panels: &[Panel<'a>]) -> Vec<Cow<'a, RgbImage>> {
    let (width, height) = largest(panels.iter().map(|panel| panel.picture.dimensions()));
    let slender = em_for(width, height) <= SMALLEST_EM;
    let shown = panels.iter().map(|panel| {
        let smaller = slender.then(|| resample::reduced(panel.picture, LONGEST_SLIVER));
        let smaller = smaller.flatten().map(Cow::Owned);
        smaller.unwrap_or(Cow::Borrowed(panel.picture))
    });
    shown.collect()
}

/// The greatest width and the greatest height.
fn largest(sizes: impl Iterator<Item = (u32, u32)>) -> (u32, u32) {
    sizes.fold((0, 0), |(width, height), size| {
        (width.max(size.0), height.max(size.1))
    })
}

/// The em for pictures of a size: it follows the area, less for slender pictures.
fn em_for(width: u32, height: u32) -> f32 {
    let (width, height) = (width as f32, height as f32);
    let em = (0.045 * (width * height).sqrt()).min(0.07 * width.min(height));
    em.max(SMALLEST_EM).round()
}

/// The caption's columns: under the panels where there is one a field, else as many as have room.
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
    // Three columns would leave the fourth field alone on its line.
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
