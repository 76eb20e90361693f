//! Preprocessing that the caller gives in place of the model's own.

use super::{Preprocess, Stated, timm, transformers};

/// What the caller says about the preprocessing; what is left out stays as the model's own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GivenPreprocess {
    /// The text of a `preprocess.json`, a `preprocessor_config.json` or timm's `config.json`.
    pub text: Option<String>,
    /// Single parts of it, which come before those of the text.
    pub stated: Stated,
    /// Width and height of the input in pixels.
    pub size: Option<(u32, u32)>,
}

impl GivenPreprocess {
    /// Whether the text is in one of the forms that are read.
    ///
    /// # Errors
    /// What is wrong with it, as a clause that follows its name.
    pub fn check(text: &str) -> Result<(), String> {
        of_text(text, 224, 224).map(|_| ())
    }

    /// The model's own preprocessing with what is given in its place.
    ///
    /// # Errors
    /// What does not fit the model, as the rest of a sentence that begins with what was given.
    pub fn over(&self, own: &Preprocess) -> Result<Preprocess, String> {
        let (width, height) = self.size.unwrap_or((own.width, own.height));
        let mut prepared = Preprocess {
            width,
            height,
            ..own.clone()
        };
        if let Some(text) = &self.text {
            prepared = of_text(text, width, height)?.over(&prepared)?;
        }
        self.stated.over(&prepared)
    }
}

/// What a file says, whichever tool it is of.
fn of_text(text: &str, width: u32, height: u32) -> Result<Stated, String> {
    let text = text.trim_start_matches('\u{feff}');
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("cannot be read ({error})"))?;
    let has = |key: &str| value.get(key).is_some();
    if has("pretrained_cfg") {
        let found = timm::of_config(text, None, width, height)?;
        return found.ok_or_else(|| "says nothing about images".into());
    }
    let of_transformers = [
        "image_processor_type",
        "feature_extractor_type",
        "image_processor",
        "image_mean",
        "do_normalize",
    ];
    if of_transformers.into_iter().any(has) {
        return transformers::stated(text, width, height);
    }
    timm::stated(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::photo::geometry::CropMode;

    #[test]
    fn replaces_what_is_given_and_keeps_the_rest() {
        let own = Preprocess::imagenet(224, 224);
        let given = GivenPreprocess {
            text: Some(r#"{"interpolation": "bicubic", "mean": [0.5], "std": [0.5]}"#.into()),
            stated: Stated {
                std: Some(vec![1.0]),
                short_side: Some(260),
                ..Stated::default()
            },
            size: Some((208, 208)),
        };
        let prepared = given.over(&own).unwrap();
        assert_eq!((prepared.mean, prepared.std), (vec![0.5; 3], vec![1.0; 3]));
        assert_eq!((prepared.width, prepared.crop_pct), (208, 0.8));
        assert_eq!(GivenPreprocess::default().over(&own).unwrap(), own);
    }

    #[test]
    fn reads_the_files_of_all_tools() {
        let own = Preprocess::imagenet(224, 224);
        for text in [
            r#"{"crop_mode": "squash", "crop_pct": 1.0}"#,
            r#"{"pretrained_cfg": {"crop_mode": "squash", "crop_pct": 1.0}, "num_classes": 7}"#,
            r#"{"image_processor_type": "ViTImageProcessor", "size": 224, "image_mean": [0.5], "image_std": [0.5]}"#,
        ] {
            GivenPreprocess::check(text).unwrap();
            let given = GivenPreprocess {
                text: Some(text.into()),
                ..GivenPreprocess::default()
            };
            let prepared = given.over(&own).unwrap();
            assert_eq!(
                (prepared.mode, prepared.crop_pct),
                (CropMode::Squash, 1.0),
                "{text}"
            );
        }
        for wrong in [
            "",
            "{",
            "[1]",
            r#"{"mean": "red"}"#,
            r#"{"image_mean": [0.5]}"#,
        ] {
            assert!(GivenPreprocess::check(wrong).is_err(), "{wrong}");
        }
    }
}
