//! Writes a page as a PDF with one sheet.
//!
//! The file has the images as compressed for PNG, the glyphs that are used, and the text as glyphs with
//! a table back to characters, so that it can be searched and copied. Nothing depends on the date or the
//! machine, so the same page always gives the same bytes.

mod font;

use std::io;

use image::RgbImage;
use pdf_writer::types::Predictor;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use self::font::Face;
use super::text::Weight;
use super::{Item, Page, Run};
use crate::picture::write::encode_png;

/// Points in an inch.
const PER_INCH: f64 = 72.0;
/// Units in an inch of a page without a size in print, as in CSS.
const CSS_PER_INCH: f64 = 96.0;
/// The longest side of a sheet that readers must accept, in points.
const MAX_SIDE: f32 = 14_400.0;

impl Page {
    /// The bytes of the file.
    pub(super) fn pdf(&self) -> io::Result<Vec<u8>> {
        let mut pdf = Pdf::new();
        let mut next = Ref::new(1);
        let [catalog, pages, sheet, info, content] = [(); 5].map(|()| next.bump());
        pdf.catalog(catalog).pages(pages);
        pdf.pages(pages).kids([sheet]).count(1);
        pdf.document_info(info)
            .title(TextStr(&self.title))
            .creator(TextStr("gradcam"));

        let mut faces = Weight::ALL.map(|weight| Face::new(weight, &mut next));
        let mut pictures = Vec::new();
        let mut drawing = Drawing::of(self);
        for item in &self.items {
            match item {
                Item::Picture { x, y, rgb } => {
                    let id = next.bump();
                    write_picture(&mut pdf, id, rgb)?;
                    let name = format!("P{}", pictures.len());
                    drawing.picture(&name, (*x, *y), rgb.dimensions());
                    pictures.push((name, id));
                }
                Item::Rectangle {
                    x,
                    y,
                    width,
                    height,
                    colour,
                } => drawing.rectangle((*x, *y), (*width, *height), *colour),
                Item::Text(run) => {
                    if let Some(face) = faces.iter_mut().find(|f| f.weight == run.style.weight) {
                        drawing.text(run, face);
                    }
                }
            }
        }
        faces.iter().try_for_each(|face| face.write(&mut pdf))?;

        let mut page = pdf.page(sheet);
        page.parent(pages)
            .media_box(drawing.media_box())
            .contents(content);
        let mut resources = page.resources();
        let mut named = resources.x_objects();
        for (name, id) in &pictures {
            named.pair(Name(name.as_bytes()), *id);
        }
        named.finish();
        let mut named = resources.fonts();
        for face in &faces {
            named.pair(face.name(), face.id());
        }
        named.finish();
        resources.finish();
        page.finish();
        pdf.stream(content, &drawing.content.finish());
        Ok(pdf.finish())
    }
}

/// The operators that draw a page. Converts from pixels with y down to points with y up.
struct Drawing {
    content: Content,
    /// In pixels.
    size: (f32, f32),
    points: f32,
}

impl Drawing {
    /// A drawing with the background of the page.
    fn of(page: &Page) -> Drawing {
        let size = (page.width as f32, page.height as f32);
        let points = (PER_INCH / page.per_inch.unwrap_or(CSS_PER_INCH)) as f32;
        let mut drawing = Drawing {
            content: Content::new(),
            size,
            points: points.min(MAX_SIDE / size.0.max(size.1)),
        };
        if let Some(colour) = page.ground.colour() {
            drawing.rectangle((0, 0), (page.width, page.height), colour);
        }
        drawing
    }

    fn media_box(&self) -> Rect {
        let points = |pixels: f32| (pixels * self.points).min(MAX_SIDE);
        Rect::new(0.0, 0.0, points(self.size.0), points(self.size.1))
    }

    /// The lower left corner, the width and the height of a box, in points.
    fn bounds(&self, (x, y): (u32, u32), (width, height): (u32, u32)) -> [f32; 4] {
        let bottom = self.size.1 - (y + height) as f32;
        [x as f32, bottom, width as f32, height as f32].map(|pixels| pixels * self.points)
    }

    fn fill(&mut self, colour: [u8; 3]) {
        let [red, green, blue] = colour.map(|channel| f32::from(channel) / 255.0);
        self.content.set_fill_rgb(red, green, blue);
    }

    fn rectangle(&mut self, at: (u32, u32), size: (u32, u32), colour: [u8; 3]) {
        let [x, y, width, height] = self.bounds(at, size);
        self.fill(colour);
        self.content.rect(x, y, width, height).fill_nonzero();
    }

    fn picture(&mut self, name: &str, at: (u32, u32), size: (u32, u32)) {
        let [x, y, width, height] = self.bounds(at, size);
        self.content
            .save_state()
            .transform([width, 0.0, 0.0, height, x, y])
            .x_object(Name(name.as_bytes()))
            .restore_state();
    }

    fn text(&mut self, run: &Run, face: &mut Face) {
        let shown = face.encode(&run.text);
        self.fill(run.style.colour);
        if !shown.complete {
            // The font lacks a character, so the text cannot be derived from the glyphs.
            self.content
                .begin_marked_content_with_properties(Name(b"Span"))
                .properties()
                .actual_text(TextStr(&run.text));
        }
        let baseline = self.size.1 - run.baseline();
        self.content
            .begin_text()
            .set_font(face.name(), run.style.em * self.points)
            .next_line(run.left() * self.points, baseline * self.points)
            .show(Str(&shown.codes))
            .end_text();
        if !shown.complete {
            self.content.end_marked_content();
        }
    }
}

/// Writes the pixels as filtered and compressed for PNG, which PDF can read.
fn write_picture(pdf: &mut Pdf, id: Ref, rgb: &RgbImage) -> io::Result<()> {
    let mut png = Vec::new();
    encode_png(rgb, &mut png)?;
    let (width, height) = (rgb.width() as i32, rgb.height() as i32);
    let deflated = deflated_rows(&png);
    let mut picture = pdf.image_xobject(id, &deflated);
    picture.filter(Filter::FlateDecode);
    picture
        .decode_parms()
        .predictor(Predictor::PngOptimum)
        .colors(3)
        .bits_per_component(8)
        .columns(width);
    picture.width(width).height(height).bits_per_component(8);
    picture.color_space().device_rgb();
    Ok(())
}

/// The concatenated content of a PNG's `IDAT` chunks.
fn deflated_rows(png: &[u8]) -> Vec<u8> {
    const SIGNATURE: usize = 8;
    let mut deflated = Vec::with_capacity(png.len());
    let mut rest = png.get(SIGNATURE..).unwrap_or_default();
    // Length, kind, content, checksum.
    while let Some((&[a, b, c, d, ref kind @ ..], after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let Some((content, after)) = after.split_at_checked(length) else {
            break;
        };
        if kind == b"IDAT" {
            deflated.extend_from_slice(content);
        }
        rest = after.get(4..).unwrap_or_default();
    }
    deflated
}
