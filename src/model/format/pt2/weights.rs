//! Weights: the bytes of an entry become a tensor, viewed as the file says.
//!
//! What the file says of sizes and strides is checked against the bytes that are there before
//! libtorch hears of it. Storage that several weights view is read once.

use std::collections::{BTreeSet, HashMap};

use tch::{Kind, Tensor};

use super::Result;
use super::archive::Archive;
use super::schema::{Payload, Payloads, TensorMeta};
use super::signature::Inputs;
use crate::model::error::Fault;
use crate::model::graph::{Graph, ValueId};

/// Fills in the weights that the graph's nodes use, floating ones as 32-bit floats.
pub fn load(graph: &mut Graph, inputs: &Inputs, archive: &mut Archive, model: &str) -> Result<()> {
    check_byte_order(archive)?;
    let mut shelves = vec![
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
        let Some(name) = inputs.weights.get(&value.name) else {
            continue;
        };
        let shelf = shelves
            .iter_mut()
            .find(|shelf| shelf.payloads.contains_key(name));
        let shelf = shelf.ok_or_else(|| wrong(name, "is not in the archive"))?;
        let tensor = shelf.tensor(archive, name)?;
        value.stated_shape = Some(tensor.size());
        value.weight = Some(tensor);
    }
    Ok(())
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

    fn tensor(&mut self, archive: &mut Archive, name: &str) -> Result<Tensor> {
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
        let view = View::of(name, meta)?;
        let element = Element::of(name, meta.dtype)?;
        if !self.storages.contains_key(path_name) {
            let bytes = archive
                .bytes(&format!("{}/{path_name}", self.folder))?
                .ok_or_else(|| wrong(name, format!("is missing: there is no {path_name}")))?;
            self.check_length(name, path_name, bytes.len(), &element)?;
            let storage = element
                .storage(&bytes)
                .map_err(|error| torch(name, error))?;
            self.storages.insert(path_name.clone(), storage);
        }
        let storage = &self.storages[path_name];
        if storage.kind() != element.held_as() {
            return Err(wrong(
                name,
                format!("shares {path_name} with a weight of another type"),
            ));
        }
        let stored = storage.numel() as i128;
        if view.reach > stored || view.count > stored {
            return Err(wrong(
                name,
                format!(
                    "claims shape {:?}, and {stored} values are stored",
                    view.sizes
                ),
            ));
        }
        let tensor = storage
            .f_as_strided(&view.sizes, &view.strides, view.offset)
            .map_err(|error| torch(name, error))?;
        if element.floating && !finite(&tensor).map_err(|error| torch(name, error))? {
            return Err(wrong(
                name,
                "holds NaN or infinite values; the model is broken",
            ));
        }
        Ok(tensor)
    }

    /// The storage has to be as long as the furthest value that any weight on it reaches.
    fn check_length(&self, name: &str, path: &str, bytes: usize, element: &Element) -> Result<()> {
        let mut reach = 0;
        for (other, payload) in &self.payloads {
            if let Some(meta) = payload
                .tensor_meta
                .as_ref()
                .filter(|_| payload.path_name == path)
            {
                reach = reach.max(View::of(other, meta)?.reach);
            }
        }
        let expected = reach.saturating_mul(element.bytes as i128);
        if bytes as i128 == expected {
            return Ok(());
        }
        let hint = match bytes as i128 > expected {
            true => " (if it is part of a larger tensor, clone() it and export again)",
            false => "",
        };
        Err(wrong(
            name,
            format!(
                "has the wrong length: its shape needs {expected} bytes, {path} has {bytes}{hint}"
            ),
        ))
    }
}

/// A tensor's place in its storage, in elements. All numbers are checked not to overflow.
struct View {
    sizes: Vec<i64>,
    strides: Vec<i64>,
    offset: i64,
    /// Number of values.
    count: i128,
    /// One past the furthest value.
    reach: i128,
}

