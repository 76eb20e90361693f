//! A page as SVG.
//!
//! No font is embedded: a reader that lacks Roboto takes another sans-serif, and each line states
//! the width it was laid out with, so that nothing runs into its neighbour.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Anchor, GROUND, Item, Page, Run};
use crate::picture::text::Weight;
use crate::picture::write::encode_png;

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
    let mut png = Vec::new();
    encode_png(rgb, &mut png)?;
    xml.create_element("image")
        .with_attributes([
            ("x", x.to_string().as_str()),
            ("y", &y.to_string()),
            ("width", &rgb.width().to_string()),
            ("height", &rgb.height().to_string()),
            (
                "xlink:href",
                &format!("data:image/png;base64,{}", STANDARD.encode(&png)),
            ),
        ])
        .write_empty()?;
    Ok(())
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
