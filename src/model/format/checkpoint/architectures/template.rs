//! What `models/architectures` stores of a graph: an exported program in which blocks that repeat stand once,
//! and numbers that depend on the size of the network are expressions.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A graph without weights that fits networks of several sizes.
#[derive(Debug, Clone, Deserialize)]
pub struct Template {
    /// The tensors whose first axis is the number of classes.
    pub head: Vec<String>,
    /// Where another head may begin, the one that replaces least first.
    pub cuts: Vec<Cut>,
    /// The shapes of its tensors, with one unit of each run of blocks. `None` is any length.
    pub tensors: BTreeMap<String, Vec<Option<i64>>>,
    /// The tensors that are not floats.
    #[serde(default)]
    pub integers: Vec<String>,
    /// What the graph reads and no file of weights has.
    #[serde(default)]
    pub constants: BTreeMap<String, Constant>,
    /// The names of the modules at the top, in order.
    pub children: Vec<String>,
    pub parameters: BTreeMap<String, Parameter>,
    /// What the side of the image has to be a multiple of, in pixels.
    #[serde(default = "one")]
    pub multiple: u32,
    /// What parameters may not be: the graph is another one then.
    #[serde(default)]
    pub unequal: BTreeMap<String, Expression>,
    /// What the keys of a `config.json` have to be, where it has them.
    #[serde(default)]
    pub config: Map<String, Value>,
    pub program: Program,
}

/// A value that may go into another head.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Cut {
    /// Its name in the graph.
    pub value: String,
    /// The path of the module that is replaced.
    pub module: String,
    /// The tensors that are replaced.
    pub drops: Vec<String>,
    /// The number of its axes.
    pub rank: usize,
    /// The map that it is the mean of.
    pub map: Option<String>,
}

/// A tensor with its values.
#[derive(Debug, Clone, Deserialize)]
pub struct Constant {
    pub dtype: String,
    pub sizes: Vec<i64>,
    /// Its bytes in base64.
    pub data: String,
}

/// How a number is found that no single length of a tensor is.
#[derive(Debug, Clone, Deserialize, Default)]
pub struct Parameter {
    /// The size of the picture, in pixels.
    #[serde(default)]
    pub size: bool,
    /// What it is, by tensors and other parameters.
    pub value: Option<Expression>,
    /// Whether that is rounded down.
    #[serde(default)]
    pub down: bool,
    /// A tensor, an axis, and `[c, b, a]`: the length is a·x² + b·x + c of the parameter x.
    pub solve: Option<(String, usize, [f64; 3])>,
    /// The key of `config.json` that has it.
    pub config: Option<ConfigKey>,
    /// What it is in the published sizes.
    pub known: Option<Published>,
    /// What it is where nothing tells.
    pub assume: Option<Expression>,
    /// What is assumed, in a few words: `64 channels per attention head`.
    pub said: Option<String>,
}

/// A parameter by the length of a tensor.
#[derive(Debug, Clone, Deserialize)]
pub struct Published {
    /// `t:NAME:AXIS`
    pub of: String,
    pub values: BTreeMap<String, f64>,
}

/// A key of `config.json`, or an item of the list there.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum ConfigKey {
    Key(String),
    Item(String, usize),
}

impl ConfigKey {
    pub fn find<'a>(&self, config: &'a Map<String, Value>) -> Option<&'a Value> {
        match self {
            ConfigKey::Key(key) => config.get(key),
            ConfigKey::Item(key, item) => match config.get(key)? {
                Value::Array(items) => items.get(*item),
                // One number for all.
                other => Some(other),
            },
        }
    }
}

/// A sum of products: a factor, and the powers of what it is multiplied with.
pub type Expression = Vec<(f64, BTreeMap<String, f64>)>;

#[derive(Debug, Clone, Deserialize)]
pub struct Program {
    pub schema_version: Value,
    pub torch_version: Value,
    pub graph_module: GraphModule,
}

