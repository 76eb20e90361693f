use std::fs;

use serde_json::json;

use crate::explain::Score;
use crate::model::{HeadActivation, InputChannels, Reading};
use crate::picture::photo::geometry::{CropMode, Filter};

use super::*;
use crate::app::state::view_options::{MapStyle, Opacity};
use crate::picture::map::colormap::Colormap;

fn usage() -> StoredUsage {
    StoredUsage {
        size: [320, 288],
        resampling: Filter::Lanczos,
        crop: 0.9,
        crop_mode: CropMode::Squash,
        mean: vec![0.5, 0.25, 0.0],
        deviation: vec![0.5, 1.0, 2.0],
        channels: InputChannels::Bgr,
        reading: Reading::Sigmoid,
        names: Some(vec!["cat".to_owned(), "dog".to_owned()]),
        output: Some("aux".to_owned()),
        similar_to: None,
    }
}

/// A folder with an image, a model, and a session with both.
struct Fixture {
    folder: tempfile::TempDir,
    session: Session,
}

impl Fixture {
    fn new() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let (image, model) = (root.join("cat.png"), root.join("net.pt2"));
        for file in [&image, &model] {
            fs::write(file, "x").unwrap();
        }
        let labels = ["cat".to_owned(), "dog".to_owned()];
        let layer = Some("features.12".to_owned());
        let session = Session {
            pictures: vec![image.clone()],
            live: Live {
                image: Some(image.clone()),
                sides: vec![StoredSide {
                    model: StoredModel {
                        path: model.clone(),
                        architecture: Some("googlenet".into()),
                        head_activation: HeadActivation::Gelu,
                        averaged: true,
                        inputs: Vec::new(),
                        picture: None,
                        usage: Some(usage()),
                    },
                    layer: layer.clone(),
                    score: Some(StoredScore::new(Score::Versus { a: 0, b: 1 }, &labels)),
                    rival: Some(StoredClass::new(0, &labels)),
                }],
                active: 0,
                fit: Fit::Pad,
                rule: ReluRule::Deconvnet,
                decoding: Decoding {
                    as_pillow: true,
                    shown: None,
                    window: "40,400".parse().unwrap(),
                },
                truth: Some(StoredClass::new(1, &labels)),
            },
            pins: vec![StoredPin {
                image,
                model: StoredModel {
                    path: model,
                    architecture: None,
                    head_activation: HeadActivation::default(),
                    averaged: false,
                    inputs: Vec::new(),
                    picture: None,
                    usage: None,
                },
                layer,
                score: Some(StoredScore::new(Score::Against(1), &labels)),
                fit: Fit::Crop,
                rule: ReluRule::Guided,
                decoding: Decoding::default(),
            }],
            look: StoredLook {
                style: MapStyle {
                    opacity: Opacity::from_share(0.25),
                    colormap: Colormap::Jet,
                    ..MapStyle::default()
                },
                zoom: 3.5,
                centre: [0.25, 0.75],
            },
        };
        Fixture { folder, session }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("s.gradcam.json")
    }

    /// The error message for a file with this text.
    fn refusal(&self, text: &str) -> String {
        fs::write(self.path(), text).unwrap();
        let error = Session::open(&self.path()).expect_err(text).to_string();
        let path = self.path().display().to_string();
        assert!(error.ends_with(&path), "the path is not last in “{error}”");
        error
    }

    /// The saved session after a change.
    fn changed(&self, change: impl FnOnce(&mut Value)) -> String {
        self.session.save(&self.path()).unwrap();
        let text = fs::read_to_string(self.path()).unwrap();
        let mut value = serde_json::from_str(&text).unwrap();
        change(&mut value);
        value.to_string()
    }
}

#[test]
fn a_session_round_trips() {
    let fixture = Fixture::new();
    fixture.session.save(&fixture.path()).unwrap();
    let opened = Session::open(&fixture.path()).unwrap();
    assert_eq!(opened.session, fixture.session);
    assert_eq!(opened.missing, [""; 0].map(PathBuf::from));
}

#[test]
fn a_session_can_be_moved_with_its_folder() {
    let fixture = Fixture::new();
    fixture.session.save(&fixture.path()).unwrap();
    let text = fs::read_to_string(fixture.path()).unwrap();
    assert!(text.contains("\"cat.png\"") && text.len() < 2200, "{text}");

    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["s.gradcam.json", "cat.png", "net.pt2"] {
        fs::rename(
            fixture.folder.path().join(name),
            elsewhere.path().join(name),
        )
        .unwrap();
    }
    let opened = Session::open(&elsewhere.path().join("s.gradcam.json")).unwrap();
    assert_eq!(opened.missing, [""; 0].map(PathBuf::from));
    let image = opened.session.live.image.unwrap();
    assert!(image.starts_with(elsewhere.path().canonicalize().unwrap()));
}

