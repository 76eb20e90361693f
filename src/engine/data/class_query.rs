//! Which class a person means by an index, a label or `topN`.

use crate::engine::Prediction;

/// What was meant, before any picture has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The N best, or the N-th best where one is wanted.
    Top(usize),
    Class(usize),
}

/// No class, or no one class, is called that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoClass {
    #[error("{text}: this model has {classes} classes, so top1 to top{classes} can be asked")]
    BeyondLast { text: String, classes: usize },

    #[error("there is no class {text}: this model knows classes 0 to {}", classes.saturating_sub(1))]
    NoIndex { text: String, classes: usize },

    /// With labels that hold the text.
    #[error("no class is labelled “{text}”{}", did_you_mean(near))]
    NoLabel { text: String, near: Vec<String> },

    #[error(
        "“{text}” is the label of several classes; say which by index: {}",
        listed(classes)
    )]
    Ambiguous { text: String, classes: Vec<usize> },
}

impl Choice {
    /// Understands `text` for a model with these labels.
    ///
    /// A number is an index even where a label is that number too.
    ///
    /// # Errors
    /// For a class the model does not know, with the nearest labels, and for a label two classes
    /// share.
    pub fn parse(text: &str, labels: &[String]) -> Result<Choice, NoClass> {
        let classes = labels.len();
        let owned = || text.to_owned();
        let best = text.strip_prefix("top").and_then(|n| n.parse().ok());
        if let Some(best) = best {
            return match best {
                best if (1..=classes).contains(&best) => Ok(Choice::Top(best)),
                _ => Err(NoClass::BeyondLast {
                    text: owned(),
                    classes,
                }),
            };
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return match text.parse() {
                Ok(index) if index < classes => Ok(Choice::Class(index)),
                _ => Err(NoClass::NoIndex {
                    text: owned(),
                    classes,
                }),
            };
        }
        let same: Vec<usize> = (0..classes)
            .filter(|&class| labels[class] == text)
            .collect();
        match same.as_slice() {
            [class] => Ok(Choice::Class(*class)),
            [] => Err(NoClass::NoLabel {
                text: owned(),
                near: near(text, labels),
            }),
            _ => Err(NoClass::Ambiguous {
                text: owned(),
                classes: same,
            }),
        }
    }

    /// Understands several; none at all means the best.
    ///
    /// # Errors
    /// As [`Choice::parse`].
    pub fn parse_all(texts: &[String], labels: &[String]) -> Result<Vec<Choice>, NoClass> {
        if texts.is_empty() {
            return Ok(vec![Choice::Top(1)]);
        }
        let parsed = texts.iter().map(|text| Choice::parse(text, labels));
        parsed.collect()
    }

    /// The classes it stands for, given what the model answers.
    pub fn classes(self, answer: &Prediction) -> Vec<usize> {
        match self {
            Choice::Top(count) => answer.ranking.iter().copied().take(count).collect(),
            Choice::Class(class) => vec![class],
        }
    }

    /// The one class it stands for: of the N best the N-th.
    pub fn class(self, answer: &Prediction) -> Option<usize> {
        self.classes(answer).pop()
    }
}

/// Labels that hold the text, a few of them.
fn near(text: &str, labels: &[String]) -> Vec<String> {
    let wanted = text.to_lowercase();
    let near = labels
        .iter()
        .filter(|label| !text.is_empty() && label.to_lowercase().contains(&wanted));
    near.take(5).cloned().collect()
}

fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(", ")),
    }
}

fn listed(classes: &[usize]) -> String {
    let classes: Vec<String> = classes.iter().map(ToString::to_string).collect();
    classes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::geometry::{Filter, Fit, Frame, Placement};

    fn answer() -> Prediction {
        let frame = Frame {
            width: 4,
            height: 4,
            crop_pct: 1.0,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        Prediction {
            logits: vec![1.0, 3.0, 2.0, 0.0],
            probabilities: vec![0.1, 0.6, 0.3, 0.0],
            ranking: vec![1, 2, 0, 3],
            placement: Placement::new((4, 4), &frame, Fit::Stretch),
            resample_ms: 0.0,
            forward_ms: 0.0,
        }
    }

    fn pick(text: &str) -> Result<Choice, String> {
        let labels = ["cat", "crane", "tiger cat", "crane"].map(str::to_owned);
        Choice::parse(text, &labels).map_err(|error| error.to_string())
    }

    #[test]
    fn an_index_a_label_and_the_best_are_understood() {
        for (text, several, one) in [
            ("3", vec![3], 3),
            ("tiger cat", vec![2], 2),
            ("top2", vec![1, 2], 2),
            ("top1", vec![1], 1),
        ] {
            let choice = pick(text).unwrap();
            assert_eq!(choice.classes(&answer()), several, "{text}");
            assert_eq!(choice.class(&answer()), Some(one), "{text}");
        }
        assert_eq!(Choice::parse_all(&[], &[]), Ok(vec![Choice::Top(1)]));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_way_out() {
        for (text, said) in [
            ("4", "0 to 3"),
            ("99999999999999999999999", "0 to 3"),
            ("crane", "by index: 1, 3"),
            ("Cat", "did you mean cat, tiger cat?"),
            ("top0", "top1 to top4"),
            ("top5", "top1 to top4"),
            ("+1", "no class is labelled"),
        ] {
            let error = pick(text).unwrap_err();
            assert!(error.contains(said), "“{said}” is not in “{error}”");
        }
        assert!(!pick("").unwrap_err().contains("did you mean"));
    }
}
