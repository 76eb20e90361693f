//! Files that cannot be opened: each is reported with its name, and what was open stays open.

use std::path::{Path, PathBuf};

use super::spoilt;
use crate::support::{Window, file, squeezenet};

/// Opens a bad file in a window with a photo and a model, and returns the notice. Checks that what was
/// open stays open.
#[track_caller]
fn refused(window: &mut Window, path: &Path) -> String {
    let (class, layer) = (window.chosen_class(), window.chosen_layer());
    window.drop_file(path);
    window.until("the message", |w| !w.app().notices().is_empty());
    let notice = window.app().notices().join("\n");
    let name = path.file_name().unwrap().to_string_lossy();
    assert!(
        notice.contains(name.as_ref()),
        "{name} is not named in “{notice}”"
    );
    window.click("Dismiss");
    window.settle();
    assert_eq!(
        (window.chosen_class(), window.chosen_layer()),
        (class, layer)
    );
    notice
}

#[test]
fn refuses_bad_images_and_keeps_the_photo() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut window = Window::open();
    let paths = [
        file("tests/pictures/corrupt.png"),
        file("tests/pictures/empty.png"),
        file("tests/pictures/truncated.png"),
        file("tests/pictures/truncated.jpg"),
        file("tests/pictures/claims_60000.png"),
        file("tests/pictures/words.jpg"),
        made("notes.txt", b"not a picture"),
        folder.path().join("missing.png"),
        folder.path().to_owned(),
    ];
    for path in paths {
        refused(&mut window, &path);
    }
}

#[test]
fn refuses_bad_models_and_keeps_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read(squeezenet()).unwrap();
    let made = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut window = Window::open();
    for path in [
        made("truncated.pt2", &good[..good.len() / 2]),
        made("empty.pt2", b""),
        made("words.pt2", b"not a model"),
        made("pickle.pth", b"\x80\x02}q\x00."),
        folder.path().join("missing.pt2"),
    ] {
        refused(&mut window, &path);
    }
}

#[test]
fn refuses_damaged_models_with_a_message_and_keeps_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    for (path, expected) in spoilt::models(folder.path()) {
        let notice = refused(&mut window, &path);
        assert!(
            notice.contains(expected),
            "“{expected}” is not in “{notice}”"
        );
    }
    // Undamaged, the same model opens: it was the damage that was refused.
    window.drop_file(spoilt::good());
    window.settle();
    assert_eq!(window.app().notices(), [""; 0]);
}

#[test]
fn opens_the_smallest_image() {
    let mut window = Window::open();
    window.drop_file(file("tests/pictures/one_pixel.png"));
    window.until("the pixel", |w| w.app().is_settled());
    window.settle();
}

#[test]
fn opens_a_file_renamed_to_another_type() {
    let mut window = Window::open();
    window.drop_file(file("tests/pictures/jpeg_named.png"));
    window.settle();
}
