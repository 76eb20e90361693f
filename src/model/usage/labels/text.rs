//! Names of classes in a text, one a line, with the numbers or the synsets that tools write beside them.

/// The names of `classes` classes in a text. Numbers of the classes before or after all names (those of
/// each class once, from 0 or 1) say their order and are left out; so are ImageNet's synsets before them.
pub(super) fn names(text: &str, classes: usize) -> Vec<String> {
    let lines = super::lines(text, classes);
    [before, after]
        .into_iter()
        .find_map(|split| numbered(&lines, split))
        .or_else(|| lines.iter().map(|line| after_synset(line)).collect())
        .unwrap_or_else(|| lines.into_iter().map(str::to_owned).collect())
}

/// The names in the order of their numbers, where `split` finds both in each line.
fn numbered(lines: &[&str], split: fn(&str) -> Option<(usize, &str)>) -> Option<Vec<String>> {
    let mut pairs = lines
        .iter()
        .map(|line| split(line))
        .collect::<Option<Vec<(usize, &str)>>>()?;
    pairs.sort_unstable();
    let first = pairs.first()?.0;
    let counted = first <= 1 && (first..).zip(&pairs).all(|(due, pair)| pair.0 == due);
    // Names that are told apart by their numbers alone are "grade 0", "grade 1".
    let mut alone: Vec<&str> = pairs.iter().map(|(_, name)| *name).collect();
    alone.sort_unstable();
    let distinct = alone.windows(2).all(|two| two[0] != two[1]);
    (counted && distinct && pairs.len() > 1)
        .then(|| pairs.into_iter().map(|(_, name)| name.to_owned()).collect())
}

/// `12: name`, `12,name`, `12. name`, `12 name`.
fn before(line: &str) -> Option<(usize, &str)> {
    let end = line.find(|letter: char| !letter.is_ascii_digit())?;
    let (digits, rest) = line.split_at(end);
    let name = rest.trim_start_matches([':', ',', ';', '.', ')', '\t', ' ']);
    (name != rest).then_some((digits.parse().ok()?, name.trim()))
}

/// `name: 12`, `name,12`, `name 12`.
fn after(line: &str) -> Option<(usize, &str)> {
    let start = line.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = &line[start.len()..];
    let name = start.trim_end_matches([':', ',', ';', '=', '\t', ' ']);
    (name != start && !name.is_empty()).then_some((digits.parse().ok()?, name))
}

/// `n01440764 tench, Tinca tinca`.
fn after_synset(line: &str) -> Option<String> {
    let (synset, name) = line.split_once([' ', '\t'])?;
    let digits = synset.strip_prefix('n')?;
    let is_synset = digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_synset.then(|| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        names(text, text.lines().count())
    }

    #[test]
    fn numbers_beside_the_names_are_their_order() {
        for text in [
            "cat\ndog\nox",
            "0 cat\n1 dog\n2 ox",
            "0: cat\n1: dog\n2: ox",
            "1,cat\n2,dog\n3,ox",
            "2 ox\n0 cat\n1 dog",
            "dog: 1\ncat: 0\nox: 2",
            "ox\t2\ncat\t0\ndog\t1",
            "cat 0\ndog 1\nox 2",
            "n02123045 cat\nn02084071 dog\nn02403325 ox",
        ] {
            assert_eq!(read(text), ["cat", "dog", "ox"], "{text}");
        }
    }

    #[test]
    fn numbers_of_their_own_belong_to_the_names() {
        for text in [
            "0\n1\n2",
            "grade 0\ngrade 1\ngrade 2",
            "0 to 9\nteens\nmore",
            "cat 0\ndog 2\nox 3",
            "cat 0\ndog 0\nox 1",
            "cat2\ndog0\nox1",
            "7 up\n8 ball\n9 lives",
            "n0212 cat\nn0208 dog",
        ] {
            assert_eq!(read(text), text.lines().collect::<Vec<_>>(), "{text}");
        }
    }
}
