//! In which order the layers of a head follow one another. A file of weights has them by name.

use super::head::Layer;

/// Most layers that are put into an order.
const MOST: usize = 12;

/// The layers in the one order in which each takes what the one before gives, and numbers in names go up.
///
/// # Errors
/// In words, where there is no such order, or several.
pub fn in_order(layers: Vec<Layer>) -> Result<Vec<Layer>, String> {
    let listed = |layers: &[Layer]| {
        let names: Vec<&str> = layers.iter().map(|layer| layer.module.as_str()).collect();
        names.join(", ")
    };
    if layers.len() > MOST {
        return Err(format!("its head has {} layers", layers.len()));
    }
    let mut found = Vec::new();
    search(&layers, &mut Vec::new(), &mut found);
    match found.as_slice() {
        [order] => Ok(order.iter().map(|at| layers[*at].clone()).collect()),
        [] => Err(format!(
            "the layers of its head do not take what the others give: {}",
            listed(&layers)
        )),
        _ => Err(format!(
            "nothing tells in which order the layers of its head follow one another: {}",
            listed(&layers)
        )),
    }
}

/// Adds to `found` the orders that begin with `order`, until there are two.
fn search(layers: &[Layer], order: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    if found.len() > 1 {
        return;
    }
    if order.len() == layers.len() {
        found.push(order.clone());
        return;
    }
    for next in 0..layers.len() {
        let follows = order.last().is_none_or(|last| {
            let (Some((_, given)), Some((taken, _))) =
                (layers[*last].kind.ends(), layers[next].kind.ends())
            else {
                return true;
            };
            given == taken
        });
        let is_before = |other: &Layer| comes_before(&other.module, &layers[next].module);
        let has_all =
            (0..layers.len()).all(|other| order.contains(&other) || !is_before(&layers[other]));
        if !order.contains(&next) && follows && has_all {
            order.push(next);
            search(layers, order, found);
            order.pop();
        }
    }
}

/// Whether names say that one module comes before the other: `fc.0` and `fc.3`, `fc1.0` and `fc2`.
fn comes_before(one: &str, other: &str) -> bool {
    let mut pairs = one.split('.').zip(other.split('.'));
    let Some((one, other)) = pairs.find(|(one, other)| one != other) else {
        return false;
    };
    let (letters, number) = numbered(one);
    let (others, later) = numbered(other);
    letters == others && number < later
}

/// The letters of a name, and the number behind them; one without a number comes first.
fn numbered(name: &str) -> (&str, Option<u64>) {
    let letters = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    (letters, name[letters.len()..].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::super::head::LayerKind;
    use super::*;

    fn order(layers: &[(&str, LayerKind)]) -> Result<String, String> {
        let layers = layers.iter().map(|(module, kind)| Layer {
            module: (*module).to_owned(),
            kind: *kind,
        });
        let layers = in_order(layers.collect())?;
        let names: Vec<&str> = layers.iter().map(|layer| layer.module.as_str()).collect();
        Ok(names.join(" "))
    }

    fn linear(takes: i64, gives: i64) -> LayerKind {
        LayerKind::Linear {
            takes,
            gives,
            bias: true,
        }
    }

    fn norm(channels: i64) -> LayerKind {
        LayerKind::BatchNorm {
            channels,
            affine: true,
        }
    }

    #[test]
    fn numbers_and_lengths_tell_the_order() {
        let names = order(&[
            ("fc.0", linear(8, 8)),
            ("fc.10", linear(8, 8)),
            ("fc.9", norm(8)),
        ]);
        assert_eq!(names.as_deref(), Ok("fc.0 fc.9 fc.10"));
        let lengths = order(&[
            ("bn", norm(4)),
            ("fc1", linear(8, 4)),
            ("fc2", linear(4, 2)),
        ]);
        assert_eq!(lengths.as_deref(), Ok("fc1 bn fc2"));
    }

    #[test]
    fn layers_that_may_be_exchanged_are_refused() {
        for layers in [
            [
                ("bn1", norm(8)),
                ("fc1", linear(8, 8)),
                ("fc2", linear(8, 4)),
            ],
            [
                ("norm", norm(8)),
                ("fc", linear(8, 8)),
                ("out", linear(8, 4)),
            ],
        ] {
            let reason = order(&layers).unwrap_err();
            assert!(reason.contains("in which order"), "{reason}");
        }
        let reason = order(&[("a", linear(8, 4)), ("b", linear(8, 4))]).unwrap_err();
        assert!(reason.contains("do not take"), "{reason}");
    }
}
