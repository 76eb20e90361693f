//! The operators of ONNX: each is read, refused with advice, or left out for a reason.

use crate::model::format::onnx::message::proto::Node;
use crate::model::format::onnx::ops;

/// Operators that are not read, and that nothing can be advised about.
const LEFT_OUT: [(&str, &[&str]); 6] = [
    (
        "works on text, pictures in files or sound",
        &[
            "BlackmanWindow",
            "HammingWindow",
            "HannWindow",
            "ImageDecoder",
            "MelWeightMatrix",
            "RegexFullMatch",
            "RotaryEmbedding",
            "STFT",
            "StringConcat",
            "StringNormalizer",
            "StringSplit",
            "TfIdfVectorizer",
        ],
    ),
    (
        "works on lists of tensors, or on what may be missing",
        &[
            "ConcatFromSequence",
            "Optional",
            "OptionalGetElement",
            "OptionalHasElement",
            "SequenceAt",
            "SequenceConstruct",
            "SequenceEmpty",
            "SequenceErase",
            "SequenceInsert",
            "SequenceLength",
            "SequenceMap",
            "SplitToSequence",
        ],
    ),
    (
        "computes what training minimises",
        &["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"],
    ),
    (
        "keeps a state from one call to the next",
        &["CausalConvWithState", "LinearAttention", "TensorScatter"],
    ),
    (
        "returns as many values as there are different ones",
        &["Unique"],
    ),
    (
        "is newer than what is exported, or is not found in networks of images",
        &["BitCast", "ReverseSequence", "SwiGLU"],
    ),
];

fn node(domain: &str, name: &str) -> Node {
    Node {
        op_type: name.to_owned(),
        domain: domain.to_owned(),
        ..Node::default()
    }
}

/// The operators of a list of `tests/torchvision/lists.py` that are read.
pub fn read(domain: &str, list: &'static str) -> Vec<&'static str> {
    let read = list
        .lines()
        .filter(|name| ops::reader(&node(domain, name)).is_some());
    read.collect()
}

#[test]
fn every_operator_is_read_refused_with_advice_or_left_out_for_a_reason() {
    let lists = [
        (
            "",
            include_str!("../../../../../../tests/torchvision/lists/onnx.txt"),
        ),
        (
            "ai.onnx.ml",
            include_str!("../../../../../../tests/torchvision/lists/ml.txt"),
        ),
    ];
    let left_out = LEFT_OUT.iter().flat_map(|(_, names)| *names).copied();
    let left_out: Vec<&str> = left_out.collect();
    let mut unread: Vec<&str> = Vec::new();
    for (domain, list) in lists {
        let read = read(domain, list);
        let others = list.lines().filter(|name| !read.contains(name));
        unread.extend(others.filter(|name| ops::reason(&node(domain, name)).is_none()));
    }
    let missing: Vec<&&str> = unread
        .iter()
        .filter(|name| !left_out.contains(name))
        .collect();
    assert!(missing.is_empty(), "neither read nor left out: {missing:?}");
    let both: Vec<&&str> = left_out
        .iter()
        .filter(|name| !unread.contains(name))
        .collect();
    assert!(
        both.is_empty(),
        "left out, and read, refused or unknown: {both:?}"
    );
}
