//! The elements of a DICOM file that matter for its pixels.
//!
//! Lengths are never believed: every value is a part of the file's bytes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use super::syntax;
use super::tags::{PIXELS, TRANSFER_SYNTAX, Tag};

/// Sequences that say of all frames, or of each, what others say at the top.
const GROUPS: [Tag; 4] = [0x5200_9229, 0x5200_9230, 0x0028_9132, 0x0028_9145];
const ITEM: Tag = 0xfffe_e000;
const ITEM_ENDS: Tag = 0xfffe_e00d;
const SEQUENCE_ENDS: Tag = 0xfffe_e0dd;
const UNDEFINED: u32 = u32::MAX;
const MOST_NESTED: usize = 32;
/// The most bytes that a deflated file may become.
const MOST_INFLATED: u64 = if cfg!(fuzzing) {
    100_000_000
} else {
    2_000_000_000
};

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    EndsEarly,
    Damaged(String),
    Unsupported(String),
}

/// The elements by their tags.
#[derive(Debug)]
pub(super) struct Dataset<'a> {
    bytes: Cow<'a, [u8]>,
    /// Where the value of each begins and ends.
    places: HashMap<Tag, (usize, usize)>,
    /// The parts of compressed pixels, without the table of offsets.
    pub fragments: Vec<(usize, usize)>,
    /// Where the frames begin among the fragments, as the file says.
    pub offsets: Vec<u32>,
    pub syntax: String,
    big_endian: bool,
}

impl<'a> Dataset<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Dataset<'a>, Wrong> {
        let start = if bytes.get(128..132) == Some(b"DICM") {
            132
        } else {
            0
        };
        let mut head = Walk::new(bytes, start, true, false);
        let mut syntax = None;
        // The first group is always written in this way.
        while head.bytes.get(head.at..head.at + 2) == Some(&[2, 0]) {
            let element = head.element()?;
            let end = head.end_of(&element)?;
            if element.tag == TRANSFER_SYNTAX {
                let value = bytes.get(element.start..end).unwrap_or_default();
                syntax = Some(words(value));
            }
            head.at = end;
        }
        let at = head.at;
        let is_explicit = bytes.get(at + 4..at + 6).is_some_and(is_representation);
        let guessed = if is_explicit {
            syntax::EXPLICIT
        } else {
            syntax::IMPLICIT
        };
        let syntax = syntax.unwrap_or_else(|| guessed.to_owned());
        let (explicit, big_endian) = match syntax.as_str() {
            syntax::IMPLICIT => (false, false),
            syntax::BIG_ENDIAN => (true, true),
            _ => (true, false),
        };
        let (bytes, at) = if syntax == syntax::DEFLATED {
            let mut inflated = Vec::new();
            let packed = bytes.get(at..).unwrap_or_default();
            let mut rest = flate2::read::DeflateDecoder::new(packed).take(MOST_INFLATED);
            let done = rest.read_to_end(&mut inflated);
            done.map_err(|_| Wrong::Damaged("what is deflated cannot be unpacked".into()))?;
            (Cow::Owned(inflated), 0)
        } else {
            (Cow::Borrowed(bytes), at)
        };
        let mut walk = Walk::new(&bytes, at, explicit, big_endian);
        walk.elements(bytes.len(), 0, true)?;
        let Walk {
            places,
            fragments,
            offsets,
            ..
        } = walk;
        Ok(Dataset {
            bytes,
            places,
            fragments,
            offsets,
            syntax,
            big_endian,
        })
    }

    pub fn value(&self, tag: Tag) -> Option<&[u8]> {
        let (start, end) = self.places.get(&tag)?;
        self.bytes.get(*start..*end)
    }

    pub fn has(&self, tag: Tag) -> bool {
        self.places.contains_key(&tag)
    }

    pub fn fragment(&self, index: usize) -> Option<&[u8]> {
        let (start, end) = self.fragments.get(index)?;
        self.bytes.get(*start..*end)
    }

    pub fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// A number of 16 bits.
    pub fn short(&self, tag: Tag) -> Option<u16> {
        self.shorts(tag)?.first().copied()
    }

    pub fn shorts(&self, tag: Tag) -> Option<Vec<u16>> {
        let pairs = self.value(tag)?.chunks_exact(2);
        let number = |pair: &[u8]| {
            if self.big_endian {
                u16::from_be_bytes([pair[0], pair[1]])
            } else {
                u16::from_le_bytes([pair[0], pair[1]])
            }
        };
        Some(pairs.map(number).collect())
    }

    pub fn text(&self, tag: Tag) -> Option<String> {
        self.value(tag).map(words)
    }

    /// The first of numbers that are written in digits.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        let text = self.text(tag)?;
        let first = text.split('\\').next()?.trim().parse().ok()?;
        Some(first).filter(|number: &f64| number.is_finite())
    }
}

