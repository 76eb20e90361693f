use std::cell::Cell;
use std::fs;
use std::time::Duration;

use image::Rgb;
use tempfile::TempDir;

use model::Model;

use super::*;
use crate::folder::decoder::MAX_PENDING;
use crate::folder::list::{Filter, Predicted};
use crate::folder::predictions::Whose;
use crate::folder::truth::class_names::Naming;

mod model;

fn outcome(class: usize) -> Outcome {
    let mut probabilities = vec![0.1_f32; 3];
    probabilities[class] = 0.8;
    let mut ranking = vec![0, 1, 2];
    ranking.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    Outcome {
        probabilities,
        ranking,
    }
}

fn classes(labels: [&str; 3]) -> Classes {
    Classes {
        labels: labels.map(str::to_owned).to_vec(),
        naming: Naming::Own,
    }
}

fn labels() -> Classes {
    classes(["cat", "dog", "owl"])
}

const USUAL: Decoding = Decoding {
    as_pillow: false,
    shown: None,
    window: crate::picture::photo::decode::window::Window::Usual,
};

const QUESTION: Option<Question> = Some(Question {
    model: 1,
    fit: Fit::Crop,
    decoding: USUAL,
});

fn picture(folder: &Path, name: &str, class: u8) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let rgb = RgbImage::from_pixel(64, 48, Rgb([class, 9, 9]));
    rgb.save(&path).unwrap();
    path
}

struct Case {
    gallery: Gallery,
    model: Model,
    _folder: TempDir,
}

impl Case {
    /// Three good images, one of them misclassified, and all kinds of bad files.
    fn new() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        picture(root, "cat/1.png", 0);
        picture(root, "cat/2.png", 1);
        picture(root, "dog/3.png", 1);
        picture(root, "owl/4.png", 255);
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
        for bad in [
            "empty.png",
            "words.jpg",
            "truncated.jpg",
            "claims_60000.png",
        ] {
            fs::copy(samples.join(bad), root.join(bad)).unwrap();
        }
        fs::write(root.join("notes.txt"), "words").unwrap();
        let model = Model::default();
        let mut gallery = Gallery::new(Arc::new(|| {}));
        gallery.open(vec![root.to_owned()]).unwrap();
        Case {
            gallery,
            model,
            _folder: folder,
        }
    }

    #[track_caller]
    fn until(&mut self, done: impl Fn(&Gallery, &Model) -> bool) {
        let begun = Instant::now();
        self.gallery.poll(&self.model, Instant::now()).unwrap();
        while !done(&self.gallery, &self.model) {
            let counts = self.gallery.list.counts();
            assert!(begun.elapsed() < Duration::from_secs(60), "{counts:?}");
            std::thread::sleep(Duration::from_millis(1));
            self.gallery.poll(&self.model, Instant::now()).unwrap();
        }
    }

    fn predicted(&mut self) {
        self.gallery.ask(QUESTION, labels, &self.model);
        self.until(|gallery, _| {
            let counts = gallery.list.counts();
            gallery.is_open()
                && !gallery.is_scanning()
                && counts.pictures == 8
                && counts.waiting == 0
        });
    }

    fn index(&self, name: &str) -> usize {
        let entries = self.gallery.list.entries();
        entries.iter().position(|entry| entry.name == name).unwrap()
    }
}

#[test]
fn predicts_good_files_and_reports_bad_ones() {
    let mut case = Case::new();
    case.predicted();
    let counts = case.gallery.list.counts();
    assert_eq!((counts.pictures, counts.unreadable), (8, 4));
    assert_eq!((counts.predicted, counts.failed), (3, 1));
    assert_eq!((counts.judged, counts.mistakes), (3, 1));
    assert_eq!(case.gallery.tally().others, 1);
    assert!(!case.gallery.is_predicting());
    let entries = case.gallery.list.entries();
    assert!(entries[case.index("2.png")].is_mistake());
    let failed = &entries[case.index("4.png")].prediction;
    assert_eq!(*failed, Predicted::Failed("not finite".to_owned()));
    for bad in [
        "empty.png",
        "words.jpg",
        "truncated.jpg",
        "claims_60000.png",
    ] {
        let why = entries[case.index(bad)].unreadable.as_ref().unwrap();
        assert!(why.ends_with(bad), "{why}");
    }
    assert_eq!(case.model.asked.borrow().len(), 4, "each is submitted once");
}

