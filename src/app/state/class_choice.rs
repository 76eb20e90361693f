//! The class, or the two classes, to explain for a model.

use crate::explain::Score;

/// What a side explains, and what the next click on a class does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClassChoice {
    /// The model has not predicted a class yet.
    Pending {
        /// Two classes were compared on the previous photo. Their rows stay until the prediction for
        /// this photo decides whether two classes are compared again.
        keep_rows: bool,
    },
    Chosen(Explained),
    /// The next class clicked becomes the rival of the explained class.
    ChoosingRival(Explained),
}

/// One class or two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Explained {
    /// A class, or its counterfactual.
    One(Score),
    /// Two classes in separate rows, and the difference of their maps.
    Two { class: usize, rival: usize },
}

impl Default for ClassChoice {
    fn default() -> Self {
        ClassChoice::Pending { keep_rows: false }
    }
}

impl From<Score> for Explained {
    fn from(score: Score) -> Self {
        match score {
            Score::For(_) | Score::Against(_) | Score::Within { .. } => Explained::One(score),
            Score::Versus { a, b } => Explained::Two { class: a, rival: b },
        }
    }
}

impl Explained {
    /// The score of the first row.
    pub fn score(self) -> Score {
        match self {
            Explained::One(score) => score,
            Explained::Two { class, .. } => Score::For(class),
        }
    }

    /// The class that the chosen one is compared with.
    pub fn rival(self) -> Option<usize> {
        match self {
            Explained::One(_) => None,
            Explained::Two { rival, .. } => Some(rival),
        }
    }

    /// Both classes in one score if two different classes are compared; otherwise the score itself.
    pub fn joint_score(self) -> Score {
        match self {
            Explained::Two { class: a, rival: b } if a != b => Score::Versus { a, b },
            Explained::One(_) | Explained::Two { .. } => self.score(),
        }
    }
}

impl ClassChoice {
    pub fn explained(self) -> Option<Explained> {
        match self {
            ClassChoice::Pending { .. } => None,
            ClassChoice::Chosen(explained) | ClassChoice::ChoosingRival(explained) => {
                Some(explained)
            }
        }
    }

    /// The score of the first row; `None` until the model has predicted a class.
    pub fn score(self) -> Option<Score> {
        self.explained().map(Explained::score)
    }

    /// The class that the chosen one is compared with.
    pub fn rival(self) -> Option<usize> {
        self.explained().and_then(Explained::rival)
    }

    /// The explained class, or the first of two.
    pub fn class(self) -> Option<usize> {
        self.score().map(Score::class)
    }

    /// Whether there are rows for two classes.
    pub fn is_comparing(self) -> bool {
        match self {
            ClassChoice::Pending { keep_rows } => keep_rows,
            ClassChoice::Chosen(explained) | ClassChoice::ChoosingRival(explained) => {
                matches!(explained, Explained::Two { class, rival } if class != rival)
            }
        }
    }

    pub fn is_choosing_rival(self) -> bool {
        matches!(self, ClassChoice::ChoosingRival(_))
    }

    /// The choice after a click on `class` in the list.
    pub fn with_clicked(self, class: usize) -> ClassChoice {
        let explained = match self {
            ClassChoice::ChoosingRival(explained) if explained.score().class() != class => {
                Explained::Two {
                    class: explained.score().class(),
                    rival: class,
                }
            }
            ClassChoice::Pending { .. }
            | ClassChoice::Chosen(_)
            | ClassChoice::ChoosingRival(_) => return self.with_class(class),
        };
        ClassChoice::Chosen(explained)
    }

    /// The choice with another class, but the same kind of score and the same rival.
    pub fn with_class(self, class: usize) -> ClassChoice {
        ClassChoice::Chosen(match self.explained() {
            Some(Explained::Two { rival, .. }) => Explained::Two { class, rival },
            Some(Explained::One(Score::Against(_))) => Explained::One(Score::Against(class)),
            Some(Explained::One(Score::Within { region, .. })) => {
                Explained::One(Score::Within { class, region })
            }
            Some(Explained::One(Score::For(_) | Score::Versus { .. })) | None => {
                Explained::One(Score::For(class))
            }
        })
    }

    /// The choice with `rival`, or without a rival. A class cannot be its own rival.
    pub fn with_rival(self, rival: Option<usize>) -> ClassChoice {
        let Some(explained) = self.explained() else {
            return ClassChoice::default();
        };
        let class = explained.score().class();
        ClassChoice::Chosen(match (explained, rival.filter(|rival| *rival != class)) {
            (_, Some(rival)) => Explained::Two { class, rival },
            (Explained::Two { .. }, None) => Explained::One(Score::For(class)),
            (Explained::One(score), None) => Explained::One(score),
        })
    }

