//! The rows and columns of a `labels.csv`.

use std::str::Chars;

/// Cells of a row beyond this number are left out.
const MAX_CELLS: usize = 1000;

/// Which column is which.
pub struct Columns {
    pub file: usize,
    pub label: usize,
    pub split: Option<usize>,
}

impl Default for Columns {
    fn default() -> Self {
        Columns {
            file: 0,
            label: 1,
            split: Some(2),
        }
    }
}

impl Columns {
    /// The columns that a first row names; `None` if it is no heading.
    pub fn named(first: &[String]) -> Result<Option<Columns>, &'static str> {
        let files = [
            "file",
            "filename",
            "file_name",
            "filepath",
            "file_path",
            "path",
            "image",
            "img",
            "image_path",
            "image_id",
            "image_name",
            "picture",
            "photo",
        ];
        let labels = [
            "label",
            "labels",
            "class",
            "class_name",
            "classname",
            "category",
            "target",
            "truth",
        ];
        let splits = ["split", "set", "subset", "partition", "fold"];
        let find = |names: &[&str]| {
            let named = |cell: &String| names.contains(&cell.trim().to_lowercase().as_str());
            first.iter().position(named)
        };
        match (find(&files), find(&labels)) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err("file"),
            (Some(_), None) => Err("label"),
            (Some(file), Some(label)) => Ok(Some(Columns {
                file,
                label,
                split: find(&splits),
            })),
        }
    }
}

/// The rows of a table that are not blank. Cells are separated by commas, or else by semicolons or tabs, and
/// may be quoted.
pub struct Rows<'a> {
    letters: Chars<'a>,
    separator: char,
}

impl Rows<'_> {
    pub fn new(text: &str) -> Rows<'_> {
        let first = text.lines().find(|line| !line.trim().is_empty());
        let first = first.unwrap_or_default();
        let separator = [',', ';', '\t']
            .into_iter()
            .find(|mark| first.contains(*mark));
        Rows {
            letters: text.chars(),
            separator: separator.unwrap_or(','),
        }
    }

    /// The cells up to the end of the line, blank or not.
    fn line(&mut self) -> Option<Vec<String>> {
        if self.letters.as_str().is_empty() {
            return None;
        }
        let (mut row, mut cell) = (Vec::new(), String::new());
        let end = |row: &mut Vec<String>, cell: &mut String| {
            let cell = std::mem::take(cell);
            if row.len() < MAX_CELLS {
                row.push(cell);
            }
        };
        let mut quoted = false;
        while let Some(letter) = self.letters.next() {
            match letter {
                '"' if quoted && self.letters.as_str().starts_with('"') => {
                    self.letters.next();
                    cell.push('"');
                }
                '"' if quoted || cell.trim().is_empty() => quoted = !quoted,
                '\n' if !quoted => break,
                letter if letter == self.separator && !quoted => end(&mut row, &mut cell),
                letter => cell.push(letter),
            }
        }
        end(&mut row, &mut cell);
        Some(row)
    }
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        loop {
            let row = self.line()?;
            if row.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        Rows::new(text).collect()
    }

    #[test]
    fn cells_may_be_quoted_and_blank_rows_are_left_out() {
        assert_eq!(
            rows("a, \"b, \"\"c\"\"\" ,\n\n , ,\n\"two\nlines\",d"),
            [vec!["a", " b, \"c\" ", ""], vec!["two\nlines", "d"]]
        );
        assert!(rows("").is_empty() && rows("\n\n,,\n").is_empty());
    }

    #[test]
    fn a_row_has_no_more_than_a_thousand_cells() {
        let wide = format!("a{}\nb", ",".repeat(5000));
        let rows = rows(&wide);
        assert_eq!(
            (rows.len(), rows[0].len(), rows[1].len()),
            (2, MAX_CELLS, 1)
        );
    }
}
