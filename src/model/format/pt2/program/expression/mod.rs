//! Expressions of dynamic sizes, as PyTorch writes them: `Add(Mul(Integer(2), Symbol('s77')), …)`
//! today, and `2*s77 + 1` in older files.
//!
//! One parser reads both, and computes while it reads. Anything it does not know makes the whole
//! expression unknown; it never guesses.

mod fraction;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use self::reader::number;

/// The sizes that symbols stand for.
pub type Symbols = HashMap<String, i64>;

/// The value of an expression; `None` where it is not an integer, has an unknown symbol or function,
/// or overflows.
pub fn evaluate(text: &str, symbols: &Symbols) -> Option<i64> {
    let value = number(text, symbols)?;
    (value.below == 1).then(|| i64::try_from(value.above).ok())?
}

/// As [`evaluate`], for expressions that are fractions.
pub fn evaluate_float(text: &str, symbols: &Symbols) -> Option<f64> {
    let value = number(text, symbols)?;
    Some(value.above as f64 / value.below as f64)
}

/// The symbol, where an expression is nothing else.
pub fn only_symbol(text: &str) -> Option<&str> {
    let inner = match text.trim().strip_prefix("Symbol(") {
        Some(call) => {
            let quoted = call.strip_suffix(')')?.split(',').next()?.trim();
            quoted.strip_prefix('\'')?.strip_suffix('\'')?
        }
        None => text.trim(),
    };
    is_name(inner).then_some(inner)
}

/// The symbols in an expression.
pub fn symbols_in(text: &str) -> Vec<&str> {
    // In the newer form a symbol is quoted; in the older one it is a name that is not called.
    if text.contains("Symbol(") {
        let mut parts = text.split("Symbol('");
        parts.next();
        return parts.filter_map(|part| part.split('\'').next()).collect();
    }
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        rest = &rest[start..];
        let end = rest.find(|c| !is_name_character(c)).unwrap_or(rest.len());
        if !rest[end..].starts_with('(') {
            found.push(&rest[..end]);
        }
        rest = &rest[end..];
    }
    found
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(is_name_character)
}
