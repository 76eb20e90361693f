//! Operators on strings.

use super::value::Value;

/// Longest string that the code makes, in bytes.
const MAX_TEXT: usize = 1 << 10;

/// What the operator `name` makes of these; `None` where it is none on strings.
///
/// # Errors
/// In words, where it makes nothing of them.
pub fn call(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    Ok(match (name, given) {
        ("format", [Value::Text(text), rest @ ..]) => Some(Value::text(formatted(text, rest))),
        ("add", [Value::Text(a), Value::Text(b)]) => {
            if a.len() + b.len() > MAX_TEXT {
                return Err("it makes a string that is too long".into());
            }
            Some(Value::text(format!("{a}{b}")))
        }
        ("__contains__", [Value::Text(text), Value::Text(part)]) => {
            Some(Value::Bool(text.contains(part.as_ref())))
        }
        ("startswith", [Value::Text(text), Value::Text(start)]) => {
            Some(Value::Bool(text.starts_with(start.as_ref())))
        }
        ("endswith", [Value::Text(text), Value::Text(end)]) => {
            Some(Value::Bool(text.ends_with(end.as_ref())))
        }
        ("type", [Value::Text(device)]) => Some(Value::text(device)),
        _ => None,
    })
}

/// A string with values in the place of its braces.
fn formatted(text: &str, values: &[Value]) -> String {
    let mut made = String::new();
    let mut parts = text.split("{}");
    made.push_str(parts.next().unwrap_or_default());
    for (index, part) in parts.enumerate() {
        match values.get(index) {
            Some(Value::Text(text)) => made.push_str(text),
            Some(Value::Int(int)) => made.push_str(&int.to_string()),
            Some(Value::Float(float)) => made.push_str(&float.to_string()),
            Some(other) => made.push_str(other.kind()),
            None => {}
        }
        made.push_str(part);
        if made.len() > MAX_TEXT {
            break;
        }
    }
    made.chars().take(MAX_TEXT).collect()
}
