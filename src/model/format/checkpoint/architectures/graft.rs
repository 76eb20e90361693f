//! Puts another head into the program of a network, in the place of its own.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::expand::{Expanded, WEIGHT, each_name};
use super::head::{Layer, LayerKind, OwnHead};
use super::template::Cut;
use crate::model::opening::HeadActivation;

/// PyTorch's defaults.
const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;
const NEGATIVE_SLOPE: f64 = 0.01;
/// The number of float32 in the JSON of an exported program.
const FLOAT: i64 = 7;

/// The program with `head` behind `cut`; without any head, what goes into it comes out.
pub fn graft(program: &mut Expanded, cut: &Cut, head: Option<&OwnHead>) {
    let mut graft = Graft {
        root: root_of(&program.nodes),
        nodes: Vec::new(),
        inputs: Vec::new(),
        last: program.called(&cut.value),
    };
    let map = match (&cut.map, cut.rank) {
        (Some(map), _) => Some(program.called(map)),
        (None, 4) => Some(graft.last.clone()),
        (None, _) => None,
    };
    match (&map, head.is_some_and(|head| head.both_poolings)) {
        (Some(map), true) => graft.both_poolings(map),
        (Some(map), false) if cut.rank == 4 => {
            graft.pooled(map, "adaptive_avg_pool2d");
            graft.flattened();
        }
        _ => {}
    }
    let layers = head.map_or(&[][..], |head| &head.layers);
    for layer in layers {
        graft.layer(layer);
    }
    let Graft {
        nodes,
        inputs,
        last,
        ..
    } = graft;
    program.nodes.extend(nodes);
    program.inputs.extend(inputs);
    program.outputs = vec![json!({"user_output": {"arg": {"as_tensor": {"name": last}}}})];
    without_the_unused(program, &last);
    if let Some(classes) = head.and_then(OwnHead::classes) {
        let sizes = json!([{"as_int": 1}, {"as_int": classes}]);
        program
            .values
            .insert(last, json!({"dtype": FLOAT, "sizes": sizes}));
    }
}

struct Graft {
    /// The entry of the network itself in a stack of modules.
    root: String,
    nodes: Vec<Map<String, Value>>,
    inputs: Vec<Value>,
    /// The value that the next layer reads.
    last: String,
}

impl Graft {
    fn layer(&mut self, layer: &Layer) {
        let module = layer.module.as_str();
        let mut weight = |tensor: &str, is_parameter: bool| {
            let name = format!("{module}.{tensor}");
            let arg = json!({"name": format!("{WEIGHT}{name}")});
            self.inputs.push(if is_parameter {
                json!({"parameter": {"arg": arg, "parameter_name": name}})
            } else {
                json!({"buffer": {"arg": arg, "buffer_name": name, "persistent": true}})
            });
            json!({"as_tensor": arg})
        };
        let none = || json!({"as_none": true});
        let input = json!({"as_tensor": {"name": self.last}});
        match layer.kind {
            LayerKind::Linear { bias, .. } => {
                let inputs = [
                    ("input", input),
                    ("weight", weight("weight", true)),
                    ("bias", if bias { weight("bias", true) } else { none() }),
                ];
                self.push(
                    "linear.default",
                    &inputs,
                    module,
                    "torch.nn.modules.linear.Linear",
                );
            }
            LayerKind::BatchNorm { affine, .. } => {
                let inputs = [
                    ("input", input),
                    (
                        "weight",
                        if affine {
                            weight("weight", true)
                        } else {
                            none()
                        },
                    ),
                    ("bias", if affine { weight("bias", true) } else { none() }),
                    ("running_mean", weight("running_mean", false)),
                    ("running_var", weight("running_var", false)),
                    ("training", json!({"as_bool": false})),
                    ("momentum", json!({"as_float": MOMENTUM})),
                    ("eps", json!({"as_float": EPS})),
                    ("cudnn_enabled", json!({"as_bool": true})),
                ];
                self.push(
                    "batch_norm.default",
                    &inputs,
                    module,
                    "torch.nn.modules.batchnorm.BatchNorm1d",
                );
            }
            LayerKind::LayerNorm { channels } => {
                let inputs = [
                    ("input", input),
                    ("normalized_shape", json!({"as_ints": [channels]})),
                    ("weight", weight("weight", true)),
                    ("bias", weight("bias", true)),
                    ("eps", json!({"as_float": EPS})),
                    ("cudnn_enable", json!({"as_bool": true})),
                ];
                self.push(
                    "layer_norm.default",
                    &inputs,
                    module,
                    "torch.nn.modules.normalization.LayerNorm",
                );
            }
            LayerKind::Activation(kind) => self.activation(kind, module, input),
        }
    }

