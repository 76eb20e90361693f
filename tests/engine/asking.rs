//! One view at a time: cached results, the newest request, and errors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gradcam::engine::{Engine, Error, Job, Request};
use gradcam::explain::Score;
use gradcam::model::ReluRule;
use gradcam::picture::photo::geometry::Fit;

use crate::support::*;

#[test]
fn returns_cached_results_without_the_worker() {
    let woken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&woken);
    let engine = Engine::start(move || {
        counter.fetch_add(1, Ordering::SeqCst);
    })
    .unwrap();
    let model = open(&engine, SQUEEZENET);
    let photo = photo();
    let first = ask(&engine, request(&model, &photo, 967));
    finished(&first);
    assert!(woken.load(Ordering::SeqCst) > 3);
    until("the other layers are computed", || {
        engine.progress().is_none()
    });
    let sent = engine.requests_sent();

    let again = ask(&engine, request(&model, &photo, 967));
    for ready in [
        again.answer.ready().is_some(),
        again.heat_map.ready().is_some(),
        again.guided.ready().is_some(),
    ] {
        assert!(ready);
    }
    assert_eq!(engine.requests_sent(), sent);

    // The maps of all other layers came from one backward pass; only the product is left to compute.
    for layer in model.layers.targets() {
        let walked = Request {
            layer: Some(layer.path.clone()),
            ..request(&model, &photo, 967)
        };
        assert!(engine.cached_map(&walked).is_some(), "{}", layer.path);
    }
    let walked = ask(
        &engine,
        Request {
            layer: Some("features.7".into()),
            ..request(&model, &photo, 967)
        },
    );
    assert_eq!(
        walked.heat_map.ready().unwrap().as_ref().unwrap().layer,
        "features.7"
    );
    finished(&walked);
}

#[test]
fn explains_the_predicted_class_by_default() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let job = ask(
        &engine,
        Request {
            score: None,
            ..request(&model, &photo(), 0)
        },
    );
    finished(&job);
    let answer = job.answer.block_and_take().unwrap();
    let map = job.heat_map.block_and_take().unwrap();
    assert_eq!(map.score, Score::For(answer.top().unwrap()));
    assert_eq!(map.layer, "features.12");
    let guided = job.guided.block_and_take().unwrap();
    assert_eq!(guided.rectifiers, (26, 26));
    let sum: f32 = answer.probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-4);
}

#[test]
fn overtakes_older_requests() {
    let engine = engine();
    let model = open(&engine, EFFICIENTNET);
    let photo = photo();
    let jobs: Vec<Job> = (0..40)
        .map(|class| ask(&engine, request(&model, &photo, class)))
        .collect();
    jobs.iter().for_each(finished);
    let (last, earlier) = jobs.split_last().unwrap();
    assert_eq!(
        last.heat_map.ready().unwrap().as_ref().unwrap().score,
        Score::For(39)
    );
    let overtaken = earlier
        .iter()
        .filter(|job| matches!(job.guided.ready(), Some(Err(Error::Overtaken))))
        .count();
    assert!(overtaken >= 30, "only {overtaken} of 39 were dropped");
}

#[test]
fn cancels_and_serves_the_next_request() {
    let engine = engine();
    let model = open(&engine, EFFICIENTNET);
    let photo = photo();
    let job = ask(&engine, request(&model, &photo, 285));
    engine.cancel();
    finished(&job);
    assert!(matches!(job.guided.ready(), Some(Err(Error::Overtaken))));
    until("the worker rests", || engine.progress().is_none());
    let job = ask(&engine, request(&model, &photo, 285));
    finished(&job);
    assert!(job.guided.ready().unwrap().is_ok());
}

#[test]
fn keeps_the_open_model_if_another_fails_to_open() {
    let engine = engine();
    let photo = photo();
    let nothing_open = Request {
        model: 0,
        photo: Arc::clone(&photo),
        fit: Fit::Crop,
        score: None,
        layer: None,
        rule: ReluRule::Guided,
    };
    let batch = engine.explain(vec![nothing_open]);
    finished(&batch.jobs[0]);
    assert!(matches!(
        batch.jobs[0].answer.ready(),
        Some(Err(Error::NoModel))
    ));
    assert!(matches!(taken(batch.overview), Err(Error::NoModel)));
    assert!(matches!(taken(batch.all_layers), Err(Error::NoModel)));

    let model = open(&engine, SQUEEZENET);
    let error = try_open(&engine, "assets/coffee.png").unwrap_err();
    assert!(error.to_string().contains("coffee.png"), "{error}");
    let error = try_open(&engine, "models/nowhere.pt2").unwrap_err();
    assert!(error.to_string().contains("nowhere.pt2"), "{error}");
    let job = ask(&engine, request(&model, &photo, 285));
    finished(&job);
    assert_eq!(
        job.guided.ready().unwrap().as_ref().unwrap().rectifiers,
        (26, 26)
    );
}

#[test]
fn refuses_classes_and_layers_the_model_lacks() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let photo = photo();
    let job = ask(&engine, request(&model, &photo, 1000));
    finished(&job);
    let error = job.heat_map.block_and_take().unwrap_err();
    assert!(
        matches!(
            error,
            Error::UnknownClass {
                class: 1000,
                classes: 1000
            }
        ),
        "{error}"
    );
    let job = ask(
        &engine,
        Request {
            layer: Some("classifier.3".into()),
            ..request(&model, &photo, 1)
        },
    );
    finished(&job);
    assert!(
        matches!(job.heat_map.ready(), Some(Err(Error::LayerWithoutMap { layer, .. })) if layer == "classifier.3")
    );
}

/// The counterfactual map and the usual one have opposite gradients, so they do not overlap.
#[test]
fn separates_evidence_for_and_against() {
    let engine = engine();
    let model = open(&engine, EFFICIENTNET);
    let photo = photo();
    let map = |score| {
        let job = ask(
            &engine,
            Request {
                score: Some(score),
                ..request(&model, &photo, 0)
            },
        );
        finished(&job);
        job.heat_map.block_and_take().unwrap().map.clone()
    };
    let (cat, against) = (map(Score::For(285)), map(Score::Against(285)));
    assert!(cat.max() > 0.0 && against.max() > 0.0);
    assert!(
        cat.values
            .iter()
            .zip(&against.values)
            .all(|(a, b)| a * b == 0.0)
    );

    // Grad-CAM before its ReLU is linear in the score: cat − espresso.
    let (espresso, no_espresso) = (map(Score::For(967)), map(Score::Against(967)));
    let versus = map(Score::Versus { a: 285, b: 967 });
    for place in 0..versus.values.len() {
        let cat = cat.values[place] - against.values[place];
        let espresso = espresso.values[place] - no_espresso.values[place];
        assert!((versus.values[place] - (cat - espresso).max(0.0)).abs() < 1e-4);
    }
}
