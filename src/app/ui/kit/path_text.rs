//! Long names in little room. The ends of a layer's path tell it from its neighbours, so what is left out is
//! what all share, then the letters of words, and only then a part in the middle.

use std::sync::Arc;

use egui::{Color32, FontId, Galley, Ui};

use super::text::line;

/// The length of what all paths begin with, up to and with a dot; 0 where a single path is left.
pub fn common_prefix<'a>(mut paths: impl Iterator<Item = &'a str>) -> usize {
    let Some(first) = paths.next() else { return 0 };
    let mut end = first.rfind('.').map_or(0, |dot| dot + 1);
    let mut alone = true;
    for path in paths {
        alone = false;
        while !path.starts_with(&first[..end]) {
            end = first[..end.saturating_sub(1)]
                .rfind('.')
                .map_or(0, |dot| dot + 1);
        }
    }
    if alone { 0 } else { end }
}

/// A path that fits: whole, or with words from the left on as their first letters, or with the last one cut.
pub fn shortened(path: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(path) {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = path.split('.').collect();
    let last = parts.len() - 1;
    for index in 0..last {
        let part = parts[index];
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        let letter = part
            .char_indices()
            .nth(1)
            .map_or(part.len(), |(end, _)| end);
        if is_number || letter == part.len() {
            continue;
        }
        parts[index] = &part[..letter];
        let short = parts.join(".");
        if fits(&short) {
            return short;
        }
    }
    // The numbers in the middle tell blocks apart, so the last word is cut before them.
    let short = parts.join(".");
    let letters: Vec<(usize, char)> = parts[last].char_indices().collect();
    let start = short.len() - parts[last].len();
    for (kept, _) in letters.iter().skip(1).rev() {
        let cut = format!("{}…", &short[..start + kept]);
        if fits(&cut) {
            return cut;
        }
    }
    middle_elided(&short, fits)
}

/// A text that fits, with a gap in the middle if need be. More of its end is kept than of its start.
pub fn middle_elided(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let with = |kept: usize| -> String {
        let head = kept * 2 / 5;
        let tail = letters.len() - (kept - head);
        let (head, tail) = (&letters[..head], &letters[tail..]);
        head.iter().chain(['…'].iter()).chain(tail).collect()
    };
    // The most letters that fit.
    let (mut least, mut most) = (0, letters.len().saturating_sub(1));
    while least < most {
        let kept = (least + most).div_ceil(2);
        if fits(&with(kept)) {
            least = kept;
        } else {
            most = kept - 1;
        }
    }
    with(least)
}

/// A line with the path of a layer, [`shortened`] to this width.
pub fn path_line(ui: &Ui, path: &str, font: FontId, colour: Color32, width: f32) -> Arc<Galley> {
    let fits = |text: &str| !line(ui, text, font.clone(), colour, width).elided;
    let text = shortened(path, fits);
    line(ui, &text, font.clone(), colour, width)
}

/// A line with a gap in the middle where it is longer than this width. Returns whether it is.
pub fn middle_line(
    ui: &Ui,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
) -> (Arc<Galley>, bool) {
    let whole = line(ui, text, font.clone(), colour, width);
    if !whole.elided {
        return (whole, false);
    }
    let fits = |text: &str| !line(ui, text, font.clone(), colour, width).elided;
    let text = middle_elided(text, fits);
    (line(ui, &text, font.clone(), colour, width), true)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_all_paths_begin_with_is_left_out() {
        let prefix = |paths: &[&str]| common_prefix(paths.iter().copied());
        assert_eq!(prefix(&["model.net.stem", "model.net.blocks.0"]), 10);
        assert_eq!(prefix(&["model.net", "model.next.1"]), 6);
        assert_eq!(prefix(&["stem", "blocks.0"]), 0);
        assert_eq!(prefix(&["model.net.stem"]), 0);
        assert_eq!(prefix(&[]), 0);
    }

    #[test]
    fn words_lose_their_letters_before_anything_else() {
        let of = |path: &str, room: usize| shortened(path, |text| text.chars().count() <= room);
        assert_eq!(of("stages.0.blocks.1.attn", 30), "stages.0.blocks.1.attn");
        assert_eq!(of("stages.0.blocks.1.attn", 18), "s.0.blocks.1.attn");
        assert_eq!(of("stages.0.blocks.1.attn", 12), "s.0.b.1.attn");
        assert_eq!(of("stages.0.blocks.1.attention", 12), "s.0.b.1.att…");
        assert_eq!(of("layer", 4), "lay…");
        assert_eq!(of("größe.é.x", 6), "g.é.x");
        assert_eq!(of("abc", 0), "…");
    }

    #[test]
    fn no_two_blocks_of_a_transformer_read_alike() {
        let paths = (0..4).flat_map(|stage| {
            (0..12)
                .map(move |block| format!("encoder.stage.{stage}.layer.{block}.attention.output"))
        });
        let short: Vec<String> = paths
            .map(|path| shortened(&path, |text| text.chars().count() <= 15))
            .collect();
        let unique: HashSet<&String> = short.iter().collect();
        assert_eq!(unique.len(), short.len(), "{short:?}");
    }
}
