//! What a module is called when it runs more than once.
//!
//! A module that runs twice is `relu@1` and `relu@2`, counted within the call of the module around
//! it, and all below it carries that call in its path: `block@2.relu@1`. One that runs once has its
//! plain path.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::graph::{Module, ModulePath};

/// A module around a node, as a file writes it.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// Tells one call of the module from the next.
    pub key: Cow<'a, str>,
    /// The same at every call; empty for the model itself.
    pub path: Cow<'a, str>,
    /// The class name, without the package.
    pub kind: Cow<'a, str>,
}

/// Modules around one another, more than in any network. What stands deeper belongs to the last.
pub const DEEPEST: usize = 32;

/// The modules around each node, outermost first and beginning with the model itself, none of them
/// more than [`DEEPEST`] long.
pub fn named(stacks: &[Vec<Frame>]) -> Vec<Vec<Module>> {
    let calls = Calls::count(stacks);
    stacks.iter().map(|stack| calls.name(stack)).collect()
}

/// The keys under which each module ran, with the number of the call: by the key of the module
/// around it and its own path.
struct Calls<'a>(HashMap<(&'a str, &'a str), HashMap<&'a str, usize>>);

impl<'a> Calls<'a> {
    fn count(stacks: &'a [Vec<Frame<'a>>]) -> Calls<'a> {
        let mut calls: HashMap<_, HashMap<&str, usize>> = HashMap::new();
        for stack in stacks {
            let mut around = "";
            for frame in stack.iter().take(DEEPEST) {
                let keys = calls.entry((around, frame.path.as_ref())).or_default();
                let call = keys.len() + 1;
                keys.entry(frame.key.as_ref()).or_insert(call);
                around = frame.key.as_ref();
            }
        }
        Calls(calls)
    }

    /// `@2` for the second of several calls, nothing for the only one.
    fn suffix(&self, around: &str, frame: &Frame) -> String {
        let keys = self.0.get(&(around, frame.path.as_ref()));
        let keys = keys.filter(|keys| keys.len() > 1);
        match keys.and_then(|keys| keys.get(frame.key.as_ref())) {
            Some(call) => format!("@{call}"),
            None => String::new(),
        }
    }

    fn name(&self, stack: &[Frame]) -> Vec<Module> {
        let stack = stack.get(..DEEPEST).unwrap_or(stack);
        let mut modules = Vec::with_capacity(stack.len().max(1));
        if stack.first().is_none_or(|frame| !frame.path.is_empty()) {
            modules.push(Module {
                path: String::new(),
                kind: "Model".to_owned(),
            });
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
                    // A module that is kept elsewhere goes by where it is kept.
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
