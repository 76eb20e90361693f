//! Operators on dicts.

use super::lists::MAX_ITEMS;
use super::value::{Value, equal};

/// Most pairs that are made into a dict at once, each of which is compared with all others.
const MAX_PAIRS: usize = 1 << 8;

/// What the operator `name` makes of these; `None` where it is none on dicts.
///
/// # Errors
/// In words, where it makes nothing of them.
pub fn call(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    Ok(Some(match (name, given) {
        ("__getitem__", [Value::Dict(dict), key]) => {
            let entries = dict.items.borrow();
            let found = entries
                .iter()
                .find(|(known, _)| equal(known, key) == Some(true));
            found
                .ok_or("it asks a dict for a key that it does not have")?
                .1
                .clone()
        }
        ("__contains__", [Value::Dict(dict), key]) => {
            let entries = dict.items.borrow();
            Value::Bool(
                entries
                    .iter()
                    .any(|(known, _)| equal(known, key) == Some(true)),
            )
        }
        ("keys" | "values", [Value::Dict(dict)]) => {
            let entries = dict.items.borrow();
            let parts = entries
                .iter()
                .map(|(key, value)| if name == "keys" { key } else { value });
            Value::list(parts.cloned().collect())?
        }
        ("items", [Value::Dict(dict)]) => {
            let entries = dict.items.borrow();
            let pairs = entries.iter().map(|(key, value)| {
                let pair = vec![key.clone(), value.clone()];
                Value::tuple(pair, Vec::new())
            });
            Value::list(pairs.collect::<Result<_, _>>()?)?
        }
        ("get", [Value::Dict(dict), key, rest @ ..]) => {
            let entries = dict.items.borrow();
            let found = entries
                .iter()
                .find(|(known, _)| equal(known, key) == Some(true));
            match found {
                Some((_, value)) => value.clone(),
                None => rest.first().cloned().unwrap_or(Value::None),
            }
        }
        ("dict", []) => Value::dict(Vec::new())?,
        ("dict" | "copy", [Value::Dict(dict)]) => Value::dict(dict.items.borrow().clone())?,
        ("dict", [Value::List(pairs)]) => {
            if pairs.items.borrow().len() > MAX_PAIRS {
                return Err("it makes a dict that is too long".into());
            }
            let mut entries: Vec<(Value, Value)> = Vec::new();
            for pair in pairs.items.borrow().iter() {
                let pair = pair.items().unwrap_or_default();
                let Ok([key, value]) = <[Value; 2]>::try_from(pair) else {
                    return Err("it makes a dict of what are no pairs".into());
                };
                let is_key = |(known, _): &(Value, Value)| equal(known, &key) == Some(true);
                match entries.iter().position(is_key) {
                    Some(at) => entries[at].1 = value,
                    None => entries.push((key, value)),
                }
            }
            Value::dict(entries)?
        }
        ("_set_item", [Value::Dict(dict), key, item]) => {
            if !item.is_plain() {
                return Err("it puts a list into a dict".into());
            }
            let mut entries = dict.items.borrow_mut();
            let is_key = |(known, _): &(Value, Value)| equal(known, key) == Some(true);
            match entries.iter().position(is_key) {
                Some(at) => entries[at].1 = item.clone(),
                None if entries.len() < MAX_ITEMS => entries.push((key.clone(), item.clone())),
                None => return Err("it makes a dict that is too long".into()),
            }
            Value::None
        }
        _ => return Ok(None),
    }))
}
