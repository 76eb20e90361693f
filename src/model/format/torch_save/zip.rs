//! What `torch.save` writes since PyTorch 1.6: an archive with a pickle, `data.pkl`, and an entry
//! `data/KEY` for each storage.

use super::pickle::{LONGEST, Pickle};
use super::source::Source;
use crate::model::error::Fault;
use crate::model::format::checkpoint::{Checkpoint, Result, unwrap};
use crate::model::format::file::archive::Archive;

pub const PICKLE: &str = "data.pkl";

/// The folder that everything lies under; `None` where the archive is no checkpoint. A TorchScript
/// archive has code besides.
pub fn root(archive: &Archive) -> Option<String> {
    let root = archive.names().find_map(|name| name.strip_suffix(PICKLE))?;
    let has = |entry: &str| {
        let mut names = archive.names().filter_map(|name| name.strip_prefix(root));
        names.any(|name| name.starts_with(entry))
    };
    let is_root = root.is_empty() || root.ends_with('/') && root.matches('/').count() == 1;
    (is_root && !has("code/") && !has("constants.pkl")).then(|| root.to_owned())
}

/// Reads what the archive says of its tensors.
pub fn read(mut archive: Archive) -> Result<Checkpoint> {
    let pickle = pickle(&mut archive)?;
    unwrap::checkpoint(&pickle, Source::Archive(archive))
}

/// The same of a dict of tensors alone, under the very names that it has for them.
pub fn read_as_named(mut archive: Archive) -> Result<Checkpoint> {
    let pickle = pickle(&mut archive)?;
    Ok(unwrap::dict(
        &pickle,
        pickle.root(),
        Source::Archive(archive),
    ))
}

fn pickle(archive: &mut Archive) -> Result<Pickle> {
    archive.check_byte_order()?;
    let bytes = archive.bytes(PICKLE, LONGEST)?;
    let bytes = bytes.ok_or_else(|| Fault::Missing {
        entry: PICKLE.into(),
    })?;
    Pickle::read(&mut bytes.as_slice())
}
