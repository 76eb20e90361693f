//! The JSON of an exported program, as far as it is used: schemas 7 and 8 of `torch/_export/serde`.
//!
//! Fields that are not declared here are skipped, so that a newer minor version with more fields still
//! opens.

mod argument;
mod value;

pub use self::argument::{Argument, SymInt, TensorName};
pub use self::value::{Expression, Size, SymFloatValue, TensorMeta, kind};

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::error::{Fault, Result};
use crate::model::format::file::archive::Archive;

/// The schemas that are supported: they are the same in all that is declared here.
const MAJORS: std::ops::RangeInclusive<i64> = 7..=8;

#[derive(Deserialize)]
pub struct Program {
    pub graph_module: GraphModule,
    pub schema_version: SchemaVersion,
    #[serde(default)]
    pub torch_version: Option<String>,
    /// Which sizes a symbol may stand for.
    #[serde(default)]
    pub range_constraints: HashMap<String, Range>,
}

/// The sizes that a symbol may stand for; without an end where it is null.
#[derive(Deserialize, Default)]
pub struct Range {
    #[serde(default)]
    min_val: Option<serde_json::Value>,
    #[serde(default)]
    max_val: Option<serde_json::Value>,
}

impl Range {
    pub fn min(&self) -> Option<i64> {
        self.min_val.as_ref()?.as_i64()
    }

    pub fn max(&self) -> Option<i64> {
        self.max_val.as_ref()?.as_i64()
    }
}

#[derive(Deserialize)]
struct Preamble {
    schema_version: SchemaVersion,
    #[serde(default)]
    torch_version: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
pub struct SchemaVersion {
    pub major: i64,
    #[serde(default)]
    pub minor: i64,
}

#[derive(Deserialize)]
pub struct GraphModule {
    pub graph: GraphJson,
    pub signature: Signature,
    #[serde(default)]
    pub module_call_graph: ModuleCalls,
}

/// The modules whose calls the file describes. Only names come from it, so anything that is not
/// understood counts as absent.
#[derive(Deserialize, Default)]
#[serde(transparent)]
pub struct ModuleCalls(serde_json::Value);

impl ModuleCalls {
    /// How the model itself nests what it returns, as PyTorch writes a pytree.
    pub fn out_spec(&self) -> Option<&str> {
        let calls = self.0.as_array()?;
        let root = calls
            .iter()
            .find(|call| call.get("fqn").and_then(|fqn| fqn.as_str()) == Some(""))?;
        root.get("signature")?.get("out_spec")?.as_str()
    }
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct GraphJson {
    /// What the graph takes; only read of a graph within another.
    #[serde(default)]
    pub inputs: Vec<Argument>,
    /// What the graph returns; only read of a graph within another.
    #[serde(default)]
    pub outputs: Vec<Argument>,
    pub nodes: Vec<NodeJson>,
    #[serde(default)]
    pub tensor_values: HashMap<String, TensorMeta>,
    /// The sizes that nodes compute.
    #[serde(default)]
    pub sym_int_values: HashMap<String, Size>,
    /// The fractions that nodes compute from sizes.
    #[serde(default)]
    pub sym_float_values: HashMap<String, SymFloatValue>,
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct NodeJson {
    /// `torch.ops.aten.conv2d.default`
    pub target: String,
    pub inputs: Vec<NamedArgument>,
    pub outputs: Vec<Argument>,
    #[serde(default)]
    pub metadata: Metadata,
    #[serde(default)]
    pub name: Option<String>,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// `key,path,type` for each module around the node, outermost first, joined by `;`.
    #[serde(default)]
    pub nn_module_stack: Option<String>,
    /// The Python stack trace of the node.
    #[serde(default)]
    pub stack_trace: Option<String>,
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct NamedArgument {
    #[serde(default)]
    pub name: String,
    pub arg: Argument,
}

#[derive(Deserialize)]
pub struct Signature {
    pub input_specs: Vec<InputSpec>,
    pub output_specs: Vec<OutputSpec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputSpec {
    UserInput {
        arg: Argument,
    },
    Parameter {
        arg: TensorName,
        parameter_name: String,
    },
    Buffer {
        arg: TensorName,
        buffer_name: String,
    },
    TensorConstant {
        arg: TensorName,
        tensor_constant_name: String,
    },
    CustomObj(IgnoredAny),
    Token(IgnoredAny),
    ConstantInput(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputSpec {
    UserOutput { arg: Argument },
    BufferMutation { buffer_name: String },
    LossOutput(IgnoredAny),
    GradientToParameter(IgnoredAny),
    GradientToUserInput(IgnoredAny),
    UserInputMutation(IgnoredAny),
    Token(IgnoredAny),
    ParameterMutation(IgnoredAny),
}

/// Where the bytes of each weight are.
#[derive(Deserialize)]
pub struct Payloads {
    pub config: HashMap<String, Payload>,
}

#[derive(Deserialize)]
pub struct Payload {
    /// The storage: `weight_17`. Several weights may view the same one.
    pub path_name: String,
    #[serde(default)]
    pub use_pickle: bool,
    #[serde(default)]
    pub tensor_meta: Option<TensorMeta>,
}

impl Program {
    /// Reads the program of the model called `name`, and its schema version before all else.
    pub fn read(archive: &mut Archive, name: &str) -> Result<Program> {
        let entry = format!("models/{name}.json");
        let Some(text) = archive.text(&entry)? else {
            return Err(Fault::Missing { entry });
        };
        Program::parse(&text, &entry)
    }

    /// Reads the JSON `text` of `entry`, and its schema version before all else.
    pub fn parse(text: &str, entry: &str) -> Result<Program> {
        let preamble: Preamble = parse(text, entry)?;
        if !MAJORS.contains(&preamble.schema_version.major) {
            return Err(Fault::Schema {
                major: preamble.schema_version.major,
                torch: preamble.torch_version,
            });
        }
        parse(text, entry)
    }
}

impl Program {
    /// A program that is built in, from its JSON.
    pub fn of(program: serde_json::Value) -> Result<Program> {
        serde_json::from_value(program).map_err(|error| Fault::Entry {
            entry: "the built-in graph".into(),
            reason: error.to_string(),
        })
    }
}

impl Payloads {
    /// Reads a list of payloads; `None` if the archive has no such entry.
    pub fn read(archive: &mut Archive, entry: &str) -> Result<Option<Payloads>> {
        archive
            .text(entry)?
            .map(|text| parse(&text, entry))
            .transpose()
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str, entry: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Fault::Entry {
        entry: entry.to_owned(),
        reason: error.to_string(),
    })
}
