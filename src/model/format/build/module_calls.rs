//! The paths of modules, above all of those that run more than once.
//!
//! A module that runs twice becomes `relu@1` and `relu@2`, counted within one call of the module
//! around it. The modules below a call have it in their path: `block@2.relu@1`. A module that runs
//! once keeps its path.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::graph::{Module, ModulePath};

/// The modules around a node, outermost first and beginning with the model itself.
pub type Stack = Vec<Module>;

/// The stack of a node outside all modules but the model itself.
pub fn root() -> Stack {
    vec![Module {
        path: String::new(),
        kind: "Model".to_owned(),
    }]
}

/// The path of the innermost module.
pub fn innermost(stack: &[Module]) -> ModulePath {
    stack
        .last()
        .map(|module| module.path.clone())
        .unwrap_or_default()
}

/// A module around a node, as the file has it.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// Distinguishes one call of the module from another.
    pub key: Cow<'a, str>,
    /// The same for every call; empty for the model itself.
    pub path: Cow<'a, str>,
    /// The class name, without the package.
    pub kind: Cow<'a, str>,
}

/// How deep modules may be nested, deeper than in any network. Nodes further down belong to the
/// module at this depth.
pub const MAX_DEPTH: usize = 32;

/// The stack of each node, none of them with more than [`MAX_DEPTH`] modules of the file.
pub fn named(stacks: &[Vec<Frame>]) -> Vec<Stack> {
    let calls = Calls::count(stacks);
    stacks.iter().map(|stack| calls.name(stack)).collect()
}

/// The number of each call: by the key of the module around it and the path of the module, then by
/// the key of the call.
struct Calls<'a>(HashMap<(&'a str, &'a str), HashMap<&'a str, usize>>);

impl<'a> Calls<'a> {
    fn count(stacks: &'a [Vec<Frame<'a>>]) -> Calls<'a> {
        let mut calls: HashMap<_, HashMap<&str, usize>> = HashMap::new();
        for stack in stacks {
            let mut around = "";
            for frame in stack.iter().take(MAX_DEPTH) {
                let keys = calls.entry((around, frame.path.as_ref())).or_default();
                let call = keys.len() + 1;
                keys.entry(frame.key.as_ref()).or_insert(call);
                around = frame.key.as_ref();
            }
        }
        Calls(calls)
    }

    /// `@2` for the second of several calls; empty for the only one.
    fn suffix(&self, around: &str, frame: &Frame) -> String {
        let keys = self.0.get(&(around, frame.path.as_ref()));
        let keys = keys.filter(|keys| keys.len() > 1);
        match keys.and_then(|keys| keys.get(frame.key.as_ref())) {
            Some(call) => format!("@{call}"),
            None => String::new(),
        }
    }

    fn name(&self, stack: &[Frame]) -> Stack {
        let stack = stack.get(..MAX_DEPTH).unwrap_or(stack);
        let mut modules = Vec::with_capacity(stack.len().max(1));
        if stack.first().is_none_or(|frame| !frame.path.is_empty()) {
            modules.extend(root());
        }
        let mut around = "";
        let mut plain = "";
        let mut path = ModulePath::new();
        for frame in stack {
            if !frame.path.is_empty() {
                let below = match plain {
                    "" => Some(frame.path.as_ref()),
                    plain => frame
                        .path
                        .strip_prefix(plain)
                        .and_then(|p| p.strip_prefix('.')),
                };
                let suffix = self.suffix(around, frame);
                path = match below {
                    Some(below) if !path.is_empty() => format!("{path}.{below}{suffix}"),
                    // A module that is a member of another one keeps the path of that one.
                    _ => format!("{}{suffix}", frame.path.as_ref()),
                };
                plain = frame.path.as_ref();
            }
            around = frame.key.as_ref();
            modules.push(Module {
                path: path.clone(),
                kind: frame.kind.to_string(),
            });
        }
        modules
    }
}
