//! In which order the layers of a head follow one another. A file of weights has them by name.

use super::head::Layer;

/// Most layers that are put into an order.
const MOST: usize = 12;
/// Most steps of the search: a file with layers that fit anywhere has more orders than anyone can try.
const MAX_STEPS: usize = 20_000;

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
    let mut search = Search {
        layers: &layers,
        found: Vec::new(),
        steps: 0,
    };
    search.go_on(&mut Vec::new());
    match search.found.as_slice() {
        _ if search.steps > MAX_STEPS => Err(format!(
            "the layers of its head have too many possible orders: {}",
            listed(&layers)
        )),
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

/// The search for orders.
struct Search<'a> {
    layers: &'a [Layer],
    /// Places in `layers`, at most two orders.
    found: Vec<Vec<usize>>,
    steps: usize,
}

impl Search<'_> {
    /// Finds the orders that begin with `order`.
    fn go_on(&mut self, order: &mut Vec<usize>) {
        self.steps += 1;
        if self.found.len() > 1 || self.steps > MAX_STEPS {
            return;
        }
        if order.len() == self.layers.len() {
            self.found.push(order.clone());
            return;
        }
        for next in 0..self.layers.len() {
            if self.may_follow(order, next) {
                order.push(next);
                self.go_on(order);
                order.pop();
            }
        }
    }

    /// Whether the layer `next` takes what the last one gives, and all that come before it by name are there.
    fn may_follow(&self, order: &[usize], next: usize) -> bool {
        let layer = &self.layers[next];
        let fits = order.last().is_none_or(|last| {
            match (self.layers[*last].kind.ends(), layer.kind.ends()) {
                (Some((_, given)), Some((taken, _))) => given == taken,
                (None, _) | (_, None) => true,
            }
        });
        let is_due = |other: usize| {
            order.contains(&other) || !comes_before(&self.layers[other].module, &layer.module)
        };
        !order.contains(&next) && fits && (0..self.layers.len()).all(is_due)
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
        // Eleven that fit anywhere, and one that fits nowhere.
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
        let mut many: Vec<(&str, LayerKind)> = names.map(|name| (name, norm(8))).to_vec();
        many.push(("l", linear(4, 4)));
        let reason = order(&many).unwrap_err();
        assert!(reason.contains("too many possible orders"), "{reason}");
        let reason = order(&[("a", linear(8, 4)), ("b", linear(8, 4))]).unwrap_err();
        assert!(reason.contains("do not take"), "{reason}");
    }
}
