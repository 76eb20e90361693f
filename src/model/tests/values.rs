//! Values that are given for an input beside the image. `tests/layers/recommended.py` writes the files.

use std::ops::ControlFlow;

use crate::model::{InputValue, Model, OpenOptions};
use crate::unpacked::unpacked;

#[test]
fn a_value_that_the_model_cannot_use_is_blamed_and_not_the_file() {
    let folder = unpacked("tests/layers/recommended.zip.gz");
    for suffix in ["pt2", "onnx"] {
        let path = folder.path().join(format!("sites.{suffix}"));
        let open = |number: f64| {
            let options = OpenOptions::default().input_at("site", InputValue::number(number));
            let opened = Model::open_as(&path, &options, &mut |_| ControlFlow::Continue(()));
            opened.map(|_| ()).map_err(|error| error.to_string())
        };
        open(3.0).unwrap();
        for (number, said) in [
            (9.0, "with 9, "),
            (2.5, "it takes whole numbers, and 2.5 is given"),
            (1e20, "it takes whole numbers of 64 bits, and 1e20 is given"),
        ] {
            let why = open(number).unwrap_err();
            let start = format!("the value given for the input site cannot be used: {said}");
            assert!(why.starts_with(&start), "{suffix}: {why}");
        }
    }
}