    /// The choice with the two classes swapped.
    pub fn swapped(self) -> ClassChoice {
        let swap = |explained| match explained {
            Explained::Two { class, rival } => Explained::Two {
                class: rival,
                rival: class,
            },
            Explained::One(score) => Explained::One(score),
        };
        match self {
            ClassChoice::Pending { keep_rows } => ClassChoice::Pending { keep_rows },
            ClassChoice::Chosen(explained) => ClassChoice::Chosen(swap(explained)),
            ClassChoice::ChoosingRival(explained) => ClassChoice::ChoosingRival(swap(explained)),
        }
    }

    /// The choice in which the next class clicked becomes the rival, or does not.
    pub fn choosing_rival(self, on: bool) -> ClassChoice {
        match (self.explained(), on) {
            (None, _) => self,
            (Some(explained), true) => ClassChoice::ChoosingRival(explained),
            (Some(explained), false) => ClassChoice::Chosen(explained),
        }
    }

    /// The choice for the whole photo, where a region was drawn.
    pub fn without_region(self) -> ClassChoice {
        let whole = |explained| match explained {
            Explained::One(Score::Within { class, .. }) => Explained::One(Score::For(class)),
            Explained::One(_) | Explained::Two { .. } => explained,
        };
        match self {
            ClassChoice::Pending { .. } => self,
            ClassChoice::Chosen(explained) => ClassChoice::Chosen(whole(explained)),
            ClassChoice::ChoosingRival(explained) => ClassChoice::ChoosingRival(whole(explained)),
        }
    }

    /// The choice on another photo, where the model has to predict a class again.
    pub fn on_another_photo(self) -> ClassChoice {
        ClassChoice::Pending {
            keep_rows: self.is_comparing(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::geometry::PixelBox;

    fn one(score: Score) -> ClassChoice {
        ClassChoice::Chosen(Explained::One(score))
    }

    fn two(class: usize, rival: usize) -> ClassChoice {
        ClassChoice::Chosen(Explained::Two { class, rival })
    }

    #[test]
    fn another_class_keeps_the_kind_of_score_and_the_rival() {
        let pending = ClassChoice::default();
        assert_eq!(pending.with_clicked(3), one(Score::For(3)));
        assert_eq!(
            one(Score::Against(1)).with_clicked(3),
            one(Score::Against(3))
        );
        assert_eq!(one(Score::For(1)).with_clicked(3), one(Score::For(3)));
        assert_eq!(two(1, 2).with_clicked(3), two(3, 2));
    }

    #[test]
    fn the_next_class_clicked_becomes_the_rival() {
        let choosing = one(Score::Against(1)).choosing_rival(true);
        assert_eq!(choosing.score(), Some(Score::Against(1)), "shown meanwhile");
        assert_eq!(choosing.with_clicked(2), two(1, 2));
        assert_eq!(choosing.with_clicked(1), one(Score::Against(1)));
        assert_eq!(choosing.choosing_rival(false), one(Score::Against(1)));
    }

    #[test]
    fn without_its_region_the_class_stays() {
        let region = PixelBox {
            x: 1,
            y: 2,
            width: 3,
            height: 4,
        };
        let within = one(Score::Within { class: 5, region });
        assert_eq!(within.without_region(), one(Score::For(5)));
        let choosing = within.choosing_rival(true).without_region();
        assert_eq!(choosing, one(Score::For(5)).choosing_rival(true));
        for other in [two(1, 2), one(Score::Against(1)), ClassChoice::default()] {
            assert_eq!(other.without_region(), other);
        }
    }

    #[test]
    fn no_class_is_its_own_rival() {
        assert_eq!(one(Score::For(1)).with_rival(Some(1)), one(Score::For(1)));
        assert_eq!(one(Score::For(1)).with_rival(Some(2)), two(1, 2));
        assert_eq!(two(1, 2).with_rival(None), one(Score::For(1)));
        assert!(!two(1, 1).is_comparing());
    }

    #[test]
    fn rows_of_a_comparison_stay_until_the_next_prediction() {
        let next = two(1, 2).on_another_photo();
        assert!(next.is_comparing());
        assert_eq!(next.score(), None);
        assert!(!one(Score::For(1)).on_another_photo().is_comparing());
    }
}
