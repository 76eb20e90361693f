//! The contents of a pickle as plain data. All nodes are in one vector and refer to each other by
//! index, so that an object that contains itself does no harm.

use std::fmt;

use tch::Kind;

/// How many attributes of an object are searched.
const MAX_ATTRIBUTES: usize = 1000;

/// The index of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ref(pub(crate) u32);

#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    /// Sets too.
    List(Vec<Ref>),
    Tuple(Vec<Ref>),
    Dict(Vec<(Ref, Ref)>),
    /// A function or a class, by its module and name: `collections.OrderedDict`.
    Global(String),
    Storage(Storage),
    Tensor(Box<Stored>),
    /// What a class or function would have returned. It is never called.
    Object {
        /// The [`Node::Global`] of its name.
        class: Ref,
        state: Option<Ref>,
    },
    /// Bytes, and numbers that cannot be read: nothing needs them.
    Plain,
}

/// Memory that tensors view.
#[derive(Debug, Clone, PartialEq)]
pub struct Storage {
    /// The [`Node::Text`] of its key.
    pub key: Ref,
    pub dtype: Dtype,
    /// Where it begins, if it is a view of another storage, in values.
    pub offset: i64,
}

/// A tensor as the file describes it; nothing has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The key of its storage.
    pub storage: String,
    pub dtype: Dtype,
    pub sizes: Vec<i64>,
    pub strides: Vec<i64>,
    /// In values.
    pub offset: i64,
}

impl Stored {
    /// A contiguous tensor that takes its whole storage.
    pub fn whole(storage: String, dtype: Dtype, sizes: Vec<i64>) -> Stored {
        let mut strides = vec![1i64; sizes.len()];
        for axis in (1..sizes.len()).rev() {
            strides[axis - 1] = strides[axis].saturating_mul(sizes[axis]);
        }
        Stored {
            storage,
            dtype,
            sizes,
            strides,
            offset: 0,
        }
    }
}

/// A dtype by the name PyTorch has for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dtype {
    Known(Kind, &'static str),
    Other(String),
}

const DTYPES: [(Kind, &str, &str); 10] = [
    (Kind::Float, "float32", "FloatStorage"),
    (Kind::Half, "float16", "HalfStorage"),
    (Kind::BFloat16, "bfloat16", "BFloat16Storage"),
    (Kind::Double, "float64", "DoubleStorage"),
    (Kind::Int64, "int64", "LongStorage"),
    (Kind::Int, "int32", "IntStorage"),
    (Kind::Int16, "int16", "ShortStorage"),
    (Kind::Int8, "int8", "CharStorage"),
    (Kind::Uint8, "uint8", "ByteStorage"),
    (Kind::Bool, "bool", "BoolStorage"),
];

impl Dtype {
    /// By its name: `float32`.
    pub fn named(name: &str) -> Dtype {
        let known = DTYPES.iter().find(|(_, known, _)| *known == name);
        known.map_or_else(
            || Dtype::other(name),
            |(kind, name, _)| Dtype::Known(*kind, name),
        )
    }

    /// By the class of a storage: `FloatStorage`.
    pub fn of_storage(class: &str) -> Dtype {
        let known = DTYPES.iter().find(|(_, _, storage)| *storage == class);
        known.map_or_else(
            || Dtype::other(class),
            |(kind, name, _)| Dtype::Known(*kind, name),
        )
    }

    pub fn other(name: &str) -> Dtype {
        Dtype::Other(name.to_owned())
    }

    /// `None` if it is not supported.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Dtype::Known(kind, _) => Some(*kind),
            Dtype::Other(_) => None,
        }
    }

    /// The bytes of one value, if known.
    pub fn bytes(&self) -> Option<usize> {
        match self {
            Dtype::Other(name) if name == "UntypedStorage" => Some(1),
            _ => self.kind().map(tch::Kind::elt_size_in_bytes),
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dtype::Known(_, name) => f.write_str(name),
            Dtype::Other(name) => f.write_str(name),
        }
    }
}

/// A pickle that has been read.
#[derive(Debug)]
pub struct Pickle {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: Ref,
}

impl Pickle {
    /// All nodes, in the order in which they were written.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    pub fn root(&self) -> Ref {
        self.root
    }

    pub fn at(&self, at: Ref) -> &Node {
        self.nodes.get(at.0 as usize).unwrap_or(&Node::None)
    }

    /// The outermost node.
    pub fn node(&self) -> &Node {
        self.at(self.root)
    }

    pub fn text(&self, at: Ref) -> Option<&str> {
        match self.at(at) {
            Node::Text(text) | Node::Global(text) => Some(text),
            _ => None,
        }
    }

    /// Keys and values of a dict; nothing for any other node.
    pub fn entries_of(&self, at: Ref) -> impl Iterator<Item = (Ref, Ref)> {
        let entries = match self.at(at) {
            Node::Dict(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().copied()
    }

    /// Keys and values of the outermost node.
    pub fn entries(&self) -> impl Iterator<Item = (Ref, Ref)> {
        self.entries_of(self.root)
    }

    /// Items of the outermost node, if it is a list or a tuple.
    pub fn items(&self) -> impl Iterator<Item = Ref> {
        let items = match self.node() {
            Node::List(items) | Node::Tuple(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().copied()
    }

    /// The key and dtype of every storage.
    pub fn storages(&self) -> impl Iterator<Item = (&str, &Dtype)> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Storage(storage) => Some((self.text(storage.key)?, &storage.dtype)),
            _ => None,
        })
    }

    /// Whether an object is a `torch.nn.Module`: it has parameters and submodules.
    pub fn is_module(&self, at: Ref) -> bool {
        let Node::Object {
            state: Some(state), ..
        } = self.at(at)
        else {
            return false;
        };
        // The search is bounded because many objects may share one large state.
        let has = |name: &str| {
            let mut keys = self.entries_of(*state).take(MAX_ATTRIBUTES);
            keys.any(|(key, _)| self.text(key) == Some(name))
        };
        has("_parameters") && has("_modules")
    }
}
