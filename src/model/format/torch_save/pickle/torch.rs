//! The functions of PyTorch that make tensors in a pickle.

use super::node::{Dtype, Storage, Stored};
use super::{MAX_NAME, MAX_STEPS, Machine, Node, Ref, damaged};
use crate::model::error::Result;

/// More axes than any tensor has.
const MAX_AXES: usize = 32;

impl Machine<'_> {
    /// `function(*arguments)`: one of the few functions known here, or else an object of which only
    /// the name is kept.
    pub(crate) fn call(&mut self, function: Ref, arguments: Ref) -> Result<()> {
        let Node::Global(name) = self.node(function) else {
            self.object(function);
            return Ok(());
        };
        let arguments = match self.node(arguments) {
            Node::Tuple(items) if items.len() <= MAX_AXES => items.clone(),
            _ => Vec::new(),
        };
        let first = arguments.first().copied();
        match (name.as_str(), first) {
            ("collections.OrderedDict" | "builtins.dict" | "__builtin__.dict", first) => {
                let entries = match first {
                    Some(first) => self.pairs(first)?,
                    None => Vec::new(),
                };
                self.push(Node::Dict(entries));
            }
            ("torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor", Some(_)) => {
                self.tensor(&arguments, None)?;
            }
            ("torch._utils._rebuild_tensor_v3", Some(_)) => {
                let dtype = arguments.get(6).map(|dtype| self.node(*dtype));
                let dtype = match dtype {
                    Some(Node::Global(name)) => name.strip_prefix("torch.").map(Dtype::named),
                    _ => None,
                };
                let dtype = dtype.ok_or_else(|| damaged("a tensor without a dtype"))?;
                self.tensor(&arguments, Some(dtype))?;
            }
            // Stands for its first argument: the tensor of a parameter, the numbers of a size, the
            // members of a set, the values of a list to which TorchScript gives a type.
            (
                "torch._utils._rebuild_parameter"
                | "torch._utils._rebuild_parameter_with_state"
                | "torch.nn.parameter.Parameter"
                | "torch.Size"
                | "torch.jit._pickle.build_boollist"
                | "torch.jit._pickle.build_doublelist"
                | "torch.jit._pickle.build_intlist"
                | "torch.jit._pickle.build_tensorlist"
                | "torch.jit._pickle.restore_type_tag"
                | "builtins.set"
                | "builtins.frozenset"
                | "__builtin__.set"
                | "__builtin__.frozenset",
                Some(first),
            ) => self.stack.push(first),
            // A tensor with further attributes: `(function, class, arguments, attributes)`.
            ("torch._tensor._rebuild_from_type_v2", Some(inner)) => {
                match (self.is_plain(arguments.get(1)), arguments.get(2)) {
                    (true, Some(inner_arguments)) if !self.is_from_type(inner) => {
                        self.call(inner, *inner_arguments)?;
                    }
                    _ => self.object(arguments.get(1).copied().unwrap_or(function)),
                }
            }
            _ => self.object(function),
        }
        Ok(())
    }

    /// Resolves a persistent id: `('storage', class, key, device, count[, view])`.
    pub(crate) fn persistent(&mut self, id: Ref) -> Result<()> {
        let items = match self.node(id) {
            Node::Tuple(items) if items.len() <= MAX_AXES => items.clone(),
            _ => Vec::new(),
        };
        let kind = items.first().map(|kind| self.node(*kind));
        match (kind, items.as_slice()) {
            (Some(Node::Text(kind)), [_, class, key, ..]) if kind == "storage" => {
                let Node::Global(class) = self.node(*class) else {
                    return Err(damaged("a storage without a dtype"));
                };
                let dtype = Dtype::of_storage(class.rsplit('.').next().unwrap_or(class));
                // In very old files a storage may be a view of another: `(key, offset, count)`.
                let offset = match items.get(5).map(|view| self.node(*view)) {
                    Some(Node::Tuple(view)) => view.get(1).map_or(Ok(0), |at| self.int(*at))?,
                    _ => 0,
                };
                let key = match self.node(*key) {
                    Node::Text(_) => *key,
                    Node::Int(number) => {
                        let number = number.to_string();
                        self.add(Node::Text(number))
                    }
                    _ => return Err(damaged("a storage without a key")),
                };
                self.push(Node::Storage(Storage { key, dtype, offset }));
            }
            // `('module', class, file, source)`: a class with its source code.
            (Some(Node::Text(kind)), [_, class, ..]) if kind == "module" => {
                self.stack.push(*class);
            }
            _ => self.push(Node::Plain),
        }
        Ok(())
    }

    /// `(storage, offset, sizes, strides, …)`.
    fn tensor(&mut self, arguments: &[Ref], dtype: Option<Dtype>) -> Result<()> {
        let [storage, offset, sizes, strides, ..] = arguments else {
            return Err(damaged("a tensor without a shape"));
        };
        let Node::Storage(storage) = self.node(*storage) else {
            return Err(damaged("a tensor without a storage"));
        };
        let Node::Text(key) = self.node(storage.key) else {
            return Err(damaged("a storage without a key"));
        };
        // Each tensor copies the key.
        if key.len() > MAX_NAME {
            return Err(damaged("the key of a storage is too long"));
        }
        let offset = self.int(*offset)?.checked_add(storage.offset);
        let stored = Stored {
            storage: key.clone(),
            dtype: dtype.unwrap_or_else(|| storage.dtype.clone()),
            sizes: self.ints(*sizes)?,
            strides: self.ints(*strides)?,
            offset: offset.ok_or_else(|| damaged("the offset of a tensor is out of range"))?,
        };
        self.push(Node::Tensor(Box::new(stored)));
        Ok(())
    }

    fn node(&self, at: Ref) -> &Node {
        &self.nodes[at.0 as usize]
    }

    fn int(&self, at: Ref) -> Result<i64> {
        match self.node(at) {
            Node::Int(number) => i64::try_from(*number).map_err(damaged),
            _ => Err(damaged("a size is not an integer")),
        }
    }

    fn ints(&self, at: Ref) -> Result<Vec<i64>> {
        match self.node(at) {
            Node::Tuple(items) | Node::List(items) if items.len() <= MAX_AXES => {
                items.iter().map(|item| self.int(*item)).collect()
            }
            _ => Err(damaged("a tensor without a shape")),
        }
    }

    /// The pairs in a list of them, or in a dict.
    fn pairs(&mut self, at: Ref) -> Result<Vec<(Ref, Ref)>> {
        let pair = |at: &Ref| match self.node(*at) {
            Node::Tuple(pair) | Node::List(pair) if pair.len() == 2 => Some((pair[0], pair[1])),
            _ => None,
        };
        let pairs: Vec<_> = match self.node(at) {
            Node::List(items) | Node::Tuple(items) => items.iter().filter_map(pair).collect(),
            Node::Dict(entries) => entries.clone(),
            _ => Vec::new(),
        };
        self.copied += pairs.len();
        if self.copied <= MAX_STEPS {
            Ok(pairs)
        } else {
            Err(damaged("it has too many steps"))
        }
    }

    /// Whether a class is that of plain tensors or parameters.
    fn is_plain(&self, class: Option<&Ref>) -> bool {
        let Some(Node::Global(name)) = class.map(|class| self.node(*class)) else {
            return false;
        };
        matches!(
            name.as_str(),
            "torch.Tensor" | "torch.nn.parameter.Parameter"
        )
    }

    fn is_from_type(&self, function: Ref) -> bool {
        matches!(self.node(function), Node::Global(name) if name.ends_with("_rebuild_from_type_v2"))
    }
}
