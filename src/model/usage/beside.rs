//! Small text files beside a model.

use std::path::Path;

/// Longest file that is read, in bytes.
const MAX_LENGTH: u64 = 16 << 20;

/// The text of a file; `None` if it does not exist.
///
/// # Errors
/// Why it cannot be read.
pub(in crate::model) fn read(path: &Path) -> Result<Option<String>, String> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
        Ok(about) if !about.is_file() => Err("it is not a file".into()),
        Ok(about) if about.len() > MAX_LENGTH => Err(format!("it is {} bytes long", about.len())),
        Ok(_) => std::fs::read_to_string(path)
            .map(|text| Some(text.trim_start_matches('\u{feff}').to_owned()))
            .map_err(|error| error.to_string()),
    }
}
