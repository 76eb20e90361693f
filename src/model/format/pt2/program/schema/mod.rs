//! The JSON of an exported program, as far as it is used: schemas 7 and 8 of `torch/_export/serde`.
//!
//! Fields that are not declared here are skipped, so that a newer minor version with more fields still
//! opens.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};
use tch::Kind;

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

#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct TensorName {
    pub name: String,
}

/// An argument: a union, in JSON an object whose one key says which variant it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    None,
    Tensor(String),
    Tensors(Vec<String>),
    /// Tensors and gaps.
    Optionals(Vec<Option<String>>),
    Int(i64),
    Ints(Vec<i64>),
    Float(f64),
    Floats(Vec<f64>),
    Bool(bool),
    String(String),
    ScalarType(i64),
    /// A dynamic size.
    Symbol(String),
    /// Sizes of which at least one is dynamic.
    OpenInts(Vec<SymInt>),
    /// Another graph, which the node calls.
    Graph(Box<GraphJson>),
    /// The key of a variant that no supported operation takes.
    Other(String),
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct TensorMeta {
    pub dtype: i64,
    pub sizes: Vec<Size>,
    #[serde(default)]
    pub strides: Vec<Size>,
    #[serde(default)]
    pub storage_offset: Option<Size>,
}

/// A size, or an expression of dynamic sizes.
#[derive(Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    AsInt(i64),
    AsExpr(Expression),
}

/// An expression of dynamic sizes, as sympy writes it.
#[derive(Deserialize, Debug, Clone, PartialEq)]
pub struct Expression {
    #[serde(default)]
    pub expr_str: String,
    /// Its value when the program was exported.
    #[serde(default)]
    hint: Option<serde_json::Value>,
}

impl Expression {
    /// Its value when the program was exported.
    pub fn hinted(&self) -> Option<i64> {
        self.hint.as_ref()?.get("as_int")?.as_i64()
    }
}

/// A fraction that a node computes from sizes.
#[derive(Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum SymFloatValue {
    AsFloat(IgnoredAny),
    AsExpr(Expression),
}

impl SymFloatValue {
    pub fn expression(&self) -> Option<&str> {
        match self {
            SymFloatValue::AsFloat(_) => None,
            SymFloatValue::AsExpr(expression) => Some(&expression.expr_str),
        }
    }
}

impl Size {
    pub fn fixed(&self) -> Option<i64> {
        match self {
            Size::AsInt(size) => Some(*size),
            Size::AsExpr(_) => None,
        }
    }
}

impl TensorMeta {
    /// Whether the sizes that are not known depend on values, and not on the sizes of the input.
    pub fn depends_on_values(&self) -> bool {
        let on_values = |text: &str| {
            let symbols = text.split(|c: char| !c.is_ascii_alphanumeric());
            let mut symbols = symbols.filter(|word| word.starts_with(char::is_alphabetic));
            symbols.clone().next().is_some() && symbols.all(|symbol| symbol.starts_with('u'))
        };
        self.sizes.iter().all(|size| match size {
            Size::AsInt(_) => true,
            Size::AsExpr(expression) => on_values(&expression.expr_str),
        })
    }

