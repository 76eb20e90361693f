//! Programs exported with dynamic sizes: the batch, which here is always one, and the height and width
//! of the image.
//!
//! A dynamic size is a symbol throughout the program: in the stated shapes of tensors, in the sizes that
//! nodes ask for, in expressions of such sizes. Each symbol gets a size before anything else is read,
//! everything that follows from it is computed, and the nodes that only computed sizes are dropped. A
//! size that cannot be computed stays, and is refused where it is used.

use std::collections::HashMap;

use super::expression::{self, Symbols, only_symbol, symbols_in};
use super::schema::{Argument, Expression, GraphModule, NodeJson, Range, Size, SymInt, TensorMeta};
use crate::model::error::{Fault, Result};
use crate::model::format::build::opened::SizeSource;

/// Checks of sizes, which are not needed once the sizes are known.
const CHECKS: [&str; 9] = [
    "_operator.eq",
    "_operator.ne",
    "_operator.ge",
    "_operator.gt",
    "_operator.le",
    "_operator.lt",
    "torch.ops.aten._assert_scalar.default",
    "torch.ops.aten.sym_constrain_range.default",
    "torch.ops.aten.sym_constrain_range_for_size.default",
];

/// Height and width, where nothing says which.
const DEFAULT_SIDE: i64 = 224;
/// The largest side that is looked for.
const MAX_SIDE: i64 = 1 << 14;
/// Longest expression of a side, in bytes: it is computed for many sizes.
const MAX_EXPRESSION: usize = 400;

/// What is known about the size of the image before the program is read.
#[derive(Debug, Default, Clone, Copy)]
pub struct Wanted {
    /// Width and height that the user has chosen.
    pub chosen: Option<(u32, u32)>,
    /// Width and height that the preprocessing states, and where it does.
    pub stated: Option<((u32, u32), SizeSource)>,
}

/// Gives every dynamic size of the program a number, and returns where the size of the image comes
/// from. `image` is the name of the image among the inputs.
///
/// # Errors
/// [`Fault::Size`] where the program does not take the chosen size.
pub fn close(
    module: &mut GraphModule,
    ranges: &HashMap<String, Range>,
    image: &str,
    wanted: Wanted,
) -> Result<SizeSource> {
    let sizes_of = |name: &str| {
        let about = module.graph.tensor_values.get(name);
        about.map(|about| about.sizes.clone()).unwrap_or_default()
    };
    let mut symbols = Symbols::new();
    for name in super::inputs::user_tensors(module) {
        if let Some(Size::AsExpr(batch)) = sizes_of(name).first()
            && let Some(symbol) = only_symbol(&batch.expr_str)
        {
            symbols.insert(symbol.to_owned(), 1);
        }
    }
    let source = match sizes_of(image).as_slice() {
        [batch, first, second, third] => {
            let known = [first, second, third].map(Size::fixed);
            let ([_, channels, height, width], _) =
                super::inputs::arranged([batch, first, second, third], known);
            // A picture has three, where the program takes any number.
            if let Size::AsExpr(channels) = channels {
                Side::new(channels, ranges).solve(&mut symbols, 3);
            }
            image_size(&mut symbols, ranges, [height, width], wanted)?
        }
        _ => SizeSource::Fixed,
    };
    // Other inputs keep the sizes they were exported with.
    for name in super::inputs::user_tensors(module) {
        for size in sizes_of(name) {
            if let Size::AsExpr(size) = size
                && let (Some(symbol), Some(hint)) = (only_symbol(&size.expr_str), size.hinted())
            {
                symbols.entry(symbol.to_owned()).or_insert(hint);
            }
        }
    }
    if !symbols.is_empty() {
        substitute_everywhere(module, &symbols);
    }
    Ok(source)
}

