//! Which module each node belongs to, as the file writes it: `key,path,type` from the outermost in.
//!
//! The path of a module is the same at every call; the key alone tells calls apart (`relu`, `relu@1`,
//! `relu@2`), counted over the whole network and from nought. What they are called here is for
//! [`calls`](crate::model::format::build::module_calls) to say.

use crate::model::format::build::module_calls::{self, Frame};
use crate::model::graph::Module;

/// The modules around each node, outermost first and beginning with the model itself.
pub fn stacks(written: &[Option<&str>]) -> Vec<Vec<Module>> {
    let parsed: Vec<Vec<Frame>> = written
        .iter()
        .map(|text| frames(text.unwrap_or("")))
        .collect();
    module_calls::named(&parsed)
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
    fn a_stack_of_nothing_but_modules_takes_no_memory() {
        // Each entry would have the whole path of the first: 20 GB.
        let stack = format!("k,{},T{}", "p".repeat(100_000), ";k,,T".repeat(200_000));
        assert!(
            stacks(&[Some(&stack)])[0].len()
                <= crate::model::format::build::module_calls::DEEPEST + 1
        );
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
