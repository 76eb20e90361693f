//! Which module each node belongs to, and what a module is called when it runs more than once.
//!
//! The file writes a node's modules as `key,path,type` from the outermost in. The path of a module
//! is the same at every call; the key alone tells calls apart (`relu`, `relu@1`, `relu@2`), counted
//! over the whole network and from nought. Here a module that runs twice is `relu@1` and `relu@2`,
//! counted within the call of the module around it, and all below it carries that call in its path:
//! `block@2.relu@1`. One that runs once has its plain path.

use std::collections::HashMap;

use crate::model::graph::{Module, ModulePath};

/// An entry of the file's stack.
struct Frame<'a> {
    key: &'a str,
    path: &'a str,
    kind: &'a str,
}

/// The modules around each node, outermost first and beginning with the model itself.
pub fn stacks(written: &[Option<&str>]) -> Vec<Vec<Module>> {
    let parsed: Vec<Vec<Frame>> = written
        .iter()
        .map(|text| frames(text.unwrap_or("")))
        .collect();
    let calls = Calls::count(&parsed);
    parsed.iter().map(|stack| calls.name(stack)).collect()
}

fn frames(text: &str) -> Vec<Frame<'_>> {
    text.split(';')
        .filter_map(|entry| {
            let mut parts = entry.splitn(3, ',');
            let (key, path, kind) = (parts.next()?, parts.next()?, parts.next()?);
            let path = within(path);
            Some(Frame {
                key,
                path,
                kind: kind.rsplit('.').next().unwrap_or(kind),
            })
        })
        .collect()
}

/// A path without the name of the variable that older files put before it: `L['self'].conv`.
fn within(path: &str) -> &str {
    match path
        .strip_prefix("L['")
        .and_then(|rest| rest.split_once("']"))
    {
        Some((_, path)) => path.strip_prefix('.').unwrap_or(path),
        None => path,
    }
}

/// The keys under which each module ran: by the key of the module around it and its own path.
struct Calls<'a>(HashMap<(&'a str, &'a str), Vec<&'a str>>);

impl<'a> Calls<'a> {
    fn count(stacks: &[Vec<Frame<'a>>]) -> Calls<'a> {
        let mut calls: HashMap<_, Vec<&str>> = HashMap::new();
        for stack in stacks {
            let mut around = "";
            for frame in stack {
                let keys = calls.entry((around, frame.path)).or_default();
                if !keys.contains(&frame.key) {
                    keys.push(frame.key);
                }
                around = frame.key;
            }
        }
        Calls(calls)
    }

    /// `@2` for the second of several calls, nothing for the only one.
    fn suffix(&self, around: &str, frame: &Frame) -> String {
        let keys = self
            .0
            .get(&(around, frame.path))
            .map(Vec::as_slice)
            .unwrap_or_default();
        match keys.iter().position(|key| *key == frame.key) {
            Some(call) if keys.len() > 1 => format!("@{}", call + 1),
            _ => String::new(),
        }
    }

    fn name(&self, stack: &[Frame]) -> Vec<Module> {
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
                    "" => Some(frame.path),
                    plain => frame
                        .path
                        .strip_prefix(plain)
                        .and_then(|p| p.strip_prefix('.')),
                };
                let suffix = self.suffix(around, frame);
                path = match below {
                    Some(below) if !path.is_empty() => format!("{path}.{below}{suffix}"),
                    // A module that is kept elsewhere goes by where it is kept.
                    _ => format!("{}{suffix}", frame.path),
                };
                plain = frame.path;
            }
            around = frame.key;
            modules.push(Module {
                path: path.clone(),
                kind: frame.kind.to_owned(),
            });
        }
        modules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(written: &[&str]) -> Vec<String> {
        let written: Vec<Option<&str>> = written.iter().map(|text| Some(*text)).collect();
        stacks(&written)
            .iter()
            .map(|stack| stack[stack.len() - 1].path.clone())
            .collect()
    }

    #[test]
    fn a_module_that_runs_once_keeps_its_path() {
        let stack = "L__self__,,pkg.Net;L__self__features,features,torch.nn.Sequential;\
                     L__self__features.0,features.0,torch.nn.modules.conv.Conv2d";
        let modules = &stacks(&[Some(stack)])[0];
        assert_eq!(
            modules[0],
            Module {
                path: String::new(),
                kind: "Net".into()
            }
        );
        assert_eq!(
            modules[2],
            Module {
                path: "features.0".into(),
                kind: "Conv2d".into()
            }
        );
    }

    #[test]
    fn calls_are_counted_from_one() {
        let got = paths(&[
            "L__self__,,N;L__self__relu,relu,R",
            "L__self__,,N;L__self__conv,conv,C",
            "L__self__,,N;L__self__relu@1,relu,R",
        ]);
        assert_eq!(got, ["relu@1", "conv", "relu@2"]);
    }

    #[test]
    fn calls_within_a_call_count_anew() {
        let got = paths(&[
            "L__self__,,N;L__self__b,b,B;L__self__b.conv,b.conv,C",
            "L__self__,,N;L__self__b,b,B;L__self__b.relu,b.relu,R",
            "L__self__,,N;L__self__b,b,B;L__self__b.relu@1,b.relu,R",
            "L__self__,,N;L__self__b@1,b,B;L__self__b.conv@1,b.conv,C",
            "L__self__,,N;L__self__b@1,b,B;L__self__b.relu@2,b.relu,R",
            "L__self__,,N;L__self__b@1,b,B;L__self__b.relu@3,b.relu,R",
        ]);
        assert_eq!(
            got,
            [
                "b@1.conv",
                "b@1.relu@1",
                "b@1.relu@2",
                "b@2.conv",
                "b@2.relu@1",
                "b@2.relu@2"
            ]
        );
    }

    #[test]
    fn a_module_kept_elsewhere_goes_by_its_own_path() {
        let got = paths(&["L__self__,,N;L__self__a,a,A;L__self__shared.act,shared.act,R"]);
        assert_eq!(got, ["shared.act"]);
    }

    #[test]
    fn a_variable_before_the_path_is_left_out() {
        let got = paths(&["L__self__,,N;fn,L['fn'],S;fn_conv1,L['fn'].conv1,C"]);
        assert_eq!(got, ["conv1"]);
    }

    #[test]
    fn what_is_not_written_belongs_to_the_model() {
        assert_eq!(
            stacks(&[None])[0],
            [Module {
                path: String::new(),
                kind: "Model".into()
            }]
        );
        assert_eq!(paths(&["nonsense"]), [""]);
    }
}