#[test]
fn missing_files_are_listed_once_and_the_rest_opens() {
    let fixture = Fixture::new();
    fixture.session.save(&fixture.path()).unwrap();
    let image = fixture.session.pictures[0].clone();
    fs::remove_file(&image).unwrap();
    let opened = Session::open(&fixture.path()).unwrap();
    assert_eq!(opened.missing, [image]);
    assert_eq!(opened.session.look, fixture.session.look);
}

#[test]
fn refuses_what_is_not_a_session_with_a_message() {
    let fixture = Fixture::new();
    let whole = fixture.changed(|_| {});
    let half = &whole[..whole.len() / 2];
    for (text, expected) in [
        (half, "ends too early"),
        ("", "ends too early"),
        ("PK\u{3}\u{4}", "not valid JSON"),
        ("{\"a\": NaN}", "not valid JSON"),
        ("[1, 2, 3]", "not a gradcam session"),
        ("{\"version\": 1, \"live\": {}}", "not a gradcam session"),
    ] {
        let error = fixture.refusal(text);
        assert!(error.contains(expected), "“{expected}” is not in “{error}”");
    }
    let error = Session::open(&fixture.folder.path().join("none.json")).unwrap_err();
    assert!(error.to_string().contains("no such file"), "{error}");
    let error = Session::open(fixture.folder.path()).unwrap_err();
    assert!(error.to_string().contains("could not be read"), "{error}");
}

#[test]
fn names_a_newer_version() {
    let fixture = Fixture::new();
    let text = fixture.changed(|value| {
        value["version"] = json!(2);
        value["live"] = json!("all different now");
    });
    let error = fixture.refusal(&text);
    assert!(
        error.contains("newer gradcam") && error.contains("is 2"),
        "{error}"
    );
}

#[test]
fn refuses_damage_and_implausible_numbers() {
    type Change = fn(&mut Value);
    let fixture = Fixture::new();
    let changes: [(Change, &str); 16] = [
        (|v| v["version"] = json!(-1), "version"),
        (|v| v["version"] = json!("1"), "version"),
        (
            |v| v["look"]["opacity"] = json!(1e9),
            "the opacity is 1000000000",
        ),
        (|v| v["look"]["zoom"] = json!(-3), "the zoom is -3"),
        (|v| v["look"]["zoom"] = json!(1e300), "the zoom"),
        (|v| v["look"]["centre"] = json!([0.5, 1e12]), "the centre"),
        (|v| v["look"]["centre"] = json!([0.5]), "length"),
        (|v| v["look"]["colours"] = json!("cividis"), "“cividis”"),
        (|v| v["live"]["active"] = json!(7), "side by side"),
        (
            |v| v["live"]["sides"][0]["usage"]["size"] = json!([4_000_000, 224]),
            "model are out of range",
        ),
        (
            |v| v["live"]["sides"][0]["usage"]["deviation"][1] = json!(0),
            "model are out of range",
        ),
        (
            |v| v["live"]["sides"][0]["usage"]["resampling"] = json!("magic"),
            "“magic”",
        ),
        (
            |v| v["live"]["reading"]["shown"] = json!([0, 0, 0]),
            "counted from 1",
        ),
        (|v| v["pins"] = json!({}), "invalid type"),
        (
            |v| v["pins"][0]["score"]["class"]["index"] = json!(-281),
            "invalid value",
        ),
        (
            |v| v["pins"] = Value::Array(vec![v["pins"][0].clone(); 10_000]),
            "10000 pins",
        ),
    ];
    for (change, expected) in changes {
        let error = fixture.refusal(&fixture.changed(change));
        assert!(error.contains("damaged"), "{error}");
        assert!(error.contains(expected), "“{expected}” is not in “{error}”");
    }
}

#[test]
fn clamps_numbers_slightly_out_of_range() {
    let fixture = Fixture::new();
    let text = fixture.changed(|value| {
        value["look"]["opacity"] = json!(1.2);
        value["look"]["zoom"] = json!(0.5);
    });
    fs::write(fixture.path(), text).unwrap();
    let look = Session::open(&fixture.path()).unwrap().session.look;
    assert_eq!((look.style.opacity, look.zoom), (Opacity(255), 1.0));
}

#[test]
fn a_huge_file_is_not_read() {
    let fixture = Fixture::new();
    fs::File::create(fixture.path())
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let error = Session::open(&fixture.path()).unwrap_err();
    assert_eq!(
        error,
        Error::TooLarge {
            path: fixture.path()
        }
    );
}

#[test]
fn reports_a_failed_save() {
    let fixture = Fixture::new();
    let error = fixture.session.save(Path::new("/no/such/folder/s.json"));
    assert!(matches!(error, Err(Error::NotWritten(_))), "{error:?}");
}

#[test]
fn adds_the_extension_to_a_name_without_it() {
    assert_eq!(
        with_extension("a/b".into()),
        PathBuf::from("a/b.gradcam.json")
    );
    assert_eq!(with_extension("a/b.JSON".into()), PathBuf::from("a/b.JSON"));
    assert!(looks_like_session(Path::new("x.gradcam.json")));
    assert!(!looks_like_session(Path::new("x.png")));
}
