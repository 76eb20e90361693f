//! The positions of a map that belong to each class, as a segmentation network predicts them.

use super::Map;

/// Which class, or which classes, a network predicts at each position of its output.
#[derive(Debug, Clone, PartialEq)]
pub struct Regions {
    width: usize,
    height: usize,
    of: Of,
}

#[derive(Debug, Clone, PartialEq)]
enum Of {
    /// Each position belongs to one class.
    One(Vec<u32>),
    /// A position belongs to none, one or several: for each class a bit per position.
    Any(Vec<Vec<u64>>),
    /// Every position counts for every class.
    Everywhere,
}

impl Regions {
    /// One class per position, row by row. `None` if there are not `width · height` of them.
    pub fn of_one(width: usize, height: usize, classes: Vec<u32>) -> Option<Regions> {
        (classes.len() == width * height).then_some(Regions {
            width,
            height,
            of: Of::One(classes),
        })
    }

    /// For each class, whether each position belongs to it.
    pub fn of_any<'a>(
        width: usize,
        height: usize,
        classes: impl Iterator<Item = Box<dyn Iterator<Item = bool> + 'a>>,
    ) -> Regions {
        let sets = classes.map(|positions| {
            let mut bits = vec![0u64; (width * height).div_ceil(64)];
            for (index, belongs) in positions.take(width * height).enumerate() {
                bits[index / 64] |= u64::from(belongs) << (index % 64);
            }
            bits
        });
        Regions {
            width,
            height,
            of: Of::Any(sets.collect()),
        }
    }

    /// All of the map for each class, as for a number that is predicted at each position.
    pub fn everywhere(width: usize, height: usize) -> Regions {
        Regions {
            width,
            height,
            of: Of::Everywhere,
        }
    }

    /// What it takes in memory, in bytes.
    pub fn bytes(&self) -> usize {
        match &self.of {
            Of::One(classes) => classes.len() * 4,
            Of::Any(sets) => sets.iter().map(|set| set.len() * 8).sum(),
            Of::Everywhere => 0,
        }
    }

    /// The number of positions in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether the regions differ between classes at all.
    pub fn are_predicted(&self) -> bool {
        match self.of {
            Of::One(_) | Of::Any(_) => true,
            Of::Everywhere => false,
        }
    }

    /// Whether a position, counted row by row, belongs to a class.
    pub fn contains(&self, class: usize, position: usize) -> bool {
        match &self.of {
            Of::One(classes) => classes
                .get(position)
                .is_some_and(|at| *at as usize == class),
            Of::Any(sets) => {
                let bits = sets.get(class).and_then(|set| set.get(position / 64));
                bits.is_some_and(|bits| bits >> (position % 64) & 1 == 1)
            }
            Of::Everywhere => position < self.width * self.height,
        }
    }

    /// For each position, whether it belongs to a class.
    pub fn mask(&self, class: usize) -> Vec<bool> {
        let positions = 0..self.width * self.height;
        positions
            .map(|position| self.contains(class, position))
            .collect()
    }

    /// 1 where a position belongs to a class, and 0 elsewhere.
    pub fn map(&self, class: usize) -> Map {
        let mask = self.mask(class).into_iter();
        Map {
            width: self.width,
            height: self.height,
            values: mask.map(|belongs| f32::from(u8::from(belongs))).collect(),
        }
    }

    /// The position at fractions of the width and the height, counted row by row.
    pub fn position(&self, x: f64, y: f64) -> Option<usize> {
        let inside = (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
        let cell = |along: f64, count: usize| ((along * count as f64) as usize).min(count - 1);
        (inside && self.width > 0 && self.height > 0)
            .then(|| cell(y, self.height) * self.width + cell(x, self.width))
    }

    /// The first of `classes` that the position at these fractions belongs to.
    pub fn class_at(&self, x: f64, y: f64, classes: &[usize]) -> Option<usize> {
        let position = self.position(x, y)?;
        let belongs = |class: &&usize| self.contains(**class, position);
        classes.iter().find(belongs).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_which_class_is_where() {
        let one = Regions::of_one(2, 2, vec![0, 1, 1, 2]).unwrap();
        assert_eq!(one.mask(1), [false, true, true, false]);
        assert_eq!(one.bytes(), 16);
        assert_eq!(one.class_at(0.9, 0.9, &[0, 1, 2]), Some(2));
        assert_eq!(one.class_at(1.0, 0.5, &[0, 1, 2]), None);
        assert_eq!(Regions::of_one(2, 2, vec![0]), None);

        let planes = [[true, false], [true, true]];
        let planes = planes
            .iter()
            .map(|plane| Box::new(plane.iter().copied()) as Box<dyn Iterator<Item = bool>>);
        let any = Regions::of_any(2, 1, planes);
        assert_eq!(any.map(0).values, [1.0, 0.0]);
        assert_eq!(any.class_at(0.1, 0.5, &[1, 0]), Some(1));
        assert_eq!(any.mask(2), [false, false]);

        let all = Regions::everywhere(1, 2);
        assert!(!all.are_predicted() && all.contains(7, 1) && !all.contains(7, 2));
    }
}
