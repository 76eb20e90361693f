//! Archives that are written here, one for each thing that cannot be followed. Networks that PyTorch has
//! written are in `tests/torchscript`.

mod damage;

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::model::error::{Error, Fault};
use crate::model::format::build::opened::{Opened, SizeSource};

/// A module of the class `__torch__.Net` with a `weight` of the sizes [4, 3, 1, 1].
const DATA: &[u8] = b"\x80\x02c__torch__\nNet\n)\x81}X\x06\x00\x00\x00weightctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x0ctQK\x00(K\x04K\x03K\x01K\x01t(K\x03K\x01K\x01K\x01t\x89}tRsb.";

/// An empty tuple.
const NO_CONSTANTS: &[u8] = b"\x80\x02).";

/// Opens an archive whose network runs these lines.
fn open(body: &str) -> Result<Opened, Error> {
    open_code(&code(body), DATA)
}

fn code(body: &str) -> String {
    let lines: Vec<String> = body.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "class Net(Module):\n  __parameters__ = [\"weight\", ]\n  weight : Tensor\n  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n{}\
         def twice(x: Tensor) -> Tensor:\n  return __torch__.twice(x, )\n\
         class Pair(NamedTuple):\n  logits : Tensor\n  rest : Tensor\n",
        lines.concat()
    )
}

fn open_code(code: &str, data: &[u8]) -> Result<Opened, Error> {
    open_bytes(&archive(code, data, NO_CONSTANTS))
}

fn open_bytes(bytes: &[u8]) -> Result<Opened, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.pt");
    std::fs::write(&path, bytes).unwrap();
    crate::model::format::open_silently(&path)
}

