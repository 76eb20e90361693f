use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use image::Rgb;

use super::*;
use crate::folder::thumbnails::MAX_PX;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn request(index: usize, path: &Path, whole: bool) -> Request {
    let path = path.into();
    let decoding = Decoding::default();
    Request {
        index,
        path,
        whole,
        decoding,
        max_px: MAX_PX,
    }
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
fn decodes_once_for_the_thumbnail_and_the_model() {
    let decoder = decoder();
    let path = sample("assets/chelsea.png");
    decoder.request(vec![request(3, &path, true)], Vec::new());
    let done = take(&decoder, 1).remove(0);
    let thumbnail = done.thumbnail.unwrap();
    assert_eq!(done.index, 3);
    assert_eq!(thumbnail.width().max(thumbnail.height()), MAX_PX);
    let photo = done.photo.unwrap();
    assert!(photo.width() > MAX_PX);
    decoder.request(vec![request(4, &path, false)], Vec::new());
    assert!(take(&decoder, 1).remove(0).photo.is_none());
    let large = Request {
        max_px: 2 * MAX_PX,
        ..request(5, &path, false)
    };
    decoder.request(vec![large], Vec::new());
    let thumbnail = take(&decoder, 1).remove(0).thumbnail.unwrap();
    assert_eq!(thumbnail.width().max(thumbnail.height()), 2 * MAX_PX);
}

#[test]
fn reports_what_cannot_be_decoded_and_goes_on() {
    let decoder = decoder();
    let bad = [
        "tests/pictures/empty.png",
        "tests/pictures/words.jpg",
        "tests/pictures/truncated.png",
        "tests/pictures/claims_60000.png",
        "tests/pictures/gone_meanwhile.png",
        "tests/pictures",
    ];
    let mut requests: Vec<Request> = (0..)
        .zip(bad)
        .map(|(i, n)| request(i, &sample(n), true))
        .collect();
    requests.push(request(9, &sample("tests/pictures/grey.png"), true));
    decoder.request(requests, Vec::new());
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
fn decodes_images_on_screen_first() {
    let decoder = decoder();
    let path = sample("tests/pictures/grey.png");
    decoder.request(
        vec![request(0, &sample("assets/rocket.jpg"), false)],
        Vec::new(),
    );
    while decoder.shared.queue().working_on.is_none() && decoder.shared.queue().finished.is_empty()
    {
        thread::yield_now();
    }
    let ahead = vec![request(7, &path, true), request(8, &path, true)];
    decoder.request(
        vec![request(2, &path, false), request(1, &path, false)],
        ahead,
    );
    let order: Vec<usize> = take(&decoder, 5).iter().map(|done| done.index).collect();
    assert_eq!(order, [0, 2, 1, 7, 8]);
    assert!(decoder.is_idle());
}

#[test]
fn wakes_the_window_only_for_images_on_screen() {
    let woken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&woken);
    let wake = move || {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    let decoder = Decoder::start(Arc::new(wake)).unwrap();
    let path = sample("tests/pictures/grey.png");
    decoder.request(
        Vec::new(),
        vec![request(0, &path, true), request(1, &path, true)],
    );
    take(&decoder, 2);
    assert_eq!(woken.load(Ordering::SeqCst), 0);
    decoder.request(
        vec![request(2, &path, false)],
        vec![request(3, &path, true)],
    );
    take(&decoder, 2);
    // Once the lock is free, the thread has called `wake`.
    drop(decoder.shared.queue());
    assert_eq!(woken.load(Ordering::SeqCst), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn yields_to_the_window() {
    let decoder = decoder();
    let path = sample("tests/pictures/grey.png");
    decoder.request(vec![request(0, &path, false)], Vec::new());
    take(&decoder, 1);
    let mut nice = Vec::new();
    for thread in std::fs::read_dir("/proc/self/task").unwrap() {
        let thread = thread.unwrap().path();
        // The system cuts the names.
        let name = std::fs::read_to_string(thread.join("comm")).unwrap_or_default();
        if "gradcam-thumbnails".starts_with(name.trim()) && !name.is_empty() {
            nice.extend(priority::tests::nice(&thread));
        }
    }
    // The threads of other tests may just be starting.
    assert!(nice.contains(&priority::NICE), "{nice:?}");
}

#[test]
fn bounds_the_full_size_images_that_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.png");
    // More than two of this size may not wait.
    let side = 4300;
    image::RgbImage::from_pixel(side, side, Rgb([9, 9, 9]))
        .save(&path)
        .unwrap();
    let decoder = decoder();
    let ahead = (0..3).map(|index| request(index, &path, true)).collect();
    decoder.request(Vec::new(), ahead);
    let mut waiting = take(&decoder, 2);
    assert!(waiting.iter().all(|done| done.photo.is_some()));
    // Images on screen are decoded all the same, but not passed on at full size.
    decoder.request(vec![request(7, &path, true)], vec![request(2, &path, true)]);
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
fn drops_everything_of_the_previous_folder() {
    let decoder = decoder();
    let path = sample("assets/chelsea.png");
    let requests = |from: usize| (from..from + 3).map(|i| request(i, &path, true)).collect();
    decoder.request(requests(0), Vec::new());
    take(&decoder, 1);
    decoder.forget();
    decoder.request(requests(10), Vec::new());
    let indices: Vec<usize> = take(&decoder, 3).iter().map(|done| done.index).collect();
    assert_eq!(indices, [10, 11, 12]);
    assert!(decoder.is_idle());
}
