use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::Rgb;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::text::Weight;
use super::*;
use crate::picture::write::encode_png;

const STYLE: Style = Style {
    weight: Weight::Regular,
    em: 20.0,
    colour: [32; 3],
};

/// A box on a page: left, top, right, bottom.
type Bounds = (f32, f32, f32, f32);

/// Fails unless everything is on the page, within the margins, and nothing overlaps.
#[track_caller]
pub(crate) fn assert_well_laid_out(page: &Page, about: &str) {
    assert_laid_out_within(page, 8.0, about);
}

/// [`assert_well_laid_out`] with margins of this many pixels.
#[track_caller]
pub(crate) fn assert_laid_out_within(page: &Page, margin: f32, about: &str) {
    let boxes: Vec<(String, Bounds)> = page.items.iter().filter_map(bounds).collect();
    for (what, (left, top, right, bottom)) in &boxes {
        assert!(
            *left >= margin
                && *top >= margin
                && *right <= page.width as f32 - margin
                && *bottom <= page.height as f32 - margin,
            "{about}: {what} at {left}, {top} … {right}, {bottom} leaves the page of {} × {}",
            page.width,
            page.height
        );
    }
    for (i, (what, a)) in boxes.iter().enumerate() {
        for (other, b) in &boxes[i + 1..] {
            let apart = a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1;
            assert!(apart, "{about}: {what} {a:?} lies over {other} {b:?}");
        }
    }
}

/// What an item covers; `None` for the frame around the colours of a legend.
fn bounds(item: &Item) -> Option<(String, Bounds)> {
    match item {
        Item::Picture { x, y, rgb } => {
            let (right, bottom) = (x + rgb.width(), y + rgb.height());
            let what = format!("a picture of {:?}", rgb.dimensions());
            Some((what, (*x as f32, *y as f32, right as f32, bottom as f32)))
        }
        Item::Rectangle { .. } => None,
        Item::Text(run) => {
            let baseline = run.y + run.style.ascent();
            let below = baseline + run.style.em * 0.2;
            let right = run.left() + run.width();
            Some((
                format!("“{}”", run.text),
                // Half a pixel may be lost when a width is rounded down.
                (run.left(), run.y, right - 0.5, below),
            ))
        }
    }
}

/// The text on a page, in order.
pub(crate) fn words(page: &Page) -> Vec<String> {
    let runs = page.items.iter().filter_map(|item| match item {
        Item::Text(run) => Some(run.text.clone()),
        _ => None,
    });
    runs.collect()
}

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([x as u8 * 3, y as u8 * 5, (x * y) as u8])
    })
}

fn page() -> Page {
    let medium = Style {
        weight: Weight::Medium,
        colour: [200, 0, 0],
        ..STYLE
    };
    let items = vec![
        Item::Rectangle {
            x: 10,
            y: 10,
            width: 60,
            height: 50,
            colour: [1, 2, 3],
        },
        Item::Picture {
            x: 20,
            y: 12,
            rgb: picture(40, 30),
        },
        Item::Text(Run::new(100.0, 20.0, "cat & <dog>", STYLE)),
        Item::Text(Run::new(290.0, 60.0, "−14.2 “größer”", medium).anchored(Anchor::End)),
        Item::Text(Run::new(200.0, 100.0, "猫\u{7}ok", STYLE).anchored(Anchor::Middle)),
    ];
    Page::new((300, 140), "A title: cat & dog", items)
}

