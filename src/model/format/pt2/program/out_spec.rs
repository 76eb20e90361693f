//! The names of what a program returns. A dictionary has keys, and PyTorch writes them with the nesting
//! of tuples, lists and dictionaries, as a pytree in JSON.

use serde_json::Value;

/// How deep outputs may be nested, and how many there may be.
const MAX_DEPTH: usize = 16;
const MAX_LEAVES: usize = 1 << 12;

/// The key of each value that is returned, in order; `None` for values that are in no dictionary. Keys
/// of nested dictionaries are joined by dots. Empty if the text is not understood.
pub fn keys(spec: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let tree: Value = serde_json::from_str(spec).unwrap_or_default();
    // `[1, tree]`, where 1 is the version of the protocol.
    match tree.get(1).map(|tree| leaves(tree, "", 0, &mut found)) {
        Some(Some(())) => found,
        _ => Vec::new(),
    }
}

fn leaves(tree: &Value, path: &str, depth: usize, found: &mut Vec<Option<String>>) -> Option<()> {
    if depth > MAX_DEPTH || found.len() >= MAX_LEAVES {
        return None;
    }
    if tree.get("type")?.is_null() {
        found.push((!path.is_empty()).then(|| path.to_owned()));
        return Some(());
    }
    let children = tree.get("children_spec")?.as_array()?;
    // The keys of a dictionary are JSON within the JSON; a list has none.
    let context: Value = tree
        .get("context")
        .and_then(Value::as_str)
        .and_then(|context| serde_json::from_str(context).ok())
        .unwrap_or_default();
    let keys = context
        .as_array()
        .filter(|keys| keys.len() == children.len() && keys.iter().all(Value::is_string));
    for (index, child) in children.iter().enumerate() {
        let key = keys.and_then(|keys| keys[index].as_str());
        // One of several in a list within a dictionary is told from the others by its position.
        let key = match key {
            Some(key) => Some(key.replace(char::is_control, " ")),
            None if !path.is_empty() => Some(index.to_string()),
            None => None,
        };
        let path = match (path, key) {
            ("", None) => String::new(),
            ("", Some(key)) => key,
            (path, Some(key)) => format!("{path}.{key}"),
            (path, None) => path.to_owned(),
        };
        leaves(child, &path, depth + 1, found)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAF: &str = r#"{"type": null, "context": null, "children_spec": []}"#;

    fn dict(keys: &str, children: &[&str]) -> String {
        let context = serde_json::to_string(keys).unwrap();
        let children = children.join(", ");
        format!(
            r#"{{"type": "builtins.dict", "context": {context}, "children_spec": [{children}]}}"#
        )
    }

    #[test]
    fn names_values_after_the_keys_of_their_dictionaries() {
        let tuple = format!(
            r#"{{"type": "builtins.tuple", "context": "null", "children_spec": [{LEAF}, {LEAF}]}}"#
        );
        let spec = format!("[1, {}]", dict(r#"["logits", "au\nx"]"#, &[LEAF, &tuple]));
        let named = ["logits", "au x.0", "au x.1"].map(|name| Some(name.to_owned()));
        assert_eq!(keys(&spec), named);
        assert_eq!(keys(&format!("[1, {tuple}]")), [None, None]);
        assert_eq!(keys(&format!("[1, {LEAF}]")), [None]);
    }

    #[test]
    fn ignores_what_it_does_not_understand() {
        for spec in ["", "[1]", "[1, 3]", r#"[1, {"type": "x"}]"#] {
            assert_eq!(keys(spec), []);
        }
        let deep = (0..40).fold(LEAF.to_owned(), |inner, _| dict(r#"["a"]"#, &[&inner]));
        assert_eq!(keys(&format!("[1, {deep}]")), []);
    }
}
