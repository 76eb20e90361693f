//! The channels behind a map.

use gradcam::engine::{Error, Request};
use gradcam::explain::Score;
use gradcam::picture::map::Map;

use crate::support::*;

#[test]
fn adds_up_to_grad_cam() {
    let photo = picture("cat_and_coffee_224.png");
    for (name, layers) in [
        (SQUEEZENET, ["features.3", "features.12"]),
        (EFFICIENTNET, ["blocks.2", "bn2"]),
    ] {
        let session = session(name, &photo);
        for layer in layers {
            for score in [Score::For(285), Score::Versus { a: 967, b: 285 }] {
                let what = format!("{name}, {layer}, {score:?}");
                let channels = session.channels(score, layer).unwrap();
                let map = session.heat_map(score, layer).unwrap().map;
                assert!(map.max() > 0.0, "{what}");
                assert_eq!(channels.layer, layer);
                let every: Vec<usize> = (0..channels.len()).collect();
                assert_alike(&what, &channels.map_of(&every), &map, 1e-5);

                let sum: f64 = channels.shares.iter().map(|share| f64::from(*share)).sum();
                assert!((sum - 1.0).abs() < 1e-4, "{what}: {sum}");
                let weight = |channel: &usize| channels.weights[*channel];
                assert!(channels.order.is_sorted_by(|a, b| weight(a) >= weight(b)));

                // A single channel: its activation if its weight is positive, otherwise zero.
                let (best, worst) = (channels.order[0], *channels.order.last().unwrap());
                assert!(weight(&best) > 0.0 && weight(&worst) < 0.0, "{what}");
                let activation = channels.activation(best);
                let alone = Map {
                    values: activation
                        .values
                        .iter()
                        .map(|value| (value * weight(&best)).max(0.0))
                        .collect(),
                    ..activation
                };
                assert_alike(&what, &channels.map_of(&[best]), &alone, 1e-6);
            }
        }
    }
}

#[test]
fn computes_channels_separately_from_the_panels() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let photo = photo();
    let row = request(&model, &photo, 967);
    let batch = engine.explain(vec![row.clone()]);
    let older = engine.channels(request(&model, &photo, 285));
    let newer = engine.channels(Request {
        score: None,
        ..row.clone()
    });
    let newer = taken(newer).unwrap();
    assert!(matches!(taken(older), Ok(_) | Err(Error::Overtaken)));
    finished(&batch.jobs[0]);
    let map = batch.jobs[0].heat_map.ready().unwrap().as_ref().unwrap();
    assert_eq!(newer.layer, map.layer);
    assert!(
        taken(batch.all_layers).is_ok(),
        "the panels are not overtaken"
    );

    // Another view overtakes the panels, not the channels.
    let channels = engine.channels(row.clone());
    let job = ask(&engine, request(&model, &photo, 1));
    assert_eq!(taken(channels).unwrap().score, Score::For(967));
    finished(&job);
}

#[test]
fn refuses_channels_of_several_layers() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let fused = Request {
        layer: Some("features.4 + features.12".into()),
        ..request(&model, &photo(), 967)
    };
    let error = taken(engine.channels(fused)).unwrap_err();
    assert!(error.to_string().contains("choose one of"), "{error}");
}
