//! Which class a person means by an index, a label or `topN`.

use anyhow::{Result, bail};
use gradcam::engine::Answer;

/// The classes `text` stands for: one, or the N best for `topN`.
///
/// A number is an index even where a label is that number too.
///
/// # Errors
/// For a class the model does not know, with the nearest labels, and for a label two classes share.
pub fn classes(text: &str, labels: &[String], answer: &Answer) -> Result<Vec<usize>> {
    if let Some(count) = text
        .strip_prefix("top")
        .and_then(|digits| digits.parse::<usize>().ok())
    {
        if count == 0 || count > labels.len() {
            bail!(
                "{text}: this model has {} classes to choose from",
                labels.len()
            );
        }
        return Ok(answer.ranking.iter().copied().take(count).collect());
    }
    if let Ok(index) = text.parse::<usize>() {
        if index >= labels.len() {
            bail!(
                "there is no class {index}: this model knows classes 0 to {}",
                labels.len().saturating_sub(1)
            );
        }
        return Ok(vec![index]);
    }
    let same: Vec<usize> = (0..labels.len())
        .filter(|&class| labels[class] == text)
        .collect();
    match same.as_slice() {
        [class] => Ok(vec![*class]),
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

fn near(text: &str, labels: &[String]) -> String {
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
        classes(text, &labels, &answer())
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
        assert!(pick("top0").is_err() && pick("top5").is_err());
    }
}