    /// An activation behind `module`, with the arguments that PyTorch's layers have by default.
    fn activation(&mut self, kind: HeadActivation, module: &str, input: Value) {
        let mut inputs = vec![("self", input)];
        let operator = match kind {
            HeadActivation::Relu => "relu",
            HeadActivation::LeakyRelu => "leaky_relu",
            HeadActivation::Gelu => "gelu",
            HeadActivation::Silu => "silu",
            HeadActivation::Elu => "elu",
            HeadActivation::Tanh => "tanh",
            HeadActivation::Sigmoid => "sigmoid",
            HeadActivation::None => return,
        };
        match kind {
            HeadActivation::LeakyRelu => {
                inputs.push(("negative_slope", json!({"as_float": NEGATIVE_SLOPE})));
            }
            HeadActivation::Gelu => inputs.push(("approximate", json!({"as_string": "none"}))),
            HeadActivation::Relu
            | HeadActivation::Silu
            | HeadActivation::Elu
            | HeadActivation::Tanh
            | HeadActivation::Sigmoid
            | HeadActivation::None => {}
        }
        let path = match module.rsplit_once('.') {
            Some((parent, _)) => format!("{parent}.{operator}"),
            None => operator.to_owned(),
        };
        let class = format!("torch.nn.modules.activation.{kind}");
        self.push(&format!("{operator}.default"), &inputs, &path, &class);
    }

    fn pooled(&mut self, map: &str, kind: &str) {
        let inputs = [
            ("self", json!({"as_tensor": {"name": map}})),
            ("output_size", json!({"as_ints": [1, 1]})),
        ];
        self.push(
            &format!("{kind}.default"),
            &inputs,
            "pool",
            "torch.nn.modules.pooling.AdaptiveAvgPool2d",
        );
    }

    fn flattened(&mut self) {
        let inputs = [
            ("self", json!({"as_tensor": {"name": self.last}})),
            ("start_dim", json!({"as_int": 1})),
        ];
        self.push(
            "flatten.using_ints",
            &inputs,
            "flatten",
            "torch.nn.modules.flatten.Flatten",
        );
    }

    /// The largest values of a map, then its means, in a row: fastai's `AdaptiveConcatPool2d`.
    fn both_poolings(&mut self, map: &str) {
        let whole = json!({"as_ints": [2, 3]});
        let map = json!({"as_tensor": {"name": map}});
        let class = "fastai.layers.AdaptiveConcatPool2d";
        self.push(
            "amax.default",
            &[("self", map.clone()), ("dim", whole.clone())],
            "pool",
            class,
        );
        let largest = self.last.clone();
        self.push("mean.dim", &[("self", map), ("dim", whole)], "pool", class);
        let both = json!({"as_tensors": [{"name": largest}, {"name": self.last}]});
        self.push(
            "cat.default",
            &[("tensors", both), ("dim", json!({"as_int": 1}))],
            "pool",
            class,
        );
    }

    fn push(&mut self, operator: &str, inputs: &[(&str, Value)], path: &str, class: &str) {
        let written = format!("head{}", self.nodes.len());
        let inputs: Vec<Value> = inputs
            .iter()
            .map(|(name, arg)| json!({"name": name, "arg": arg}))
            .collect();
        let mut stack = self.root.clone();
        if let Some((parent, _)) = path.rsplit_once('.') {
            stack.push_str(&format!(
                ";L__self__{parent},{parent},torch.nn.modules.container.Sequential"
            ));
        }
        stack.push_str(&format!(";L__self__{path},{path},{class}"));
        let node = json!({
            "target": format!("torch.ops.aten.{operator}"),
            "inputs": inputs,
            "outputs": [{"as_tensor": {"name": written}}],
            "metadata": {"nn_module_stack": stack},
        });
        if let Value::Object(node) = node {
            self.nodes.push(node);
        }
        self.last = written;
    }
}

/// The entry of the network itself in the stack of modules of its nodes.
fn root_of(nodes: &[Map<String, Value>]) -> String {
    let stacks = nodes
        .iter()
        .filter_map(|node| node.get("metadata")?.get("nn_module_stack")?.as_str());
    let mut roots = stacks.filter_map(|stack| stack.split(';').next());
    roots
        .next()
        .unwrap_or("L__self__,,torch.nn.modules.module.Module")
        .to_owned()
}

/// Removes what `output` does not depend on.
fn without_the_unused(program: &mut Expanded, output: &str) {
    let mut wanted: HashSet<String> = HashSet::from([output.to_owned()]);
    let mut kept = Vec::new();
    for node in std::mem::take(&mut program.nodes).into_iter().rev() {
        let mut is_wanted = false;
        let none = Value::Null;
        each_name(node.get("outputs").unwrap_or(&none), &mut |name| {
            is_wanted |= wanted.contains(name);
        });
        if is_wanted {
            each_name(node.get("inputs").unwrap_or(&none), &mut |name| {
                wanted.insert(name.to_owned());
            });
            kept.push(node);
        }
    }
    kept.reverse();
    program.nodes = kept;
    program.inputs.retain(|input| {
        let mut is_wanted = input.get("user_input").is_some();
        each_name(input, &mut |name| is_wanted |= wanted.contains(name));
        is_wanted
    });
    program.values.retain(|name, _| name == "x");
}
