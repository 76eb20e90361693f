//! Operators on lists, tuples and dicts.

use super::known::pair;
use super::value::{Number, Value, equal};

/// Most values of a list that the code makes.
const MAX_ITEMS: usize = 1 << 12;
/// Most pairs that are made into a dict at once, each of which is compared with all others.
const MAX_PAIRS: usize = 1 << 8;

/// What the operator `name` makes of these; `None` where it is none on lists.
///
/// # Errors
/// In words, where it makes nothing of them.
pub fn call(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    match made(name, given)? {
        Some(value) => Ok(Some(value)),
        None => taken(name, given),
    }
}

/// The position of an index that counts from the end if negative.
fn position(index: &Value, length: usize) -> Result<usize, String> {
    let index = index.int().ok_or("it has an index that is not known")?;
    let from_start = if index < 0 {
        index.saturating_add(length as i64)
    } else {
        index
    };
    let position = usize::try_from(from_start).ok().filter(|at| *at < length);
    position.ok_or_else(|| format!("it takes item {index} of {length}"))
}

/// A position that may be behind the last item.
fn clamped(index: i64, length: usize) -> usize {
    let length = length as i64;
    let index = if index < 0 {
        index.saturating_add(length)
    } else {
        index
    };
    index.clamp(0, length) as usize
}

/// What is taken out of a list or asked of it.
fn taken(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    Ok(Some(match (name, given) {
        ("len", [value]) => match value.len() {
            Some(length) => Value::Int(length as i64),
            None => return Ok(None),
        },
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
        ("__getitem__", [list, index]) => {
            let Some(items) = list.items() else {
                return Err(format!("it takes an item of {}", list.kind()));
            };
            items[position(index, items.len())?].clone()
        }
        ("__contains__", [Value::List(list), one]) => {
            let items = list.items.borrow();
            Value::Bool(items.iter().any(|item| equal(item, one) == Some(true)))
        }
        _ => return Ok(None),
    }))
}

/// A list that is made or changed.
fn made(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    Ok(Some(match (name, given) {
        ("copy" | "list", [Value::List(list)]) => Value::list(list.items.borrow().clone())?,
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
        ("clear", [Value::List(list)]) => {
            list.items.borrow_mut().clear();
            Value::None
        }
        ("reverse", [Value::List(list)]) => {
            list.items.borrow_mut().reverse();
            Value::None
        }
        ("append", [Value::List(list), item]) => {
            let mut items = list.items.borrow_mut();
            if !item.is_plain() || items.len() >= MAX_ITEMS {
                return Err("it appends too much to a list".into());
            }
            items.push(item.clone());
            Value::None
        }
        ("_set_item", [Value::List(list), index, item]) => {
            let mut items = list.items.borrow_mut();
            let at = position(index, items.len())?;
            if !item.is_plain() {
                return Err("it puts a list into a list".into());
            }
            items[at] = item.clone();
            Value::None
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
        ("extend", [Value::List(list), more]) => {
            let more = more.items().ok_or("it extends a list by none")?;
            let mut items = list.items.borrow_mut();
            if !more.iter().all(Value::is_plain) || items.len() + more.len() > MAX_ITEMS {
                return Err("it appends too much to a list".into());
            }
            items.extend(more);
            Value::None
        }
        ("insert", [Value::List(list), index, item]) => {
            let mut items = list.items.borrow_mut();
            if !item.is_plain() || items.len() >= MAX_ITEMS {
                return Err("it puts too much into a list".into());
            }
            let at = clamped(
                index.int().ok_or("it has an index that is not known")?,
                items.len(),
            );
            items.insert(at, item.clone());
            Value::None
        }
        ("pop", [Value::List(list), rest @ ..]) => {
            let mut items = list.items.borrow_mut();
            let at = position(rest.first().unwrap_or(&Value::Int(-1)), items.len())?;
            items.remove(at)
        }
        ("slice", [Value::List(list), rest @ ..]) => {
            let items = list.items.borrow();
            let number = |at: usize| rest.get(at).and_then(Value::int);
            let length = items.len();
            let (start, end) = (
                number(0).map_or(0, |start| clamped(start, length)),
                number(1).map_or(length, |end| clamped(end, length)),
            );
            let step = number(2).unwrap_or(1);
            if step < 1 {
                return Err("it takes a part of a list backwards".into());
            }
            let part = items.get(start..end).unwrap_or_default();
            Value::list(part.iter().step_by(step as usize).cloned().collect())?
        }
        ("all" | "any", [Value::List(list)]) => {
            let items = list.items.borrow();
            let numbers = items.iter().map(Value::number).collect::<Option<Vec<_>>>();
            let numbers = numbers.ok_or("it compares what cannot be compared")?;
            Value::Bool(if name == "all" {
                numbers.into_iter().all(Number::is_true)
            } else {
                numbers.into_iter().any(Number::is_true)
            })
        }
        ("sum", [Value::List(list)]) => {
            let numbers = list
                .items
                .borrow()
                .iter()
                .map(Value::number)
                .collect::<Option<Vec<_>>>();
            let numbers = numbers.ok_or("it adds up what are no numbers")?;
            let sum = numbers.into_iter().try_fold(Number::Int(0), |sum, one| {
                pair("add", sum, one, "", Number::Int(1))
            });
            sum.ok_or("it adds up numbers that are too large")?.into()
        }
        ("add", [Value::List(a), Value::List(b)]) => {
            let all = [a.items.borrow().clone(), b.items.borrow().clone()].concat();
            if all.len() > MAX_ITEMS {
                return Err("it makes a list that is too long".into());
            }
            Value::list(all)?
        }
        ("mul", [Value::List(list), count]) => {
            let items = list.items.borrow();
            let count = count
                .int()
                .ok_or("it repeats a list an unknown number of times")?;
            let count = usize::try_from(count).unwrap_or(0);
            if items.len().saturating_mul(count) > MAX_ITEMS {
                return Err("it makes a list that is too long".into());
            }
            Value::list(vec![items.as_slice(); count].concat())?
        }
        _ => return Ok(None),
    }))
}
