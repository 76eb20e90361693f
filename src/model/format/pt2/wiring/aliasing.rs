//! Follows which values share memory, because a file may write into one and then use another.

use crate::model::format::pt2::aten::Sharing;
use crate::model::graph::ValueId;

/// What is known of the memory of each value, in the order of their ids.
#[derive(Default)]
pub struct Memory {
    places: Vec<Place>,
}

struct Place {
    /// Values of one group share memory.
    group: usize,
    /// Values of one identity are the same tensor.
    identity: usize,
    became: Became,
}

enum Became {
    Itself,
    /// It was overwritten, and this is what it holds since.
    Replaced(ValueId),
    Stale(Stale),
}

/// Something that shares its memory was overwritten, so that what it holds now has no name.
#[derive(Debug, Clone, PartialEq)]
pub struct Stale {
    /// The node that wrote.
    pub by: String,
    /// The value it wrote into.
    pub into: ValueId,
    /// The value that is not what it was.
    pub value: ValueId,
}

impl Memory {
    /// A new value, with memory of its own.
    pub fn add(&mut self) {
        let index = self.places.len();
        self.places.push(Place {
            group: index,
            identity: index,
            became: Became::Itself,
        });
    }

    /// `to` was made from `from`.
    pub fn share(&mut self, from: ValueId, to: ValueId, sharing: Sharing) {
        if sharing != Sharing::None {
            self.places[to.0].group = self.places[from.0].group;
        }
        if sharing == Sharing::Same {
            self.places[to.0].identity = self.places[from.0].identity;
        }
    }

    /// The node called `by` put `result` in the place of `into`.
    pub fn overwrite(&mut self, into: ValueId, result: ValueId, by: &str) {
        let (group, identity) = (self.places[into.0].group, self.places[into.0].identity);
        for (index, place) in self.places.iter_mut().enumerate() {
            if place.group == group {
                place.became = if place.identity == identity {
                    Became::Replaced(result)
                } else {
                    let value = ValueId(index);
                    Became::Stale(Stale {
                        by: by.to_owned(),
                        into,
                        value,
                    })
                };
            }
        }
    }

    /// `whole`, a part of which was overwritten, is `result` by now.
    pub fn replace(&mut self, whole: ValueId, result: ValueId) {
        let identity = self.places[whole.0].identity;
        for place in &mut self.places {
            if place.identity == identity {
                place.became = Became::Replaced(result);
            }
        }
    }

    /// The value that `value` is by now.
    pub fn now(&self, mut value: ValueId) -> Result<ValueId, Stale> {
        loop {
            match &self.places[value.0].became {
                Became::Itself => return Ok(value),
                // A result is newer than what it replaces, so this ends.
                Became::Replaced(result) => value = *result,
                Became::Stale(stale) => return Err(stale.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values 0 to 3: 1 a view of 0, 2 the same tensor as 0, 3 on its own.
    fn four() -> Memory {
        let mut memory = Memory::default();
        (0..4).for_each(|_| memory.add());
        memory.share(ValueId(0), ValueId(1), Sharing::View);
        memory.share(ValueId(0), ValueId(2), Sharing::Same);
        memory.share(ValueId(0), ValueId(3), Sharing::None);
        memory
    }

    #[test]
    fn the_same_tensor_becomes_the_result_and_a_view_goes_stale() {
        let mut memory = four();
        memory.add();
        memory.overwrite(ValueId(0), ValueId(4), "relu_");
        assert_eq!(memory.now(ValueId(0)), Ok(ValueId(4)));
        assert_eq!(memory.now(ValueId(2)), Ok(ValueId(4)));
        assert_eq!(memory.now(ValueId(3)), Ok(ValueId(3)));
        let stale = Stale {
            by: "relu_".into(),
            into: ValueId(0),
            value: ValueId(1),
        };
        assert_eq!(memory.now(ValueId(1)), Err(stale));
    }

    #[test]
    fn results_that_are_overwritten_are_followed_on() {
        let mut memory = four();
        memory.add();
        memory.overwrite(ValueId(3), ValueId(4), "relu_");
        memory.add();
        memory.overwrite(ValueId(4), ValueId(5), "add_");
        assert_eq!(memory.now(ValueId(3)), Ok(ValueId(5)));
    }
}
