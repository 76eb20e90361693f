//! What `torch.save` has written since PyTorch 1.6: an archive with a pickle, `data.pkl`, and an entry
//! `data/KEY` for each storage.

use super::pickle::{MAX_LENGTH, Pickle};
use super::source::Source;
use crate::model::error::{Fault, Result};
use crate::model::format::file::archive::Archive;

pub const PICKLE: &str = "data.pkl";

/// The folder that everything is in; `None` if `torch.save` did not write the archive. A TorchScript
/// archive has a pickle too, and code besides.
pub fn root(archive: &Archive) -> Option<String> {
    let root = archive.names().find_map(|name| name.strip_suffix(PICKLE))?;
    let has = |entry: &str| {
        let mut names = archive.names().filter_map(|name| name.strip_prefix(root));
        names.any(|name| name.starts_with(entry))
    };
    let is_root = root.is_empty() || root.ends_with('/') && root.matches('/').count() == 1;
    (is_root && !has("code/") && !has("constants.pkl")).then(|| root.to_owned())
}

/// Reads the pickle of an archive that has been entered at its [`root`].
pub fn read(mut archive: Archive) -> Result<(Pickle, Source)> {
    archive.check_byte_order()?;
    let bytes = archive.bytes(PICKLE, MAX_LENGTH)?;
    let bytes = bytes.ok_or_else(|| Fault::Missing {
        entry: PICKLE.into(),
    })?;
    let pickle = Pickle::read(&mut bytes.as_slice())?;
    Ok((pickle, Source::Archive(archive)))
}
