//! Finding a name by some of its letters: the letters must come in their order, and names score
//! higher where they begin a word or stand together.

/// How well a text fits, and which of its letters did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub score: i32,
    /// Places in the text, in characters, rising.
    pub letters: Vec<usize>,
}

/// A letter at the beginning of a word, of the text, or right after the one before it.
const WORD: i32 = 8;
const FIRST: i32 = 4;
const TOGETHER: i32 = 6;
/// What each letter in between costs, and how many cost at all.
const GAP: i32 = 1;
const MAX_GAP: usize = 6;

/// How `query` fits `text`: every word of it by itself, in any order. `None` where one does not.
/// An empty query fits everything.
pub fn matched(query: &str, text: &str) -> Option<Match> {
    let letters: Vec<char> = text.chars().map(lower).collect();
    let mut all = Match {
        score: 0,
        letters: Vec::new(),
    };
    for word in query.split_whitespace() {
        let word: Vec<char> = word.chars().map(lower).collect();
        // Letters strewn over the text are no name that anyone remembers.
        let found = word_matched(&word, &letters).filter(|found| found.score >= 0)?;
        all.score += found.score;
        all.letters.extend(found.letters);
    }
    all.letters.sort_unstable();
    all.letters.dedup();
    Some(all)
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// The best way to lay the word's letters into the text.
fn word_matched(word: &[char], text: &[char]) -> Option<Match> {
    // Each column: the best score with this letter at that place, and the place of the one before.
    let mut columns: Vec<Vec<Option<(i32, usize)>>> = Vec::with_capacity(word.len());
    for letter in word {
        let before = columns.last();
        let column = (0..text.len()).map(|place| {
            if text[place] != *letter {
                return None;
            }
            let own = bonus(text, place);
            let Some(before) = before else {
                return Some((own - gap(place), place));
            };
            let ways = (0..place).filter_map(|from| {
                let (score, _) = before[from]?;
                let step = match place - from {
                    1 => TOGETHER,
                    more => -gap(more - 1),
                };
                Some((score + step + own, from))
            });
            ways.max_by_key(|(score, _)| *score)
        });
        columns.push(column.collect());
    }
    let last = columns.last()?;
    let (mut place, score) = last
        .iter()
        .enumerate()
        .filter_map(|(place, way)| Some((place, way.as_ref()?.0)))
        .max_by_key(|(place, score)| (*score, std::cmp::Reverse(*place)))?;
    let mut letters = vec![place];
    for column in columns[1..].iter().rev() {
        place = column[place]?.1;
        letters.push(place);
    }
    letters.reverse();
    Some(Match { score, letters })
}

fn bonus(text: &[char], place: usize) -> i32 {
    match place.checked_sub(1).map(|before| text[before]) {
        None => WORD + FIRST,
        Some(before) if !before.is_alphanumeric() => WORD,
        Some(_) => 0,
    }
}

fn gap(letters: usize) -> i32 {
    GAP * letters.min(MAX_GAP) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts that fit, best first.
    fn found<'a>(query: &str, texts: &[&'a str]) -> Vec<&'a str> {
        let mut fitting: Vec<_> = texts
            .iter()
            .filter_map(|text| Some((matched(query, text)?.score, *text)))
            .collect();
        fitting.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        fitting.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn letters_at_the_beginnings_of_words_win() {
        let texts = ["Copy composite", "Open image…", "Zoom in", "Open model…"];
        assert_eq!(found("om", &texts)[0], "Open model…");
        assert_eq!(found("oi", &texts)[0], "Open image…");
        assert_eq!(found("zi", &texts), ["Zoom in"]);
        assert_eq!(found("cc", &texts), ["Copy composite"]);
        assert_eq!(found("xq", &texts), [""; 0]);
        // There, but strewn.
        assert_eq!(found("rec", &["Fit: stretch"]), [""; 0]);
    }

    #[test]
    fn a_whole_word_wins_over_scattered_letters() {
        let texts = [
            "Previous class",
            "Next layer",
            "Export the layers",
            "Explain",
        ];
        assert_eq!(found("layer", &texts)[0], "Next layer");
        assert_eq!(found("class", &texts)[0], "Previous class");
    }

    #[test]
    fn words_may_come_in_any_order_and_case() {
        assert_eq!(
            found("LAYER next", &["Next layer", "Next class"]),
            ["Next layer"]
        );
        assert_eq!(found("  ", &["a", "b"]).len(), 2);
    }

    #[test]
    fn the_letters_found_are_told() {
        let fit = matched("nela", "Next layer").unwrap();
        assert_eq!(fit.letters, [0, 1, 5, 6]);
        let fit = matched("über", "Größe ÜBERALL").unwrap();
        assert_eq!(fit.letters, [6, 7, 8, 9]);
    }
}
