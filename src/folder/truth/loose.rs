//! Spellings of a name that mean the same: case, separators and the plural.

/// In lower case, with single spaces for `_`, `-` and any other space, and without apostrophes and full
/// stops.
pub fn plain(name: &str) -> String {
    let spaced: String = name
        .chars()
        .filter(|letter| !matches!(letter, '\'' | '’' | '.'))
        .map(|letter| {
            if matches!(letter, '_' | '-') {
                ' '
            } else {
                letter
            }
        })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// A plain name without its spaces.
pub fn joined(plain: &str) -> String {
    plain.replace(' ', "")
}

/// Plurals that no rule gives.
const IRREGULAR: [(&str, &str); 9] = [
    ("child", "children"),
    ("foot", "feet"),
    ("goose", "geese"),
    ("louse", "lice"),
    ("mouse", "mice"),
    ("ox", "oxen"),
    ("person", "people"),
    ("person", "persons"),
    ("tooth", "teeth"),
];

/// The plurals of a plain name, as English may form them.
pub fn plurals(plain: &str) -> Vec<String> {
    let (before, last) = plain
        .rfind(' ')
        .map_or(("", plain), |space| plain.split_at(space + 1));
    if last.chars().count() < 2 || !last.chars().all(char::is_alphabetic) {
        return Vec::new();
    }
    let mut forms: Vec<String> = IRREGULAR
        .iter()
        .filter(|(one, _)| *one == last)
        .map(|(_, several)| (*several).to_owned())
        .collect();
    let ends = |endings: &[&str]| endings.iter().any(|ending| last.ends_with(ending));
    if ends(&["s", "x", "z", "ch", "sh"]) {
        forms.push(format!("{last}es"));
    } else {
        forms.push(format!("{last}s"));
    }
    if ends(&["o"]) {
        forms.push(format!("{last}es"));
    }
    let vowel_before_y = ends(&["ay", "ey", "iy", "oy", "uy"]);
    if let Some(stem) = last.strip_suffix('y').filter(|_| !vowel_before_y) {
        forms.push(format!("{stem}ies"));
    }
    if let Some(stem) = last.strip_suffix("fe").or_else(|| last.strip_suffix('f')) {
        forms.push(format!("{stem}ves"));
    }
    if let Some(stem) = last.strip_suffix("man") {
        forms.push(format!("{stem}men"));
    }
    forms.iter().map(|form| format!("{before}{form}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_the_same() {
        for name in ["Tiger_Cat", "tiger-cat", " tiger  cat ", "TIGER CAT"] {
            assert_eq!(plain(name), "tiger cat");
        }
        assert_eq!(plain("jack-o'-lantern"), plain("jack o lantern"));
        assert_eq!(plain("St. Bernard"), "st bernard");
        assert_eq!(joined(&plain("tiger_cat")), "tigercat");
    }

    #[test]
    fn plurals_follow_english() {
        for (one, several) in [
            ("cat", "cats"),
            ("tiger cat", "tiger cats"),
            ("box", "boxes"),
            ("bus", "buses"),
            ("brush", "brushes"),
            ("fly", "flies"),
            ("monkey", "monkeys"),
            ("wolf", "wolves"),
            ("knife", "knives"),
            ("potato", "potatoes"),
            ("piano", "pianos"),
            ("mouse", "mice"),
            ("postman", "postmen"),
        ] {
            assert!(plurals(one).iter().any(|form| form == several), "{several}");
        }
        assert!(!plurals("bus").contains(&"buss".to_owned()));
        for none in ["", "7", "class 7", "a", "x"] {
            assert!(plurals(none).is_empty(), "{none}");
        }
    }
}
