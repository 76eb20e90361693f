//! The messages of `onnx.proto` as far as they are read: what is not declared here is skipped.
//!
//! Large tensors are not among them: [`wire`](super::wire) has put the places where their numbers lie
//! in the file instead.

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

/// A node's worth of nodes, called by its name.
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
    /// Attributes with what they are where a call does not say.
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
    #[prost(float, repeated, packed = "false", tag = "7")]
    pub floats: Vec<f32>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    /// Which of [`attribute`]'s it is; nought in files of old.
    #[prost(int32, tag = "20")]
    pub kind: i32,
    /// Inside a function: the attribute of the call that it stands for.
    #[prost(string, tag = "21")]
    pub refers_to: String,
}

/// Kinds of attributes.
pub mod attribute {
    pub const FLOAT: i32 = 1;
    pub const INT: i32 = 2;
    pub const TEXT: i32 = 3;
    pub const TENSOR: i32 = 4;
    pub const FLOATS: i32 = 6;
    pub const INTS: i32 = 7;
}

#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub sizes: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub kind: i32,
    #[prost(float, repeated, tag = "4")]
    pub floats: Vec<f32>,
    /// Also halves, by their bits, and all smaller whole numbers.
    #[prost(int32, repeated, tag = "5")]
    pub int32s: Vec<i32>,
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
    /// 1 where its bytes lie in a file beside the model.
    #[prost(int32, tag = "14")]
    pub location: i32,
    /// Where its numbers lie, if they are many. No file says this itself.
    #[prost(message, repeated, tag = "100")]
    pub places: Vec<Place>,
}

/// Fields of a tensor that hold numbers as they lie in memory.
pub const RAW: u64 = 9;
pub const FLOATS: u64 = 4;
pub const DOUBLES: u64 = 10;
/// The field of [`Tensor::places`].
pub const PLACES: u64 = 100;

/// A field's bytes, by where they lie in the file.
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
    /// `None` where it is left open.
    #[prost(int64, optional, tag = "1")]
    pub fixed: Option<i64>,
}

impl Tensor {
    /// Where a field's numbers lie.
    pub fn place(&self, field: u64) -> Option<&Place> {
        self.places.iter().rfind(|place| place.field == field)
    }
}

impl ValueInfo {
    fn tensor(&self) -> Option<&TensorType> {
        self.about.as_ref()?.tensor.as_ref()
    }

    /// The type of its numbers; nought where it is not said.
    pub fn kind(&self) -> i32 {
        self.tensor().map_or(0, |tensor| tensor.kind)
    }

    /// Its sizes, those that are left open as `None`.
    pub fn sizes(&self) -> Option<Vec<Option<i64>>> {
        let sizes = &self.tensor()?.shape.as_ref()?.sizes;
        let known = |size: &Size| size.fixed.filter(|size| *size > 0);
        Some(sizes.iter().map(known).collect())
    }
}
