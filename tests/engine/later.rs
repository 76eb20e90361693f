//! Predictions in idle time, and what interrupts them.

use std::sync::Arc;

use gradcam::engine::{Error, Prediction, Session};
use gradcam::picture::photo::decode::Photo;
use gradcam::picture::photo::geometry::Fit;
use poll_promise::Promise;

use crate::support::*;

type Answering = Promise<Result<Arc<Prediction>, Error>>;

/// This many different photos: each has one more row painted over.
fn pictures(count: usize) -> Vec<Arc<Photo>> {
    let whole = picture("cat_and_coffee_224.png");
    let painted = |rows: usize| {
        let mut rgb = whole.rgb.clone();
        for y in 0..rows as u32 {
            (0..rgb.width()).for_each(|x| rgb.put_pixel(x, y, image::Rgb([90, 20, 160])));
        }
        let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
        rgb.save(file.path()).unwrap();
        Arc::new(Photo::open(file.path()).unwrap())
    };
    (0..count).map(painted).collect()
}

fn open_still(promises: &[Answering]) -> usize {
    promises
        .iter()
        .filter(|promise| promise.ready().is_none())
        .count()
}

#[test]
fn serves_a_click_before_the_folder() {
    let engine = engine();
    let model = open(&engine, EFFICIENTNET);
    let folder = pictures(30);
    let later: Vec<Answering> = folder
        .iter()
        .map(|photo| engine.predict_later(model.id, Fit::Crop, Arc::clone(photo)))
        .collect();
    // The first is under way.
    until("the first picture is answered", || open_still(&later) < 30);
    assert!(
        engine.progress().is_none(),
        "nobody waits for work in idle time"
    );

    let photo = photo();
    let job = ask(&engine, request(&model, &photo, 285));
    until("the heat map", || job.heat_map.ready().is_some());
    let open = open_still(&later);
    assert!(open > 15, "only {open} of 30 were left");
    finished(&job);
    assert!(job.guided.ready().unwrap().is_ok());

    // All are predicted in the end, including those interrupted.
    let mut session = Session::default();
    session.open_model(&root(EFFICIENTNET)).unwrap();
    for (promise, photo) in later.into_iter().zip(&folder).step_by(5) {
        let answer = taken(promise).unwrap();
        let recorded = session.predict(photo, Fit::Crop, &mut |_| Ok(())).unwrap();
        assert_eq!(answer.placement, recorded.placement);
        for (a, b) in answer.logits.iter().zip(&recorded.logits) {
            assert!(
                (a - b).abs() <= 1e-5 * recorded.logits[recorded.ranking[0]].abs(),
                "{a} {b}"
            );
        }
    }
    // Now they are cached.
    let again = engine.predict_later(model.id, Fit::Crop, Arc::clone(&folder[0]));
    assert!(again.ready().is_some());
}

#[test]
fn serves_the_folder_during_constant_clicks() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let folder = pictures(8);
    let photo = photo();
    finished(&ask(&engine, request(&model, &photo, 0)));
    let later: Vec<Answering> = folder
        .iter()
        .map(|photo| engine.predict_later(model.id, Fit::Crop, Arc::clone(photo)))
        .collect();
    let mut clicks = 1..1000;
    let mut job = ask(&engine, request(&model, &photo, 999));
    until("three pictures of the folder are answered", || {
        // The next click comes before the worker has finished the last one.
        if job.heat_map.ready().is_some()
            && let Some(class) = clicks.next()
        {
            job = ask(&engine, request(&model, &photo, class));
        }
        open_still(&later) <= 5
    });
}

#[test]
fn cancels_photos_and_accepts_new_ones() {
    let engine = engine();
    let model = open(&engine, EFFICIENTNET);
    let folder = pictures(20);
    let ask = |photo: &Arc<Photo>| engine.predict_later(model.id, Fit::Crop, Arc::clone(photo));
    let forgotten: Vec<Answering> = folder.iter().map(ask).collect();
    engine.cancel_later();
    let wanted = ask(&folder[19]);
    let ends: Vec<Result<Arc<Prediction>, Error>> = forgotten.into_iter().map(taken).collect();
    let overtaken = ends
        .iter()
        .filter(|end| matches!(end, Err(Error::Overtaken)));
    assert!(overtaken.count() >= 15);
    assert!(taken(wanted).is_ok());
}

#[test]
fn fulfils_promises_after_closing_the_model_or_the_engine() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let folder = pictures(12);
    engine.keep_models(&[]);
    let closed = engine.predict_later(model.id, Fit::Crop, Arc::clone(&folder[0]));
    assert!(matches!(
        taken(closed),
        Err(Error::NoModel | Error::ModelClosed)
    ));

    let model = open(&engine, EFFICIENTNET);
    let ask = |photo: &Arc<Photo>| engine.predict_later(model.id, Fit::Crop, Arc::clone(photo));
    let left: Vec<Answering> = folder.iter().map(ask).collect();
    drop(engine);
    let ends: Vec<bool> = left
        .into_iter()
        .map(|promise| taken(promise).is_ok())
        .collect();
    assert!(
        ends.iter().filter(|ok| !**ok).count() >= 8,
        "the engine waited for them"
    );
}

/// The window's thread comes before libtorch's.
#[test]
#[cfg(target_os = "linux")]
fn yields_mildly_to_the_window() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    finished(&ask(&engine, request(&model, &photo(), 285)));
    let threads: Vec<(String, i64)> = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| {
            let stat = std::fs::read_to_string(task.unwrap().path().join("stat")).ok()?;
            let (before, after) = stat.split_once(") ")?;
            let name = before.split_once('(')?.1.to_owned();
            // These fields start with the third, the state; the nineteenth is the nice value.
            Some((name, after.split(' ').nth(16)?.parse().ok()?))
        })
        .collect();
    let workers: Vec<&(String, i64)> = threads
        .iter()
        .filter(|(name, _)| name == "gradcam-worker")
        .collect();
    assert!(!workers.is_empty(), "{threads:?}");
    // Only mildly, so that the worker keeps its share beside other busy programs.
    let mild = |nice: i64| (1..=5).contains(&nice);
    assert!(workers.iter().all(|(_, nice)| mild(*nice)), "{threads:?}");
}