#[test]
fn a_second_model_predicts_behind_the_first() {
    let mut case = Case::new();
    let question = |model| Question {
        model,
        ..QUESTION.unwrap()
    };
    let second = || Second {
        question: question(2),
        classes: [Some(0), Some(1), Some(2)].into(),
    };
    case.gallery.compare_with(Some(second()), &case.model);
    case.predicted();
    case.until(|gallery, _| gallery.list.counts().to_compare == 0);
    let whose = case.model.whose.take();
    // Of the four good files, one cannot be predicted.
    let [first, second_model] = [Whose::First, Whose::Second];
    assert_eq!(whose, [[first; 4].as_slice(), &[second_model; 3]].concat());
    let counts = case.gallery.list.counts();
    // The second model takes all for cats.
    assert_eq!((counts.compared, counts.first_right_alone), (3, 1));
    assert_eq!(counts.second_right_alone, 1);
    assert!(!case.gallery.is_predicting());

    // The same model again changes nothing; none drops what it predicted.
    case.gallery.compare_with(Some(second()), &case.model);
    assert_eq!(case.gallery.list.counts().compared, 3);
    case.gallery.compare_with(None, &case.model);
    case.until(|gallery, _| gallery.list.counts().compared == 0);
    assert!(!case.gallery.is_predicting() && !case.gallery.list.can_compare());
}

#[test]
fn makes_thumbnails_of_images_on_screen() {
    let mut case = Case::new();
    case.until(|gallery, _| gallery.is_open() && !gallery.is_scanning());
    let (seen, other) = (case.index("3.png"), case.index("1.png"));
    case.gallery.see(&[seen]);
    case.until(|gallery, _| gallery.thumbnail(seen).is_some());
    assert!(case.gallery.thumbnail(other).is_none());
    assert!(
        case.model.asked.borrow().is_empty(),
        "there is no model yet"
    );
}

#[test]
fn large_thumbnails_are_made_again_if_they_fit_into_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.png");
    RgbImage::new(400, 300).save(&path).unwrap();
    let mut gallery = Gallery::new(Arc::new(|| {}));
    gallery.open(vec![path]).unwrap();
    let mut case = Case {
        gallery,
        model: Model::default(),
        _folder: folder,
    };
    case.until(|gallery, _| gallery.is_open() && !gallery.is_scanning());
    let width = |gallery: &Gallery| gallery.thumbnail(0).map(|picture| picture.width());
    case.gallery.see(&[0]);
    case.until(|gallery, _| width(gallery) == Some(MAX_PX));
    case.gallery.draw_at(MAX_PX + 1);
    case.until(|gallery, _| width(gallery) == Some(LARGE_PX));
    case.gallery.draw_at(MAX_PX);
    assert_eq!(width(&case.gallery), Some(LARGE_PX), "it is large enough");
    case.gallery.set_limit(1000);
    case.gallery.draw_at(LARGE_PX);
    assert_eq!(case.gallery.thumbnail_px, MAX_PX);
}

#[test]
fn submits_overtaken_images_again() {
    let mut case = Case::new();
    case.model.interrupted.set(true);
    case.predicted();
    assert_eq!(case.gallery.list.counts().predicted, 3);
    assert_eq!(case.model.asked.borrow().len(), 8);
}

#[test]
fn waits_only_for_predictions_still_to_come() {
    let mut case = Case::new();
    case.model.busy.set(true);
    case.gallery.ask(QUESTION, labels, &case.model);
    case.until(|gallery, _| gallery.is_open() && !gallery.is_scanning());
    let (good, bad) = (case.index("1.png"), case.index("empty.png"));
    case.gallery.see(&[bad]);
    case.until(|gallery, _| gallery.list.entries()[bad].unreadable.is_some());
    assert!(case.gallery.awaits_any(&[bad, good]));
    assert!(!case.gallery.awaits_any(&[bad]) && !case.gallery.awaits_any(&[]));
    case.gallery.pause(true, &case.model);
    assert!(!case.gallery.awaits_any(&[good]));
}

