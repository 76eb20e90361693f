//! Lists and tables in the notation of Python or JSON, as exporters write them into a file's notes.

/// The texts of `['a', "b"]` or of `{0: 'a', 1: "b"}`, of the latter in the order of their numbers.
/// `None` for anything else.
pub fn texts(written: &str) -> Option<Vec<String>> {
    let written = written.trim();
    let (open, inside) = (written.chars().next()?, written.get(1..)?);
    let mut reader = Reader { rest: inside };
    let close = match open {
        '[' => ']',
        '(' => ')',
        '{' => '}',
        _ => return None,
    };
    let mut found: Vec<(u64, String)> = Vec::new();
    loop {
        reader.skip_space();
        if reader.take(close) {
            break;
        }
        let place = match close {
            '}' => reader.number()?,
            _ => found.len() as u64,
        };
        found.push((place, reader.text()?));
        reader.skip_space();
        if !reader.take(',') {
            reader.skip_space();
            if !reader.take(close) {
                return None;
            }
            break;
        }
    }
    reader.skip_space();
    found.sort_by_key(|(place, _)| *place);
    // A table has to number its texts without a gap.
    let counted = found
        .iter()
        .enumerate()
        .all(|(at, (place, _))| at as u64 == *place);
    (reader.rest.is_empty() && counted).then(|| found.into_iter().map(|(_, text)| text).collect())
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, character: char) -> bool {
        let after = self.rest.strip_prefix(character);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// A number, perhaps in quotes, and the colon after it.
    fn number(&mut self) -> Option<u64> {
        self.skip_space();
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote {
            self.take(quote);
        }
        let end = self.rest.find(|c: char| !c.is_ascii_digit())?;
        let (digits, after) = self.rest.split_at(end);
        self.rest = after;
        if quote.is_some_and(|quote| !self.take(quote)) {
            return None;
        }
        self.skip_space();
        if !self.take(':') {
            return None;
        }
        digits.parse().ok()
    }

    fn text(&mut self) -> Option<String> {
        self.skip_space();
        let quote = self
            .rest
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))?;
        self.take(quote);
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => text.push(match characters.next()?.1 {
                    'n' | 't' | 'r' => ' ',
                    other => other,
                }),
                character if character == quote => {
                    self.rest = self.rest.get(at + quote.len_utf8()..)?;
                    return Some(text);
                }
                other => text.push(other),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_tables_of_either_notation_are_read() {
        let is = |written: &str, expected: &[&str]| {
            assert_eq!(texts(written).unwrap(), expected, "{written}");
        };
        is("['', 'layer1', 'layer1.0']", &["", "layer1", "layer1.0"]);
        is(
            r#"["a\"b", 'it''s']"#.replace("''", "\\'").as_str(),
            &["a\"b", "it's"],
        );
        is("{1: 'dog', 0: \"cat\"}", &["cat", "dog"]);
        is(r#" {"0": "cat", "1": "dog",} "#, &["cat", "dog"]);
        is("[]", &[]);
    }

    #[test]
    fn what_is_neither_is_nothing() {
        for written in [
            "",
            "[",
            "['a'",
            "['a' 'b']",
            "['a'] x",
            "{0: 'a', 2: 'b'}",
            "{'x': 'a'}",
            "[1, 2]",
            "é",
            "['\\",
        ] {
            assert_eq!(texts(written), None, "{written}");
        }
    }
}
