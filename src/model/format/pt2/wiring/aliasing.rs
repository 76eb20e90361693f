//! Tracks which values share memory, because a program may write into one and then use another.

use crate::model::format::pt2::aten::Sharing;
use crate::model::graph::ValueId;

/// What is known about the memory of each value, in the order of their ids.
#[derive(Default)]
pub struct Memory {
    cells: Vec<Cell>,
}

struct Cell {
    /// Values of one group share memory.
    group: usize,
    /// Values of one identity are the same tensor.
    identity: usize,
    became: Became,
}

enum Became {
    Itself,
    /// It was overwritten and now holds this value.
    Replaced(ValueId),
    Stale(Stale),
}

/// A value that shares its memory was overwritten, so that its own contents are no value of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Stale {
    /// The node that wrote.
    pub by: String,
    /// The value it wrote into.
    pub into: ValueId,
    /// The value whose contents have changed.
    pub value: ValueId,
}

impl Memory {
    /// A new value, with memory of its own.
    pub fn add(&mut self) {
        let index = self.cells.len();
        self.cells.push(Cell {
            group: index,
            identity: index,
            became: Became::Itself,
        });
    }

    /// `to` was made from `from`.
    pub fn share(&mut self, from: ValueId, to: ValueId, sharing: Sharing) {
        if sharing != Sharing::None {
            self.cells[to.0].group = self.cells[from.0].group;
        }
        if sharing == Sharing::Same {
            self.cells[to.0].identity = self.cells[from.0].identity;
        }
    }

    /// The node called `by` has written `result` into `into`.
    pub fn overwrite(&mut self, into: ValueId, result: ValueId, by: &str) {
        let (group, identity) = (self.cells[into.0].group, self.cells[into.0].identity);
        for (index, cell) in self.cells.iter_mut().enumerate() {
            if cell.group == group {
                cell.became = if cell.identity == identity {
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

    /// `whole`, of which a part was overwritten, now holds `result`.
    pub fn replace(&mut self, whole: ValueId, result: ValueId) {
        let identity = self.cells[whole.0].identity;
        for cell in &mut self.cells {
            if cell.identity == identity {
                cell.became = Became::Replaced(result);
            }
        }
    }

    /// The value that `value` holds now.
    pub fn now(&self, mut value: ValueId) -> Result<ValueId, Stale> {
        loop {
            match &self.cells[value.0].became {
                Became::Itself => return Ok(value),
                // A result is newer than what it replaces, so the loop ends.
                Became::Replaced(result) => value = *result,
                Became::Stale(stale) => return Err(stale.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values 0 to 3: 1 is a view of 0, 2 the same tensor as 0, and 3 shares nothing.
    fn four() -> Memory {
        let mut memory = Memory::default();
        (0..4).for_each(|_| memory.add());
        memory.share(ValueId(0), ValueId(1), Sharing::View);
        memory.share(ValueId(0), ValueId(2), Sharing::Same);
        memory.share(ValueId(0), ValueId(3), Sharing::None);
        memory
    }

    #[test]
    fn replaces_the_same_tensor_and_makes_a_view_stale() {
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
    fn follows_a_result_that_is_overwritten_again() {
        let mut memory = four();
        memory.add();
        memory.overwrite(ValueId(3), ValueId(4), "relu_");
        memory.add();
        memory.overwrite(ValueId(4), ValueId(5), "add_");
        assert_eq!(memory.now(ValueId(3)), Ok(ValueId(5)));
    }
}
