use serde_json::json;

use crate::picture::photo::geometry::Fit;

use super::*;
use crate::app::state::view_options::{MapStyle, Opacity};

fn folder_with(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(NAME), text).unwrap();
    folder
}

#[test]
fn no_file_and_an_empty_object_are_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    for loaded in [load(folder.path()), load(folder_with("{}").path())] {
        assert!(loaded.trouble.is_none());
        assert_eq!(loaded.settings, Settings::default());
    }
}

#[test]
fn what_was_written_comes_back() {
    let mut settings = Settings::default();
    settings.options.style.opacity = Opacity::from_share(0.25);
    settings.options.fit = Fit::Pad;
    settings.last.layer = Some("features.12".to_owned());
    settings.window.corner = Some([-100.0, 20.0]);
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(load(folder_with(&text).path()).settings, settings);
}

#[test]
fn a_damaged_file_is_set_aside_whole_and_named() {
    for text in [
        "",
        "{\"opacity\": 0.5",
        "nonsense",
        "[1, 2]",
        "null",
        "{\"opacity\": \"half\"}",
        "{\"opacity\": NaN}",
        "{\"opacity\": 1e9}",
        "{\"opacity\": 1e999}",
        "{\"window\": {\"width\": -5}}",
        "{\"images\": 3}",
        "{\"last\": {\"score\": {\"kind\": \"for\", \"class\": {\"index\": -1}}}}",
        "{\"version\": \"one\"}",
    ] {
        let folder = folder_with(text);
        let loaded = load(folder.path());
        assert_eq!(loaded.settings, Settings::default(), "{text}");
        assert!(loaded.may_write());
        let aside = folder.path().join("settings.damaged.json");
        let said = loaded.trouble.expect(text).to_string();
        assert!(said.ends_with(&aside.display().to_string()), "{said}");
        assert_eq!(fs::read_to_string(&aside).unwrap(), text);
        assert!(!folder.path().join(NAME).exists());
    }
}

#[test]
fn files_set_aside_before_are_kept() {
    let folder = folder_with("first");
    load(folder.path());
    fs::write(folder.path().join(NAME), "second").unwrap();
    let said = load(folder.path()).trouble.unwrap().to_string();
    assert!(said.contains("settings.damaged-2.json"), "{said}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("settings.damaged.json"), "first");
    assert_eq!(read("settings.damaged-2.json"), "second");
}

#[test]
fn a_huge_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = File::create(folder.path().join(NAME)).unwrap();
    file.set_len(1 << 40).unwrap();
    let said = load(folder.path()).trouble.unwrap().to_string();
    assert!(said.contains("too large"), "{said}");
}

#[test]
fn a_folder_in_the_way_is_told_and_left() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(NAME)).unwrap();
    let loaded = load(folder.path());
    assert!(!loaded.may_write());
    assert!(loaded.trouble.unwrap().to_string().contains(NAME));
    assert!(folder.path().join(NAME).is_dir());
}

#[test]
fn a_newer_version_is_read_as_far_as_it_goes_and_loses_nothing() {
    let original = json!({
        "version": 7,
        "opacity": {"heat": 0.4},
        "colours": "cividis",
        "fit": "pad",
        "sound": [1, 2],
        "window": {"width": 800.0, "screen": "left"},
    });
    let loaded = load(folder_with(&original.to_string()).path());
    assert!(loaded.trouble.is_none());
    let before = loaded.settings;
    assert_eq!(before.options.fit, Fit::Pad);
    assert_eq!(before.window.width, 800.0);
    assert_eq!(before.options.style, MapStyle::default());

    let mut now = before.clone();
    now.window.width = 1000.0;
    now.options.style.common_scale = true;
    let written = merged(&loaded.original, &before, &now).unwrap();
    for kept in ["version", "opacity", "colours", "fit", "sound"] {
        assert_eq!(written[kept], original[kept], "{kept}");
    }
    assert_eq!(written["window"]["screen"], "left");
    assert_eq!(written["window"]["width"], 1000.0);
    assert_eq!(written["common_scale"], true);

    // A choice made here is written, though it replaces one that is not understood.
    now.options.style.opacity = Opacity::from_share(0.9);
    let written = merged(&loaded.original, &before, &now).unwrap();
    assert_eq!(written["opacity"], 0.902);
}

#[test]
fn an_unknown_choice_is_kept_until_another_one_is_made() {
    let original = json!({"version": 1, "fit": "tile", "theme": "dark"});
    let loaded = load(folder_with(&original.to_string()).path());
    assert!(loaded.trouble.is_none());
    let before = loaded.settings;
    assert_eq!(before.options.fit, Fit::default());
    assert_eq!(before.theme, egui::ThemePreference::Dark);
    let mut now = before.clone();
    let written = merged(&loaded.original, &before, &now).unwrap();
    assert_eq!(written["fit"], "tile");
    now.options.fit = Fit::Pad;
    let written = merged(&loaded.original, &before, &now).unwrap();
    assert_eq!(written["fit"], "pad");
}

#[test]
fn a_use_of_the_model_that_is_not_understood_is_kept() {
    let usage = json!({"size": [8, 8], "resampling": "magic"});
    let original = json!({"version": 1, "last": {"usage": usage}});
    let loaded = load(folder_with(&original.to_string()).path());
    assert!(loaded.trouble.is_none());
    assert_eq!(loaded.settings.last.usage, None);
    let now = loaded.settings.clone();
    let written = merged(&loaded.original, &loaded.settings, &now).unwrap();
    assert_eq!(written["last"]["usage"], original["last"]["usage"]);
}