impl View {
    fn of(name: &str, meta: &TensorMeta) -> Result<View> {
        let open = || wrong(name, "has a size left open");
        let strides: Option<Vec<i64>> = meta.strides.iter().map(|stride| stride.fixed()).collect();
        let (sizes, strides) = (meta.shape().ok_or_else(open)?, strides.ok_or_else(open)?);
        let offset = match &meta.storage_offset {
            None => 0,
            Some(offset) => offset.fixed().ok_or_else(open)?,
        };
        let lies = || {
            wrong(
                name,
                format!("has impossible sizes {sizes:?} with strides {strides:?}"),
            )
        };
        if sizes.len() != strides.len()
            || offset < 0
            || sizes.iter().chain(&strides).any(|&number| number < 0)
        {
            return Err(lies());
        }
        let mut count = 1i128;
        let mut last = i128::from(offset);
        for (&size, &stride) in sizes.iter().zip(&strides) {
            count = count.checked_mul(size.into()).ok_or_else(lies)?;
            // Two numbers of 63 bits fit 127; their sum may not.
            let step = i128::from(size - 1).max(0) * i128::from(stride);
            last = last.checked_add(step).ok_or_else(lies)?;
        }
        let reach = if count == 0 {
            0
        } else {
            last.checked_add(1).ok_or_else(lies)?
        };
        Ok(View {
            sizes,
            strides,
            offset,
            count,
            reach,
        })
    }
}

/// What a storage is made of.
struct Element {
    kind: Kind,
    bytes: usize,
    floating: bool,
}

impl Element {
    /// By the numbering of `torch/_export/serde/schema.py`, which is not libtorch's.
    fn of(name: &str, dtype: i64) -> Result<Element> {
        let (kind, bytes, floating) = match dtype {
            1 => (Kind::Uint8, 1, false),
            2 => (Kind::Int8, 1, false),
            3 => (Kind::Int16, 2, false),
            4 => (Kind::Int, 4, false),
            5 => (Kind::Int64, 8, false),
            6 => (Kind::Half, 2, true),
            7 => (Kind::Float, 4, true),
            8 => (Kind::Double, 8, true),
            12 => (Kind::Bool, 1, false),
            13 => (Kind::BFloat16, 2, true),
            other => {
                return Err(wrong(
                    name,
                    format!("has a type that is not read ({other})"),
                ));
            }
        };
        Ok(Element {
            kind,
            bytes,
            floating,
        })
    }

    fn held_as(&self) -> Kind {
        if self.floating {
            Kind::Float
        } else {
            self.kind
        }
    }

    fn storage(&self, bytes: &[u8]) -> std::result::Result<Tensor, tch::TchError> {
        let count = (bytes.len() / self.bytes) as i64;
        Tensor::f_from_data_size(bytes, &[count], self.kind)?.f_to_kind(self.held_as())
    }
}

fn finite(tensor: &Tensor) -> std::result::Result<bool, tch::TchError> {
    Ok(tensor.f_isfinite()?.f_all()?.f_int64_value(&[])? != 0)
}

fn check_byte_order(archive: &mut Archive) -> Result<()> {
    match archive.text("byteorder")? {
        Some(order) if order.trim() != "little" => Err(Fault::Entry {
            entry: "byteorder".into(),
            reason: format!(
                "the bytes are in {} order, only little is read",
                order.trim()
            ),
        }),
        _ => Ok(()),
    }
}

fn wrong(name: &str, reason: impl Into<String>) -> Fault {
    Fault::Weight {
        name: name.to_owned(),
        reason: reason.into(),
    }
}

/// libtorch's errors run over many lines, of which the first says it.
fn torch(name: &str, error: tch::TchError) -> Fault {
    let text = error.to_string();
    wrong(
        name,
        format!(
            "cannot be read ({})",
            text.lines().next().unwrap_or_default()
        ),
    )
}