fn svg(page: &Page) -> String {
    let mut bytes = Vec::new();
    page.write_as(Format::Svg, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
#[should_panic(expected = "lies over")]
fn detects_text_over_an_image() {
    let mut page = page();
    page.items
        .push(Item::Text(Run::new(50.0, 40.0, "x", STYLE)));
    assert_well_laid_out(&page, "made wrong");
}

#[test]
#[should_panic(expected = "leaves the page")]
fn detects_text_beyond_the_edge() {
    let mut page = page();
    page.items
        .push(Item::Text(Run::new(250.0, 20.0, "too far", STYLE)));
    assert_well_laid_out(&page, "made wrong");
}

#[test]
fn draws_items_in_order() {
    let rgb = page().rgb();
    assert_eq!(rgb.dimensions(), (300, 140));
    assert_eq!(rgb.get_pixel(0, 0).0, [255; 3]);
    assert_eq!(rgb.get_pixel(11, 11).0, [1, 2, 3]);
    assert_eq!(rgb.get_pixel(70, 60).0, [255; 3]);
    let part = image::imageops::crop_imm(&rgb, 20, 12, 40, 30).to_image();
    assert_eq!(part, picture(40, 30));
    // The second line ends at its anchor.
    let inked: Vec<u32> = rgb
        .enumerate_pixels()
        .filter(|(_, y, pixel)| (60..80).contains(y) && pixel.0[1] < 100)
        .map(|(x, _, _)| x)
        .collect();
    let last = inked.iter().max().unwrap();
    assert!((280..=290).contains(last), "{last}");
}

#[test]
fn writes_svg_with_text_and_embedded_images() {
    let page = page();
    let text = svg(&page);
    let mut reader = Reader::from_str(&text);
    let (mut said, mut pictures, mut depth) = (Vec::new(), Vec::new(), 0);
    let mut line = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(_) => {
                depth += 1;
                line.clear();
            }
            Event::Text(part) => line.push_str(&part.decode().unwrap()),
            Event::GeneralRef(name) => {
                let name = name.decode().unwrap();
                let c = quick_xml::escape::resolve_predefined_entity(&name).unwrap();
                line.push_str(c);
            }
            Event::End(end) => {
                depth -= 1;
                if end.name().as_ref() == b"text" {
                    said.push(line.clone());
                }
            }
            Event::Empty(empty) if empty.name().as_ref() == b"image" => {
                let href = empty.try_get_attribute("xlink:href").unwrap().unwrap();
                let href = String::from_utf8(href.value.into_owned()).unwrap();
                let data = href.strip_prefix("data:image/png;base64,").unwrap();
                let png = STANDARD.decode(data).unwrap();
                pictures.push(image::load_from_memory(&png).unwrap().into_rgb8());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    assert_eq!(said, words(&page));
    assert_eq!(said[2], "猫 ok");
    assert_eq!(pictures, [picture(40, 30)]);
}

/// A font that is wider than Roboto must not make a line overlap its neighbour.
#[test]
fn states_the_width_of_svg_text() {
    let text = svg(&page());
    let width = format!("textLength=\"{:.2}\"", STYLE.width("cat & <dog>"));
    assert!(text.contains(&width), "{text}");
    assert!(text.contains("text-anchor=\"end\""), "{text}");
    assert!(text.contains("font-weight=\"500\""), "{text}");
}

/// The bytes of a PDF string in parentheses.
fn unescaped(string: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = string.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let octal = rest.iter().take_while(|byte| byte.is_ascii_digit());
        let taken = match octal.count().min(3) {
            0 => {
                let named = b"nrtbf".iter().position(|name| *name == rest[0]);
                bytes.push(named.map_or(rest[0], |at| b"\n\r\t\x08\x0c"[at]));
                1
            }
            digits => {
                let octal = str::from_utf8(&rest[..digits]).unwrap();
                bytes.push(u8::from_str_radix(octal, 8).unwrap());
                digits
            }
        };
        rest = &rest[taken..];
    }
    bytes
}

/// The text of a PDF, read back through its own table of characters.
fn read_back(pdf: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(pdf);
    // The tables are in the order of the fonts.
    let tables: Vec<Vec<(u16, char)>> = text
        .split("beginbfchar")
        .skip(1)
        .map(|table| {
            let (table, _) = table.split_once("endbfchar").unwrap();
            let pairs = table.lines().filter_map(|line| {
                let (code, c) = line.strip_prefix('<')?.split_once("> <")?;
                let code = u16::from_str_radix(code, 16).ok()?;
                let c = u32::from_str_radix(c.strip_suffix('>')?, 16).ok()?;
                Some((code, char::from_u32(c)?))
            });
            pairs.collect()
        })
        .collect();
    let mut font = 0;
    let mut said = Vec::new();
    for line in text.lines() {
        if line.ends_with(" Tf") {
            font = usize::from(line.starts_with("/Medium"));
        } else if let Some(shown) = line.strip_suffix(") Tj") {
            let bytes = unescaped(shown.trim_start_matches('('));
            let words = bytes.chunks_exact(2).map(|pair| {
                let code = u16::from_be_bytes([pair[0], pair[1]]);
                let known = tables[font].iter().find(|(known, _)| *known == code);
                known.map_or('?', |(_, c)| *c)
            });
            said.push(words.collect());
        }
    }
    said
}

#[test]
fn writes_pdf_whose_text_reads_back() {
    let page = page();
    let pdf = page.pdf().unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.starts_with("%PDF-1."));
    assert!(text.trim_end().ends_with("%%EOF"));
    assert_eq!(text.matches("/Count 1\n").count(), 1);
    assert_eq!(text.matches("/FontFile2 ").count(), 2);
    assert_eq!(text.matches("/Subtype /Image").count(), 1);
    // 300 × 140 pixels of CSS.
    assert!(text.contains("/MediaBox [0 0 225 105]"), "{text}");
    assert_eq!(
        read_back(&pdf),
        ["cat & <dog>", "−14.2 “größer”", "? ok"],
        "the font lacks 猫"
    );
    assert_eq!(text.matches("/ActualText").count(), 1);
    assert_eq!(pdf, page.pdf().unwrap(), "the same page, the same bytes");
}

#[test]
fn limits_the_sheet_to_what_readers_accept() {
    let page = Page::new((40_000, 10), "long", Vec::new());
    let pdf = page.pdf().unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("/MediaBox [0 0 14400 3.6"), "{text}");
}