/// An archive of this code, and of these two pickles.
fn archive(code: &str, data: &[u8], constants: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    // As PyTorch does.
    let packed = stored.compression_method(CompressionMethod::Deflated);
    let weight: Vec<u8> = (0..12u8).flat_map(|n| f32::from(n).to_le_bytes()).collect();
    let entries: [(&str, &[u8], SimpleFileOptions); 4] = [
        ("net/code/__torch__.py", code.as_bytes(), packed),
        ("net/data.pkl", data, stored),
        ("net/data/0", &weight, stored),
        ("net/constants.pkl", constants, stored),
    ];
    for (name, bytes, options) in entries {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn refused(body: &str) -> String {
    open(body).map(drop).unwrap_err().to_string()
}

const POOLED: &str = "y = torch.mean(torch.conv2d(x, self.weight), [2, 3])\n";

#[test]
fn a_network_opens_with_what_is_known_computed() {
    let opened = open(&format!(
        "{POOLED}n = torch.add(torch.size(y, 1), -4)\nif torch.eq(n, 0):\n  z = torch.relu(y)\nelse:\n  z = torch.warp(y)\n\
         for i in range(2):\n  z = torch.add(z, i)\nreturn z"
    ));
    let opened = opened.unwrap();
    assert_eq!(opened.size, SizeSource::Assumed);
    assert_eq!(opened.graph.input_shape, [1, 3, 224, 224]);
    let names = opened.graph.nodes.iter().map(|node| node.op.family());
    let names: Vec<&str> = names.collect();
    assert_eq!(
        names,
        [
            "Convolution",
            "Reduction",
            "Activation",
            "Arithmetic",
            "Arithmetic"
        ]
    );
    let weights: Vec<&str> = opened
        .graph
        .values
        .iter()
        .filter(|value| value.weight.is_some())
        .map(|value| value.name.as_str())
        .collect();
    assert_eq!(weights, ["weight"]);
}

#[test]
fn what_is_known_is_computed_as_pytorch_does() {
    // Each is zero, so that the loop or the branch that fails is not entered.
    for zero in [
        "torch.sub(torch.__and__(6, 3), 2)",
        "torch.sub(torch.__or__(4, 1), 5)",
        "torch.sub(torch.floordiv(-7, 2), -4)",
        "torch.sub(torch.remainder(-7, 2), 1)",
        "torch.sub(torch.floor(-1.5), -2)",
        "torch.sub(torch.round(2.5), 2.)",
        // Of tensors in 32 bits; in 64 it would be 6.
        "torch.sub(int(torch.floor(torch.mul(ops.prim.NumToTensor(10), torch.tensor(0.69999998807907104)))), 7)",
        "torch.sub(torch.len(torch.slice([1, 2, 3], -2, 9)), 2)",
        "torch.sub(torch.len(torch.mul([1, 2], 3)), 6)",
        "torch.sub(torch.__getitem__({\"a\": 4}, \"a\"), 4)",
        "torch.sub(torch.size(x, -3), 3)",
        "torch.sub(torch.__range_length(1, 8, 3), 3)",
        "torch.sub(torch.__range_length(9, 2, -3), 3)",
        "torch.__range_length(2, 2, 1)",
        "torch.len(torch.dict())",
        "torch.sub(torch.__getitem__(torch.dict([(\"a\", 1), (\"a\", 2)]), \"a\"), 2)",
        "torch.sub(torch.__derive_index(2, 9, -3), 3)",
        "torch.sub(torch.len(torch.add(\"ab\", \"c\")), 3)",
    ] {
        let body = format!(
            "{POOLED}if torch.ne({zero}, 0):\n  y = torch.warp(y)\nelse:\n  pass\nreturn y"
        );
        if let Err(error) = open(&body) {
            panic!("{zero}: {error}");
        }
    }
    // Lists and dicts are changed where they are.
    let body = format!(
        "{POOLED}z = [1]\nw = z\nu = torch.append(w, 2)\nu = torch.extend(w, [3, 4])\nu = torch.insert(w, 0, 9)\n\
         n = torch.pop(w)\nd = annotate(Dict[str, int], {{}})\nu = torch._set_item(d, \"n\", n)\n\
         if torch.ne(z, [9, 1, 2, 3]):\n  y = torch.warp(y)\nelse:\n  pass\n\
         if torch.ne(torch.__getitem__(d, \"n\"), 4):\n  y = torch.warp(y)\nelse:\n  pass\nreturn y"
    );
    open(&body).unwrap();
}

#[test]
fn outputs_are_named_by_their_keys_and_fields() {
    for (returned, names) in [
        ("{\"logits\": y, \"rest\": x}", ["logits", "rest"]),
        ("__torch__.Pair(y, x, )", ["logits", "rest"]),
    ] {
        let opened = open(&format!("{POOLED}return {returned}")).unwrap();
        let outputs = opened
            .graph
            .outputs
            .iter()
            .map(|output| output.name.as_str());
        assert_eq!(outputs.collect::<Vec<_>>(), names, "{returned}");
    }
}

#[test]
fn what_cannot_be_followed_is_refused_by_name_and_line() {
    for (line, said) in [
        (
            "if torch.gt(torch.sum(y), 0):\n  pass\nelse:\n  pass",
            "an `if` depends on the values of a tensor",
        ),
        (
            "while bool(torch.sum(y)):\n  pass",
            "bool(…) depends on the values of a tensor",
        ),
        (
            "n = int(torch.sum(y))",
            "int(…) depends on the values of a tensor",
        ),
        (
            "z = torch.warp(y)",
            "the operation torch.warp, which this program does not know",
        ),
        (
            "z = ops.mine.warp(y)",
            "ops.mine.warp, which is no operation of PyTorch's own",
        ),
        (
            "z = torch.relu(y, y)",
            "it calls torch.relu with a tensor, a tensor",
        ),
        ("z = ops.prim.fork(y)", "torch.jit.fork"),
        ("z = __torch__.Net(y, )", "an object of the class Net"),
        ("z = __torch__.gone(y, )", "gone, whose code is not there"),
        ("z = (self).gone(y, )", "Net.gone, whose code is not there"),
        ("z = self.gone", "gone, which it does not have"),
        (
            "self.weight = y",
            "it changes the attribute weight while it runs",
        ),
        ("import os", "“import os”"),
        ("z = [a for a in y]", "“[a for a in y]”"),
        ("z = eval(\"1\")", "“eval(\"1\")”"),
        ("z = __import__(\"os\")", "“__import__(\"os\")”"),
        ("with y:\n  pass", "“with y:”"),
        ("z = lambda: 1", "“lambda”"),
        ("z = __torch__.twice(y, )", "nested too deep"),
        ("for i in range(100000000):\n  pass", "too many steps"),
        ("while True:\n  pass", "too many steps"),
        ("z = CONSTANTS.c9", "no such constant"),
        (
            "n = ops.prim.NumToTensor(3)\nm = torch.add_(n, 1)",
            "it changes a number in place (add_)",
        ),
        (
            "z = ops.quantized.linear(y, y)",
            "ops.quantized.linear: it is quantised",
        ),
        ("z = torch.to_mkldnn(x)", "optimize_for_inference"),
        (
            "z = [y]\nw = torch.append(z, z)",
            "it appends too much to a list",
        ),
    ] {
        let text = refused(&format!("{POOLED}{line}\nreturn y"));
        assert!(text.contains(said), "{line}: {text}");
        assert!(text.contains("code/__torch__.py, line "), "{line}: {text}");
        assert!(text.contains("torch.export.save("), "{text}");
    }
    // The line is that of the file.
    let text = refused(&format!("{POOLED}z = torch.warp(y)\nreturn z"));
    assert!(text.contains("line 7)"), "{text}");
}

#[test]
fn what_is_no_network_is_refused() {
    let said = |code: &str, data: &[u8]| open_code(code, data).map(drop).unwrap_err().to_string();
    let net = "class Net(Module):\n  def forward(self, x: Tensor) -> Tensor:\n    return x\n";
    assert!(said(net, b"x").contains("the pickle"));
    assert!(said(net, b"\x80\x02).").contains("no module with a forward method"));
    assert!(said("class Net(Module):\n  pass\n", DATA).contains("no module with a forward method"));
    assert!(said("x = ((\n", DATA).contains("line"));
    let lists = net.replace("x: Tensor", "x: List[Tensor]");
    assert!(said(&lists, DATA).contains("its input x is a List[Tensor], not a tensor"));
    let two = net.replace("x: Tensor", "x: Tensor, y: Tensor");
    assert!(said(&two, DATA).contains("2 tensors (x, y)"));
    assert!(refused("return {\"a\": 1}").contains("it returns a dict, and in it no tensor"));
}

#[test]
fn a_size_that_does_not_fit_leads_to_one_that_does() {
    let body = "y = torch.flatten(torch.conv2d(x, self.weight), 1)\nif torch.eq(torch.size(y, 1), 16384):\n  pass\n\
                else:\n  ops.prim.RaiseException(\"wrong size\")\nreturn torch.slice(y, 1, 0, 5)";
    let opened = open(body).unwrap();
    assert_eq!(opened.graph.input_shape, [1, 3, 64, 64]);
    assert_eq!(opened.size, SizeSource::Weights);
    let text = refused("ops.prim.RaiseException(\"no image fits\")\nreturn x");
    assert!(
        text.contains("it raises “no image fits” (code/__torch__.py, line 6)"),
        "{text}"
    );
}

#[test]
fn an_operation_that_is_lost_matters_only_to_what_depends_on_it() {
    let body = format!("{POOLED}w = torch.rand_like(y)\nz = torch.add(w, 1)\nreturn y");
    open(&body).unwrap();
    for line in [
        "return torch.add(torch.rand_like(y), y)",
        "w = torch.rand_like(y); return torch.add(torch.add(w, 1), y)",
        // What is written into is lost as well, whatever name it is read by.
        "w = torch.add_(y, torch.add(torch.rand_like(y), 1)); return y",
        "w = torch.add_(y, torch.rand_like(y)); return torch.mul(y, 2)",
    ] {
        let text = refused(&format!("{POOLED}{}", line.replace("; ", "\n")));
        assert!(
            text.contains("random numbers") && text.contains("line 7 of code"),
            "{line}: {text}"
        );
    }
}

#[test]
fn training_is_refused() {
    let text = open(&format!("{POOLED}return torch.dropout(y, 0.5, True)"));
    let fault = match text.map(drop).unwrap_err() {
        Error::File { fault, .. } => fault,
        other => panic!("{other}"),
    };
    assert!(matches!(fault, Fault::Training { node } if node.contains("line 7")));
}
