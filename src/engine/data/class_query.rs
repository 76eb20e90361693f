//! The class that the user names by an index, a label or `topN`.

use crate::engine::Prediction;

/// A class before any photo has been classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassQuery {
    /// The N best classes, or the N-th best if a single one is needed.
    Top(usize),
    /// The class with this index, counted from 0.
    Class(usize),
}

/// No class matches, or more than one does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message says what is wrong")]
pub enum ClassQueryError {
    #[error("{text}: this model has {classes} classes, so use top1 to top{classes}")]
    BeyondLast { text: String, classes: usize },

    #[error("there is no class {text}: this model has classes 0 to {}", classes.saturating_sub(1))]
    NoIndex { text: String, classes: usize },

    /// With labels that contain the text.
    #[error("no class has the label “{text}”{}", did_you_mean(near))]
    NoLabel { text: String, near: Vec<String> },

    #[error(
        "several classes have the label “{text}”; choose one by its index: {}",
        listed(classes)
    )]
    Ambiguous { text: String, classes: Vec<usize> },
}

impl ClassQuery {
    /// Parses `text` for a model with these labels.
    ///
    /// A number is an index, even if a label is that number too.
    ///
    /// # Errors
    /// If the model has no such class, with similar labels, or if several classes share the label.
    pub fn parse(text: &str, labels: &[String]) -> Result<ClassQuery, ClassQueryError> {
        let classes = labels.len();
        let owned = || text.to_owned();
        let best = text.strip_prefix("top").and_then(|n| n.parse().ok());
        if let Some(best) = best {
            return match best {
                best if (1..=classes).contains(&best) => Ok(ClassQuery::Top(best)),
                _ => Err(ClassQueryError::BeyondLast {
                    text: owned(),
                    classes,
                }),
            };
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return match text.parse() {
                Ok(index) if index < classes => Ok(ClassQuery::Class(index)),
                _ => Err(ClassQueryError::NoIndex {
                    text: owned(),
                    classes,
                }),
            };
        }
        let same: Vec<usize> = (0..classes)
            .filter(|&class| labels[class] == text)
            .collect();
        match same.as_slice() {
            [class] => Ok(ClassQuery::Class(*class)),
            [] => Err(ClassQueryError::NoLabel {
                text: owned(),
                near: near(text, labels),
            }),
            _ => Err(ClassQueryError::Ambiguous {
                text: owned(),
                classes: same,
            }),
        }
    }

    /// Parses several; an empty list stands for the best class.
    ///
    /// # Errors
    /// As [`ClassQuery::parse`].
    pub fn parse_all(
        texts: &[String],
        labels: &[String],
    ) -> Result<Vec<ClassQuery>, ClassQueryError> {
        if texts.is_empty() {
            return Ok(vec![ClassQuery::Top(1)]);
        }
        let parsed = texts.iter().map(|text| ClassQuery::parse(text, labels));
        parsed.collect()
    }

    /// The classes it stands for in this prediction.
    pub fn classes(self, answer: &Prediction) -> Vec<usize> {
        match self {
            ClassQuery::Top(count) => answer.ranking.iter().copied().take(count).collect(),
            ClassQuery::Class(class) => vec![class],
        }
    }

    /// The single class it stands for: the N-th best for [`ClassQuery::Top`].
    pub fn class(self, answer: &Prediction) -> Option<usize> {
        self.classes(answer).pop()
    }
}

/// A few labels that contain the text.
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
            mode: crate::picture::photo::geometry::CropMode::Centre,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        Prediction {
            regions: None,
            logits: vec![1.0, 3.0, 2.0, 0.0],
            kind: crate::model::AnswerKind::Classes,
            reading: crate::model::Reading::Softmax,
            probabilities: vec![0.1, 0.6, 0.3, 0.0],
            ranking: vec![1, 2, 0, 3],
            placement: Placement::new((4, 4), &frame, Fit::Stretch),
            resample_ms: 0.0,
            forward_ms: 0.0,
        }
    }

    fn pick(text: &str) -> Result<ClassQuery, String> {
        let labels = ["cat", "crane", "tiger cat", "crane"].map(str::to_owned);
        ClassQuery::parse(text, &labels).map_err(|error| error.to_string())
    }

    #[test]
    fn parses_an_index_a_label_and_the_best() {
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
        assert_eq!(
            ClassQuery::parse_all(&[], &[]),
            Ok(vec![ClassQuery::Top(1)])
        );
    }

    #[test]
    fn suggests_a_fix_for_what_it_refuses() {
        for (text, said) in [
            ("4", "0 to 3"),
            ("99999999999999999999999", "0 to 3"),
            ("crane", "by its index: 1, 3"),
            ("Cat", "did you mean cat, tiger cat?"),
            ("top0", "top1 to top4"),
            ("top5", "top1 to top4"),
            ("+1", "no class has the label"),
        ] {
            let error = pick(text).unwrap_err();
            assert!(error.contains(said), "“{said}” is not in “{error}”");
        }
        assert!(!pick("").unwrap_err().contains("did you mean"));
    }
}
