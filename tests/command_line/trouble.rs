//! What cannot be done, in words.

use std::process::Command;

use crate::support::{gradcam, root, stderr, stdout};

#[test]
fn reports_a_bad_image_and_exports_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.png");
    std::fs::write(&bad, b"no picture").unwrap();
    let out = folder.path().join("new/folder");
    let twin = folder.path().join("chelsea_224.png");
    std::fs::copy(root("assets/chelsea_224.png"), &twin).unwrap();
    let done = gradcam([
        "export".as_ref(),
        bad.as_os_str(),
        "assets/chelsea_224.png".as_ref(),
        twin.as_os_str(),
        "--class=285".as_ref(),
        "--out".as_ref(),
        out.as_os_str(),
    ]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("bad.png"), "{}", stderr(&done));
    assert!(stderr(&done).contains("1 of 3"), "{}", stderr(&done));
    // Two images of one name do not overwrite each other.
    assert!(
        out.join("chelsea_224_efficientnet_lite0_bn2_285.png")
            .is_file()
    );
    assert!(
        out.join("chelsea_224-2_efficientnet_lite0_bn2_285.png")
            .is_file()
    );
}

#[test]
fn reports_an_output_folder_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let out = file.join("below");
    let done = gradcam([
        "export",
        "assets/chelsea_224.png",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("below"), "{}", stderr(&done));
    assert_eq!(stderr(&done).lines().count(), 1, "{}", stderr(&done));
}

#[test]
fn leaves_no_folder_if_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.png");
    std::fs::write(&bad, b"no picture").unwrap();
    let out = folder.path().join("new");
    for more in [&[] as &[&str], &["--layers", "all"]] {
        let fixed = [
            "export",
            bad.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        let done = gradcam(fixed.iter().chain(more));
        assert_eq!(done.status.code(), Some(2));
        assert!(stderr(&done).contains("bad.png"), "{}", stderr(&done));
        assert!(!out.exists());
    }
}

#[test]
fn suggests_a_fix_for_unknown_classes_layers_and_models() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().to_str().unwrap();
    let image = "assets/chelsea_224.png";
    let said = |arguments: &[&str]| {
        let done = gradcam(["export", image, "--out", out].iter().chain(arguments));
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        stderr(&done)
    };
    assert!(said(&["--class", "cat"]).contains("tiger cat"));
    assert!(said(&["--class", "1000"]).contains("0 to 999"));
    assert!(said(&["--layer", "classifier"]).contains("not a map"));
    assert!(said(&["--layer", "nowhere"]).contains("gradcam layers"));
    assert!(said(&["--model", "assets/coffee.png"]).contains("coffee.png"));
    assert!(said(&["--opacity", "NaN"]).contains("from 0 to 1"));
    assert!(said(&["--opacity", "-1"]).contains("from 0 to 1"));
    assert!(said(&["--opacity", "1.5"]).contains("from 0 to 1"));
    assert!(said(&["--colormap", "rainbow"]).contains("viridis"));
    assert!(said(&["--mode", "haze"]).contains("blend, spotlight, contours, cells"));
    assert!(said(&["--scale-max", "0"]).contains("a number above 0"));
}

#[test]
fn refuses_patterns_without_a_match_and_conflicting_options() {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let out = folder.path().to_str().unwrap();
        let fixed = ["export", "assets/chelsea_224.png", "--out", out];
        let done = gradcam(fixed.iter().chain(arguments));
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        stderr(&done)
    };
    assert!(said(&["--layers", "nowhere.*"]).contains("gradcam layers"));
    assert!(said(&["--layers", "classifier*"]).contains("classifier*"));
    assert!(said(&["--layers=all", "--layer=bn2"]).contains("--layer"));
    for extra in ["--raw", "--separate"] {
        let why = said(&["--layers=all", extra]);
        assert!(
            why.contains(extra) && why.contains("one by one with --layer"),
            "{why}"
        );
    }
    assert!(said(&["--layers=all", "--panel-px=0"]).contains("pixels from"));
    assert!(said(&["--format=gif"]).contains("png, svg, pdf"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(feature = "window")]
#[test]
fn reports_a_display_that_does_not_answer_in_one_line() {
    let done = Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .env("DISPLAY", ":54321")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(3), "{}", stderr(&done));
    let told = stderr(&done)
        .lines()
        .filter(|line| line.starts_with("gradcam:"))
        .count();
    assert_eq!(told, 1, "{}", stderr(&done));
    assert!(!stderr(&done).contains(".rs"), "{}", stderr(&done));
}

#[test]
fn reports_labels_that_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("tiny.pt2");
    std::fs::copy(root("tests/torchvision/tiny/densenet.pt2"), &model).unwrap();
    std::fs::write(folder.path().join("labels.txt"), "one\ntwo\nthree\n").unwrap();
    let done = gradcam([
        "classes",
        "assets/chelsea_224.png",
        "--model",
        model.to_str().unwrap(),
    ]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(stderr(&done).contains("labels.txt"), "{}", stderr(&done));
    assert!(
        stderr(&done).contains("it has 3 names"),
        "{}",
        stderr(&done)
    );
    assert!(stdout(&done).contains("class 0"), "{}", stdout(&done));
}

/// `gradcam layers | head -1`
#[test]
fn ignores_a_closed_pipe() {
    use std::io::Read;
    let mut child = Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .args(["layers", "--json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(told, "");
}

#[test]
fn reports_a_missing_display_in_one_line() {
    let typo = gradcam(["clases"]);
    assert_eq!(typo.status.code(), Some(2));
    assert!(stderr(&typo).contains("no such file"), "{}", stderr(&typo));
    let done = gradcam(["assets/chelsea.png"]);
    assert_eq!(done.status.code(), Some(3));
    let reason = if cfg!(feature = "window") {
        "no display"
    } else {
        "built without the feature `window`"
    };
    assert!(stderr(&done).contains(reason), "{}", stderr(&done));
    assert_eq!(stderr(&done).lines().count(), 1);
}
