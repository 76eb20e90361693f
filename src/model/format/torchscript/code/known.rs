//! Operators on what is known without running anything: sizes, numbers, lists, strings.

use super::arithmetic::{cast, pair, single};
use super::value::{Number, Value, equal};
use super::{dicts, lists, texts};
use crate::model::format::torchscript::nodes::Nodes;

/// What the operator `name` makes of these; `None` where it has to run on tensors.
///
/// # Errors
/// In words, where it makes nothing of them.
pub fn call(
    name: &str,
    given: &[Value],
    named: &[(String, Value)],
    nodes: &Nodes,
) -> Result<Option<Value>, String> {
    if let Some(value) = about_tensor(name, given, nodes)? {
        return Ok(Some(value));
    }
    if let Some(value) = of_constant(name, given, nodes) {
        return Ok(Some(value));
    }
    for of_kind in [dicts::call, lists::call, texts::call, of_loop] {
        if let Some(value) = of_kind(name, given)? {
            return Ok(Some(value));
        }
    }
    if matches!(given.first(), Some(Value::Known(_))) && is_in_place(name) {
        return Err(format!("it changes a number in place ({name})"));
    }
    let number = |index: usize| given.get(index).and_then(Value::number);
    let is_tensor = given.iter().any(|value| matches!(value, Value::Known(_)));
    let made = |number: Number| {
        Some(if is_tensor {
            Value::Known(number.single())
        } else {
            number.into()
        })
    };
    Ok(match (name, given) {
        ("__is__", [a, b]) => Some(Value::Bool(is_same(a, b)?)),
        ("__isnot__", [a, b]) => Some(Value::Bool(!is_same(a, b)?)),
        ("eq" | "ne", [a, b])
            if !matches!((a, b), (Value::Tensor(_), _) | (_, Value::Tensor(_))) =>
        {
            let same = equal(a, b).ok_or("it compares what cannot be compared")?;
            made(Number::Bool(same == (name == "eq")))
        }
        ("__not__", [one]) => one
            .number()
            .and_then(|one| made(Number::Bool(!one.is_true()))),
        // A float of Python has 64 bits, and becomes a tensor of them only here.
        ("NumToTensor", [one]) => one.number().map(Value::Known),
        ("tensor" | "scalar_tensor", [one, ..]) if one.number().is_some() => {
            let dtype = named.iter().find(|(name, _)| name == "dtype");
            let dtype = dtype.and_then(|(_, dtype)| dtype.int());
            let number = one.number().and_then(|number| match dtype {
                None => Some(number.single()),
                dtype => cast(number, dtype),
            });
            number.map(Value::Known)
        }
        ("to", [Value::Known(number), rest @ ..])
            if !rest.iter().any(|other| matches!(other, Value::Tensor(_))) =>
        {
            let named_dtype = named.iter().find(|(name, _)| name == "dtype");
            let all = rest.iter().chain(named_dtype.map(|(_, dtype)| dtype));
            let dtype = all.into_iter().find_map(|value| match value {
                Value::Int(dtype) => Some(*dtype),
                _ => None,
            });
            cast(*number, dtype).map(Value::Known)
        }
        ("detach" | "clone" | "data" | "alias" | "contiguous", [Value::Known(number), ..]) => {
            Some(Value::Known(*number))
        }
        (
            "ScalarImplicit" | "IntImplicit" | "FloatImplicit" | "item" | "Scalar",
            [Value::Known(number)],
        ) => Some((*number).into()),
        // The number would be an axis.
        ("min" | "max", [Value::Known(_), other, ..]) if !matches!(other, Value::Known(_)) => None,
        ("warn", _) => Some(Value::None),
        ("is_grad_enabled", []) => Some(Value::Bool(true)),
        ("is_autocast_enabled" | "is_autocast_cpu_enabled", _) => Some(Value::Bool(false)),
        // What else is named may change what comes out.
        _ if named
            .iter()
            .any(|(name, _)| !matches!(name.as_str(), "rounding_mode" | "alpha")) =>
        {
            None
        }
        (_, [_, _, ..]) => match (number(0), number(1)) {
            (Some(a), Some(b)) => {
                let mode = named.iter().find(|(name, _)| name == "rounding_mode");
                let mode = match mode {
                    Some((_, Value::Text(mode))) => mode,
                    _ => "",
                };
                let alpha = named.iter().find(|(name, _)| name == "alpha");
                let alpha = alpha.and_then(|(_, alpha)| alpha.number());
                let alpha = alpha.or(number(2)).unwrap_or(Number::Int(1));
                match pair(name, a, b, mode, alpha) {
                    Some(number) => made(number),
                    None => None,
                }
            }
            _ => None,
        },
        (_, [_]) => {
            let number = number(0).and_then(|x| single(name, x, is_tensor));
            number.and_then(made)
        }
        _ => None,
    })
}

/// How long a loop is, and which number a turn of it has.
fn of_loop(name: &str, given: &[Value]) -> Result<Option<Value>, String> {
    Ok(match (name, given) {
        ("__range_length", [from, to, step]) => {
            let all = (from.int(), to.int(), step.int());
            let (Some(from), Some(to), Some(step)) = all else {
                return Err("it has a loop whose length is not known".into());
            };
            range_length(from, to, step).map(Value::Int)
        }
        ("__derive_index", [index, from, step]) => {
            let all = (index.int(), from.int(), step.int());
            let (Some(index), Some(from), Some(step)) = all else {
                return Err("it has a loop whose length is not known".into());
            };
            let passed = index.checked_mul(step);
            let at = passed.and_then(|passed| from.checked_add(passed));
            at.map(Value::Int)
        }
        _ => None,
    })
}

