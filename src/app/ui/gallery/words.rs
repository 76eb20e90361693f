//! What is known about an image, in words.

use std::path::{Path, PathBuf};

use crate::app::gallery;
use crate::app::scene::Scene;
use crate::folder::{Entry, Predicted};

/// A probability, or the number itself where the model predicts numbers.
pub fn shown(scene: Scene<'_>, value: f32) -> String {
    let reading = scene.state.truth_model().map(|model| model.reading);
    reading.unwrap_or_default().shown(value)
}

/// Everything known about an image, in words.
pub fn cell_words(scene: Scene<'_>, entry: &Entry) -> Vec<String> {
    if let Some(why) = &entry.unreadable {
        return vec![format!("Cannot be opened: {why}")];
    }
    let name = |class: usize| gallery::class_name(scene.state, class);
    match &entry.prediction {
        Predicted::Failed(why) => vec![format!("No prediction: {why}")],
        Predicted::Waiting => match entry.truth {
            Some(truth) => vec![format!("true class {}", name(truth))],
            None => Vec::new(),
        },
        Predicted::Known(verdict) => {
            let mut words = vec![format!(
                "{}, {}",
                name(verdict.class),
                shown(scene, verdict.probability)
            )];
            if let Some(truth) = verdict.truth {
                words.push(if verdict.is_mistake() {
                    format!(
                        "mistake: the true class {} has {} and rank {}",
                        name(truth.class),
                        shown(scene, truth.probability),
                        truth.rank + 1
                    )
                } else {
                    "right".to_owned()
                });
            }
            words.extend(second_words(scene, entry));
            words
        }
    }
}

/// What the second model predicts.
fn second_words(scene: Scene<'_>, entry: &Entry) -> Option<String> {
    let verdict = entry.second_verdict()?;
    let mut models = scene.state.sides.iter().filter(|side| side.model.is_some());
    let side = models.next_back()?;
    let [_, name] = gallery::model_names(scene.state);
    let class = side.class_name(verdict.class);
    let reading = side.model.as_ref()?.reading;
    let right = match (verdict.is_right(), verdict.is_mistake()) {
        (true, _) => ", right",
        (false, true) => ", wrong",
        (false, false) => "",
    };
    let value = reading.shown(verdict.probability);
    Some(format!("by {name}: {class}, {value}{right}"))
}

/// The name of the folder that contains an image, if it is inside an open folder.
pub fn folder_within(picture: &Path, open: &[PathBuf]) -> Option<String> {
    let inside = open.iter().find_map(|open| picture.strip_prefix(open).ok());
    let folder = inside?.parent()?.file_name()?;
    Some(folder.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_subfolders_but_not_the_open_folder() {
        let open = [
            PathBuf::from("/data/animals"),
            PathBuf::from("/data/one.png"),
        ];
        let folder = |picture: &str| folder_within(Path::new(picture), &open);
        assert_eq!(folder("/data/animals/cats/1.png").as_deref(), Some("cats"));
        assert_eq!(folder("/data/animals/a/b/1.png").as_deref(), Some("b"));
        assert_eq!(folder("/data/animals/1.png"), None);
        assert_eq!(folder("/data/one.png"), None);
        assert_eq!(folder("/elsewhere/cats/1.png"), None);
    }
}
