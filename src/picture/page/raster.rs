//! Draws a page as pixels.

use image::{Rgb, RgbImage, imageops};

use super::{GROUND, Item, Page};

impl Page {
    /// The page at one pixel per unit; images are copied unchanged.
    pub fn rgb(&self) -> RgbImage {
        let mut canvas = RgbImage::from_pixel(self.width, self.height, Rgb(GROUND));
        for item in &self.items {
            match item {
                Item::Picture { x, y, rgb } => {
                    imageops::replace(&mut canvas, rgb, i64::from(*x), i64::from(*y));
                }
                Item::Rectangle {
                    x,
                    y,
                    width,
                    height,
                    colour,
                } => {
                    for y in *y..(y + height).min(self.height) {
                        for x in *x..(x + width).min(self.width) {
                            canvas.put_pixel(x, y, Rgb(*colour));
                        }
                    }
                }
                Item::Text(run) => run.style.draw(&mut canvas, run.left(), run.y, &run.text),
            }
        }
        canvas
    }
}
