//! A page as SVG.
//!
//! No font is embedded: a reader that lacks Roboto takes another sans-serif, and each line states
//! the width it was laid out with, so that nothing runs into its neighbour.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::text::Weight;
use super::{Anchor, GROUND, Item, Page, Run};
use crate::picture::write::encode_png;

/// The most bytes that a picture may take as an attribute. libxml2, which librsvg and with it many
/// a program reads by, refuses one of ten million.
const LONGEST: usize = 9_900_000;
/// Blanks behind each picture, in bytes. libxml2 has the same bound for all that it has read since
/// it last emptied its buffer, which it does between two elements and only near the end of what it
/// was given, 4000 bytes at a time: with blanks longer than that it comes to it after each picture.
const PAUSE: usize = 8192;
/// JPEG's qualities for a picture that is too large as a PNG, the best first.
const QUALITIES: [u8; 4] = [95, 90, 80, 60];

const FAMILY: &str = "Roboto, Arial, sans-serif";

impl Page {
    /// Writes the page to `out`; a unit of it is a pixel of the page.
    pub(super) fn svg(&self, out: &mut impl Write) -> io::Result<()> {
        let (width, height) = (self.width.to_string(), self.height.to_string());
        let mut xml = Writer::new_with_indent(out, b' ', 1);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.create_element("svg")
            .with_attributes([
                ("xmlns", "http://www.w3.org/2000/svg"),
                // Older readers know pictures by this name alone.
                ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
                ("width", width.as_str()),
                ("height", height.as_str()),
                ("viewBox", &format!("0 0 {width} {height}")),
                ("font-family", FAMILY),
            ])
            .write_inner_content(|xml| {
                xml.create_element("title")
                    .write_text_content(BytesText::new(&self.title))?;
                rectangle(xml, (0, 0), (self.width, self.height), GROUND)?;
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
            ("xlink:href", &embedded(rgb, LONGEST)?),
        ])
        .write_empty()?;
    let blanks = " ".repeat(PAUSE);
    xml.write_event(Event::Text(BytesText::from_escaped(blanks)))
}

/// A picture as the text of an attribute: as it is, or, where that would be longer than `most`,
/// as near to it as there is room for.
fn embedded(rgb: &RgbImage, most: usize) -> io::Result<String> {
    let mut png = Vec::new();
    encode_png(rgb, &mut png)?;
    let mut text = format!("data:image/png;base64,{}", STANDARD.encode(&png));
    for quality in QUALITIES {
        if text.len() <= most {
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

    /// Noise, which no format makes small.
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
    fn a_picture_too_large_as_it_is_becomes_a_jpeg() {
        let picture = noise(100);
        let whole = embedded(&picture, LONGEST).unwrap();
        assert!(whole.starts_with("data:image/png;") && whole.len() > 40_000);
        let smaller = embedded(&picture, 39_000).unwrap();
        assert!(
            smaller.starts_with("data:image/jpeg;"),
            "{}",
            &smaller[..20]
        );
        assert!(smaller.len() <= 39_000, "{}", smaller.len());
        // No smaller than it need be.
        let least = embedded(&picture, 1).unwrap();
        assert!(least.len() < smaller.len());
    }

    #[test]
    fn readers_that_bound_what_they_hold_come_to_an_end_between_pictures() {
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
