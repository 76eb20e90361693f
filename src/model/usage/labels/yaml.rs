//! The names in ultralytics' `data.yaml`: what stands under `names`, in the forms that people and tools
//! write. Nothing else of YAML is read.

/// The names, with their numbers where they have some.
#[derive(Debug, PartialEq)]
pub(super) enum Names {
    Listed(Vec<String>),
    Numbered(Vec<(usize, String)>),
}

/// What stands under `names`; `None` where nothing does, or not in a form that is read.
pub(super) fn names(text: &str) -> Option<Names> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let first = lines.find_map(|line| line.strip_prefix("names:"))?;
    let first = uncommented(first).trim();
    match first.chars().next() {
        Some(open @ ('[' | '{')) => {
            let close = if open == '[' { ']' } else { '}' };
            let mut all = first[1..].to_owned();
            while !all.trim_end().ends_with(close) {
                all.push(' ');
                all.push_str(uncommented(lines.next()?).trim());
            }
            let inner = all.trim_end().strip_suffix(close)?;
            let items = split(inner);
            match open {
                '[' => {
                    let names = items.iter().map(|item| scalar(item));
                    names.collect::<Option<_>>().map(Names::Listed)
                }
                _ => {
                    let pairs = items.iter().map(|item| pair(item));
                    pairs.collect::<Option<_>>().map(Names::Numbered)
                }
            }
        }
        Some(_) => None,
        None => in_lines(lines),
    }
}

/// A name or a pair in each line.
fn in_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Names> {
    let (mut listed, mut numbered) = (Vec::new(), Vec::new());
    for line in lines {
        let content = uncommented(line);
        if content.trim().is_empty() {
            continue;
        }
        let inner = content.trim();
        if inner == "-" {
            return None;
        }
        if let Some(item) = inner.strip_prefix("- ") {
            listed.push(scalar(item.trim())?);
        } else if content.starts_with([' ', '\t']) {
            numbered.push(pair(inner)?);
        } else {
            break;
        }
    }
    match (listed.is_empty(), numbered.is_empty()) {
        (false, true) => Some(Names::Listed(listed)),
        (true, false) => Some(Names::Numbered(numbered)),
        _ => None,
    }
}

/// `0: person`
fn pair(text: &str) -> Option<(usize, String)> {
    let (number, name) = text.split_once(':')?;
    let number = number.trim().trim_matches(['"', '\'']);
    Some((number.parse().ok()?, scalar(name.trim())?))
}

/// A text, without its quotes.
fn scalar(text: &str) -> Option<String> {
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(inner) = quoted('\'') {
        return Some(inner.replace("''", "'"));
    }
    if let Some(inner) = quoted('"') {
        return serde_json::from_str(&format!("\"{inner}\"")).ok();
    }
    let plain =
        !text.is_empty() && !text.starts_with(['[', '{', '&', '*', '!', '|', '>', '"', '\'']);
    plain.then(|| text.to_owned())
}

/// At commas outside of quotes; one at the end separates nothing.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"')
                if text[start..at].trim().is_empty() || text[start..at].ends_with(": ") =>
            {
                quote = Some(letter);
            }
            (None, ',') => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}

/// A line up to a comment.
fn uncommented(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') if [' ', '[', '{', ','].contains(&before) => quote = Some(letter),
            (None, '#') if before.is_whitespace() => return line[..at].trim_end(),
            _ => {}
        }
        before = letter;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Names {
        Names::Listed(names.iter().map(|name| (*name).to_owned()).collect())
    }

    fn numbered(names: &[(usize, &str)]) -> Names {
        let names = names
            .iter()
            .map(|(number, name)| (*number, (*name).to_owned()));
        Names::Numbered(names.collect())
    }

    #[test]
    fn reads_the_forms_that_people_write() {
        for text in [
            "names: [cat, 'dog', \"ox\"]",
            "train: images/train # names: none\nnc: 3\nnames: ['cat', 'dog', 'ox'] # three\n",
            "names: [cat,\n  dog, # a comment\n  ox,\n]\nnc: 3",
            "names:\n  - cat\n  - dog\n  - 'ox'\nroboflow:\n  version: 1\n",
            "names:\r\n- cat\r\n# and\r\n\r\n- dog\r\n- ox\r\nnc: 3",
        ] {
            assert_eq!(names(text), Some(listed(&["cat", "dog", "ox"])), "{text}");
        }
        for text in [
            "path: ../data\nnames:\n  0: cat\n  1: dog\n  2: ox\n\ndownload: none",
            "names: {0: cat, 1: 'dog', 2: ox}",
            "\u{feff}names:\n  '0': cat\n  '1': dog\n  '2': \"ox\"",
        ] {
            assert_eq!(
                names(text),
                Some(numbered(&[(0, "cat"), (1, "dog"), (2, "ox")])),
                "{text}"
            );
        }
        let odd = "names: ['salt, pepper', \"it's #1\", won't do, 'don''t']";
        assert_eq!(
            names(odd),
            Some(listed(&["salt, pepper", "it's #1", "won't do", "don't"]))
        );
        assert_eq!(
            names("names: {0: 'a, b', 1: c}"),
            Some(numbered(&[(0, "a, b"), (1, "c")]))
        );
    }

    #[test]
    fn leaves_everything_else_alone() {
        for text in [
            "",
            "nc: 3",
            "names:",
            "names: cat",
            "names: [cat, [dog]]",
            "names: [cat",
            "names:\n  - cat\n  0: dog",
            "names:\n  cat: 0",
            "names: &anchor\n  - cat",
            "  names: [cat]",
            "names:\n  -\n    cat",
        ] {
            assert_eq!(names(text), None, "{text}");
        }
        assert_eq!(names("names: []"), Some(listed(&[])));
    }
}
