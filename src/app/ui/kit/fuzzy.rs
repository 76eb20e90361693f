//! Fuzzy search with `nucleo`, the matcher of the Helix editor. On top of it, matches whose letters
//! are scattered over the text are rejected.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// How well a text matches, and which of its characters matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Higher is better.
    pub score: u32,
    /// Indices of the matched characters, in ascending order.
    pub letters: Vec<usize>,
}

/// A search query.
pub struct Query {
    words: Vec<Atom>,
    matcher: Matcher,
}

impl Query {
    pub fn new(text: &str) -> Query {
        let word = |word: &str| {
            let (case, marks) = (CaseMatching::Ignore, Normalization::Smart);
            Atom::new(word, case, marks, AtomKind::Fuzzy, false)
        };
        Query {
            words: text.split_whitespace().map(word).collect(),
            matcher: Matcher::new(Config::DEFAULT),
        }
    }

    /// Matches every word of the query against `text`, in any order. `None` if a word does not
    /// match. An empty query matches everything.
    pub fn matched(&mut self, text: &str) -> Option<Match> {
        let mut buffer = Vec::new();
        // Letters are counted as `char`s: `Utf32Str::new` would count combined ones together.
        let text = if text.is_ascii() {
            Utf32Str::Ascii(text.as_bytes())
        } else {
            buffer.extend(text.chars());
            Utf32Str::Unicode(&buffer)
        };
        let mut all = Match {
            score: 0,
            letters: Vec::new(),
        };
        for word in &self.words {
            let mut letters = Vec::new();
            let score = word.indices(text, &mut self.matcher, &mut letters)?;
            if is_scattered(text, &letters) {
                return None;
            }
            all.score += u32::from(score);
            all.letters
                .extend(letters.iter().map(|&index| index as usize));
        }
        all.letters.sort_unstable();
        all.letters.dedup();
        Some(all)
    }
}

/// Whether the letters are neither contiguous nor start at the beginning of a word. Nobody
/// remembers a name by such letters.
fn is_scattered(text: Utf32Str<'_>, letters: &[u32]) -> bool {
    let together = letters.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    let begins_word = letters.first().is_none_or(|&first| {
        let before = first.checked_sub(1).map(|index| text.get(index));
        before.is_none_or(|before| !before.is_alphanumeric())
    });
    !together && !begins_word
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts that match, best first.
    fn found<'a>(query: &str, texts: &[&'a str]) -> Vec<&'a str> {
        let mut fitting: Vec<_> = texts
            .iter()
            .filter_map(|text| Some((Query::new(query).matched(text)?.score, *text)))
            .collect();
        fitting.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        fitting.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn letters_at_the_start_of_words_score_higher() {
        let texts = ["Copy composite", "Open image…", "Zoom in", "Open model…"];
        assert_eq!(found("om", &texts)[0], "Open model…");
        assert_eq!(found("oi", &texts)[0], "Open image…");
        assert_eq!(found("zi", &texts), ["Zoom in"]);
        assert_eq!(found("cc", &texts), ["Copy composite"]);
        assert_eq!(found("xq", &texts), [""; 0]);
        // All letters are present, but scattered.
        assert_eq!(found("rec", &["Fit: stretch"]), [""; 0]);
    }

    #[test]
    fn a_whole_word_scores_higher_than_scattered_letters() {
        let texts = [
            "Previous class",
            "Next layer",
            "Export the layers",
            "Target",
        ];
        assert_eq!(found("layer", &texts)[0], "Next layer");
        assert_eq!(found("class", &texts)[0], "Previous class");
    }

    #[test]
    fn matches_words_in_any_order_and_case() {
        assert_eq!(
            found("LAYER next", &["Next layer", "Next class"]),
            ["Next layer"]
        );
        assert_eq!(found("  ", &["a", "b"]).len(), 2);
    }

    #[test]
    fn returns_the_letters_that_matched() {
        let fit = Query::new("nela").matched("Next layer").unwrap();
        assert_eq!(fit.letters, [0, 1, 5, 6]);
        let fit = Query::new("über").matched("Größe ÜBERALL").unwrap();
        assert_eq!(fit.letters, [6, 7, 8, 9]);
    }
}
