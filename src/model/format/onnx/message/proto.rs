//! The messages of `onnx.proto`, as far as they are used. Fields that are not declared here are skipped.
//!
//! They do not contain the numbers of large tensors: [`wire`](super::wire) has replaced those by their
//! position in the file.

use prost::Message;
use prost::bytes::Bytes;

#[derive(Clone, PartialEq, Message)]
pub struct Model {
    #[prost(string, tag = "2")]
    pub producer: String,
    #[prost(string, tag = "3")]
    pub producer_version: String,
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    pub opsets: Vec<Opset>,
    #[prost(message, repeated, tag = "14")]
    pub metadata: Vec<Entry>,
    #[prost(message, repeated, tag = "25")]
    pub functions: Vec<Function>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Opset {
    #[prost(string, tag = "1")]
    pub domain: String,
    #[prost(int64, tag = "2")]
    pub version: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Entry {
    #[prost(string, tag = "1")]
    pub key: String,
    #[prost(string, tag = "2")]
    pub value: String,
}

/// Nodes that are called by name, as if they were one.
#[derive(Clone, PartialEq, Message)]
pub struct Function {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, repeated, tag = "4")]
    pub inputs: Vec<String>,
    #[prost(string, repeated, tag = "5")]
    pub outputs: Vec<String>,
    #[prost(message, repeated, tag = "7")]
    pub nodes: Vec<Node>,
    #[prost(string, tag = "10")]
    pub domain: String,
    /// Attributes with their default values.
    #[prost(message, repeated, tag = "11")]
    pub defaults: Vec<Attribute>,
    #[prost(string, tag = "13")]
    pub overload: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Graph {
    #[prost(message, repeated, tag = "1")]
    pub nodes: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    pub initializers: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    pub inputs: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    pub outputs: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Node {
    #[prost(string, repeated, tag = "1")]
    pub inputs: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub outputs: Vec<String>,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub attributes: Vec<Attribute>,
    #[prost(string, tag = "7")]
    pub domain: String,
    #[prost(string, tag = "8")]
    pub overload: String,
    #[prost(message, repeated, tag = "9")]
    pub metadata: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(float, optional, tag = "2")]
    pub float: Option<f32>,
    #[prost(int64, optional, tag = "3")]
    pub int: Option<i64>,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub text: Option<Bytes>,
    #[prost(message, optional, tag = "5")]
    pub tensor: Option<Tensor>,
    #[prost(message, optional, boxed, tag = "6")]
    pub graph: Option<Box<Graph>>,
    #[prost(float, repeated, packed = "false", tag = "7")]
    pub floats: Vec<f32>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    #[prost(bytes = "bytes", repeated, tag = "9")]
    pub texts: Vec<Bytes>,
    /// One of the types in [`attribute`]; zero in old files.
    #[prost(int32, tag = "20")]
    pub kind: i32,
    /// In a function, the attribute of the call that this one stands for.
    #[prost(string, tag = "21")]
    pub refers_to: String,
}

/// Types of attributes.
pub mod attribute {
    pub const FLOAT: i32 = 1;
    pub const INT: i32 = 2;
    pub const TEXT: i32 = 3;
    pub const TENSOR: i32 = 4;
    pub const FLOATS: i32 = 6;
    pub const INTS: i32 = 7;
    pub const TEXTS: i32 = 8;
}

#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub sizes: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub kind: i32,
    #[prost(float, repeated, tag = "4")]
    pub floats: Vec<f32>,
    /// Also the bits of 16-bit floats, and all smaller integers.
    #[prost(int32, repeated, tag = "5")]
    pub int32s: Vec<i32>,
    #[prost(bytes = "bytes", repeated, tag = "6")]
    pub texts: Vec<Bytes>,
    #[prost(int64, repeated, tag = "7")]
    pub int64s: Vec<i64>,
    #[prost(string, tag = "8")]
    pub name: String,
    #[prost(bytes = "bytes", tag = "9")]
    pub raw: Bytes,
    #[prost(double, repeated, tag = "10")]
    pub doubles: Vec<f64>,
    #[prost(uint64, repeated, tag = "11")]
    pub uint64s: Vec<u64>,
    #[prost(message, repeated, tag = "13")]
    pub external: Vec<Entry>,
    /// 1 if its bytes are in a file beside the model.
    #[prost(int32, tag = "14")]
    pub location: i32,
    /// Where its numbers are, if there are many. A file cannot set this itself.
    #[prost(message, repeated, tag = "100")]
    pub places: Vec<Place>,
}

/// Fields of a tensor that hold numbers as they are in memory.
pub const RAW: u64 = 9;
pub const FLOATS: u64 = 4;
pub const DOUBLES: u64 = 10;
/// The dtype of texts.
pub const TEXT: i32 = 8;
/// The field of [`Tensor::places`].
pub const PLACES: u64 = 100;

/// The position of a field's bytes in the file.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct Place {
    #[prost(uint64, tag = "1")]
    pub field: u64,
    #[prost(uint64, tag = "2")]
    pub offset: u64,
    #[prost(uint64, tag = "3")]
    pub length: u64,
}

#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, optional, tag = "2")]
    pub about: Option<Type>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Type {
    #[prost(message, optional, tag = "1")]
    pub tensor: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    #[prost(int32, tag = "1")]
    pub kind: i32,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub sizes: Vec<Size>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Size {
    /// `None` if it is dynamic.
    #[prost(int64, optional, tag = "1")]
    pub fixed: Option<i64>,
}

/// Whether a domain is the one of ONNX's own operations.
pub fn is_own_domain(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

impl Node {
    /// The name of its operation, with the domain if it is not ONNX's: `Conv`,
    /// `com.microsoft::FusedConv`.
    pub fn full_name(&self) -> String {
        if is_own_domain(&self.domain) {
            self.op_type.clone()
        } else {
            format!("{}::{}", self.domain, self.op_type)
        }
    }

    /// Its own name, or that of its first output if it has none.
    pub fn label(&self) -> String {
        let made = self.outputs.iter().find(|output| !output.is_empty());
        match (self.name.as_str(), made) {
            ("", Some(made)) => made.clone(),
            ("", None) => self.op_type.clone(),
            (name, _) => name.to_owned(),
        }
    }
}

impl Tensor {
    /// Where the numbers of a field are.
    pub fn place(&self, field: u64) -> Option<&Place> {
        self.places.iter().rfind(|place| place.field == field)
    }
}

impl ValueInfo {
    fn tensor(&self) -> Option<&TensorType> {
        self.about.as_ref()?.tensor.as_ref()
    }

    /// Its dtype; zero if it is not stated.
    pub fn kind(&self) -> i32 {
        self.tensor().map_or(0, |tensor| tensor.kind)
    }

    /// Its sizes; `None` for those that are dynamic.
    pub fn sizes(&self) -> Option<Vec<Option<i64>>> {
        let sizes = &self.tensor()?.shape.as_ref()?.sizes;
        let known = |size: &Size| size.fixed.filter(|size| *size > 0);
        Some(sizes.iter().map(known).collect())
    }

    /// Its sizes as they are written, where one besides that of the batch is 0 or negative; −1 is what
    /// some tools write for one that is dynamic.
    pub fn impossible(&self) -> Option<Vec<i64>> {
        let sizes = &self.tensor()?.shape.as_ref()?.sizes;
        let written: Vec<i64> = sizes.iter().map(|size| size.fixed.unwrap_or(-1)).collect();
        let wrong = written.iter().skip(1).any(|size| *size == 0 || *size < -1);
        wrong.then_some(written)
    }
}
