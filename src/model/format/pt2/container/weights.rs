//! Weights: the bytes of an entry become a tensor, viewed as the file says.
//!
//! What the file says of sizes and strides is checked against the bytes that are there before
//! libtorch hears of it. Storage that several weights view is read once.

use std::collections::{BTreeSet, HashMap};

use tch::{Device, Tensor};

use crate::model::error::Fault;
use crate::model::format::pt2::archive::Archive;
use crate::model::format::pt2::program::schema::{self, Payload, Payloads, TensorMeta};
use crate::model::format::pt2::storage::{Element, PIECE, View, torch, wrong};
use crate::model::format::pt2::{Result, Skeleton};
use crate::model::graph::ValueId;
use crate::model::opening::Opening;

/// Fills in the weights that the graph's nodes use, floating ones as 32-bit floats.
pub fn load(
    skeleton: &mut Skeleton,
    archive: &mut Archive,
    model: &str,
    opening: &mut Opening,
) -> Result<()> {
    let Skeleton {
        graph,
        weights: names,
        ..
    } = skeleton;
    archive.check_byte_order()?;
    let mut reading = Reading {
        opening,
        bytes: 0,
        of: archive.total(),
    };
    let mut shelves = [
        Shelf::open(
            archive,
            "data/weights",
            &format!("{model}_weights_config.json"),
            true,
        )?,
        Shelf::open(
            archive,
            "data/constants",
            &format!("{model}_constants_config.json"),
            false,
        )?,
    ];
    let used: BTreeSet<ValueId> = graph
        .nodes
        .iter()
        .flat_map(|n| n.inputs.iter().copied())
        .collect();
    for id in used {
        let value = &mut graph.values[id.0];
        let Some(name) = names.get(&value.name) else {
            continue;
        };
        let shelf = shelves
            .iter_mut()
            .find(|shelf| shelf.payloads.contains_key(name));
        let shelf = shelf.ok_or_else(|| wrong(name, "is not in the archive"))?;
        let tensor = shelf.tensor(archive, name, &mut reading)?;
        value.stated_shape = Some(tensor.size());
        value.weight = Some(tensor);
    }
    Ok(())
}

/// How much of all weights has been read.
struct Reading<'r, 'o> {
    opening: &'r mut Opening<'o>,
    bytes: u64,
    of: u64,
}

impl Reading<'_, '_> {
    fn add(&mut self, bytes: u64) -> Result<()> {
        self.bytes += bytes;
        self.opening.has_read(self.bytes, self.of)
    }
}

/// A folder of the archive with its list of what lies where.
struct Shelf {
    folder: &'static str,
    payloads: HashMap<String, Payload>,
    storages: HashMap<String, Tensor>,
}

impl Shelf {
    fn open(
        archive: &mut Archive,
        folder: &'static str,
        list: &str,
        needed: bool,
    ) -> Result<Shelf> {
        let entry = format!("{folder}/{list}");
        let payloads = match Payloads::read(archive, &entry)? {
            Some(payloads) => payloads.config,
            None if needed => return Err(Fault::Missing { entry }),
            None => HashMap::new(),
        };
        Ok(Shelf {
            folder,
            payloads,
            storages: HashMap::new(),
        })
    }

    fn tensor(
        &mut self,
        archive: &mut Archive,
        name: &str,
        reading: &mut Reading,
    ) -> Result<Tensor> {
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
            .ok_or_else(|| wrong(name, "has neither shape nor type"))?;
        let view = view(name, meta)?;
        let element = element(name, meta.dtype)?;
        if !self.storages.contains_key(path_name) {
            let storage = self.read((archive, reading), name, path_name, &element)?;
            self.storages.insert(path_name.clone(), storage);
        }
        let storage = &self.storages[path_name];
        if storage.kind() != element.held_as() {
            return Err(wrong(
                name,
                format!("shares {path_name} with a weight of another type"),
            ));
        }
        view.of_row(name, storage)
    }

    /// The storage at `path` as one row of values, read piece by piece, so that a large weight is in
    /// memory once.
    fn read(
        &self,
        (archive, reading): (&mut Archive, &mut Reading),
        name: &str,
        path: &str,
        element: &Element,
    ) -> Result<Tensor> {
        let entry = format!("{}/{path}", self.folder);
        let length = archive.length(&entry)?;
        let length =
            length.ok_or_else(|| wrong(name, format!("is missing: there is no {path}")))?;
        self.check_length(name, path, length, element)?;
        let torch = |error| torch(name, error);
        let count = length / element.bytes as u64;
        let options = (element.held_as(), Device::Cpu);
        // No more than a few times what the file has: checked when it was opened.
        let row = Tensor::f_empty([count as i64], options).map_err(torch)?;
        let (mut from, mut finite) = (0, true);
        archive.pieces(&entry, PIECE, &mut |bytes| {
            finite &= element.put(bytes, &row, from).map_err(torch)?;
            from += (bytes.len() / element.bytes) as i64;
            reading.add(bytes.len() as u64)
        })?;
        // Only now is it known that the bytes are those that were written.
        if finite {
            Ok(row)
        } else {
            Err(wrong(
                name,
                "holds NaN or infinite values; the model is broken",
            ))
        }
    }

    /// The storage has to be as long as the furthest value that any weight on it reaches.
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
        if bytes as i128 == expected {
            return Ok(());
        }
        let hint = if bytes as i128 > expected {
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

/// The place of a weight in its storage.
fn view(name: &str, meta: &TensorMeta) -> Result<View> {
    let open = || wrong(name, "has a size left open");
    let strides: Option<Vec<i64>> = meta.strides.iter().map(|stride| stride.fixed()).collect();
    let (sizes, strides) = (meta.shape().ok_or_else(open)?, strides.ok_or_else(open)?);
    let offset = match &meta.storage_offset {
        None => 0,
        Some(offset) => offset.fixed().ok_or_else(open)?,
    };
    View::new(name, sizes, strides, offset)
}

fn element(name: &str, dtype: i64) -> Result<Element> {
    let kind = schema::kind(dtype);
    let kind = kind.ok_or_else(|| wrong(name, format!("has a type that is not read ({dtype})")))?;
    Ok(Element::new(kind))
}