#[test]
fn drops_pending_images_in_a_pause_and_resumes_them() {
    let mut case = Case::new();
    case.model.busy.set(true);
    case.gallery.ask(QUESTION, labels, &case.model);
    case.until(|_, model| model.pending.get() > 0);
    case.gallery.pause(true, &case.model);
    assert_eq!(case.model.forgotten.get(), 1);
    assert!(case.gallery.is_paused() && !case.gallery.is_predicting());
    case.model.busy.set(false);
    for _ in 0..50 {
        case.gallery.poll(&case.model, Instant::now()).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(case.gallery.list.counts().predicted, 0);

    case.gallery.pause(false, &case.model);
    case.predicted();
    assert_eq!(case.gallery.list.counts().predicted, 3);
}

#[test]
fn predicts_again_with_another_model() {
    let mut case = Case::new();
    case.predicted();
    let other = Question {
        model: 2,
        fit: Fit::Crop,
        decoding: USUAL,
    };
    let names = || classes(["dog", "cat", "owl"]);
    case.gallery.ask(Some(other), names, &case.model);
    assert!(
        case.gallery
            .list
            .entries()
            .iter()
            .all(|e| e.verdict().is_none())
    );
    case.until(|gallery, _| {
        gallery.list.counts().waiting == 0 && gallery.list.counts().predicted == 3
    });
    assert_eq!(case.gallery.list.counts().mistakes, 2);
    case.gallery.ask(None, Classes::default, &case.model);
    case.gallery.poll(&case.model, Instant::now()).unwrap();
    assert_eq!(case.gallery.list.counts().predicted, 0);
    assert!(!case.gallery.is_predicting());
}

#[test]
fn reports_a_file_deleted_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let path = picture(folder.path(), "a.png", 0);
    let model = Model::default();
    let mut gallery = Gallery::new(Arc::new(|| {}));
    gallery.open(vec![path.clone()]).unwrap();
    let mut case = Case {
        gallery,
        model,
        _folder: folder,
    };
    case.until(|gallery, _| gallery.is_open() && !gallery.is_scanning());
    fs::remove_file(&path).unwrap();
    case.gallery.see(&[0]);
    case.until(|gallery, _| gallery.list.counts().unreadable == 1);
    let why = case.gallery.list.entries()[0].unreadable.clone().unwrap();
    assert!(
        why.contains("no such file") && why.ends_with("a.png"),
        "{why}"
    );
}

#[test]
fn keeps_the_images_if_the_next_folder_has_none() {
    let mut case = Case::new();
    case.predicted();
    let generation = case.gallery.generation();
    let empty = tempfile::tempdir().unwrap();
    case.gallery.open(vec![empty.path().to_owned()]).unwrap();
    let begun = Instant::now();
    let error = loop {
        match case.gallery.poll(&case.model, Instant::now()) {
            Err(error) => break error,
            Ok(_) => assert!(begun.elapsed() < Duration::from_secs(60)),
        }
    };
    assert!(error.to_string().contains("no images"), "{error}");
    assert_eq!(case.gallery.list.counts().predicted, 3);
    assert_eq!(case.gallery.generation(), generation);

    let path = picture(empty.path(), "a.png", 2);
    case.gallery.open(vec![path]).unwrap();
    case.until(|gallery, _| {
        gallery.generation() != generation && gallery.list.counts().predicted == 1
    });
    assert_eq!(case.gallery.list.counts().pictures, 1);
    case.gallery.close(&case.model);
    assert!(!case.gallery.is_open());
    assert_eq!(case.gallery.bytes(), 0);
}

#[test]
fn keeps_five_thousand_images_within_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(picture(folder.path(), "0.png", 0)).unwrap();
    for index in 1..5000 {
        fs::write(folder.path().join(format!("{index}.png")), &bytes).unwrap();
    }
    let limit = 4 << 20;
    let model = Model::default();
    let mut gallery = Gallery::new(Arc::new(|| {}));
    gallery.set_limit(limit);
    gallery.open(vec![folder.path().to_owned()]).unwrap();
    gallery.ask(QUESTION, labels, &model);
    let mut case = Case {
        gallery,
        model,
        _folder: folder,
    };
    let most = Cell::new(0);
    let step = Cell::new(0);
    let begun = Instant::now();
    loop {
        let gallery = &mut case.gallery;
        gallery.poll(&case.model, Instant::now()).unwrap();
        let counts = gallery.list.counts();
        most.set(most.get().max(gallery.bytes()));
        if gallery.is_open()
            && !gallery.is_scanning()
            && counts.pictures == 5000
            && counts.waiting == 0
        {
            break;
        }
        // Meanwhile the user scrolls through them.
        step.set(step.get() + 7);
        let from = step.get() % counts.pictures.saturating_sub(20).max(1);
        gallery.see(&(from..(from + 20).min(counts.pictures)).collect::<Vec<_>>());
        assert!(begun.elapsed() < Duration::from_secs(120), "{counts:?}");
    }
    assert_eq!(case.gallery.list.counts().predicted, 5000);
    assert!(case.model.max_pending.get() <= MAX_PENDING);
    let thumbnail = 64 * 48 * 3;
    assert!(
        most.get() > 400 * thumbnail,
        "thumbnails were kept: {}",
        most.get()
    );
    // Names and predictions take a few hundred bytes each, besides the pending images.
    let on_top = 5000 * 500 + MAX_PENDING * thumbnail;
    assert!(most.get() <= limit + on_top, "{}", most.get());

    case.gallery.list.set_filter(Filter::Class(0));
    case.gallery.poll(&case.model, Instant::now()).unwrap();
    assert_eq!(case.gallery.list.order().len(), 5000);
    case.gallery.set_limit(1 << 20);
    assert!(case.gallery.bytes() <= (1 << 20) + 5000 * 500);
}
