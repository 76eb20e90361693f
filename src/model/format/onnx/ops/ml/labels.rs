//! Names of classes in place of their numbers, and scores by name.

use tch::Kind;

use super::reshaped;
use crate::model::format::build::refusal::{Answer, beyond};
use crate::model::format::onnx::args::Args;
use crate::model::format::onnx::build::Builder;
use crate::model::format::onnx::ops::index;
use crate::model::graph::ValueId;
use crate::model::op::Arithmetic;

/// What to say of an operation on texts other than looking one up.
pub const ON_TEXTS: &str =
    "it works on texts, and only looking up the name of a class by its number is read";

/// Numbers as names, unless they are those that classes have anyway.
pub fn as_names(numbers: &[i64]) -> Vec<String> {
    let counted = (0..).zip(numbers).all(|(place, number)| place == *number);
    if counted {
        Vec::new()
    } else {
        numbers.iter().map(i64::to_string).collect()
    }
}

/// Scores by the names of their classes: here, the scores.
pub fn zip_map(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let scores = args.input(0)?;
    let texts = args.texts("classlabels_strings")?.unwrap_or_default();
    let numbers = args.ints("classlabels_int64s")?.unwrap_or_default();
    let names = texts.len().max(numbers.len());
    let classes = builder.shape(scores).last().copied().unwrap_or(1);
    if names as i64 != classes {
        return args.wrong(format!(
            "has names for {names} classes, but its input has the shape {:?}",
            builder.shape(scores)
        ));
    }
    let names = if texts.is_empty() {
        as_names(&numbers)
    } else {
        texts
    };
    builder.name_classes(names);
    Ok(vec![scores])
}

/// The name of a class, looked up by its number in a row of names: here, the number.
pub fn looked_up(
    args: &Args,
    builder: &mut Builder,
    (names, number): (ValueId, ValueId),
) -> Answer<Vec<ValueId>> {
    let texts = builder.texts(names).unwrap_or_default().to_vec();
    if builder
        .shape(names)
        .iter()
        .filter(|size| **size != 1)
        .count()
        > 1
    {
        return args.wrong(format!(
            "looks names up in a table of shape {:?}, and they have to be a row",
            builder.shape(names)
        ));
    }
    if builder.texts(number).is_some() {
        return beyond(ON_TEXTS);
    }
    builder.name_classes(texts);
    Ok(vec![number])
}

/// The entries along the last axis that indices name. From a row of names, the name of a class.
pub fn entries(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let (x, places) = (args.input(0)?, args.input(1)?);
    if builder.texts(x).is_some() {
        return looked_up(args, builder, (x, places));
    }
    let shape = builder.shape(x).to_vec();
    let Some(known) = builder.ints(places)? else {
        let is_row = builder.kind(x) == Kind::Int64 && shape.len() == 1;
        return match builder.ints(x)?.filter(|_| is_row) {
            Some(numbers) => {
                builder.name_classes(as_names(&numbers));
                Ok(vec![places])
            }
            None => args.fixed(None, "indices"),
        };
    };
    let axis = args.axis(-1, shape.len())?;
    if let Some(place) = known
        .iter()
        .find(|place| !(0..shape[axis]).contains(*place))
    {
        return args.wrong(format!("takes entry {place} of an axis of {}", shape[axis]));
    }
    let count = known.len() as i64;
    let taken = index::take(builder, x, axis as i64, known.into_iter())?;
    match shape.len() {
        1 => Ok(vec![reshaped(args, builder, taken, vec![1, count])?]),
        _ => Ok(vec![taken]),
    }
}

/// Names by the numbers of classes: here, the numbers.
pub fn encoder(args: &Args, builder: &mut Builder) -> Answer<Vec<ValueId>> {
    let x = args.input(0)?;
    // The oldest version has one list, in the order of the numbers.
    if let Some(texts) = args.texts("classes_strings")? {
        builder.name_classes(texts);
        return Ok(vec![x]);
    }
    let keys = match (args.ints("keys_int64s")?, args.tensor("keys_tensor")?) {
        (Some(keys), _) => Some(keys),
        (None, Some(tensor)) => {
            let keys = builder.written(tensor)?;
            let whole = builder.texts(keys).is_none() && builder.kind(keys) == Kind::Int64;
            builder.ints(keys)?.filter(|_| whole)
        }
        (None, None) => None,
    };
    let names = match (args.texts("values_strings")?, args.ints("values_int64s")?) {
        (Some(names), _) => Some(names),
        (None, Some(numbers)) => Some(numbers.iter().map(i64::to_string).collect()),
        (None, None) => match args.tensor("values_tensor")? {
            Some(tensor) => {
                let values = builder.written(tensor)?;
                builder.texts(values).map(<[String]>::to_vec)
            }
            None => None,
        },
    };
    let (Some(keys), Some(names)) = (keys, names) else {
        return beyond("it gives something else than names for the numbers of classes");
    };
    if keys.len() != names.len() {
        return args.wrong(format!(
            "has {} numbers of classes and {} names",
            keys.len(),
            names.len()
        ));
    }
    let mut pairs: Vec<(i64, String)> = keys.into_iter().zip(names).collect();
    pairs.sort_by_key(|(key, _)| *key);
    let (number, from) = counted_from(builder, x)?;
    if !(from..).zip(&pairs).all(|(place, (key, _))| place == *key) {
        return beyond("its keys are not the numbers of the classes, one after the other");
    }
    builder.name_classes(pairs.into_iter().map(|(_, name)| name).collect());
    Ok(vec![number])
}

/// The number of a class, and where counting begins: ML.NET adds 1.
fn counted_from(builder: &Builder, key: ValueId) -> Answer<(ValueId, i64)> {
    let node = builder.maker(key);
    let inputs = node.filter(|node| node.op == Arithmetic::Add { alpha: 1.0 }.into());
    Ok(match inputs.map(|node| node.inputs.as_slice()) {
        Some(&[number, one]) => match builder.number(one)? {
            Some(from) => (number, from as i64),
            None => (key, 0),
        },
        Some(_) | None => (key, 0),
    })
}