/// How many numbers Python's `range` has; `None` where it has too many, or stands still.
fn range_length(from: i64, to: i64, step: i64) -> Option<i64> {
    let way = if step > 0 {
        to.checked_sub(from)?
    } else {
        from.checked_sub(to)?
    };
    if way <= 0 {
        return (step != 0).then_some(0);
    }
    let step = step.checked_abs()?;
    Some((way - 1).checked_div(step)? + 1)
}

/// What an operator makes of a constant of a few integers: the sides of a window, as tracing leaves them.
fn of_constant(name: &str, given: &[Value], nodes: &Nodes) -> Option<Value> {
    let Some(Value::Tensor(tensor)) = given.first() else {
        return None;
    };
    let integers = nodes.integers(tensor)?;
    let number = match (name, given) {
        ("detach" | "clone" | "contiguous", [_]) => return given.first().cloned(),
        // 64 bits have room for all of them.
        ("to", [_, Value::Text(_), Value::Int(4), ..] | [_, Value::Int(4), ..]) => {
            return given.first().cloned();
        }
        ("min", [_]) => integers.iter().copied().min()?,
        ("max", [_]) => integers.iter().copied().max()?,
        _ => return None,
    };
    Some(Value::Known(Number::Int(number)))
}

/// Whether an operator writes into its first argument.
fn is_in_place(name: &str) -> bool {
    match name {
        "detach_" | "requires_grad_" => false,
        "__iand__" | "__ior__" | "__ixor__" | "__ilshift__" | "__irshift__" => true,
        name => name.ends_with('_') && !name.ends_with("__"),
    }
}

/// Whether two values are the same object: none, or tensors.
fn is_same(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::None, Value::None) => Ok(true),
        (Value::None, _) | (_, Value::None) => Ok(false),
        (Value::Tensor(a), Value::Tensor(b)) if a == b => Ok(true),
        (Value::Tensor(a), Value::Tensor(b))
            if !may_return_its_own(a) && !may_return_its_own(b) =>
        {
            Ok(false)
        }
        _ => Err("it asks whether two things are the same".into()),
    }
}

/// Whether the operator that a tensor is named after may return the tensor that it is given.
fn may_return_its_own(tensor: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit();
    let operator = match tensor.trim_end_matches(digits) {
        all if all.len() == tensor.len() => tensor,
        before => before.strip_suffix('_').unwrap_or(before),
    };
    is_in_place(operator)
        || matches!(
            operator,
            "contiguous"
                | "to"
                | "type_as"
                | "dropout"
                | "feature_dropout"
                | "alpha_dropout"
                | "reshape"
                | "flatten"
        )
}

/// Sizes and the like.
fn about_tensor(name: &str, given: &[Value], nodes: &Nodes) -> Result<Option<Value>, String> {
    let (shape, kind) = match given.first() {
        Some(Value::Tensor(tensor)) => (nodes.shape(tensor), nodes.kind(tensor)),
        Some(Value::Known(number)) => {
            let kind = match number {
                Number::Bool(_) => tch::Kind::Bool,
                Number::Int(_) => tch::Kind::Int64,
                Number::Float(_) => tch::Kind::Float,
            };
            (Some(Vec::new()), kind)
        }
        _ => return Ok(None),
    };
    let shape = || {
        shape
            .clone()
            .ok_or("it asks for a size that depends on the image")
    };
    Ok(Some(match (name, given) {
        ("size" | "sym_size", [_]) => Value::ints(shape()?),
        ("size" | "sym_size", [_, dim]) => {
            let (shape, dim) = (
                shape()?,
                dim.int().ok_or("it asks for a size along no axis")?,
            );
            let axis = crate::model::op::shape::axis(dim, shape.len())?;
            Value::Int(shape[axis])
        }
        ("dim", [_]) => Value::Int(shape()?.len() as i64),
        ("len", [_]) => {
            let shape = shape()?;
            Value::Int(*shape.first().ok_or("it asks for the length of a number")?)
        }
        ("numel" | "sym_numel", [_]) => Value::Int(crate::model::op::shape::total(&shape()?)?),
        ("is_floating_point", [_]) => Value::Bool(kind == tch::Kind::Float),
        ("dtype", [_]) => Value::Int(match kind {
            tch::Kind::Bool => 11,
            tch::Kind::Int64 => 4,
            _ => 6,
        }),
        // The image requires gradients, and so does what depends on it.
        ("requires_grad", [_]) => Value::Bool(kind == tch::Kind::Float),
        ("device", [_]) => Value::text("cpu"),
        ("layout", [_]) => Value::Int(0),
        (
            "is_cuda" | "is_quantized" | "is_sparse" | "is_mkldnn" | "is_mps" | "is_nested"
            | "is_xpu" | "is_vulkan" | "is_meta" | "is_complex" | "is_conj" | "is_neg",
            [_],
        ) => Value::Bool(false),
        ("is_contiguous", [_, ..]) => Value::Bool(true),
        ("get_device", [_]) => Value::Int(-1),
        _ => return Ok(None),
    }))
}
