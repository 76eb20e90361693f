use std::path::Path;

use super::*;
use crate::model::Model;
use crate::model::layers::{Layer, Target};

/// Rows from `(path, channels, value, origin)`; 0 channels is a row without a map.
fn tree(rows: &[(&str, usize, usize, usize)]) -> LayerTree {
    let parent = |path: &str| {
        let (above, _) = path.rsplit_once('.')?;
        rows.iter().position(|(other, ..)| *other == above)
    };
    let children = |row: usize| {
        let paths = rows.iter().enumerate();
        let below = paths.filter(|(_, (path, ..))| parent(path) == Some(row));
        below.map(|(child, _)| child).collect()
    };
    let layer =
        |(row, &(path, channels, value, origin)): (usize, &(&str, usize, usize, usize))| Layer {
            path: path.into(),
            name: path.into(),
            kind: String::new(),
            depth: path.matches('.').count(),
            shape: vec![1, channels as i64, 7, 7],
            target: match channels {
                0 => Target::None("flat".into()),
                _ => Target::Spatial {
                    channels,
                    height: 7,
                    width: 7,
                },
            },
            activation: ValueId(value),
            origin: ValueId(origin),
            normalised: path.ends_with("raw"),
            field: None,
            source: None,
            children: children(row),
            parent: parent(path),
        };
    LayerTree {
        layers: rows.iter().enumerate().map(layer).collect(),
        recommended: None,
    }
}

fn paths(tree: &LayerTree) -> Vec<&str> {
    let rows = tree.overview().into_iter();
    rows.map(|row| tree.layers[row].path.as_str()).collect()
}

#[test]
fn shows_every_layer_of_a_small_network_that_does_something() {
    let tree = tree(&[
        ("body", 8, 5, 5),
        ("body.conv", 4, 1, 1),
        ("body.block", 8, 4, 4),
        ("body.block.a", 4, 2, 2),
        ("body.block.b", 4, 3, 3),
        ("body.block.b.inner", 4, 3, 3),
        ("body.relu", 8, 5, 5),
        ("dropout", 8, 6, 5),
        ("head", 0, 7, 7),
    ]);
    // The block's own output, which neither of its children computes, stays after them.
    let all = [
        "body.conv",
        "body.block.a",
        "body.block.b",
        "body.block",
        "body.relu",
    ];
    assert_eq!(paths(&tree), all);
}

#[test]
fn replaces_a_sum_that_is_only_normalised_by_the_normalisation() {
    let tree = tree(&[
        ("stem_raw", 8, 1, 1),
        ("norm", 8, 2, 2),
        ("block_raw", 4, 4, 4),
        ("block_raw.conv", 4, 3, 3),
    ]);
    // A block is more than its last convolution.
    assert_eq!(paths(&tree), ["norm", "block_raw.conv", "block_raw"]);
}

#[test]
fn opens_a_container_without_a_map_at_any_depth() {
    let tree = tree(&[
        ("net", 0, 3, 3),
        ("net.body", 0, 3, 3),
        ("net.body.conv", 4, 1, 1),
        ("net.body.pool", 0, 3, 3),
    ]);
    assert_eq!(paths(&tree), ["net.body.conv"]);
    assert!(LayerTree::default().overview().is_empty());
}

#[test]
fn opens_levels_only_while_there_is_room() {
    let mut rows = vec![("stem".to_owned(), 3, 1)];
    for block in 0..10 {
        let path = format!("block{block}");
        let value = 10 + 4 * block;
        rows.push((path.clone(), 8 + block, value + 3));
        for part in 0..4 {
            rows.push((format!("{path}.{part}"), 8 + block, value + part));
        }
    }
    let rows: Vec<(&str, usize, usize, usize)> = rows
        .iter()
        .map(|(path, channels, value)| (path.as_str(), *channels, *value, *value))
        .collect();
    let full = tree(&rows);
    assert_eq!(paths(&full).len(), 11);
    assert!(paths(&full).iter().all(|path| !path.contains('.')));
    // Six blocks of four are few enough, and so all are shown.
    let part = tree(&rows[..31]);
    assert_eq!(paths(&part).len(), 1 + 6 * 4);
}

#[test]
fn leaves_out_the_stem_before_blocks_of_a_stage() {
    let network = |singles: usize| {
        let mut rows: Vec<(String, usize)> = Vec::new();
        rows.extend((0..singles).map(|row| (format!("stem{row}"), row)));
        rows.push(("stage".to_owned(), 90));
        for block in 0..10 {
            let path = format!("stage.{block}");
            rows.push((path.clone(), 13 + 4 * block + usize::from(block == 9) * 41));
            rows.extend((0..4).map(|part| (format!("{path}.{part}"), 10 + 4 * block + part)));
        }
        let rows: Vec<(&str, usize, usize, usize)> = rows
            .iter()
            .map(|(path, value)| (path.as_str(), 8, *value, *value))
            .collect();
        let tree = tree(&rows);
        paths(&tree)
            .iter()
            .map(std::string::ToString::to_string)
            .collect::<Vec<_>>()
    };
    let blocks: Vec<String> = (0..10).map(|block| format!("stage.{block}")).collect();
    assert_eq!(network(STEM), blocks);
    assert_eq!(network(STEM + 1).len(), STEM + 1 + 10);
}

#[test]
fn shows_the_last_of_each_shape_where_a_container_holds_too_much() {
    let names: Vec<String> = (0..40).map(|row| format!("features.{row}")).collect();
    let mut rows = vec![("features", 10, 39, 39)];
    let inside = names.iter().enumerate();
    rows.extend(inside.map(|(row, name)| (name.as_str(), 1 + row / 4, row, row)));
    let tree = tree(&rows);
    let shown = paths(&tree);
    assert_eq!(shown.len(), 10);
    assert_eq!((shown[0], shown[9]), ("features.3", "features.39"));
}

#[test]
fn shows_the_blocks_of_the_sample_models() {
    let open = |name: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Model::open(&root.join("models").join(name)).unwrap().layers
    };
    let squeeze = open("squeezenet1_1.pt2");
    let shown = paths(&squeeze);
    assert!(shown.len() <= MAX_ROWS);
    assert!(shown.contains(&"features.12") && !shown.contains(&"classifier.0"));
    let efficient = open("efficientnet_lite0.pt2");
    let shown = paths(&efficient);
    assert!(
        shown.contains(&"blocks.6") && shown.contains(&"bn2"),
        "{shown:?}"
    );
    let raw = |path: &&str| path.starts_with("conv_");
    assert!(!shown.iter().any(raw), "{shown:?}");
    assert_eq!((shown[0], shown.len()), ("blocks.0", 17));
}
