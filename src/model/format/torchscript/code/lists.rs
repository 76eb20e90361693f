//! Operators on lists and tuples.

use super::arithmetic::pair;
use super::value::{Number, Value, equal};

/// Most values of a list that the code makes.
pub const MAX_ITEMS: usize = 1 << 12;
/// What the operator `name` makes of these; `None` where it is none on lists.
///
/// # Errors
/// In words, where it makes nothing of them.
pub fn call(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    for of_kind in [made, changed, taken] {
        if let Some(value) = of_kind(name, given)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
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

/// What changes a list.
fn changed(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    Ok(Some(match (name, given) {
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
        _ => return Ok(None),
    }))
}

/// What is made of a list.
fn made(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    Ok(Some(match (name, given) {
        ("copy" | "list", [Value::List(list)]) => Value::list(list.items.borrow().clone())?,
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
        ("min" | "max", [Value::List(list)]) => {
            let numbers: Option<Vec<i64>> = list.items.borrow().iter().map(Value::int).collect();
            let numbers = numbers.unwrap_or_default().into_iter();
            let found = if name == "min" {
                numbers.min()
            } else {
                numbers.max()
            };
            match found {
                Some(number) => Value::Int(number),
                None => return Ok(None),
            }
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
            let count = if items.is_empty() { 0 } else { count };
            if items.len().saturating_mul(count) > MAX_ITEMS {
                return Err("it makes a list that is too long".into());
            }
            Value::list(vec![items.as_slice(); count].concat())?
        }
        _ => return Ok(None),
    }))
}
