//! Writes a page as SVG.
//!
//! No font is embedded. A reader without Roboto uses another sans-serif font, and each line states the
//! width it was laid out with, so that text does not overlap.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::text::Weight;
use super::{Anchor, Item, Page, Run};
use crate::picture::write::encode_png;

/// The maximum length of an image as an attribute, in bytes. libxml2, which librsvg and many other
/// programs use, refuses attributes of ten million.
const MAX_ATTRIBUTE: usize = 9_900_000;
/// The number of spaces after each image. libxml2 has the same limit for its buffer. It empties the
/// buffer between two elements, but only near the end of a chunk of 4000 bytes; with more spaces than
/// that, it does so after each image.
const SPACES: usize = 8192;
/// The JPEG qualities for an image that is too large as PNG, the best first.
const QUALITIES: [u8; 4] = [95, 90, 80, 60];

const FAMILY: &str = "Roboto, Arial, sans-serif";

impl Page {
    /// Writes the page to `out`; a unit is one pixel of the page, and as long as it is on paper if it has a size.
    pub(super) fn svg(&self, out: &mut impl Write) -> io::Result<()> {
        let (width, height) = (self.width.to_string(), self.height.to_string());
        let (across, down) = match self.millimetres() {
            Some((across, down)) => (format!("{across:.3}mm"), format!("{down:.3}mm")),
            None => (width.clone(), height.clone()),
        };
        let mut xml = Writer::new_with_indent(out, b' ', 1);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.create_element("svg")
            .with_attributes([
                ("xmlns", "http://www.w3.org/2000/svg"),
                // Older readers need this for images.
                ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
                ("width", across.as_str()),
                ("height", down.as_str()),
                ("viewBox", &format!("0 0 {width} {height}")),
                ("font-family", FAMILY),
            ])
            .write_inner_content(|xml| {
                xml.create_element("title")
                    .write_text_content(BytesText::new(&self.title))?;
                if let Some(colour) = self.ground.colour() {
                    rectangle(xml, (0, 0), (self.width, self.height), colour)?;
                }
                self.items.iter().try_for_each(|item| match item {
                    Item::Picture { x, y, rgb } => picture(xml, (*x, *y), rgb),
                    Item::Rectangle {
                        x,
                        y,
                        width,
                        height,
                        colour,
                    } => rectangle(xml, (*x, *y), (*width, *height), *colour),
                    Item::Text(run) => text(xml, run),
                })
            })?;
        Ok(())
    }
}

fn rectangle<W: Write>(
    xml: &mut Writer<W>,
    (x, y): (u32, u32),
    (width, height): (u32, u32),
    colour: [u8; 3],
) -> io::Result<()> {
    xml.create_element("rect")
        .with_attributes([
            ("x", x.to_string().as_str()),
            ("y", &y.to_string()),
            ("width", &width.to_string()),
            ("height", &height.to_string()),
            ("fill", &hex(colour)),
        ])
        .write_empty()?;
    Ok(())
}

fn picture<W: Write>(xml: &mut Writer<W>, (x, y): (u32, u32), rgb: &RgbImage) -> io::Result<()> {
    xml.create_element("image")
        .with_attributes([
            ("x", x.to_string().as_str()),
            ("y", &y.to_string()),
            ("width", &rgb.width().to_string()),
            ("height", &rgb.height().to_string()),
            ("xlink:href", &embedded(rgb, MAX_ATTRIBUTE)?),
        ])
        .write_empty()?;
    let spaces = " ".repeat(SPACES);
    xml.write_event(Event::Text(BytesText::from_escaped(spaces)))
}

/// An image as the text of an attribute: as PNG or, if that is longer than `max_bytes`, as JPEG in the best
/// quality that fits.
fn embedded(rgb: &RgbImage, max_bytes: usize) -> io::Result<String> {
    let mut png = Vec::new();
    encode_png(rgb, &mut png)?;
    let mut text = format!("data:image/png;base64,{}", STANDARD.encode(&png));
    for quality in QUALITIES {
        if text.len() <= max_bytes {
            break;
        }
        let mut jpeg = Vec::new();
        let (width, height) = rgb.dimensions();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .write_image(rgb.as_raw(), width, height, ExtendedColorType::Rgb8)
            .map_err(io::Error::other)?;
        text = format!("data:image/jpeg;base64,{}", STANDARD.encode(&jpeg));
    }
    Ok(text)
}

fn text<W: Write>(xml: &mut Writer<W>, run: &Run) -> io::Result<()> {
    let weight = match run.style.weight {
        Weight::Regular => "400",
        Weight::Medium => "500",
    };
    let anchor = match run.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    xml.create_element("text")
        .with_attributes([
            ("x", format!("{:.2}", run.x).as_str()),
            ("y", &run.baseline().to_string()),
            ("font-size", &format!("{:.2}", run.style.em)),
            ("font-weight", weight),
            ("fill", &hex(run.style.colour)),
            ("text-anchor", anchor),
            ("textLength", &format!("{:.2}", run.width())),
            ("lengthAdjust", "spacingAndGlyphs"),
        ])
        .write_text_content(BytesText::new(&run.text))?;
    Ok(())
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// Noise, which cannot be compressed.
    fn noise(side: u32) -> RgbImage {
        let mut seed = 1_u32;
        RgbImage::from_fn(side, side, |_, _| {
            Rgb([0; 3].map(|_: u8| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            }))
        })
    }

    #[test]
    fn embeds_a_large_image_as_jpeg() {
        let picture = noise(100);
        let whole = embedded(&picture, MAX_ATTRIBUTE).unwrap();
        assert!(whole.starts_with("data:image/png;") && whole.len() > 40_000);
        let smaller = embedded(&picture, 39_000).unwrap();
        assert!(
            smaller.starts_with("data:image/jpeg;"),
            "{}",
            &smaller[..20]
        );
        assert!(smaller.len() <= 39_000, "{}", smaller.len());
        // No smaller than necessary.
        let least = embedded(&picture, 1).unwrap();
        assert!(least.len() < smaller.len());
    }

    #[test]
    fn lets_readers_empty_their_buffer_between_images() {
        let pictures = (0..3).map(|x| Item::Picture {
            x: 8 * x,
            y: 0,
            rgb: noise(8),
        });
        let mut written = Vec::new();
        Page::new((24, 8), "three", pictures.collect())
            .svg(&mut written)
            .unwrap();
        let text = String::from_utf8(written).unwrap();
        let mut behind = text.split("<image").skip(1);
        assert!(behind.clone().count() == 3 && behind.all(|rest| rest.contains(&" ".repeat(4096))));
    }
}
