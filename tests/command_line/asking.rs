//! What the program says of a model: its classes, its layers, and whether its numbers are right.

use std::path::Path;

use serde_json::Value;

use crate::support::{answers, gradcam, root, stderr, stdout};

#[test]
fn prints_classes_and_layers_as_json_and_text() {
    let done = gradcam(["classes", "assets/chelsea.png", "-k", "3", "--json"]);
    let rows: Value = serde_json::from_slice(&done.stdout).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows[0]["probability"].as_f64() > rows[1]["probability"].as_f64());
    let prose = gradcam(["classes", "assets/chelsea.png", "-k", "3"]);
    assert!(stdout(&prose).contains(rows[0]["label"].as_str().unwrap()));

    let done = gradcam(["layers", "--model", "models/squeezenet1_1.pt2", "--json"]);
    let rows: Value = serde_json::from_slice(&done.stdout).unwrap();
    let recommended: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["recommended"] == true)
        .collect();
    assert_eq!(recommended.len(), 1);
    assert_eq!(recommended[0]["path"], "features.12");
    assert_eq!(recommended[0]["shape"], serde_json::json!([1, 512, 13, 13]));
    let prose = gradcam(["layers"]);
    assert!(stdout(&prose).contains("● bn2"));
}

#[test]
fn doctor_reports_a_model_and_checks_its_gradient() {
    let done = gradcam(["doctor", "models/efficientnet_lite0.pt2", "--json"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["recommended_layer"], "bn2");
    assert_eq!(report["rectifiers"]["ReLU6"], 33);
    assert_eq!(report["operations"]["Convolution"], 49);
    assert_eq!(report["input"]["width"], 224);
    assert_eq!(report["check"]["slope_agrees"], true);
    // A global average and a linear layer: Grad-CAM is CAM, and the map adds up to the logit.
    assert_eq!(report["check"]["layer"]["is_cam"], true);
    assert_eq!(report["check"]["layer"]["adds_up"], true);

    let model = "--model=models/squeezenet1_1.pt2";
    let done = gradcam(["doctor", model]);
    assert!(stdout(&done).contains("a synthetic image"));
    let done = gradcam(["doctor", "models/squeezenet1_1.pt2", "assets/chelsea.png"]);
    let said = stdout(&done);
    assert!(said.contains("assets/chelsea.png: tiger cat"), "{said}");
    assert!(said.contains("gradient      right"), "{said}");
    let done = gradcam(["doctor", "assets/chelsea.png"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("chelsea.png"));
}

#[test]
fn requires_an_architecture_for_weights_that_fit_several() {
    let folder = tempfile::tempdir().unwrap();
    let path = crate::made::unnamed_checkpoint("googlenet", 3, folder.path());
    std::fs::write(folder.path().join("labels.txt"), "cat\ndog\ncup\n").unwrap();
    let path = path.to_str().unwrap();
    let image = "assets/cat_and_coffee_224.png";
    let asked = gradcam(["classes", image, "--model", path]);
    assert_eq!(asked.status.code(), Some(2));
    let message = stderr(&asked);
    for part in ["googlenet: ", "googlenet_unshifted: ", "--architecture"] {
        assert!(message.contains(part), "{message}");
    }
    let arguments = [
        "classes",
        image,
        "--model",
        path,
        "--architecture",
        "googlenet",
    ];
    let done = gradcam(arguments);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(stdout(&done).contains("cup"), "{}", stdout(&done));
    assert!(
        stderr(&done).contains("torchvision's googlenet"),
        "{}",
        stderr(&done)
    );

    // The wrong architecture, and a model that needs none.
    let plain = crate::made::blank_checkpoint("squeezenet1_1", 3, folder.path());
    let plain = plain.to_str().unwrap();
    for (model, named, words) in [
        (plain, "resnet18", "are for squeezenet1_1, not for resnet18"),
        (
            "models/squeezenet1_1.pt2",
            "squeezenet1_1",
            "has its own graph",
        ),
    ] {
        let refused = gradcam(["classes", image, "--model", model, "--architecture", named]);
        assert_eq!(refused.status.code(), Some(2));
        let message = stderr(&refused);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn chooses_an_output_and_how_its_values_are_read() {
    let image = root("assets/chelsea_224.png");
    let run = |model: &Path, options: &[&str]| {
        let mut arguments = vec!["classes", image.to_str().unwrap(), "--model"];
        arguments.push(model.to_str().unwrap());
        arguments.extend(options);
        gradcam(arguments)
    };
    let (_folder, path) = answers("aux_logits.pt2");
    let output = run(&path, &[]);
    assert_eq!(stdout(&output).lines().count(), 5);
    let note = "“logits” is. They are: 0 aux (3 values), 1 logits (5 values)";
    assert!(stderr(&output).contains(note), "{}", stderr(&output));
    let rows: Value = serde_json::from_str(&stdout(&run(&path, &["--json"]))).unwrap();
    assert_eq!(rows[0]["output"], "logits");
    for chosen in ["aux", "0"] {
        assert_eq!(
            stdout(&run(&path, &["--output", chosen])).lines().count(),
            3
        );
    }
    let refused = run(&path, &["--output", "pooled"]);
    assert!(stderr(&refused).contains("1 logits (5 values)"));
    assert!(!refused.status.success());

    let (_folder, path) = answers("one_logit.onnx");
    assert!(stdout(&run(&path, &[])).contains("yes"));
    let report = stdout(&gradcam(["doctor", path.to_str().unwrap()]));
    assert!(report.contains("called no and yes"), "{report}");
    assert!(!report.contains("no names are known"), "{report}");
    // Notes speak of commands here, not of buttons.
    let report = stdout(&gradcam(["doctor", "models/squeezenet1_1.pt2"]));
    assert!(!report.contains("Which fits?"), "{report}");
    let number = stdout(&run(&path, &["--answer", "numbers"]));
    assert!(number.contains("what lowers it") && !number.contains('%'));
    let json = stdout(&run(&path, &["--answer", "numbers", "--json"]));
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(rows[0]["value"], rows[1]["value"]);
    assert_eq!(rows[0].get("probability"), None);
    assert!(stderr(&run(&path, &["--answer", "number"])).contains("classes, labels"));
}
