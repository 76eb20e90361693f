//! The parser, which computes while it reads.

use super::fraction::Number;
use super::{Symbols, is_name_character};

/// Longest expression that is read, in bytes.
const MAX_LENGTH: usize = 1 << 16;
/// How deep calls and brackets may nest. Each level takes a few frames of the stack.
const MAX_DEPTH: usize = 200;

/// The value of the whole of `text`.
pub fn number(text: &str, symbols: &Symbols) -> Option<Number> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let mut reader = Reader {
        rest: text,
        symbols,
        depth: 0,
    };
    let value = reader.sum()?;
    reader.skip_blanks();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
    symbols: &'a Symbols,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        self.skip_blanks();
        if !self
            .rest
            .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        {
            return None;
        }
        let end = self.rest.find(|c| !is_name_character(c));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        Some(name)
    }

    fn sum(&mut self) -> Option<Number> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut value = self.product()?;
        loop {
            if self.take("+") {
                value = value.add(self.product()?)?;
            } else if self.take("-") {
                value = value.add(self.product()?.negative()?)?;
            } else {
                self.depth -= 1;
                return Some(value);
            }
        }
    }

    fn product(&mut self) -> Option<Number> {
        let mut value = self.signed()?;
        loop {
            if self.take("//") {
                value = value.divided_by(self.signed()?)?.floor();
            } else if self.take("*") {
                value = value.mul(self.signed()?)?;
            } else if self.take("/") {
                value = value.divided_by(self.signed()?)?;
            } else if self.take("%") {
                value = value.remainder(self.signed()?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn signed(&mut self) -> Option<Number> {
        // Counted, because a thousand signs would nest as deep.
        let mut negative = false;
        while self.take("-") {
            negative = !negative;
        }
        let mut value = self.single()?;
        if self.take("**") {
            let minus = self.take("-");
            let exponent = self.single()?;
            value = value.power(if minus {
                exponent.negative()?
            } else {
                exponent
            })?;
        }
        if negative {
            value.negative()
        } else {
            Some(value)
        }
    }

    fn single(&mut self) -> Option<Number> {
        if self.take("(") {
            let value = self.sum()?;
            return self.take(")").then_some(value);
        }
        self.skip_blanks();
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.digits();
        }
        let name = self.name()?;
        if self.take("(") {
            return self.call(name);
        }
        let size = self.symbols.get(name)?;
        Some(Number::integer(i128::from(*size)))
    }

    /// A number such as `12` or `0.5`.
    fn digits(&mut self) -> Option<Number> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let part = part.trim_end_matches('0');
        let below = 10i128.checked_pow(u32::try_from(part.len()).ok()?)?;
        Number::fraction(format!("{whole}{part}").parse().ok()?, below)
    }

    /// A function after its opening bracket.
    fn call(&mut self, name: &str) -> Option<Number> {
        if name == "Symbol" || name == "Float" {
            let quoted = self.quoted()?;
            let value = if name == "Symbol" {
                Number::integer(i128::from(*self.symbols.get(quoted)?))
            } else {
                let mut inner = Reader {
                    rest: quoted,
                    ..*self
                };
                let value = inner.signed()?;
                inner.rest.is_empty().then_some(value)?
            };
            return self.end_of_call().then_some(value);
        }
        let mut values = Vec::new();
        while !self.take(")") {
            values.push(self.sum()?);
            if !self.take(",") && !self.rest.trim_start().starts_with(')') {
                return None;
            }
        }
        apply(name, &values)
    }

    /// Text in single quotes.
    fn quoted(&mut self) -> Option<&'a str> {
        if !self.take("'") {
            return None;
        }
        let (quoted, rest) = self.rest.split_once('\'')?;
        self.rest = rest;
        Some(quoted)
    }

    /// Skips named arguments, which say nothing about the value, and the closing bracket.
    fn end_of_call(&mut self) -> bool {
        while self.take(",") {
            if self.name().is_none() || !self.take("=") {
                return false;
            }
            self.skip_blanks();
            let end = self.rest.find([',', ')']).unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
        self.take(")")
    }
}

fn apply(name: &str, values: &[Number]) -> Option<Number> {
    let by = |fold: fn(Number, Number) -> Option<Number>| {
        let (first, others) = values.split_first()?;
        others
            .iter()
            .try_fold(*first, |value, next| fold(value, *next))
    };
    match (name, values) {
        ("Add", _) => by(Number::add),
        ("Mul", _) => by(Number::mul),
        ("Max", _) => by(|a, b| Some(if a.is_below(b)? { b } else { a })),
        ("Min", _) => by(|a, b| Some(if a.is_below(b)? { a } else { b })),
        ("Integer" | "ToFloat" | "Identity", [value]) => Some(*value),
        ("Rational" | "IntTrueDiv" | "FloatTrueDiv", [above, below]) => above.divided_by(*below),
        ("FloorDiv" | "CleanDiv", [a, b]) => Some(a.divided_by(*b)?.floor()),
        ("CeilDiv", [a, b]) => a.divided_by(*b)?.ceiling(),
        ("Mod" | "PythonMod", [a, b]) => a.remainder(*b),
        ("ModularIndexing", [a, b, c]) => a.divided_by(*b)?.floor().remainder(*c),
        ("Pow" | "PowByNatural" | "FloatPow", [a, b]) => a.power(*b),
        ("floor" | "FloorToInt", [a]) => Some(a.floor()),
        ("ceiling" | "CeilToInt", [a]) => a.ceiling(),
        ("TruncToInt" | "TruncToFloat", [a]) => Some(a.truncated()),
        ("Abs", [a]) => Number::fraction(a.above.checked_abs()?, a.below),
        _ => None,
    }
}
