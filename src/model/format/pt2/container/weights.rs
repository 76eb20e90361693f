//! Weights: an entry of the archive is a storage, and tensors view it.
//!
//! Sizes and strides are checked against the length of the entry before libtorch is called. A storage
//! that several weights view is read once.

use std::collections::HashMap;

use tch::{Device, Tensor};

use crate::model::error::{Fault, Result};
use crate::model::format::build::progress::Progress;
use crate::model::format::build::skeleton::Skeleton;
use crate::model::format::build::storage::{Content, Element, PIECE, View, torch, wrong};
use crate::model::format::file::archive::Archive;
use crate::model::format::pt2::program::schema::{self, Payload, Payloads, TensorMeta};
use crate::model::opening::Opening;

/// Fills in the weights that the nodes of the graph use; floats of any width become float32.
pub fn load(
    skeleton: &mut Skeleton,
    archive: &mut Archive,
    model: &str,
    opening: &mut Opening,
) -> Result<()> {
    archive.check_byte_order()?;
    let mut progress = Progress::new(opening, archive.total());
    let mut folders = [
        Folder::open(
            archive,
            "data/weights",
            &format!("{model}_weights_config.json"),
            true,
        )?,
        Folder::open(
            archive,
            "data/constants",
            &format!("{model}_constants_config.json"),
            false,
        )?,
    ];
    for (id, declared) in skeleton.used() {
        let name = &declared.name;
        let folder = folders
            .iter_mut()
            .find(|folder| folder.payloads.contains_key(name));
        let folder = folder.ok_or_else(|| wrong(name, "is not in the archive"))?;
        let (tensor, content) = folder.tensor(archive, name, &mut progress)?;
        skeleton.fill(id, &declared, tensor, content)?;
    }
    Ok(())
}

/// A folder of storages, with the list that says which tensor views which storage.
struct Folder {
    path: &'static str,
    payloads: HashMap<String, Payload>,
    /// The storages read so far, each as a tensor of one axis, with the worst that it holds.
    storages: HashMap<String, (Tensor, Content)>,
}

impl Folder {
    fn open(archive: &mut Archive, path: &'static str, list: &str, needed: bool) -> Result<Folder> {
        let entry = format!("{path}/{list}");
        let payloads = match Payloads::read(archive, &entry)? {
            Some(payloads) => payloads.config,
            None if needed => return Err(Fault::Missing { entry }),
            None => HashMap::new(),
        };
        Ok(Folder {
            path,
            payloads,
            storages: HashMap::new(),
        })
    }

    fn tensor(
        &mut self,
        archive: &mut Archive,
        name: &str,
        progress: &mut Progress,
    ) -> Result<(Tensor, Content)> {
        let Some(Payload {
            path_name,
            use_pickle,
            tensor_meta,
        }) = self.payloads.get(name)
        else {
            return Err(wrong(name, "is not in the archive"));
        };
        if *use_pickle {
            return Err(wrong(
                name,
                "is a tensor subclass, stored as a Python pickle; turn the model's weights into \
                 plain tensors (remove quantisation or other wrappers) and export again",
            ));
        }
        let meta = tensor_meta
            .as_ref()
            .ok_or_else(|| wrong(name, "has neither a shape nor a dtype"))?;
        let view = view(name, meta)?;
        let element = element(name, meta.dtype)?;
        if !self.storages.contains_key(path_name) {
            let storage = self.read((archive, progress), name, path_name, &element)?;
            self.storages.insert(path_name.clone(), storage);
        }
        let (storage, content) = &self.storages[path_name];
        if storage.kind() != element.held_as() {
            return Err(wrong(
                name,
                format!("shares {path_name} with a weight of another dtype"),
            ));
        }
        Ok((view.of_row(name, storage)?, *content))
    }

    /// Reads the storage at `path`, in pieces, so that a large weight is in memory once.
    fn read(
        &self,
        (archive, progress): (&mut Archive, &mut Progress),
        name: &str,
        path: &str,
        element: &Element,
    ) -> Result<(Tensor, Content)> {
        let entry = format!("{}/{path}", self.path);
        let length = archive.length(&entry)?;
        let length =
            length.ok_or_else(|| wrong(name, format!("is missing: there is no {path}")))?;
        self.check_length(name, path, length, element)?;
        let torch = |error| torch(name, error);
        let count = length / element.bytes as u64;
        let options = (element.held_as(), Device::Cpu);
        // At most a few times the length of the file, which was checked when it was opened.
        let row = Tensor::f_empty([count as i64], options).map_err(torch)?;
        let (mut from, mut content) = (0, Content::Finite);
        archive.pieces(&entry, PIECE, &mut |bytes| {
            content = content.max(element.put(bytes, &row, from).map_err(torch)?);
            from += (bytes.len() / element.bytes) as i64;
            progress.add(bytes.len() as u64)
        })?;
        Ok((row, content))
    }

    /// A storage has to end with the last value that any weight views.
    fn check_length(&self, name: &str, path: &str, bytes: u64, element: &Element) -> Result<()> {
        let mut reach = 0;
        for (other, payload) in &self.payloads {
            if let Some(meta) = payload
                .tensor_meta
                .as_ref()
                .filter(|_| payload.path_name == path)
            {
                reach = reach.max(view(other, meta)?.reach);
            }
        }
        let expected = reach.saturating_mul(element.bytes as i128);
        if i128::from(bytes) == expected {
            return Ok(());
        }
        let hint = if i128::from(bytes) > expected {
            " (if it is part of a larger tensor, clone() it and export again)"
        } else {
            ""
        };
        Err(wrong(
            name,
            format!(
                "has the wrong length: its shape needs {expected} bytes, {path} has {bytes}{hint}"
            ),
        ))
    }
}

/// The part of its storage that a weight views.
fn view(name: &str, meta: &TensorMeta) -> Result<View> {
    let open = || wrong(name, "has a dynamic size");
    let strides: Option<Vec<i64>> = meta
        .strides
        .iter()
        .map(super::super::program::schema::Size::fixed)
        .collect();
    let (sizes, strides) = (meta.shape().ok_or_else(open)?, strides.ok_or_else(open)?);
    let offset = match &meta.storage_offset {
        None => 0,
        Some(offset) => offset.fixed().ok_or_else(open)?,
    };
    View::new(name, sizes, strides, offset)
}

fn element(name: &str, dtype: i64) -> Result<Element> {
    let kind = schema::kind(dtype);
    let kind =
        kind.ok_or_else(|| wrong(name, format!("has a dtype that is not supported ({dtype})")))?;
    Ok(Element::new(kind))
}