#[derive(Debug, Clone, Deserialize)]
pub struct GraphModule {
    pub graph: Graph,
    pub signature: Signature,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Graph {
    pub nodes: Vec<Item>,
    pub tensor_values: Map<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Signature {
    pub input_specs: Vec<Value>,
    pub output_specs: Vec<Value>,
}

/// A node, or a run of blocks that are alike.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Item {
    Run { repeat: Repeat },
    Node(Map<String, Value>),
}

/// Most blocks in a run; no network has as many.
const MAX_ITEMS: usize = 1000;

/// A run of units of one or more blocks. Its nodes are those of the first unit.
#[derive(Debug, Clone, Deserialize)]
pub struct Repeat {
    /// The path of the list of modules.
    pub module: String,
    /// What the names of its tensors begin with in a file.
    pub tensors: String,
    /// The item that the first unit begins with.
    pub first: usize,
    /// How many items a unit has.
    pub step: usize,
    /// What the first unit reads from before it, and the value of a unit that the next one reads instead.
    pub carry: Vec<(String, String)>,
    pub nodes: Vec<Map<String, Value>>,
    /// The declarations of its weights.
    pub inputs: Vec<Value>,
}

fn one() -> u32 {
    1
}

impl Template {
    pub fn runs(&self) -> impl Iterator<Item = &Repeat> {
        let nodes = self.program.graph_module.graph.nodes.iter();
        nodes.filter_map(|item| match item {
            Item::Run { repeat } => Some(repeat),
            Item::Node(_) => None,
        })
    }
}

impl Repeat {
    /// Whether a tensor belongs to the first unit.
    pub fn has(&self, tensor: &str) -> bool {
        let item = item_of(tensor, &self.tensors);
        item.is_some_and(|item| (self.first..self.first + self.step).contains(&item))
    }

    /// What a tensor of any unit is called in the first one; `prefix` is what the names of all begin with.
    pub fn first_of(&self, tensor: &str, prefix: &str) -> Option<String> {
        let item = item_of(tensor, prefix)?;
        let past = item.checked_sub(self.first)?;
        let first = self.first + past % self.step;
        let rest = tensor.strip_prefix(prefix)?.strip_prefix('.')?;
        let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        Some(format!("{prefix}.{first}{rest}"))
    }

    /// How many items there are in a file with these tensors.
    pub fn items<'a>(&self, tensors: impl Iterator<Item = &'a String>) -> usize {
        let items = tensors.filter_map(|name| item_of(name, &self.tensors));
        items.collect::<std::collections::BTreeSet<usize>>().len()
    }

    /// How many units there are in a file with these tensors; `None` where items are missing.
    pub fn units<'a>(&self, tensors: impl Iterator<Item = &'a String>) -> Option<usize> {
        let items = tensors.filter_map(|name| item_of(name, &self.tensors));
        let items: std::collections::BTreeSet<usize> =
            items.filter(|item| *item >= self.first).collect();
        let all = items
            .iter()
            .copied()
            .eq(self.first..self.first + items.len());
        (all && items.len() <= MAX_ITEMS && items.len().is_multiple_of(self.step))
            .then_some(items.len() / self.step)
    }
}

/// The number behind `prefix.` in a path.
fn item_of(path: &str, prefix: &str) -> Option<usize> {
    let rest = path.strip_prefix(prefix)?.strip_prefix('.')?;
    rest.split('.').next()?.parse().ok()
}

/// A path in the list of modules `prefix`, moved on by some items; any other is left alone.
pub fn shift(path: &str, prefix: &str, by: usize) -> String {
    let moved = || {
        let item = item_of(path, prefix)?;
        let rest = path.strip_prefix(prefix)?.strip_prefix('.')?;
        let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        Some(format!("{prefix}.{}{rest}", item + by))
    };
    moved().unwrap_or_else(|| path.to_owned())
}
