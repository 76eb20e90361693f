//! Changes that keep a file well-formed: in a tree of values, numbers are replaced, and parts are removed,
//! repeated or moved.
//!
//! Bytes that are changed at random rarely get past a parser of JSON or protobuf.

use serde_json::Value;

use crate::random::Random;

/// Numbers that are special somewhere: sizes, axes, and the limits of integer types.
const NUMBERS: [i64; 24] = [
    0,
    1,
    -1,
    2,
    3,
    -2,
    4,
    5,
    7,
    8,
    13,
    16,
    31,
    32,
    64,
    255,
    1 << 16,
    1 << 24,
    (1 << 31) - 1,
    1 << 31,
    -(1 << 31),
    1 << 40,
    i64::MAX,
    i64::MIN,
];
const FLOATS: [f64; 6] = [0.5, 1e-9, -0.1, 1e9, 1e38, 1e300];

/// Changes a few values in `tree`. Parts of `other`, the tree of another input, may be copied into it.
pub fn tree(tree: &mut Value, other: Option<&Value>, seed: u32) {
    let mut random = Random::new(seed);
    let changes = 1 + random.below(3);
    for _ in 0..changes {
        let index = random.below(count(tree));
        let Some(kind) = nth(tree, &mut { index }).map(std::mem::discriminant) else {
            continue;
        };
        // A value of the same kind is the most likely to be valid there.
        let from = other.unwrap_or(tree);
        let some = |random: &mut Random| nth(from, &mut random.below(count(from)));
        let mut donor = some(&mut random);
        for _ in 0..8 {
            if donor.is_none_or(|donor| std::mem::discriminant(donor) != kind) {
                donor = some(&mut random);
            }
        }
        let donor = donor.cloned().unwrap_or_default();
        if let Some(found) = nth_mut(tree, &mut { index }) {
            change(found, donor, &mut random);
        }
    }
}

fn change(found: &mut Value, donor: Value, random: &mut Random) {
    match found {
        Value::Number(number) => {
            *found = match (number.as_i64(), random.below(8)) {
                (Some(int), 0) => int.wrapping_add(1).into(),
                (Some(int), 1) => int.wrapping_sub(1).into(),
                (Some(int), 2) => int.wrapping_neg().into(),
                (Some(int), 3) => int.wrapping_mul(2).into(),
                (None, 0..=4) => FLOATS[random.below(FLOATS.len())].into(),
                (_, 5) => donor,
                _ => NUMBERS[random.below(NUMBERS.len())].into(),
            };
        }
        Value::Bool(is) => *is = !*is,
        Value::Array(list) if !list.is_empty() && !random.one_in(4) => {
            let (one, two) = (random.below(list.len()), random.below(list.len()));
            match random.below(4) {
                0 => drop(list.remove(one)),
                1 => list.insert(two, list[one].clone()),
                2 => list.swap(one, two),
                _ => list.push(donor),
            }
        }
        Value::Object(entries) if random.one_in(2) => {
            let key = entries.keys().nth(random.below(entries.len())).cloned();
            if let Some(key) = key {
                match random.below(3) {
                    0 => drop(entries.remove(&key)),
                    _ => drop(entries.insert(key, donor)),
                }
            }
        }
        _ => *found = donor,
    }
}

/// How many values there are, nested ones included.
fn count(tree: &Value) -> usize {
    let within: usize = match tree {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(entries) => entries.values().map(count).sum(),
        _ => 0,
    };
    1 + within
}

/// The value that comes `after` as many others.
fn nth<'a>(tree: &'a Value, after: &mut usize) -> Option<&'a Value> {
    if *after == 0 {
        return Some(tree);
    }
    *after -= 1;
    match tree {
        Value::Array(list) => list.iter().find_map(|value| nth(value, after)),
        Value::Object(entries) => entries.values().find_map(|value| nth(value, after)),
        _ => None,
    }
}

fn nth_mut<'a>(tree: &'a mut Value, after: &mut usize) -> Option<&'a mut Value> {
    if *after == 0 {
        return Some(tree);
    }
    *after -= 1;
    match tree {
        Value::Array(list) => list.iter_mut().find_map(|value| nth_mut(value, after)),
        Value::Object(entries) => entries.values_mut().find_map(|value| nth_mut(value, after)),
        _ => None,
    }
}