/// Gives the symbols of height and width a number.
fn image_size(
    symbols: &mut Symbols,
    ranges: &HashMap<String, Range>,
    sides: [&Size; 2],
    wanted: Wanted,
) -> Result<SizeSource> {
    if sides.iter().all(|side| side.fixed().is_some()) {
        return Ok(SizeSource::Fixed);
    }
    let hints = sides.map(|side| match side {
        Size::AsInt(size) => Some(*size),
        Size::AsExpr(expression) => expression.hinted(),
    });
    let turned = |(width, height): (u32, u32)| [i64::from(height), i64::from(width)];
    let (target, source) = if let Some(chosen) = wanted.chosen {
        (turned(chosen), SizeSource::Chosen)
    } else if let Some((stated, source)) = wanted.stated {
        (turned(stated), source)
    } else if let [Some(height), Some(width)] = hints {
        ([height, width], SizeSource::Sample)
    } else {
        ([DEFAULT_SIDE; 2], SizeSource::Assumed)
    };
    let mut closest = [0; 2];
    for ((side, target), found) in sides.into_iter().zip(target).zip(&mut closest) {
        *found = match side {
            Size::AsInt(size) => *size,
            Size::AsExpr(side) => {
                let side = Side::new(side, ranges);
                side.solve(symbols, target).ok_or_else(|| Fault::Symbolic {
                    name: format!("the image ({})", side.expression.expr_str),
                })?
            }
        };
    }
    if source == SizeSource::Chosen && closest != target {
        let [height, width] = closest;
        return Err(Fault::Size {
            width: u32::try_from(target[1]).unwrap_or_default(),
            height: u32::try_from(target[0]).unwrap_or_default(),
            reason: format!("of the sizes that the file allows, {width}×{height} is the closest"),
        });
    }
    Ok(source)
}

/// One dynamic axis of the image.
struct Side<'a> {
    expression: &'a Expression,
    ranges: &'a HashMap<String, Range>,
}

impl<'a> Side<'a> {
    fn new(expression: &'a Expression, ranges: &'a HashMap<String, Range>) -> Side<'a> {
        Side { expression, ranges }
    }

    /// Gives the symbol of this axis the number for which its size is closest to `target`. Returns
    /// the size; `None` where the axis has several unknown symbols, or cannot be computed.
    fn solve(&self, symbols: &mut Symbols, target: i64) -> Option<i64> {
        let text = &self.expression.expr_str;
        let unknown = |name: &&str| !symbols.contains_key(*name);
        let mut names = symbols_in(text).into_iter().filter(unknown);
        let Some(name) = names.next() else {
            return expression::evaluate(text, symbols);
        };
        if names.any(|other| other != name) || text.len() > MAX_EXPRESSION {
            return None;
        }
        let range = self.ranges.get(name);
        let low = range.and_then(Range::min).unwrap_or(1).clamp(1, MAX_SIDE);
        let high = range.and_then(Range::max).unwrap_or(MAX_SIDE);
        let high = high.clamp(low, MAX_SIDE);
        let mut best: Option<(i64, i64)> = None;
        if only_symbol(text) == Some(name) {
            let size = target.clamp(low, high);
            best = Some((size, size));
        } else {
            let mut trial = symbols.clone();
            for value in low..=high {
                trial.insert(name.to_owned(), value);
                let Some(size) = expression::evaluate(text, &trial).filter(|size| *size > 0) else {
                    continue;
                };
                let closer = |(_, best): (i64, i64)| (size - target).abs() < (best - target).abs();
                if best.is_none_or(closer) {
                    best = Some((value, size));
                }
            }
        }
        let (value, size) = best?;
        symbols.insert(name.to_owned(), value);
        Some(size)
    }
}

/// Replaces symbols by their sizes throughout the program.
fn substitute_everywhere(module: &mut GraphModule, symbols: &Symbols) {
    let graph = &mut module.graph;
    for about in graph.tensor_values.values_mut() {
        for size in &mut about.sizes {
            if let Size::AsExpr(expression) = size
                && let Some(known) = expression::evaluate(&expression.expr_str, symbols)
            {
                *size = Size::AsInt(known);
            }
        }
    }
    let mut known: HashMap<String, Argument> = HashMap::new();
    for mut node in std::mem::take(&mut graph.nodes) {
        let is_bool = |output: &Argument| *output == Argument::Other("as_sym_bool".into());
        if CHECKS.contains(&node.target.as_str())
            || !node.outputs.is_empty() && node.outputs.iter().all(is_bool)
        {
            continue;
        }
        node.inputs
            .iter_mut()
            .for_each(|input| substitute(&mut input.arg, &known));
        let name = match node.outputs.first() {
            Some(Argument::Symbol(name)) if node.outputs.len() == 1 => name.clone(),
            _ => {
                graph.nodes.push(node);
                continue;
            }
        };
        let stated = || {
            let integers = graph.sym_int_values.get(&name).map(|size| match size {
                Size::AsInt(size) => Some(Argument::Int(*size)),
                Size::AsExpr(e) => expression::evaluate(&e.expr_str, symbols).map(Argument::Int),
            });
            let floats = || {
                let expression = graph.sym_float_values.get(&name)?.expression()?;
                expression::evaluate_float(expression, symbols).map(Argument::Float)
            };
            integers.flatten().or_else(floats)
        };
        match computed(&node, &graph.tensor_values).or_else(stated) {
            Some(value) => {
                known.insert(name, value);
            }
            None => graph.nodes.push(node),
        }
    }
    // Shapes that could not be computed need not be stated.
    graph
        .tensor_values
        .retain(|_, about| about.shape().is_some());
}

