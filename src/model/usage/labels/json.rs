//! Names of classes in JSON: lists, and dictionaries of names by number or of numbers by name.

use serde_json::{Map, Value};

use crate::model::error::short;

/// The keys under which a larger file holds names.
const KEYS: [&str; 8] = [
    "id2label",
    "label_names",
    "class_to_idx",
    "idx_to_class",
    "class_names",
    "names",
    "labels",
    "classes",
];

/// The names in a file.
pub(super) struct Read {
    pub names: Vec<String>,
    /// Whether it counts from 1, and not from 0 as the outputs of a model do.
    pub from_one: bool,
}

/// The names in a JSON file; `None` for a configuration that has none.
pub(super) fn of_json(text: &str, is_config: bool) -> Result<Option<Read>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("is not JSON (line {line}, column {column})")
    })?;
    let inner = KEYS.iter().find_map(|key| value.get(key));
    if is_config {
        let Some(read) = inner.and_then(names) else {
            return Ok(None);
        };
        // transformers' own, where nobody has named the classes.
        let own = |read: &Read| read.names.iter().all(|name| name.starts_with("LABEL_"));
        return read.map(|read| Some(read).filter(|read| !own(read)));
    }
    let found = inner.and_then(names).or_else(|| names(&value));
    found.transpose()?.map(Some).ok_or_else(|| {
        "holds no names: a list, or a dictionary of names and the numbers from 0".to_owned()
    })
}

/// A list of names, or a dictionary of names by number or of numbers by name; `None` where it is neither,
/// and why its numbers are wrong.
fn names(value: &Value) -> Option<Result<Read, String>> {
    match value {
        Value::Array(list) => {
            let names = list.iter().map(name).collect::<Option<_>>()?;
            let from_one = false;
            Some(Ok(Read { names, from_one }))
        }
        Value::Object(map) => by_number(map).or_else(|| by_name(map)).map(in_order),
        _ => None,
    }
}

/// A name, or the name at the end of a list: `["n01440764", "tench"]`.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Array(list) => list.last()?.as_str().map(str::to_owned),
        _ => None,
    }
}

fn by_number(map: &Map<String, Value>) -> Option<Vec<(usize, String)>> {
    let numbered = map
        .iter()
        .map(|(key, value)| Some((key.parse().ok()?, name(value)?)));
    numbered
        .collect::<Option<_>>()
        .filter(|pairs: &Vec<_>| !pairs.is_empty())
}

fn by_name(map: &Map<String, Value>) -> Option<Vec<(usize, String)>> {
    let number = |value: &Value| match value {
        Value::String(digits) => digits.parse().ok(),
        value => usize::try_from(value.as_u64()?).ok(),
    };
    let numbered = map
        .iter()
        .map(|(key, value)| Some((number(value)?, key.clone())));
    numbered
        .collect::<Option<_>>()
        .filter(|pairs: &Vec<_>| !pairs.is_empty())
}

/// The names in the order of their numbers, which have no gap.
///
/// # Errors
/// Which number is there twice, or not at all.
pub(super) fn in_order(mut numbered: Vec<(usize, String)>) -> Result<Read, String> {
    numbered.sort();
    if let Some(two) = numbered.windows(2).find(|two| two[0].0 == two[1].0) {
        return Err(format!(
            "gives the number {} to both “{}” and “{}”",
            two[0].0,
            short(&two[0].1),
            short(&two[1].1)
        ));
    }
    let first = numbered.first().map_or(0, |(number, _)| *number);
    let missing = (first..)
        .zip(&numbered)
        .find(|(due, (number, _))| due != number);
    let missing = match missing {
        _ if first > 1 => Some(0),
        Some((due, _)) => Some(due),
        None => None,
    };
    if let Some(missing) = missing {
        let last = numbered.last().map_or(0, |(number, _)| *number);
        return Err(format!(
            "has no name for the number {missing}, though its numbers go from {first} to {last}; the classes are counted \
             from 0 without a gap"
        ));
    }
    Ok(Read {
        names: numbered.into_iter().map(|(_, name)| name).collect(),
        from_one: first == 1,
    })
}