    /// The sizes; `None` if one is dynamic.
    pub fn shape(&self) -> Option<Vec<i64>> {
        self.sizes.iter().map(Size::fixed).collect()
    }
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

/// A dtype by its number in `torch/_export/serde/schema.py`, which differs from libtorch's.
pub fn kind(dtype: i64) -> Option<Kind> {
    Some(match dtype {
        1 => Kind::Uint8,
        2 => Kind::Int8,
        3 => Kind::Int16,
        4 => Kind::Int,
        5 => Kind::Int64,
        6 => Kind::Half,
        7 => Kind::Float,
        8 => Kind::Double,
        12 => Kind::Bool,
        13 => Kind::BFloat16,
        _ => return None,
    })
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

impl<'de> Deserialize<'de> for Argument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Union;

        impl<'de> Visitor<'de> for Union {
            type Value = Argument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an argument, an object with one key")
            }

            fn visit_map<M: MapAccess<'de>>(
                self,
                mut map: M,
            ) -> std::result::Result<Argument, M::Error> {
                let key: String = map
                    .next_key()?
                    .ok_or_else(|| de::Error::custom("an argument without a kind"))?;
                let argument = match key.as_str() {
                    "as_none" => {
                        map.next_value::<IgnoredAny>()?;
                        Argument::None
                    }
                    "as_tensor" => Argument::Tensor(map.next_value::<TensorName>()?.name),
                    "as_tensors" => Argument::Tensors(
                        map.next_value::<Vec<TensorName>>()?
                            .into_iter()
                            .map(|t| t.name)
                            .collect(),
                    ),
                    "as_int" => Argument::Int(map.next_value()?),
                    "as_ints" => Argument::Ints(map.next_value()?),
                    "as_float" => Argument::Float(map.next_value::<Float>()?.0),
                    "as_floats" => {
                        let floats = map.next_value::<Vec<Float>>()?;
                        Argument::Floats(floats.into_iter().map(|float| float.0).collect())
                    }
                    "as_bool" => Argument::Bool(map.next_value()?),
                    "as_string" => Argument::String(map.next_value()?),
                    "as_scalar_type" => Argument::ScalarType(map.next_value()?),
                    "as_sym_int" => match map.next_value()? {
                        SymInt::AsInt(int) => Argument::Int(int),
                        SymInt::AsName(name) => Argument::Symbol(name),
                    },
                    "as_sym_ints" => sizes(map.next_value()?),
                    "as_sym_float" => match map.next_value()? {
                        SymFloat::AsFloat(float) => Argument::Float(float.0),
                        SymFloat::AsName(name) => Argument::Symbol(name),
                    },
                    "as_graph" => Argument::Graph(map.next_value::<Called>()?.graph),
                    "as_optional_tensor" => match map.next_value()? {
                        OptionalTensor::AsTensor(tensor) => Argument::Tensor(tensor.name),
                        OptionalTensor::AsNone(_) => Argument::None,
                    },
                    "as_optional_tensors" => {
                        let list = map.next_value::<Vec<OptionalTensor>>()?;
                        Argument::Optionals(list.into_iter().map(OptionalTensor::name).collect())
                    }
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                        Argument::Other(key)
                    }
                };
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(argument)
            }
        }

        deserializer.deserialize_map(Union)
    }
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum SymInt {
    AsInt(i64),
    AsName(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SymFloat {
    AsFloat(Float),
    AsName(String),
}

#[derive(Deserialize)]
struct Called {
    graph: Box<GraphJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OptionalTensor {
    AsTensor(TensorName),
    AsNone(IgnoredAny),
}

impl OptionalTensor {
    fn name(self) -> Option<String> {
        match self {
            OptionalTensor::AsTensor(tensor) => Some(tensor.name),
            OptionalTensor::AsNone(_) => None,
        }
    }
}

fn sizes(list: Vec<SymInt>) -> Argument {
    let int = |size: &SymInt| match size {
        SymInt::AsInt(int) => Some(*int),
        SymInt::AsName(_) => None,
    };
    match list.iter().map(int).collect() {
        Some(ints) => Argument::Ints(ints),
        None => Argument::OpenInts(list),
    }
}

/// A number, or the name of one that JSON cannot express.
struct Float(f64);

impl<'de> Deserialize<'de> for Float {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Name(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(number) => Ok(Float(number)),
            Written::Name(name) => match name.as_str() {
                "Infinity" => Ok(Float(f64::INFINITY)),
                "-Infinity" => Ok(Float(f64::NEG_INFINITY)),
                "NaN" => Ok(Float(f64::NAN)),
                _ => Err(de::Error::custom(format!("{name:?} is not a number"))),
            },
        }
    }
}
