use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use image::Rgb;

use super::*;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn wish(index: usize, path: &Path, whole: bool) -> Wish {
    let path = path.into();
    Wish { index, path, whole }
}

fn decoder() -> Decoder {
    Decoder::start(Arc::new(|| {})).unwrap()
}

/// The next `count` results.
fn take(decoder: &Decoder, count: usize) -> Vec<Decoded> {
    let begun = Instant::now();
    let mut taken = Vec::new();
    while taken.len() < count {
        assert!(begun.elapsed() < Duration::from_secs(300), "{taken:?}");
        thread::sleep(Duration::from_millis(1));
        taken.extend(decoder.take());
    }
    taken
}

#[test]
fn a_picture_is_decoded_once_for_both_ends() {
    let decoder = decoder();
    let path = sample("assets/chelsea.png");
    decoder.wish(vec![wish(3, &path, true)], Vec::new());
    let done = take(&decoder, 1).remove(0);
    let thumbnail = done.thumbnail.unwrap();
    assert_eq!(done.index, 3);
    assert_eq!(thumbnail.width().max(thumbnail.height()), MAX_PX);
    let photo = done.photo.unwrap();
    assert!(photo.width() > MAX_PX);
    decoder.wish(vec![wish(4, &path, false)], Vec::new());
    assert!(take(&decoder, 1).remove(0).photo.is_none());
}

#[test]
fn what_cannot_be_decoded_says_why_and_the_rest_goes_on() {
    let decoder = decoder();
    let bad = [
        "tests/pictures/empty.png",
        "tests/pictures/words.jpg",
        "tests/pictures/truncated.png",
        "tests/pictures/claims_60000.png",
        "tests/pictures/gone_meanwhile.png",
        "tests/pictures",
    ];
    let mut wishes: Vec<Wish> = (0..)
        .zip(bad)
        .map(|(i, n)| wish(i, &sample(n), true))
        .collect();
    wishes.push(wish(9, &sample("tests/pictures/grey.png"), true));
    decoder.wish(wishes, Vec::new());
    let done = take(&decoder, bad.len() + 1);
    for (decoded, name) in done.iter().zip(bad) {
        let why = decoded.thumbnail.as_ref().unwrap_err();
        assert!(why.contains(name), "{why}");
        assert!(decoded.photo.is_none());
    }
    let why = |index: usize| done[index].thumbnail.as_ref().unwrap_err();
    assert!(why(0).contains("empty") && why(3).contains("60000 × 60000"));
    assert!(why(4).contains("no such file"));
    assert!(done[bad.len()].thumbnail.is_ok());
}

#[test]
fn what_is_in_sight_goes_before_what_only_the_model_waits_for() {
    let decoder = decoder();
    let path = sample("tests/pictures/grey.png");
    decoder.wish(
        vec![wish(0, &sample("assets/rocket.jpg"), false)],
        Vec::new(),
    );
    while decoder.shared.desk().working_on.is_none() && decoder.shared.desk().finished.is_empty() {
        thread::yield_now();
    }
    let ahead = vec![wish(7, &path, true), wish(8, &path, true)];
    decoder.wish(vec![wish(2, &path, false), wish(1, &path, false)], ahead);
    let order: Vec<usize> = take(&decoder, 5).iter().map(|done| done.index).collect();
    assert_eq!(order, [0, 2, 1, 7, 8]);
    assert!(decoder.is_idle());
}

#[test]
fn only_what_someone_looks_for_wakes_anyone() {
    let woken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&woken);
    let wake = move || {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    let decoder = Decoder::start(Arc::new(wake)).unwrap();
    let path = sample("tests/pictures/grey.png");
    decoder.wish(Vec::new(), vec![wish(0, &path, true), wish(1, &path, true)]);
    take(&decoder, 2);
    assert_eq!(woken.load(Ordering::SeqCst), 0);
    decoder.wish(vec![wish(2, &path, false)], vec![wish(3, &path, true)]);
    take(&decoder, 2);
    // The thread is at rest once the desk is its own again.
    drop(decoder.shared.desk());
    assert_eq!(woken.load(Ordering::SeqCst), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn the_thread_yields_to_the_window() {
    let decoder = decoder();
    let path = sample("tests/pictures/grey.png");
    decoder.wish(vec![wish(0, &path, false)], Vec::new());
    take(&decoder, 1);
    let mut nice = Vec::new();
    for thread in std::fs::read_dir("/proc/self/task").unwrap() {
        let thread = thread.unwrap().path();
        // Names are cut.
        let name = std::fs::read_to_string(thread.join("comm")).unwrap_or_default();
        if "gradcam-thumbnails".starts_with(name.trim()) && !name.is_empty() {
            nice.extend(priority::tests::nice(&thread));
        }
    }
    // Other tests' threads may just be starting.
    assert!(nice.contains(&priority::NICE), "{nice:?}");
}

#[test]
fn whole_pictures_that_wait_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.png");
    // Three of them are more than may wait.
    let side = 4300;
    image::RgbImage::from_pixel(side, side, Rgb([9, 9, 9]))
        .save(&path)
        .unwrap();
    let decoder = decoder();
    let ahead = (0..3).map(|index| wish(index, &path, true)).collect();
    decoder.wish(Vec::new(), ahead);
    let mut waiting = take(&decoder, 2);
    assert!(waiting.iter().all(|done| done.photo.is_some()));
    // Pictures in sight are decoded all the same, and not handed on whole.
    decoder.wish(vec![wish(7, &path, true)], vec![wish(2, &path, true)]);
    let seen = take(&decoder, 1).remove(0);
    assert!((seen.index, seen.photo.is_none()) == (7, true) && seen.thumbnail.is_ok());
    assert!(!decoder.is_idle() && decoder.take().is_empty());

    let first = waiting.swap_remove(0).photo.unwrap();
    assert_eq!(decoder.held(), 2 * bytes(&first));
    decoder.release(&first);
    let last = take(&decoder, 1).remove(0);
    assert!(last.index == 2 && last.photo.is_some());
}

#[test]
fn another_folder_leaves_nothing_of_the_one_before() {
    let decoder = decoder();
    let path = sample("assets/chelsea.png");
    let wishes = |from: usize| (from..from + 3).map(|i| wish(i, &path, true)).collect();
    decoder.wish(wishes(0), Vec::new());
    take(&decoder, 1);
    decoder.forget();
    decoder.wish(wishes(10), Vec::new());
    let indices: Vec<usize> = take(&decoder, 3).iter().map(|done| done.index).collect();
    assert_eq!(indices, [10, 11, 12]);
    assert!(decoder.is_idle());
}
