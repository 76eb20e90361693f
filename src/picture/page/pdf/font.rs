//! The fonts of a PDF: the glyphs that are used, and a table from glyphs back to characters.

use std::collections::BTreeMap;
use std::io;

use ab_glyph::Font;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use crate::picture::page::text::Weight;

/// PDF measures fonts in 1/1000 em.
const PER_EM: f32 = 1000.0;

const IDENTITY: SystemInfo = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// One weight of the font, with the glyphs that are used.
pub(super) struct Face {
    pub weight: Weight,
    glyphs: GlyphRemapper,
    /// The characters by the number of their glyph in the file.
    characters: BTreeMap<u16, char>,
    /// The objects of the font, its descendant, descriptor, file and table of characters.
    ids: [Ref; 5],
}

/// A line of text as glyphs.
pub(super) struct Shown {
    /// Two bytes per glyph.
    pub codes: Vec<u8>,
    /// Whether the font has a glyph for every character.
    pub complete: bool,
}

impl Face {
    pub fn new(weight: Weight, next: &mut Ref) -> Face {
        Face {
            weight,
            glyphs: GlyphRemapper::new(),
            characters: BTreeMap::new(),
            ids: [(); 5].map(|()| next.bump()),
        }
    }

    /// Its name in the resources of the page.
    pub fn name(&self) -> Name<'static> {
        match self.weight {
            Weight::Regular => Name(b"Regular"),
            Weight::Medium => Name(b"Medium"),
        }
    }

    pub fn id(&self) -> Ref {
        self.ids[0]
    }

    /// Encodes `text` and adds its glyphs to the file.
    pub fn encode(&mut self, text: &str) -> Shown {
        let mut shown = Shown {
            codes: Vec::with_capacity(2 * text.len()),
            complete: true,
        };
        for c in text.chars() {
            let glyph = self.weight.font().glyph_id(c).0;
            let code = self.glyphs.remap(glyph);
            if glyph == 0 {
                shown.complete = false;
            } else {
                self.characters.entry(code).or_insert(c);
            }
            shown.codes.extend(code.to_be_bytes());
        }
        shown
    }

    /// Writes the font with the glyphs that were encoded.
    pub fn write(&self, pdf: &mut Pdf) -> io::Result<()> {
        let [font, descendant, descriptor, file, to_unicode] = self.ids;
        // Six letters and a plus mark a subset of a font.
        let base_font = match self.weight {
            Weight::Regular => Name(b"GRDCAM+Roboto-Regular"),
            Weight::Medium => Name(b"GRDCAM+Roboto-Medium"),
        };
        pdf.type0_font(font)
            .base_font(base_font)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(descendant)
            .to_unicode(to_unicode);
        let mut cid_font = pdf.cid_font(descendant);
        cid_font
            .subtype(CidFontType::Type2)
            .base_font(base_font)
            .system_info(IDENTITY)
            .font_descriptor(descriptor)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        cid_font.widths().consecutive(0, self.widths());
        drop(cid_font);
        self.describe(pdf, descriptor, base_font, file);

        let subset =
            subsetter::subset(self.weight.file(), 0, &self.glyphs).map_err(io::Error::other)?;
        let length = i32::try_from(subset.len()).map_err(io::Error::other)?;
        pdf.stream(file, &subset).pair(Name(b"Length1"), length);

        let mut table = UnicodeCmap::new(Name(b"Characters"), IDENTITY);
        for (&code, &c) in &self.characters {
            table.pair(code, c);
        }
        pdf.cmap(to_unicode, &table.finish());
        Ok(())
    }

    /// The advance of each glyph, in 1/1000 em.
    fn widths(&self) -> impl Iterator<Item = f32> {
        let font = self.weight.font();
        let glyphs = self.glyphs.remapped_gids();
        glyphs
            .map(move |glyph| font.h_advance_unscaled(ab_glyph::GlyphId(glyph)) * self.thousandth())
    }

    fn describe(&self, pdf: &mut Pdf, id: Ref, base_font: Name, file: Ref) {
        let font = self.weight.font();
        let thousandth = self.thousandth();
        let (ascent, descent) = (
            font.ascent_unscaled() * thousandth,
            font.descent_unscaled() * thousandth,
        );
        pdf.font_descriptor(id)
            .name(base_font)
            .flags(FontFlags::SYMBOLIC)
            // Large enough for every glyph of Roboto.
            .bbox(Rect::new(-PER_EM, descent, 2.0 * PER_EM, ascent))
            .italic_angle(0.0)
            .ascent(ascent)
            .descent(descent)
            .cap_height(711.0)
            // Only used for a substitute font; ours is embedded.
            .stem_v(80.0)
            .font_file2(file);
    }

    fn thousandth(&self) -> f32 {
        PER_EM / self.weight.font().units_per_em().unwrap_or(PER_EM)
    }
}
