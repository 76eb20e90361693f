//! The keys of files that say how images are prepared, checked one by one: what stands there, and what may
//! stand there.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::error::short;

/// What may stand under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    Whole,
    Text,
    YesNo,
    /// One number for all channels, or one for each.
    Numbers,
    /// Channels, height and width.
    InputSize,
    /// A size of transformers.
    Size,
    Keys,
}

impl Form {
    fn fits(self, value: &Value) -> bool {
        let side = |value: &Value| value.as_u64().is_some_and(|n| u32::try_from(n).is_ok());
        match self {
            Form::Number => value.is_number(),
            Form::Whole => value.is_u64(),
            Form::Text => value.is_string(),
            Form::YesNo => value.is_boolean(),
            Form::Numbers => match value.as_array() {
                Some(numbers) => !numbers.is_empty() && numbers.iter().all(Value::is_number),
                None => value.is_number(),
            },
            Form::InputSize => value
                .as_array()
                .is_some_and(|sizes| sizes.len() == 3 && sizes.iter().all(side)),
            Form::Size => match value {
                Value::Array(sides) => sides.len() == 2 && sides.iter().all(side),
                Value::Object(named) => {
                    let has = |key: &str| named.get(key).is_some_and(side);
                    let longest = named.get("longest_edge");
                    let sound = longest.is_none_or(|longest| longest.is_null() || side(longest));
                    (has("height") && has("width")) || (has("shortest_edge") && sound)
                }
                other => side(other),
            },
            Form::Keys => value.is_object(),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Form::Number => "a number",
            Form::Whole => "a whole number of at least 0",
            Form::Text => "a text",
            Form::YesNo => "true or false",
            Form::Numbers => "a number, or a list with one for each channel",
            Form::InputSize => "three whole numbers: [channels, height, width]",
            Form::Size => {
                "a whole number, {\"height\": …, \"width\": …} or {\"shortest_edge\": …} in whole numbers"
            }
            Form::Keys => "keys with values, {\"…\": …}",
        }
    }
}

/// What a text in JSON holds.
///
/// # Errors
/// Where it is none, as a clause that follows its name.
pub(super) fn any(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let nan = text.contains("NaN") || text.contains("Infinity");
        let why = match (error.is_eof(), nan) {
            (true, _) if text.trim().is_empty() => return "is empty".to_owned(),
            (true, _) => ": it ends too early",
            (false, true) => "; NaN and Infinity are not allowed in it",
            (false, false) => "",
        };
        format!("is not JSON (line {line}, column {column}){why}")
    })
}

/// The keys of a text in JSON.
///
/// # Errors
/// What is wrong with it, as a clause that follows its name.
pub(super) fn of_text(text: &str) -> Result<Value, String> {
    let value = any(text)?;
    if value.is_object() {
        return Ok(value);
    }
    Err(format!(
        "holds {}, but it has to hold {}",
        shown(&value),
        Form::Keys.words()
    ))
}

/// What the keys say; those that are not listed in `forms` are not read, and `null` says nothing.
///
/// # Errors
/// The first key that is wrong, what stands there, and what may.
pub(super) fn read<T: DeserializeOwned>(value: Value, forms: &[(&str, Form)]) -> Result<T, String> {
    let wrong = forms.iter().find_map(|(key, form)| {
        let value = value.get(key).filter(|value| !value.is_null())?;
        (!form.fits(value)).then(|| {
            format!(
                "has {key} {}, but it has to be {}",
                shown(value),
                form.words()
            )
        })
    });
    match wrong {
        Some(wrong) => Err(wrong),
        None => serde_json::from_value(value).map_err(|error| format!("cannot be read ({error})")),
    }
}

fn shown(value: &Value) -> String {
    short(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_key_is_wrong_and_what_may_stand_there() {
        let forms = [
            ("mean", Form::Numbers),
            ("size", Form::Size),
            ("input_size", Form::InputSize),
            ("resample", Form::Whole),
            ("do_resize", Form::YesNo),
        ];
        let read = |text: &str| read::<Value>(of_text(text)?, &forms);
        for right in [
            r#"{"mean": 0.5, "size": {"shortest_edge": 8, "longest_edge": null}, "other": []}"#,
            r#"{"mean": [1, 2.5], "size": [8, 8], "input_size": [3, 8, 8], "do_resize": null}"#,
            r#"{"size": {"height": 8, "width": 8}, "resample": 2}"#,
        ] {
            assert!(read(right).is_ok(), "{right}: {:?}", read(right));
        }
        for (wrong, said) in [
            (
                r#"{"mean": "red"}"#,
                "has mean \"red\", but it has to be a number, or a list with one for each channel",
            ),
            (r#"{"mean": [0.5, "x"]}"#, "has mean [0.5,\"x\"], but"),
            (r#"{"mean": []}"#, "has mean [], but"),
            (
                r#"{"size": {"longest_edge": 8}}"#,
                "has size {\"longest_edge\":8}, but it has to be a whole number, {\"height\"",
            ),
            (r#"{"size": -1}"#, "has size -1, but"),
            (
                r#"{"input_size": [224, 224]}"#,
                "has input_size [224,224], but it has to be three whole numbers",
            ),
            (
                r#"{"resample": 2.5}"#,
                "has resample 2.5, but it has to be a whole number",
            ),
            (
                r#"{"do_resize": "no"}"#,
                "has do_resize \"no\", but it has to be true or false",
            ),
            ("[1, 2]", "holds [1,2], but it has to hold keys with values"),
            ("", "is empty"),
            (
                "{\"mean\":",
                "is not JSON (line 1, column 8): it ends too early",
            ),
            ("{\n\"mean\": NaN}", "is not JSON (line 2, column 9); NaN"),
            ("{'mean': 1}", "is not JSON (line 1, column 2)"),
        ] {
            let why = read(wrong).unwrap_err();
            assert!(why.starts_with(said), "{wrong}: {why}");
        }
    }
}
