//! The names of classes that a model file has itself.

/// What the file says, before it is known how many classes there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OwnNames {
    /// Its own `labels.txt`, one class per line, which has to fit.
    pub text: Option<String>,
    /// Lists that are the names of classes where there are as many, the likeliest first.
    pub lists: Vec<Vec<String>>,
}

impl OwnNames {
    /// Those of a file that says nothing else.
    pub fn of_text(text: Option<String>) -> OwnNames {
        OwnNames {
            text,
            lists: Vec::new(),
        }
    }

    /// One name per line for an answer that has so many classes in one of these ways.
    pub fn lines(&self, classes: &[usize]) -> Option<String> {
        let fits = |names: &&Vec<String>| classes.contains(&names.len());
        let line = |name: &String| name.replace(char::is_control, " ") + "\n";
        let listed = || {
            let names = self.lists.iter().find(fits)?;
            Some(names.iter().map(line).collect())
        };
        self.text.clone().or_else(listed)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::usage::labels::Labels;

    fn own(lists: &[&[&str]]) -> OwnNames {
        let list = |names: &&[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        OwnNames {
            text: None,
            lists: lists.iter().map(list).collect(),
        }
    }

    #[test]
    fn a_list_counts_where_there_are_as_many_classes() {
        let names = own(&[&["cat", "dog"], &["a", "b", "c"]]);
        assert_eq!(names.lines(&[2]).as_deref(), Some("cat\ndog\n"));
        assert_eq!(names.lines(&[3]).as_deref(), Some("a\nb\nc\n"));
        assert_eq!(names.lines(&[4]), None);
    }

    #[test]
    fn the_text_counts_in_any_case() {
        let text = OwnNames {
            text: Some("one".into()),
            ..own(&[&["cat", "dog"]])
        };
        assert_eq!(text.lines(&[2]).as_deref(), Some("one"));
    }

    #[test]
    fn a_class_without_a_name_counts_last_as_well() {
        let lines = own(&[&["cat", "", ""]]).lines(&[3]);
        let labels = Labels::resolve(lines.as_deref(), Path::new("m.onnx"), 3);
        assert_eq!(labels.unwrap().names, ["cat", "class 1", "class 2"]);
    }
}
