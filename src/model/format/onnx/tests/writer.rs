//! Writes small files. The image is `[1, 3, 4, 4]` unless stated otherwise.

use prost::Message;
use prost::bytes::Bytes;

use crate::model::format::onnx::message::proto::{
    Attribute, Entry, Function, Graph, Model, Node, Opset, Shape, Size, Tensor, TensorType, Type,
    ValueInfo, attribute,
};

pub struct Onnx {
    pub model: Model,
}

/// A dynamic size.
pub const OPEN: i64 = i64::MAX;

impl Onnx {
    /// x → mean over all positions → y, `[1, 3]`.
    pub fn new() -> Onnx {
        let mut onnx = Onnx::empty(&[1, 3, 4, 4]);
        onnx.node("GlobalAveragePool", &["x"], &["pooled"], vec![]);
        onnx.node("Flatten", &["pooled"], &["y"], vec![]);
        onnx
    }

    /// From x to y, with nodes that are still to be added.
    pub fn empty(shape: &[i64]) -> Onnx {
        Onnx {
            model: Model {
                graph: Some(Graph {
                    inputs: vec![value("x", 1, shape)],
                    outputs: vec![value("y", 1, &[OPEN, OPEN])],
                    ..Graph::default()
                }),
                opsets: vec![Opset {
                    domain: String::new(),
                    version: 17,
                }],
                ..Model::default()
            },
        }
    }

    pub fn graph(&mut self) -> &mut Graph {
        self.model.graph.as_mut().unwrap()
    }

    pub fn opset(mut self, version: i64) -> Onnx {
        self.model.opsets[0].version = version;
        self
    }

    pub fn node(
        &mut self,
        op: &str,
        inputs: &[&str],
        outputs: &[&str],
        attributes: Vec<Attribute>,
    ) -> &mut Onnx {
        let node = node(op, inputs, outputs, attributes);
        self.graph().nodes.push(node);
        self
    }

    pub fn weight(&mut self, name: &str, sizes: &[i64], values: &[f32]) -> &mut Onnx {
        let tensor = floats(name, sizes, values);
        self.graph().initializers.push(tensor);
        self
    }

    pub fn ints(&mut self, name: &str, values: &[i64]) -> &mut Onnx {
        let tensor = Tensor {
            name: name.into(),
            kind: 7,
            sizes: vec![values.len() as i64],
            int64s: values.to_vec(),
            ..Tensor::default()
        };
        self.graph().initializers.push(tensor);
        self
    }

    /// A weight that consists of texts.
    pub fn text(&mut self, name: &str, values: &[&str]) -> &mut Onnx {
        let tensor = Tensor {
            name: name.into(),
            kind: 8,
            sizes: vec![values.len() as i64],
            texts: bytes(values),
            ..Tensor::default()
        };
        self.graph().initializers.push(tensor);
        self
    }

    pub fn note(&mut self, key: &str, value: &str) -> &mut Onnx {
        self.model.metadata.push(entry(key, value));
        self
    }

    pub fn function(
        &mut self,
        name: &str,
        inputs: &[&str],
        outputs: &[&str],
        nodes: Vec<Node>,
    ) -> &mut Onnx {
        self.model.functions.push(Function {
            name: name.into(),
            domain: "own".into(),
            inputs: owned(inputs),
            outputs: owned(outputs),
            nodes,
            ..Function::default()
        });
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        // The IR version, which every writer puts first.
        [&[8, 9], self.model.encode_to_vec().as_slice()].concat()
    }
}

pub fn entry(key: &str, value: &str) -> Entry {
    Entry {
        key: key.into(),
        value: value.into(),
    }
}

pub fn node(op: &str, inputs: &[&str], outputs: &[&str], attributes: Vec<Attribute>) -> Node {
    Node {
        op_type: op.into(),
        inputs: owned(inputs),
        outputs: owned(outputs),
        attributes,
        ..Node::default()
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn bytes(texts: &[&str]) -> Vec<Bytes> {
    let texts = texts.iter().map(|text| text.as_bytes());
    texts.map(Bytes::copy_from_slice).collect()
}

pub fn floats(name: &str, sizes: &[i64], values: &[f32]) -> Tensor {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    Tensor {
        name: name.into(),
        kind: 1,
        sizes: sizes.to_vec(),
        raw: Bytes::from(bytes),
        ..Tensor::default()
    }
}

pub fn value(name: &str, kind: i32, sizes: &[i64]) -> ValueInfo {
    let sizes = sizes.iter().map(|size| Size {
        fixed: (*size != OPEN).then_some(*size),
    });
    let shape = Shape {
        sizes: sizes.collect(),
    };
    ValueInfo {
        name: name.into(),
        about: Some(Type {
            tensor: Some(TensorType {
                kind,
                shape: Some(shape),
            }),
        }),
    }
}

pub fn int(name: &str, value: i64) -> Attribute {
    Attribute {
        name: name.into(),
        int: Some(value),
        kind: attribute::INT,
        ..Attribute::default()
    }
}

pub fn float(name: &str, value: f32) -> Attribute {
    Attribute {
        name: name.into(),
        float: Some(value),
        kind: attribute::FLOAT,
        ..Attribute::default()
    }
}

pub fn ints(name: &str, values: &[i64]) -> Attribute {
    Attribute {
        name: name.into(),
        ints: values.to_vec(),
        kind: attribute::INTS,
        ..Attribute::default()
    }
}

pub fn text(name: &str, value: &str) -> Attribute {
    Attribute {
        name: name.into(),
        text: Some(Bytes::copy_from_slice(value.as_bytes())),
        kind: attribute::TEXT,
        ..Attribute::default()
    }
}

pub fn texts(name: &str, values: &[&str]) -> Attribute {
    Attribute {
        name: name.into(),
        texts: bytes(values),
        kind: attribute::TEXTS,
        ..Attribute::default()
    }
}
