//! Operators on numbers, as Python and libtorch compute them.

use super::value::Number;

/// A number in a dtype of libtorch.
pub fn cast(number: Number, dtype: Option<i64>) -> Option<Number> {
    Some(match dtype {
        None => number,
        Some(0..=4) => Number::Int(number.int()?),
        Some(11) => Number::Bool(number.is_true()),
        Some(7) => Number::Float(number.float()),
        Some(_) => Number::Float(number.float()).single(),
    })
}

/// An operator on one number.
pub fn single(name: &str, x: Number, is_tensor: bool) -> Option<Number> {
    // In Python it is an integer; of a tensor the dtype stays.
    let rounded = |x: f64| {
        let float = Number::Float(x);
        if is_tensor {
            Some(float)
        } else {
            float.int().map(Number::Int)
        }
    };
    Some(match (name, x) {
        ("neg", Number::Int(x)) => Number::Int(x.checked_neg()?),
        ("neg", x) => Number::Float(-x.float()),
        ("abs", Number::Int(x)) => Number::Int(x.checked_abs()?),
        ("abs", x) => Number::Float(x.float().abs()),
        ("floor" | "ceil" | "round" | "trunc", Number::Int(x)) => Number::Int(x),
        ("floor", x) => rounded(x.float().floor())?,
        ("ceil", x) => rounded(x.float().ceil())?,
        ("round", x) => rounded(x.float().round_ties_even())?,
        ("trunc", x) => rounded(x.float().trunc())?,
        ("sqrt", x) => Number::Float(x.float().sqrt()),
        ("exp", x) => Number::Float(x.float().exp()),
        ("log", x) => Number::Float(x.float().ln()),
        ("reciprocal", x) => Number::Float(x.float().recip()),
        _ => return None,
    })
}

/// An operator on two numbers.
pub fn pair(name: &str, a: Number, b: Number, mode: &str, alpha: Number) -> Option<Number> {
    let ints = match (a, b, alpha) {
        (Number::Float(_), _, _) | (_, Number::Float(_), _) | (_, _, Number::Float(_)) => None,
        _ => Some((a.int()?, b.int()?, alpha.int()?)),
    };
    let (x, y, factor) = (a.float(), b.float(), alpha.float());
    let floor = |a: i64, b: i64| {
        let quotient = a.checked_div(b)?;
        Some(quotient - i64::from(a % b != 0 && (a < 0) != (b < 0)))
    };
    Some(match (name, ints) {
        ("add", Some((a, b, factor))) => Number::Int(a.checked_add(b.checked_mul(factor)?)?),
        ("add", None) => Number::Float(x + y * factor),
        ("sub", Some((a, b, factor))) => Number::Int(a.checked_sub(b.checked_mul(factor)?)?),
        ("sub", None) => Number::Float(x - y * factor),
        ("rsub", Some((a, b, factor))) => Number::Int(b.checked_sub(a.checked_mul(factor)?)?),
        ("rsub", None) => Number::Float(y - x * factor),
        ("mul", Some((a, b, _))) => Number::Int(a.checked_mul(b)?),
        ("mul", None) => Number::Float(x * y),
        ("floordiv" | "floor_divide", Some((a, b, _))) => Number::Int(floor(a, b)?),
        ("floordiv" | "floor_divide", None) => Number::Float((x / y).floor()),
        ("div", Some((a, b, _))) if mode == "floor" => Number::Int(floor(a, b)?),
        ("div", Some((a, b, _))) if mode == "trunc" => Number::Int(a.checked_div(b)?),
        ("div" | "true_divide", _) => match mode {
            "floor" => Number::Float((x / y).floor()),
            "trunc" => Number::Float((x / y).trunc()),
            _ => Number::Float(x / y),
        },
        ("remainder", Some((a, b, _))) => Number::Int(a.checked_sub(floor(a, b)?.checked_mul(b)?)?),
        ("remainder", None) => Number::Float(x - (x / y).floor() * y),
        ("fmod", Some((a, b, _))) => Number::Int(a.checked_rem(b)?),
        ("pow", Some((a, b @ 0.., _))) => Number::Int(a.checked_pow(u32::try_from(b).ok()?)?),
        ("pow", _) => Number::Float(x.powf(y)),
        ("__and__" | "__or__" | "__xor__", _) => return bitwise(name, a, b),
        ("min" | "minimum", Some((a, b, _))) => Number::Int(a.min(b)),
        ("min" | "minimum", None) => Number::Float(x.min(y)),
        ("max" | "maximum", Some((a, b, _))) => Number::Int(a.max(b)),
        ("max" | "maximum", None) => Number::Float(x.max(y)),
        ("lt", _) => Number::Bool(x < y),
        ("le", _) => Number::Bool(x <= y),
        ("gt", _) => Number::Bool(x > y),
        ("ge", _) => Number::Bool(x >= y),
        ("logical_and", _) => Number::Bool(a.is_true() && b.is_true()),
        ("logical_or", _) => Number::Bool(a.is_true() || b.is_true()),
        ("logical_xor", _) => Number::Bool(a.is_true() != b.is_true()),
        _ => return None,
    })
}

/// An operator on the bits of two integers, or on two truth values.
fn bitwise(name: &str, a: Number, b: Number) -> Option<Number> {
    let both = match (a, b) {
        (Number::Float(_), _) | (_, Number::Float(_)) => return None,
        (Number::Bool(a), Number::Bool(b)) => (i64::from(a), i64::from(b)),
        (a, b) => (a.int()?, b.int()?),
    };
    let bits = match (name, both) {
        ("__and__", (a, b)) => a & b,
        ("__or__", (a, b)) => a | b,
        ("__xor__", (a, b)) => a ^ b,
        _ => return None,
    };
    Some(match (a, b) {
        (Number::Bool(_), Number::Bool(_)) => Number::Bool(bits != 0),
        _ => Number::Int(bits),
    })
}
