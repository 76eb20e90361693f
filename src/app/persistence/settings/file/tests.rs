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
fn no_file_and_an_empty_object_give_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    for loaded in [load(folder.path()), load(folder_with("{}").path())] {
        assert!(loaded.trouble.is_none());
        assert_eq!(loaded.settings, Settings::default());
    }
}

#[test]
fn settings_round_trip() {
    let mut settings = Settings::default();
    settings.options.style.opacity = Opacity::from_share(0.25);
    settings.options.fit = Fit::Pad;
    settings.last.layer = Some("features.12".to_owned());
    settings.window.corner = Some([-100.0, 20.0]);
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(load(folder_with(&text).path()).settings, settings);
}

#[test]
fn a_damaged_file_is_renamed_and_reported() {
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
        let message = loaded.trouble.expect(text).to_string();
        assert!(message.ends_with(&aside.display().to_string()), "{message}");
        assert_eq!(fs::read_to_string(&aside).unwrap(), text);
        assert!(!folder.path().join(NAME).exists());
    }
}

#[test]
fn earlier_damaged_files_are_kept() {
    let folder = folder_with("first");
    load(folder.path());
    fs::write(folder.path().join(NAME), "second").unwrap();
    let message = load(folder.path()).trouble.unwrap().to_string();
    assert!(message.contains("settings.damaged-2.json"), "{message}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("settings.damaged.json"), "first");
    assert_eq!(read("settings.damaged-2.json"), "second");
}

#[test]
fn a_huge_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = File::create(folder.path().join(NAME)).unwrap();
    file.set_len(1 << 40).unwrap();
    let message = load(folder.path()).trouble.unwrap().to_string();
    assert!(message.contains("too large"), "{message}");
}

#[test]
fn a_folder_in_place_of_the_file_is_reported_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(NAME)).unwrap();
    let loaded = load(folder.path());
    assert!(!loaded.may_write());
    assert!(loaded.trouble.unwrap().to_string().contains(NAME));
    assert!(folder.path().join(NAME).is_dir());
}

#[test]
fn a_newer_version_is_read_as_far_as_possible_and_loses_nothing() {
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

    // A new choice is written, even if it replaces one that is not understood.
    now.options.style.opacity = Opacity::from_share(0.9);
    let written = merged(&loaded.original, &before, &now).unwrap();
    assert_eq!(written["opacity"], 0.902);
}

#[test]
fn an_unknown_choice_is_kept_until_it_is_changed() {
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
fn an_unknown_model_usage_is_kept() {
    let usage = json!({"size": [8, 8], "resampling": "magic"});
    let original = json!({"version": 1, "last": {"usage": usage}});
    let loaded = load(folder_with(&original.to_string()).path());
    assert!(loaded.trouble.is_none());
    assert_eq!(loaded.settings.last.usage, None);
    let now = loaded.settings.clone();
    let written = merged(&loaded.original, &loaded.settings, &now).unwrap();
    assert_eq!(written["last"]["usage"], original["last"]["usage"]);
}
