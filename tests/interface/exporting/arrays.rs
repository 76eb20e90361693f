//! The raw arrays of a view.

use std::path::Path;

use egui::Key;
use egui_kittest::kittest::Queryable;
use gradcam::app::Start;

use crate::support::{Window, file, squeezenet};

/// The numbers of an array in an archive, in float32.
fn array(npz: &Path, name: &str) -> Vec<f32> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(npz).unwrap()).unwrap();
    let mut bytes = Vec::new();
    let mut file = archive.by_name(&format!("{name}.npy")).unwrap();
    std::io::copy(&mut file, &mut bytes).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, numbers) = bytes[10..].split_at(header);
    assert!(String::from_utf8_lossy(header).contains("'<f4'"), "{name}");
    let numbers = numbers.chunks_exact(4);
    numbers
        .map(|number| f32::from_le_bytes(number.try_into().unwrap()))
        .collect()
}

/// The arrays are those of pytorch-grad-cam and captum, whatever rule the window shows.
#[test]
fn writes_the_raw_arrays_of_the_view() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start {
        image: Some(file("assets/cat_and_coffee_224.png")),
        model: Some(squeezenet()),
        ..Start::default()
    };
    let mut window = Window::new(start);
    window.settle();
    // The references were made without a resize or a crop.
    window.choose("Resize", "Stretch");
    window.choose("Backprop rule", "Deconvnet");
    window.click_class("espresso");
    window.settle();
    window.will_pick(folder.path().join("view"));
    window.choose("Export", "Export arrays…");
    window.until("the file", |w| w.app().is_settled());
    assert_eq!(window.app().notices(), Vec::<String>::new());
    let name = window.pickers.names.lock().unwrap()[0].clone();
    assert_eq!(name, "cat_and_coffee_224_squeezenet1_1_features.12_967.npz");
    let written = folder.path().join("view.npz");
    let golden = file("tests/goldens/squeezenet1_1.cat_and_coffee.npz");
    for (name, reference) in [
        ("logits", "logits"),
        ("grad_cam", "grad_cam|features.12|967"),
        ("guided_backprop", "guided_backprop|967"),
    ] {
        let (ours, reference) = (array(&written, name), array(&golden, reference));
        assert_eq!(ours.len(), reference.len(), "{name}");
        let largest = reference
            .iter()
            .fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let pairs = ours.iter().zip(&reference);
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= 1e-4 * largest, "{name}: {worst} of {largest}");
    }
    for name in ["guided_grad_cam", "gradient"] {
        assert_eq!(array(&written, name).len(), 3 * 224 * 224);
    }
    // The panels still show the other rule.
    assert!(
        window
            .harness
            .query_by_label("Deconvnet × Grad-CAM")
            .is_some()
    );
}

#[test]
fn arrays_wait_until_another_export_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::open();
    window.will_pick(folder.path().join("view.png"));
    window.will_pick(folder.path().join("view.npz"));
    let pickers = std::sync::Arc::clone(&window.pickers);
    // While this is held, the picker of the figure stays on screen.
    let held = pickers.names.lock().unwrap();
    window.ctrl(Key::E);
    window.choose("Export", "Export arrays…");
    window.harness.run_steps(20);
    drop(held);
    window.until("the files", |w| w.app().is_settled());
    assert_eq!(window.app().notices(), Vec::<String>::new());
    let names = pickers.names.lock().unwrap().clone();
    let ending = |name: &str| {
        std::path::Path::new(name)
            .extension()
            .map(std::ffi::OsStr::to_owned)
    };
    let endings: Vec<_> = names.iter().map(|name| ending(name)).collect();
    assert_eq!(endings, [Some("png".into()), Some("npz".into())]);
    // The second picker came after the first export, so it starts where that was written to.
    let folders = pickers.folders.lock().unwrap().clone();
    assert_eq!(folders[1].as_deref(), Some(folder.path()));
    for name in ["view.png", "view.npz"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}
