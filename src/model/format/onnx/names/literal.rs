//! Lists and dicts in the notation of Python or JSON, which exporters write into the metadata.

/// The strings of `['a', "b"]` or of `{0: 'a', 1: "b"}`; those of a dict in the order of their numbers.
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
        let number = if close == '}' {
            reader.number()?
        } else {
            found.len() as u64
        };
        found.push((number, reader.text()?));
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
    found.sort_by_key(|(number, _)| *number);
    // The numbers of a dict must have no gap.
    let counted = found
        .iter()
        .enumerate()
        .all(|(index, (number, _))| index as u64 == *number);
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

    /// A number, with or without quotes, and the colon after it.
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
        loop {
            match self.next()? {
                '\\' => text.push(self.escaped()?),
                character if character == quote => return Some(text),
                other => text.push(other),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next();
        self.rest = characters.as_str();
        next
    }

    /// The character for what follows a backslash.
    fn escaped(&mut self) -> Option<char> {
        let code = match self.next()? {
            'n' | 't' | 'r' | 'b' | 'f' => return Some(' '),
            'x' => self.code(2)?,
            'u' => self.code(4)?,
            'U' => self.code(8)?,
            other => return Some(other),
        };
        // JSON writes characters of more than 16 bits as a surrogate pair.
        let half = |code: u32, first: u32| code.checked_sub(first).filter(|bits| *bits < 0x400);
        let second = self.rest.strip_prefix("\\u");
        if let (Some(high), Some(second)) = (half(code, 0xd800), second) {
            let before = std::mem::replace(&mut self.rest, second);
            match self.code(4).and_then(|code| half(code, 0xdc00)) {
                Some(low) => return char::from_u32(0x10000 + (high << 10) + low),
                None => self.rest = before,
            }
        }
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// A number of this many hexadecimal digits.
    fn code(&mut self, digits: usize) -> Option<u32> {
        let (code, after) = self.rest.split_at_checked(digits)?;
        self.rest = after;
        let digits = code.bytes().all(|digit| digit.is_ascii_hexdigit());
        digits.then(|| u32::from_str_radix(code, 16).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_and_dicts_in_both_notations() {
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
        is(
            r#"["caf\u00e9", 'na\xefve', "\ud83d\udc31", '\U0001f431', "\ud83d.", "a\nb\\"]"#,
            &["café", "naïve", "🐱", "🐱", "\u{fffd}.", "a b\\"],
        );
    }

    #[test]
    fn rejects_anything_else() {
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
            "['\\x4']",
            "['\\u+123']",
        ] {
            assert_eq!(texts(written), None, "{written}");
        }
    }
}
