//! The open models: one, or two side by side.

use side::Side;

mod across_models;
pub(crate) mod side;

/// The sides. There is always at least one, and the active side always exists. The fields are private
/// so that every change goes through a method that preserves this.
#[derive(Debug)]
pub struct Sides {
    list: Vec<Side>,
    active: usize,
}

impl Default for Sides {
    fn default() -> Self {
        Sides {
            list: vec![Side::default()],
            active: 0,
        }
    }
}

impl Sides {
    /// The side whose layers and classes the lists show.
    pub fn active(&self) -> &Side {
        // `active` is less than the length: see `activate`, `replace_all` and `close_second`.
        &self.list[self.active]
    }

    pub fn active_mut(&mut self) -> &mut Side {
        &mut self.list[self.active]
    }

    pub fn active_index(&self) -> usize {
        self.active
    }

    /// Makes side `index` active, or the last one if there is no such side.
    pub fn activate(&mut self, index: usize) {
        self.active = index.min(self.list.len() - 1);
    }

    /// The number of sides, at least one.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    pub fn get(&self, index: usize) -> Option<&Side> {
        self.list.get(index)
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut Side> {
        self.list.get_mut(index)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Side> {
        self.list.iter()
    }

    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Side> {
        self.list.iter_mut()
    }

    /// Puts `side` at `index`, or after the last one, and makes it active.
    pub fn put(&mut self, index: usize, side: Side) {
        let index = index.min(self.list.len());
        match self.list.get_mut(index) {
            Some(old) => *old = side,
            None => self.list.push(side),
        }
        self.activate(index);
    }

    /// Replaces all sides. Does nothing if `sides` is empty.
    pub fn replace_all(&mut self, sides: Vec<Side>, active: usize) {
        if !sides.is_empty() {
            self.list = sides;
            self.activate(active);
        }
    }

    /// Keeps only one model: the first that is open.
    pub fn close_second(&mut self) {
        if self.list.len() > 1 && self.list[0].model.is_none() {
            self.list.remove(0);
        }
        self.list.truncate(1);
        self.active = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_an_active_side() {
        let mut sides = Sides::default();
        sides.activate(7);
        assert_eq!(sides.active_index(), 0);
        sides.put(5, Side::default());
        assert_eq!((sides.count(), sides.active_index()), (2, 1));
        sides.close_second();
        assert_eq!((sides.count(), sides.active_index()), (1, 0));
        sides.replace_all(Vec::new(), 0);
        assert_eq!(sides.count(), 1);
        sides.replace_all(vec![Side::default(), Side::default()], 9);
        assert_eq!(sides.active_index(), 1);
    }
}