/// Replaces the names of known sizes by the sizes.
fn substitute(argument: &mut Argument, known: &HashMap<String, Argument>) {
    let value = |size: &SymInt| match size {
        SymInt::AsInt(int) => Some(*int),
        SymInt::AsName(name) => match known.get(name) {
            Some(Argument::Int(int)) => Some(*int),
            _ => None,
        },
    };
    let closed = match argument {
        Argument::Symbol(name) => known.get(name).cloned(),
        Argument::OpenInts(sizes) => {
            let ints: Option<Vec<i64>> = sizes.iter().map(value).collect();
            ints.map(Argument::Ints)
        }
        _ => None,
    };
    if let Some(closed) = closed {
        *argument = closed;
    }
}

/// The size, or the fraction of sizes, that a node computes, if it computes one.
fn computed(node: &NodeJson, tensors: &HashMap<String, TensorMeta>) -> Option<Argument> {
    let mut arguments = node.inputs.iter().map(|input| &input.arg);
    let (first, second) = (arguments.next()?, arguments.next());
    let target = node.target.as_str();
    match (first, second) {
        (Argument::Tensor(name), Some(Argument::Int(axis)))
            if target == "torch.ops.aten.sym_size.int" =>
        {
            let sizes = &tensors.get(name)?.sizes;
            let axis = usize::try_from(*axis).ok()?;
            sizes.get(axis)?.fixed().map(Argument::Int)
        }
        (Argument::Int(a), Some(Argument::Int(b))) if target != "_operator.truediv" => {
            of_two_sizes(target, *a, *b).map(Argument::Int)
        }
        (a, Some(b)) => of_two_numbers(target, float(a)?, float(b)?),
        (Argument::Int(a), None) if target == "_operator.neg" => a.checked_neg().map(Argument::Int),
        (a, None) => of_one_number(target, float(a)?),
    }
}

fn float(argument: &Argument) -> Option<f64> {
    match argument {
        Argument::Int(int) => Some(*int as f64),
        Argument::Float(float) => Some(*float),
        _ => None,
    }
}

fn of_two_sizes(target: &str, a: i64, b: i64) -> Option<i64> {
    // Rounded down, and with the sign of the divisor, as in Python.
    let quotient = || {
        let inexact = a.checked_rem(b)? != 0;
        Some(a.checked_div(b)? - i64::from(inexact && (a < 0) != (b < 0)))
    };
    match target {
        "_operator.mul" => a.checked_mul(b),
        "_operator.add" => a.checked_add(b),
        "_operator.sub" => a.checked_sub(b),
        "_operator.floordiv" => quotient(),
        "_operator.mod" => a.checked_sub(b.checked_mul(quotient()?)?),
        "_operator.pow" => a.checked_pow(u32::try_from(b).ok()?),
        "torch.sym_max" => Some(a.max(b)),
        "torch.sym_min" => Some(a.min(b)),
        _ => None,
    }
}

fn of_two_numbers(target: &str, a: f64, b: f64) -> Option<Argument> {
    let value = match target {
        "_operator.mul" => a * b,
        "_operator.add" => a + b,
        "_operator.sub" => a - b,
        "_operator.truediv" => a / b,
        "_operator.pow" => a.powf(b),
        "torch.sym_max" => a.max(b),
        "torch.sym_min" => a.min(b),
        _ => return None,
    };
    value.is_finite().then_some(Argument::Float(value))
}

fn of_one_number(target: &str, a: f64) -> Option<Argument> {
    let value = match target {
        "torch.sym_float" | "torch._sym_sqrt" | "math.sqrt" | "_operator.neg" => {
            let value = match target {
                "torch.sym_float" => a,
                "_operator.neg" => -a,
                _ => a.sqrt(),
            };
            return value.is_finite().then_some(Argument::Float(value));
        }
        "math.trunc" | "torch.sym_int" => a.trunc(),
        "math.floor" => a.floor(),
        "math.ceil" => a.ceil(),
        "builtins.round" => a.round_ties_even(),
        _ => return None,
    };
    // Exact, as integers of up to 53 bits are.
    (value.abs() < 1e15).then_some(Argument::Int(value as i64))
}
