//! The module that each node belongs to. The file has `key,path,type` for each module around a node,
//! from the outermost to the innermost.
//!
//! The path of a module is the same for every call. Only the key differs (`relu`, `relu@1`, `relu@2`),
//! counted from zero and over the whole network. The paths that calls get here are those of
//! [`module_calls`].

use crate::model::format::build::module_calls::{self, Frame, Stack};
use crate::model::format::build::opened::MAX_CLASSES;
use crate::model::format::pt2::program::schema::GraphModule;

/// The modules around each node.
pub fn stacks(written: &[Option<&str>]) -> Vec<Stack> {
    let parsed: Vec<Vec<Frame>> = written
        .iter()
        .map(|text| frames(text.unwrap_or("")))
        .collect();
    module_calls::named(&parsed)
}

/// The classes of all modules in full, each once, outermost first.
pub fn classes(module: &GraphModule) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for node in &module.graph.nodes {
        let Some(stack) = node.metadata.nn_module_stack.as_deref() else {
            continue;
        };
        for entry in stack.split(';') {
            if found.len() == MAX_CLASSES {
                return found;
            }
            let class = entry.splitn(3, ',').nth(2).unwrap_or_default();
            if class.contains('.') && !found.iter().any(|found| found == class) {
                found.push(class.to_owned());
            }
        }
    }
    found
}

fn frames(text: &str) -> Vec<Frame<'_>> {
    text.split(';')
        .filter_map(|entry| {
            let mut parts = entry.splitn(3, ',');
            let (key, path, kind) = (parts.next()?, parts.next()?, parts.next()?);
            let path = within(path);
            Some(Frame {
                key: key.into(),
                path: path.into(),
                kind: kind.rsplit('.').next().unwrap_or(kind).into(),
            })
        })
        .collect()
}

/// A path without the variable that older files put before it: `L['self'].conv`.
fn within(path: &str) -> &str {
    match path
        .strip_prefix("L['")
        .and_then(|rest| rest.split_once("']"))
    {
        Some((_, path)) => path.strip_prefix('.').unwrap_or(path),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::Module;

    fn paths(written: &[&str]) -> Vec<String> {
        let written: Vec<Option<&str>> = written.iter().map(|text| Some(*text)).collect();
        stacks(&written)
            .iter()
            .map(|stack| stack[stack.len() - 1].path.clone())
            .collect()
    }

    #[test]
    fn keeps_the_path_of_a_module_that_runs_once() {
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
    fn counts_calls_from_one() {
        let got = paths(&[
            "L__self__,,N;L__self__relu,relu,R",
            "L__self__,,N;L__self__conv,conv,C",
            "L__self__,,N;L__self__relu@1,relu,R",
        ]);
        assert_eq!(got, ["relu@1", "conv", "relu@2"]);
    }

    #[test]
    fn counts_calls_within_a_call_from_one_again() {
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
    fn keeps_the_path_of_a_module_that_belongs_to_another() {
        let got = paths(&["L__self__,,N;L__self__a,a,A;L__self__shared.act,shared.act,R"]);
        assert_eq!(got, ["shared.act"]);
    }

    #[test]
    fn drops_the_variable_before_a_path() {
        let got = paths(&["L__self__,,N;fn,L['fn'],S;fn_conv1,L['fn'].conv1,C"]);
        assert_eq!(got, ["conv1"]);
    }

    #[test]
    fn bounds_the_depth_of_a_stack() {
        // Without a bound, each entry would contain the whole path of the first: 20 GB.
        let stack = format!("k,{},T{}", "p".repeat(100_000), ";k,,T".repeat(200_000));
        assert!(
            stacks(&[Some(&stack)])[0].len()
                <= crate::model::format::build::module_calls::MAX_DEPTH + 1
        );
    }

    #[test]
    fn assigns_nodes_without_a_stack_to_the_model() {
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
