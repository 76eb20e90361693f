//! Protobuf as a JSON tree and back, so that it can be changed by the same rules.
//!
//! A message is an array of fields, each an object whose one key is the number of the field. The value of
//! a field is a number, an array (a message), a string (bytes as Latin-1), or an object with the bytes of a
//! fixed-length number. Anything else is left out on the way back.

use serde_json::{Map, Value, json};

/// Messages of ONNX are not nested more deeply.
const MAX_DEPTH: usize = 12;

pub fn to_tree(bytes: &[u8]) -> Option<Value> {
    message(bytes, 0)
}

/// Bytes of a field are read as a message if that is possible.
fn message(mut rest: &[u8], depth: usize) -> Option<Value> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        if key >> 3 == 0 || key >> 3 > 64 {
            return None;
        }
        let value = match key & 7 {
            0 => json!(varint(&mut rest)? as i64),
            1 => json!({"8": latin(take(&mut rest, 8)?)}),
            5 => json!({"4": latin(take(&mut rest, 4)?)}),
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                let inside = take(&mut rest, length)?;
                let within = (depth < MAX_DEPTH && length > 1).then(|| message(inside, depth + 1));
                within.flatten().unwrap_or_else(|| latin(inside))
            }
            _ => return None,
        };
        let mut field = Map::new();
        field.insert((key >> 3).to_string(), value);
        fields.push(Value::Object(field));
    }
    Some(Value::Array(fields))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..10 {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn latin(bytes: &[u8]) -> Value {
    Value::String(bytes.iter().map(|byte| char::from(*byte)).collect())
}

pub fn to_bytes(tree: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let fields = tree.as_array().into_iter().flatten();
    for (number, value) in fields.filter_map(Value::as_object).flatten() {
        let Ok(number) = number.parse::<u64>() else {
            continue;
        };
        let key = number << 3;
        match value {
            Value::Number(value) => {
                let value = value
                    .as_i64()
                    .unwrap_or(value.as_f64().unwrap_or(0.0) as i64);
                write(&mut bytes, key);
                write(&mut bytes, value as u64);
            }
            Value::Array(_) => part(&mut bytes, key, &to_bytes(value)),
            Value::String(text) => part(&mut bytes, key, &from_latin(text)),
            Value::Object(fixed) => {
                for (kind, width, mark) in [("4", 4, 5), ("8", 8, 1)] {
                    if let Some(Value::String(text)) = fixed.get(kind) {
                        let mut value = from_latin(text);
                        value.resize(width, 0);
                        write(&mut bytes, key | mark);
                        bytes.extend(value);
                    }
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
    bytes
}

fn part(bytes: &mut Vec<u8>, key: u64, inside: &[u8]) {
    write(bytes, key | 2);
    write(bytes, inside.len() as u64);
    bytes.extend(inside);
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn from_latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?'))
        .collect()
}
