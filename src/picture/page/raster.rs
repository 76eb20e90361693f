//! Draws a page as pixels.

use image::{DynamicImage, Pixel, Rgb, RgbImage, Rgba, RgbaImage};

use super::{Item, Page};

impl Page {
    /// The page at one pixel per unit, over white if it is transparent; images are copied unchanged.
    pub fn rgb(&self) -> RgbImage {
        let ground = self.ground.colour().unwrap_or([255; 3]);
        let mut canvas = RgbImage::from_pixel(self.width, self.height, Rgb(ground));
        self.draw(|x, y, colour, cover| {
            if let Some(pixel) = canvas.get_pixel_mut_checked(x, y) {
                if cover >= 1.0 {
                    *pixel = Rgb(colour);
                    return;
                }
                for (below, above) in pixel.0.iter_mut().zip(colour) {
                    *below = mixed(*below, above, cover);
                }
            }
        });
        canvas
    }

    /// [`Page::rgb`] with the opacity of each pixel: 0 where a transparent page has nothing.
    pub fn rgba(&self) -> RgbaImage {
        if self.ground.colour().is_some() {
            return DynamicImage::from(self.rgb()).into_rgba8();
        }
        let mut canvas = RgbaImage::new(self.width, self.height);
        self.draw(|x, y, [red, green, blue], cover| {
            if let Some(pixel) = canvas.get_pixel_mut_checked(x, y) {
                let alpha = (cover.clamp(0.0, 1.0) * 255.0).round() as u8;
                pixel.blend(&Rgba([red, green, blue, alpha]));
            }
        });
        canvas
    }

    /// Calls `ink` for each pixel of each item in order: position, colour, and how much of the pixel is covered.
    fn draw(&self, mut ink: impl FnMut(u32, u32, [u8; 3], f32)) {
        for item in &self.items {
            match item {
                Item::Picture { x, y, rgb } => {
                    for (column, row, pixel) in rgb.enumerate_pixels() {
                        ink(x + column, y + row, pixel.0, 1.0);
                    }
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
                            ink(x, y, *colour, 1.0);
                        }
                    }
                }
                Item::Text(run) => {
                    let colour = run.style.colour;
                    run.style.draw(run.left(), run.y, &run.text, |x, y, cover| {
                        ink(x, y, colour, cover);
                    });
                }
            }
        }
    }
}

fn mixed(below: u8, above: u8, cover: f32) -> u8 {
    let mixed = f32::from(below) + (f32::from(above) - f32::from(below)) * cover.clamp(0.0, 1.0);
    mixed.round() as u8
}
