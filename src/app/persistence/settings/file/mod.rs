//! Reading the settings file, and merging changes into it.
//!
//! A file that cannot be read is renamed, never overwritten, because someone may want to repair it. A
//! file from a newer version is read as far as it is understood, and unknown fields are preserved.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{Settings, VERSION};
use crate::app::state::range::OutOfRange;

/// The file's name in the settings folder.
pub const NAME: &str = "settings.json";

/// The maximum size of the file in bytes, far more than the names, images and pins that are kept need.
const MAX_BYTES: u64 = 32 << 20;

/// Why an existing settings file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{damage}. It was renamed, and the default settings are used: {}", aside.display())]
    SetAside { damage: Damage, aside: PathBuf },

    #[error(
        "{damage}, and it could not be renamed ({reason}). The default settings are used, and changes \
         will not be saved until the file is moved away: {}", path.display()
    )]
    InTheWay {
        damage: Damage,
        reason: String,
        path: PathBuf,
    },

    #[error(
        "it could not be read ({reason}). The default settings are used, and changes will not be saved: {}",
        path.display()
    )]
    Unreadable { reason: String, path: PathBuf },
}

/// What is wrong with the file.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Damage {
    #[error("it is damaged (not valid JSON: {0})")]
    NotJson(String),
    #[error("it is damaged ({0})")]
    WrongType(String),
    #[error(transparent)]
    OutOfRange(#[from] NumberOutOfRange),
    #[error("it is too large for a settings file")]
    TooLarge,
}

/// [`OutOfRange`] in a settings file.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("it is damaged ({0})")]
pub struct NumberOutOfRange(OutOfRange);

/// The result of reading the file.
#[derive(Debug, Default)]
pub struct Loaded {
    pub settings: Settings,
    /// The whole file, including unknown fields.
    pub original: Value,
    pub trouble: Option<Trouble>,
}

/// Reads the settings file of a folder. A missing file is not an error.
pub fn load(folder: &Path) -> Loaded {
    let path = folder.join(NAME);
    let text = match read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Loaded::default(),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            return set_aside(path, Damage::TooLarge);
        }
        Err(error) => {
            return Loaded {
                trouble: Some(Trouble::Unreadable {
                    reason: error.to_string(),
                    path,
                }),
                ..Loaded::default()
            };
        }
    };
    match parse(&text) {
        Ok((settings, original)) => Loaded {
            settings,
            original,
            trouble: None,
        },
        Err(damage) => set_aside(path, damage),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(text)
}

fn parse(text: &[u8]) -> Result<(Settings, Value), Damage> {
    let original: Value =
        serde_json::from_slice(text).map_err(|error| Damage::NotJson(error.to_string()))?;
    let Value::Object(fields) = &original else {
        return Err(Damage::WrongType("it contains no settings".to_owned()));
    };
    let newer = fields.get("version").and_then(Value::as_u64) > Some(VERSION.into());
    let settings = if newer {
        readable(fields)
    } else {
        let known = Value::Object(without_unknown_choices(fields));
        let read: Settings =
            serde_json::from_value(known).map_err(|error| Damage::WrongType(error.to_string()))?;
        read.checked().map_err(NumberOutOfRange)?
    };
    Ok((settings, original))
}

/// All fields except choices with an unknown name, which a newer version may have written. Those are
/// read as the default, and [`merged`] keeps them in the file.
fn without_unknown_choices(fields: &Map<String, Value>) -> Map<String, Value> {
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let unknown = |name: &String, value: &Value| {
        let choice = value.is_string() && defaults.get(name).is_some_and(Value::is_string);
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        choice && serde_json::from_value::<Settings>(Value::Object(alone)).is_err()
    };
    let known = fields.iter().filter(|(name, value)| !unknown(name, value));
    known
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Reads those fields of a newer version that are valid in this one.
fn readable(fields: &Map<String, Value>) -> Settings {
    let mut known = Map::new();
    for (name, value) in fields {
        let mut more = known.clone();
        more.insert(name.clone(), value.clone());
        let read = serde_json::from_value::<Settings>(Value::Object(more.clone()));
        if read.is_ok_and(|settings| settings.checked().is_ok()) {
            known = more;
        }
    }
    let settings = serde_json::from_value::<Settings>(Value::Object(known)).unwrap_or_default();
    settings.checked().unwrap_or_default()
}

/// The value to write for `now`, if the file last contained `original` and was read as `before`. Only
/// what has changed since replaces what is in the file.
pub fn merged(original: &Value, before: &Settings, now: &Settings) -> serde_json::Result<Value> {
    let (before, now) = (serde_json::to_value(before)?, serde_json::to_value(now)?);
    Ok(merge(original, &before, now))
}

fn merge(original: &Value, before: &Value, now: Value) -> Value {
    match (original, now) {
        (Value::Object(original), Value::Object(now)) => {
            let mut all = original.clone();
            for (name, value) in now {
                let before = before.get(&name).unwrap_or(&Value::Null);
                let value = match original.get(&name) {
                    Some(original) => merge(original, before, value),
                    None => value,
                };
                all.insert(name, value);
            }
            Value::Object(all)
        }
        (original, now) if now == *before => original.clone(),
        (_, now) => now,
    }
}

fn set_aside(path: PathBuf, damage: Damage) -> Loaded {
    let aside = (1..).map(|number| match number {
        1 => path.with_file_name("settings.damaged.json"),
        _ => path.with_file_name(format!("settings.damaged-{number}.json")),
    });
    let free = aside.into_iter().find(|path| !path.exists());
    let aside = free.unwrap_or_else(|| path.with_extension("damaged"));
    let trouble = match fs::rename(&path, &aside) {
        Ok(()) => Trouble::SetAside { damage, aside },
        Err(error) => Trouble::InTheWay {
            damage,
            reason: error.to_string(),
            path,
        },
    };
    Loaded {
        trouble: Some(trouble),
        ..Loaded::default()
    }
}

impl Loaded {
    /// Whether the file may be written.
    pub fn may_write(&self) -> bool {
        matches!(self.trouble, None | Some(Trouble::SetAside { .. }))
    }
}

#[cfg(test)]
mod tests;
