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
            return is_name(name).then(|| Origin::Timm(name.to_owned()));
        }
        let class = config.get("architectures")?.get(0)?.as_str()?;
        is_name(class).then(|| Origin::Transformers(class.to_owned()))
    }

    /// The lines of Python that load the network, without the line break at the end.
    pub fn how_to_load(&self, path: &Path) -> String {
        let name = |path: &Path| {
            let name = path.file_name().unwrap_or(path.as_os_str());
            quoted(&name.to_string_lossy())
        };
        let file = name(path);
        let folder = path.parent().filter(|folder| folder.file_name().is_some());
        let folder = folder.map_or_else(|| quoted("."), name);
        match self {
            Origin::Transformers(class) => {
                format!("    model = transformers.{class}.from_pretrained({folder})")
            }
            Origin::Timm(network) => format!(
                "    model = timm.create_model(\"{network}\", num_classes=…, checkpoint_path={file})"
            ),
            Origin::Lightning => format!(
                "    model = YourLightningModule.load_from_checkpoint({file}, map_location=\"cpu\")"
            ),
        }
    }
}

/// Whether a text may stand in a line of Python as it is: it is from a file that anyone may have written.
fn is_name(text: &str) -> bool {
    text.chars().all(|letter| {
        letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-' | '/' | ':')
    })
}

/// A string of Python.
fn quoted(text: &str) -> String {
    let inner: String = text
        .chars()
        .map(|letter| match letter {
            '"' | '\\' => format!("\\{letter}"),
            letter if letter.is_control() => "?".to_owned(),
            letter => letter.to_string(),
        })
        .collect();
    format!("\"{inner}\"")
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
        let calls = json!({"architectures": ["X.y(); __import__('os').system('exit')  #"]});
        assert_eq!(line(calls), None);
        let odd = Origin::Lightning.how_to_load(Path::new("a\"\n\\.ckpt"));
        assert!(odd.contains(r#"("a\"?\\.ckpt", "#), "{odd}");
        let lightning = Origin::Lightning.how_to_load(Path::new("last.ckpt"));
        assert!(
            lightning.contains("load_from_checkpoint(\"last.ckpt\""),
            "{lightning}"
        );
    }
}
