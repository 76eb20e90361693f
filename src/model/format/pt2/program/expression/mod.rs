//! Expressions of dynamic sizes, as PyTorch writes them: `Add(Mul(Integer(2), Symbol('s77')), …)`
//! today, and `2*s77 + 1` in older files.
//!
//! One parser reads both, and computes while it reads. Anything it does not know makes the whole
//! expression unknown; it never guesses.

use std::collections::HashMap;

/// Longest expression that is read, in bytes.
const MAX_LENGTH: usize = 1 << 16;
/// How deep calls and brackets may nest. Each level takes a few frames of the stack.
const MAX_DEPTH: usize = 200;

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

fn number(text: &str, symbols: &Symbols) -> Option<Number> {
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

/// A fraction in lowest terms, with a denominator above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Number {
    above: i128,
    below: i128,
}

impl Number {
    fn integer(value: i128) -> Number {
        Number {
            above: value,
            below: 1,
        }
    }

    fn fraction(above: i128, below: i128) -> Option<Number> {
        if below == 0 {
            return None;
        }
        let (mut a, mut b) = (above.checked_abs()?, below.checked_abs()?);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let divisor = a.max(1) * below.signum();
        Some(Number {
            above: above / divisor,
            below: below / divisor,
        })
    }

    fn add(self, other: Number) -> Option<Number> {
        let left = self.above.checked_mul(other.below)?;
        let right = other.above.checked_mul(self.below)?;
        Number::fraction(
            left.checked_add(right)?,
            self.below.checked_mul(other.below)?,
        )
    }

    fn mul(self, other: Number) -> Option<Number> {
        let above = self.above.checked_mul(other.above)?;
        Number::fraction(above, self.below.checked_mul(other.below)?)
    }

    fn negative(self) -> Option<Number> {
        Number::fraction(self.above.checked_neg()?, self.below)
    }

    fn divided_by(self, other: Number) -> Option<Number> {
        let above = self.above.checked_mul(other.below)?;
        Number::fraction(above, self.below.checked_mul(other.above)?)
    }

    fn floor(self) -> Number {
        Number::integer(self.above.div_euclid(self.below))
    }

    fn ceiling(self) -> Option<Number> {
        self.negative()?.floor().negative()
    }

    fn truncated(self) -> Number {
        Number::integer(self.above / self.below)
    }

    fn remainder(self, other: Number) -> Option<Number> {
        let whole = self.divided_by(other)?.floor();
        self.add(whole.mul(other)?.negative()?)
    }

    fn power(self, exponent: Number) -> Option<Number> {
        let count = u32::try_from(exponent.above.checked_abs()?).ok()?;
        if exponent.below != 1 || count > 64 {
            return None;
        }
        let above = self.above.checked_pow(count)?;
        let below = self.below.checked_pow(count)?;
        if exponent.above < 0 {
            Number::fraction(below, above)
        } else {
            Number::fraction(above, below)
        }
    }

    fn is_below(self, other: Number) -> Option<bool> {
        let left = self.above.checked_mul(other.below)?;
        Some(left < other.above.checked_mul(self.below)?)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<i64> {
        let symbols = [("s0", 7), ("s77", 1), ("s53", 224)];
        let symbols = symbols.map(|(name, size)| (name.to_owned(), size));
        evaluate(text, &symbols.into())
    }

    #[test]
    fn computes_what_the_serialiser_writes() {
        let symbol = "Symbol('s53', positive=True, integer=True)";
        assert_eq!(value(symbol), Some(224));
        assert_eq!(only_symbol(symbol), Some("s53"));
        let half = format!("FloorDiv(Add({symbol}, Integer(-1)), Integer(2))");
        assert_eq!(value(&half), Some(111));
        let text = format!("Add(Mul(Integer(2), {half}), Pow(Symbol('s0'), Integer(2)))");
        assert_eq!(value(&text), Some(271));
        assert_eq!(symbols_in(&text), ["s53", "s0"]);
        assert_eq!(
            value("Mod(Add(Integer(4), Mul(Integer(-1), Integer(3))), Integer(4))"),
            Some(1)
        );
        assert_eq!(value("Max(Integer(1), Symbol('s0'), Integer(3))"), Some(7));
        assert_eq!(
            value("TruncToInt(IntTrueDiv(Symbol('s0'), Integer(2)))"),
            Some(3)
        );
        assert_eq!(
            value("FloorToInt(Mul(Float('0.5', precision=53), ToFloat(Symbol('s0'))))"),
            Some(3)
        );
        assert_eq!(value("Mul(Rational(1, 7), Symbol('s0'))"), Some(1));
    }

    #[test]
    fn computes_what_older_files_write() {
        assert_eq!(value("2*s53 + 1"), Some(449));
        assert_eq!(value("((s53 - 1)//2) + 1"), Some(112));
        assert_eq!(value("-s0**2 + Mod(s53, 5)"), Some(-45));
        assert_eq!(value("floor(s0/2)*s77"), Some(3));
        assert_eq!(symbols_in("floor(s0/2)*s77"), ["s0", "s77"]);
        assert_eq!(only_symbol("s0"), Some("s0"));
        assert_eq!(only_symbol("2*s0"), None);
    }

    #[test]
    fn knows_nothing_of_fractions_other_functions_and_nonsense() {
        for text in [
            "",
            "s1",
            "s0/2",
            "sin(s0)",
            "1 +",
            "(1",
            "1)",
            "Integer()",
            "Integer(1",
            "s0 s0",
            "Mod(s0, 0)",
            "s0//0",
            "2**9999",
            "Symbol('s0'",
            "Symbol(s0)",
            "é",
            "0x10",
            "170141183460469231731687303715884105727*9",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(value(&"(".repeat(60_000)), None);
        assert_eq!(value(&"Add(".repeat(16_000)), None);
        assert_eq!(value(&"-".repeat(60_000)), None);
        assert_eq!(value(&format!("{}1", "1+".repeat(100_000))), None);
    }
}