#[test]
fn chooses_the_format_by_the_extension() {
    let folder = tempfile::tempdir().unwrap();
    for (name, start) in [
        ("a.png", b"\x89PNG".as_slice()),
        ("a.PDF", b"%PDF"),
        ("a.svg", b"<?xml"),
    ] {
        let path = folder.path().join(name);
        page().write(&path).unwrap();
        assert!(std::fs::read(&path).unwrap().starts_with(start), "{name}");
    }
    for name in ["a", "a.jpg", "pdf", ".pdf"] {
        let path = folder.path().join(name);
        let error = page().write(&path).unwrap_err();
        assert_eq!(error, crate::picture::Error::UnknownExtension { path });
    }
    assert_eq!("PNG".parse(), Ok(Format::Png));
    let error = "gif".parse::<Format>().unwrap_err().to_string();
    assert!(error.contains("png, svg, pdf"), "{error}");
}

#[test]
fn writes_png_with_the_pixels_of_the_page() {
    let mut bytes = Vec::new();
    page().write_as(Format::Png, &mut bytes).unwrap();
    let mut expected = Vec::new();
    encode_png(&page().rgb(), &mut expected).unwrap();
    assert_eq!(bytes, expected);
    let read = image::ImageReader::new(Cursor::new(bytes));
    let read = read.with_guessed_format().unwrap().decode().unwrap();
    assert_eq!(read.into_rgb8(), page().rgb());
}

/// A page of 85 mm at 300 pixels in an inch.
fn printed(ground: Ground) -> Page {
    let mut page = page();
    (page.width, page.height) = (1004, 500);
    page.per_inch = Some(1004.0 / 85.0 * 25.4);
    page.ground = ground;
    page
}

#[test]
fn has_its_size_on_paper_in_every_format() {
    let page = printed(Ground::White);
    let text = svg(&page);
    assert!(
        text.contains(r#"width="85.000mm" height="42.331mm" viewBox="0 0 1004 500""#),
        "{text}"
    );
    let pdf = page.pdf().unwrap();
    let text = String::from_utf8_lossy(&pdf);
    // 85 mm are 240.945 points.
    let (_, sides) = text.split_once("/MediaBox [0 0 ").unwrap();
    let (sides, _) = sides.split_once(']').unwrap();
    let sides: Vec<f64> = sides.split(' ').map(|side| side.parse().unwrap()).collect();
    assert!(
        (sides[0] - 240.945).abs() < 0.001 && (sides[1] - 119.993).abs() < 0.001,
        "{sides:?}"
    );
    // 20 pixels are 4.8 points.
    let size = text.lines().find(|line| line.ends_with(" Tf")).unwrap();
    let size: f64 = size.split(' ').nth(1).unwrap().parse().unwrap();
    assert!((size - 4.8).abs() < 0.001, "{size}");
    let mut png = Vec::new();
    page.write_as(Format::Png, &mut png).unwrap();
    let at = png.windows(4).position(|name| name == b"pHYs").unwrap();
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    // Pixels in a metre.
    assert_eq!(
        (number(at + 4), number(at + 8), png[at + 12]),
        (11812, 11812, 1)
    );
    assert!(!png_of(&self::page()).windows(4).any(|name| name == b"pHYs"));
}

fn png_of(page: &Page) -> Vec<u8> {
    let mut png = Vec::new();
    page.write_as(Format::Png, &mut png).unwrap();
    png
}

#[test]
fn a_transparent_page_has_nothing_behind_its_items() {
    let page = printed(Ground::Transparent);
    let read = image::load_from_memory(&png_of(&page)).unwrap();
    assert_eq!(read.color(), image::ColorType::Rgba8);
    let read = read.into_rgba8();
    assert_eq!(read.get_pixel(0, 0).0, [0; 4]);
    assert_eq!(read.get_pixel(11, 11).0, [1, 2, 3, 255]);
    // Over white it is the same as the white page, to a level at the edges of letters.
    let white = printed(Ground::White).rgb();
    for (x, y, pixel) in read.enumerate_pixels() {
        let alpha = f32::from(pixel.0[3]) / 255.0;
        for channel in 0..3 {
            let over = f32::from(pixel.0[channel]) * alpha + 255.0 * (1.0 - alpha);
            let apart = (over - f32::from(white.get_pixel(x, y).0[channel])).abs();
            assert!(apart <= 1.5, "{apart} at {x}, {y}");
        }
    }
    // Neither format has a rectangle of the size of the page.
    let rectangles = |page: &Page| svg(page).matches("<rect").count();
    assert_eq!(rectangles(&page) + 1, rectangles(&printed(Ground::White)));
    let fills = |page: &Page| {
        let pdf = page.pdf().unwrap();
        String::from_utf8_lossy(&pdf).matches(" re\nf\n").count()
    };
    assert_eq!(fills(&page) + 1, fills(&printed(Ground::White)));
}
