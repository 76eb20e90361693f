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
    let root = pickled(archive)?;
    let script = has(archive, root, "code/") || has(archive, root, "constants.pkl");
    (!script).then(|| root.to_owned())
}

/// The folder of the pickle: none, or the only one around everything.
pub fn pickled(archive: &Archive) -> Option<&str> {
    let root = archive.names().find_map(|name| name.strip_suffix(PICKLE))?;
    let is_root = root.is_empty() || root.ends_with('/') && root.matches('/').count() == 1;
    is_root.then_some(root)
}

/// Whether an entry below the folder `root` begins so.
pub fn has(archive: &Archive, root: &str, entry: &str) -> bool {
    let mut names = archive.names().filter_map(|name| name.strip_prefix(root));
    names.any(|name| name.starts_with(entry))
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
