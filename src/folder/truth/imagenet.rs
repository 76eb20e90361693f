//! The 1000 classes of ImageNet, by their synsets in WordNet and by name.

use super::loose::plain;

/// ImageNet's 1000 classes in their order, by their synsets in WordNet.
const SYNSETS: &str = include_str!("../../../assets/imagenet_synsets.txt");

/// The names that go with them.
const NAMES: &str = include_str!("../../../assets/imagenet_labels.txt");

/// The synsets with their names, in the order of the classes.
pub fn classes() -> impl Iterator<Item = (&'static str, &'static str)> {
    SYNSETS.lines().zip(NAMES.lines())
}

/// The synset that a name is or begins with: `n02124075`, `n02124075_Egyptian_cat`.
pub fn synset(name: &str) -> Option<&str> {
    let id = name.get(..9)?;
    let digits = id.strip_prefix('n')?;
    let ends = !name[9..].starts_with(char::is_alphanumeric);
    (ends && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(id)
}

/// Whether more than one of ImageNet's classes has this name, or might.
pub fn is_ambiguous(name: &str) -> bool {
    ["cardigan", "crane", "maillot"].contains(&plain(name).as_str())
}

/// Whether these are ImageNet's classes in their order, whoever worded them: at least half of them have
/// the usual name at their place.
pub fn is_it(labels: &[String]) -> bool {
    let alike = |(label, name): (&String, &str)| {
        let name = plain(name);
        label.split(',').any(|part| plain(part) == name)
    };
    let synsets = labels.iter().zip(SYNSETS.lines());
    let ids = synsets
        .filter(|(label, id)| synset(label) == Some(*id))
        .count();
    let named = labels.iter().zip(NAMES.lines()).filter(|pair| alike(*pair));
    labels.len() == 1000 && (named.count() >= 500 || ids >= 500)
}
