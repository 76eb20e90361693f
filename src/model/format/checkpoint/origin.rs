//! Which library a file of weights is from, as far as the file or its folder says, and how its network is made there
//! again: the shortest way on where the program does not know the network.

use std::path::Path;

use serde_json::{Map, Value};

/// The library, with what has to be named to load the weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A folder of transformers, with the class of the network: `ViTForImageClassification`.
    Transformers(String),
    /// timm, with the name of the network.
    Timm(String),
    Lightning,
}

impl Origin {
    /// What `config.json` says, which is transformers' or timm's.
    pub fn of_config(config: &Map<String, Value>) -> Option<Origin> {
        if let Some(name) = config.get("architecture").and_then(Value::as_str) {
            return Some(Origin::Timm(name.to_owned()));
        }
        let class = config.get("architectures")?.get(0)?.as_str()?;
        Some(Origin::Transformers(class.to_owned()))
    }

    /// The lines of Python that load the network, without the line break at the end.
    pub fn how_to_load(&self, path: &Path) -> String {
        let name = |path: &Path| {
            let name = path.file_name().unwrap_or(path.as_os_str());
            name.to_string_lossy().replace('"', "\\\"")
        };
        let file = name(path);
        let folder = path.parent().map(name).unwrap_or_default();
        match self {
            Origin::Transformers(class) => {
                format!("    model = transformers.{class}.from_pretrained(\"{folder}\")")
            }
            Origin::Timm(network) => format!(
                "    model = timm.create_model(\"{network}\", num_classes=…, checkpoint_path=\"{file}\")"
            ),
            Origin::Lightning => format!(
                "    model = YourLightningModule.load_from_checkpoint(\"{file}\", map_location=\"cpu\")"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_the_line_of_python_for_the_library() {
        let line = |config: Value| {
            let origin = Origin::of_config(config.as_object().unwrap());
            origin.map(|origin| origin.how_to_load(Path::new("birds/model.safetensors")))
        };
        let of_transformers = json!({"architectures": ["FocalNetForImageClassification"]});
        assert_eq!(
            line(of_transformers).as_deref(),
            Some(
                "    model = transformers.FocalNetForImageClassification.from_pretrained(\"birds\")"
            )
        );
        let of_timm = line(json!({"architecture": "nextvit_small"})).unwrap();
        assert!(
            of_timm.contains("timm.create_model(\"nextvit_small\""),
            "{of_timm}"
        );
        assert_eq!(line(json!({"hidden_size": 3})), None);
        let lightning = Origin::Lightning.how_to_load(Path::new("last.ckpt"));
        assert!(
            lightning.contains("load_from_checkpoint(\"last.ckpt\""),
            "{lightning}"
        );
    }
}
