//! Which class a person means by an index, a label or `topN`.

use anyhow::{Result, bail};
use gradcam::engine::Answer;

/// What was meant, before any picture has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The N best.
    Top(usize),
    Class(usize),
}

impl Choice {
    /// Understands `text` for a model with these labels.
    ///
    /// A number is an index even where a label is that number too.
    ///
    /// # Errors
    /// For a class the model does not know, with the nearest labels, and for a label two classes
    /// share.
    pub fn parse(text: &str, labels: &[String]) -> Result<Choice> {
        let count = labels.len();
        if let Some(best) = text
            .strip_prefix("top")
            .and_then(|n| n.parse::<usize>().ok())
        {
            if !(1..=count).contains(&best) {
                bail!("{text}: this model has {count} classes, so top1 to top{count} can be asked");
            }
            return Ok(Choice::Top(best));
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return match text.parse::<usize>() {
                Ok(index) if index < count => Ok(Choice::Class(index)),
                _ => bail!(
                    "there is no class {text}: this model knows classes 0 to {}",
                    count.saturating_sub(1)
                ),
            };
        }
        let same: Vec<usize> = (0..count).filter(|&class| labels[class] == text).collect();
        match same.as_slice() {
            [class] => Ok(Choice::Class(*class)),
            [] => bail!("no class is labelled “{text}”{}", near(text, labels)),
            several => {
                let indices: Vec<String> = several.iter().map(ToString::to_string).collect();
                bail!(
                    "“{text}” is the label of several classes; say which by index: {}",
                    indices.join(", ")
                )
            }
        }
    }

    /// Understands several; none at all means the best.
    ///
    /// # Errors
    /// As [`Choice::parse`].
    pub fn parse_all(texts: &[String], labels: &[String]) -> Result<Vec<Choice>> {
        if texts.is_empty() {
            return Ok(vec![Choice::Top(1)]);
        }
        texts
            .iter()
            .map(|text| Choice::parse(text, labels))
            .collect()
    }

    /// The classes it stands for, given what the model answers.
    pub fn classes(self, answer: &Answer) -> Vec<usize> {
        match self {
            Choice::Top(count) => answer.ranking.iter().copied().take(count).collect(),
            Choice::Class(class) => vec![class],
        }
    }
}

fn near(text: &str, labels: &[String]) -> String {
    if text.is_empty() {
        return String::new();
    }
    let wanted = text.to_lowercase();
    let near: Vec<&str> = labels
        .iter()
        .filter(|label| label.to_lowercase().contains(&wanted))
        .map(String::as_str)
        .take(5)
        .collect();
    if near.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", near.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradcam::picture::geometry::{Filter, Fit, Frame, Placement};

    fn answer() -> Answer {
        let frame = Frame {
            width: 4,
            height: 4,
            crop_pct: 1.0,
            filter: Filter::Bilinear,
            fill: [0; 3],
        };
        Answer {
            logits: vec![1.0, 3.0, 2.0, 0.0],
            probabilities: vec![0.1, 0.6, 0.3, 0.0],
            ranking: vec![1, 2, 0, 3],
            placement: Placement::new((4, 4), &frame, Fit::Stretch),
            resample_ms: 0.0,
            forward_ms: 0.0,
        }
    }

    fn pick(text: &str) -> Result<Vec<usize>> {
        let labels = ["cat", "crane", "tiger cat", "crane"].map(str::to_owned);
        Ok(Choice::parse(text, &labels)?.classes(&answer()))
    }

    #[test]
    fn an_index_a_label_and_the_best_are_understood() {
        assert_eq!(pick("3").unwrap(), [3]);
        assert_eq!(pick("tiger cat").unwrap(), [2]);
        assert_eq!(pick("top2").unwrap(), [1, 2]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_way_out() {
        assert!(pick("4").unwrap_err().to_string().contains("0 to 3"));
        assert!(pick("crane").unwrap_err().to_string().contains("1, 3"));
        assert!(
            pick("Cat")
                .unwrap_err()
                .to_string()
                .contains("cat, tiger cat")
        );
        assert!(
            pick("top0")
                .unwrap_err()
                .to_string()
                .contains("top1 to top4")
        );
        assert!(pick("top5").is_err());
        assert!(
            pick("99999999999999999999999")
                .unwrap_err()
                .to_string()
                .contains("0 to 3")
        );
        assert!(!pick("").unwrap_err().to_string().contains("did you mean"));
    }
}