/// Text without what fills it up to an even length.
fn words(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.trim_matches(['\0', ' ']).to_owned()
}

/// Whether two bytes are the name of a value representation.
fn is_representation(bytes: &[u8]) -> bool {
    bytes.len() == 2 && bytes.iter().all(u8::is_ascii_uppercase)
}

struct Element {
    tag: Tag,
    start: usize,
    /// `None` if it ends with a mark.
    length: Option<u32>,
    is_sequence: bool,
    /// Whether what it contains is written without representations.
    is_unknown: bool,
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    explicit: bool,
    big_endian: bool,
    places: HashMap<Tag, (usize, usize)>,
    fragments: Vec<(usize, usize)>,
    offsets: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], at: usize, explicit: bool, big_endian: bool) -> Walk<'a> {
        Walk {
            bytes,
            at,
            explicit,
            big_endian,
            places: HashMap::new(),
            fragments: Vec::new(),
            offsets: Vec::new(),
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Wrong> {
        let end = self.at.checked_add(N).ok_or(Wrong::EndsEarly)?;
        let taken = self.bytes.get(self.at..end).ok_or(Wrong::EndsEarly)?;
        self.at = end;
        taken.try_into().map_err(|_| Wrong::EndsEarly)
    }

    fn short(&mut self) -> Result<u16, Wrong> {
        let bytes = self.take()?;
        Ok(if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn long(&mut self) -> Result<u32, Wrong> {
        let bytes = self.take()?;
        Ok(if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    fn element(&mut self) -> Result<Element, Wrong> {
        let tag = u32::from(self.short()?) << 16 | u32::from(self.short()?);
        let is_mark = matches!(tag, ITEM | ITEM_ENDS | SEQUENCE_ENDS);
        let (length, representation) = if self.explicit && !is_mark {
            let representation: [u8; 2] = self.take()?;
            if !is_representation(&representation) {
                let name = name_of(tag);
                return Err(Wrong::Damaged(format!(
                    "the element {name} has no representation"
                )));
            }
            let length = match &representation {
                b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN"
                | b"UR" | b"UT" | b"UV" => {
                    let _reserved = self.short()?;
                    self.long()?
                }
                _ => u32::from(self.short()?),
            };
            (length, Some(representation))
        } else {
            (self.long()?, None)
        };
        let length = Some(length).filter(|length| *length != UNDEFINED);
        let is_pixels = tag == PIXELS;
        Ok(Element {
            tag,
            start: self.at,
            length,
            is_sequence: !is_pixels
                && (representation.as_ref() == Some(b"SQ")
                    || length.is_none()
                    || GROUPS.contains(&tag)),
            is_unknown: representation.as_ref() == Some(b"UN"),
        })
    }

    /// Where an element of a stated length ends.
    fn end_of(&self, element: &Element) -> Result<usize, Wrong> {
        let length = element.length.unwrap_or(UNDEFINED) as usize;
        let end = element.start.checked_add(length);
        end.filter(|end| *end <= self.bytes.len()).ok_or_else(|| {
            if element.tag == PIXELS {
                return Wrong::EndsEarly;
            }
            let name = name_of(element.tag);
            Wrong::Damaged(format!(
                "the element {name} is said to have {length} bytes, more than are left"
            ))
        })
    }

    /// Takes in elements up to `end`, or a mark. Those in sequences count where they are about frames, `wanted`.
    fn elements(&mut self, end: usize, depth: usize, wanted: bool) -> Result<(), Wrong> {
        while self.at < end {
            // Files are padded with zeros.
            let next = self.bytes.get(self.at..).unwrap_or_default();
            if depth == 0 && next.iter().take(8).all(|byte| *byte == 0) {
                return Ok(());
            }
            let element = self.element()?;
            match element.tag {
                ITEM_ENDS | SEQUENCE_ENDS => return Ok(()),
                PIXELS if element.length.is_none() => {
                    if depth > 0 {
                        // A small copy.
                        let mut copy = Walk::new(self.bytes, self.at, true, self.big_endian);
                        copy.fragments()?;
                        self.at = copy.at;
                        continue;
                    }
                    self.fragments()?;
                    self.places.insert(PIXELS, (element.start, element.start));
                    return Ok(());
                }
                _ if element.is_sequence => self.sequence(&element, depth, wanted)?,
                tag => {
                    let end = self.end_of(&element)?;
                    if wanted {
                        self.places.entry(tag).or_insert((element.start, end));
                    }
                    self.at = end;
                }
            }
        }
        Ok(())
    }

    fn sequence(&mut self, element: &Element, depth: usize, wanted: bool) -> Result<(), Wrong> {
        if wanted && depth == 0 {
            let place = (element.start, element.start);
            self.places.entry(element.tag).or_insert(place);
        }
        let is_wanted = wanted && GROUPS.contains(&element.tag);
        if element.length.is_some() && !is_wanted {
            self.at = self.end_of(element)?;
            return Ok(());
        }
        if depth == MOST_NESTED {
            return Err(Wrong::Damaged(
                "sequences within sequences without end".into(),
            ));
        }
        let end = match element.length {
            Some(_) => self.end_of(element)?,
            None => self.bytes.len(),
        };
        let explicit = self.explicit;
        self.explicit &= !element.is_unknown;
        let mut is_first = true;
        while self.at < end {
            let item = self.element()?;
            match item.tag {
                SEQUENCE_ENDS => break,
                ITEM => {
                    let end = match item.length {
                        Some(_) => self.end_of(&item)?,
                        None => end,
                    };
                    if item.length.is_some() && !(is_wanted && is_first) {
                        self.at = end;
                    } else {
                        self.elements(end, depth + 1, is_wanted && is_first)?;
                    }
                    is_first = false;
                }
                tag => {
                    let name = name_of(tag);
                    return Err(Wrong::Damaged(format!(
                        "{name} where an item of a sequence should be"
                    )));
                }
            }
        }
        self.explicit = explicit;
        Ok(())
    }

    /// The parts of compressed pixels.
    fn fragments(&mut self) -> Result<(), Wrong> {
        let mut is_first = true;
        loop {
            let item = self.element()?;
            match item.tag {
                ITEM => {
                    let end = self.end_of(&item).map_err(|_| Wrong::EndsEarly)?;
                    if is_first {
                        while self.at + 4 <= end {
                            let offset = self.long()?;
                            self.offsets.push(offset);
                        }
                    } else {
                        self.fragments.push((item.start, end));
                    }
                    is_first = false;
                    self.at = end;
                }
                SEQUENCE_ENDS => return Ok(()),
                tag => {
                    let name = name_of(tag);
                    return Err(Wrong::Damaged(format!(
                        "{name} among the compressed pixels"
                    )));
                }
            }
        }
    }
}

fn name_of(tag: Tag) -> String {
    format!("({:04x},{:04x})", tag >> 16, tag & 0xffff)
}
