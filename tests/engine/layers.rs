//! All layers at once, and fused layers.

use gradcam::engine::{Error, LayerMaps, Request, resolve_layer};
use gradcam::explain::Score;
use gradcam::model::layers::join;
use gradcam::picture::map::fuse;
use gradcam::picture::photo::geometry::Fit;

use crate::support::*;

#[test]
fn sends_the_heat_map_then_the_overview_then_all_layers() {
    for name in [SQUEEZENET, EFFICIENTNET] {
        let engine = engine();
        let model = open(&engine, name);
        let photo = photo();
        let mut batch = engine.explain(vec![request(&model, &photo, 967)]);
        let job = batch.jobs.remove(0);
        let overview = taken(batch.overview).unwrap();
        assert!(job.heat_map.ready().is_some());
        finished(&job);
        let all = taken(batch.all_layers).unwrap();
        assert!(job.guided.ready().is_some());

        let paths = |maps: &LayerMaps| -> Vec<String> {
            maps.maps.iter().map(|map| map.layer.clone()).collect()
        };
        let path = |row: usize| model.layers.layers[row].path.clone();
        let rows: Vec<String> = model.layers.overview().into_iter().map(path).collect();
        assert_eq!(paths(&overview), rows);
        let targets: Vec<String> = model.layers.targets().map(|l| l.path.clone()).collect();
        assert_eq!(paths(&all), targets);

        // One backward pass to many layers gives the same as one to each.
        let session = session(name, &photo);
        for map in &overview.maps {
            let alone = session.heat_map(Score::For(967), &map.layer).unwrap();
            assert_alike(&map.layer, &map.map, &alone.map, 1e-5);
            assert_eq!(all.at(&map.layer).unwrap().map, map.map);
        }
        assert!(all.at("no such layer").is_none());
    }
}

#[test]
fn computes_the_layers_of_another_class() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let photo = photo();
    let first = engine.explain(vec![request(&model, &photo, 967)]);
    let first = taken(first.all_layers).unwrap();
    let second = engine.explain(vec![request(&model, &photo, 285)]);
    assert!(second.jobs[0].answer.ready().is_some());
    let second = taken(second.all_layers).unwrap();
    assert_eq!(
        (first.score, second.score),
        (Score::For(967), Score::For(285))
    );
    let at = |maps: &LayerMaps| maps.at("features.12").unwrap().map.clone();
    assert_ne!(at(&first), at(&second));
}

#[test]
fn fuses_layers_as_the_mean_of_their_scaled_maps() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let photo = photo();
    let layers = ["features.4", "features.12"];
    let joined = join(layers);
    assert_eq!(joined, "features.4 + features.12");
    let fused = Request {
        layer: Some(joined.clone()),
        ..request(&model, &photo, 967)
    };
    let job = ask(&engine, fused.clone());
    finished(&job);
    let map = job.heat_map.block_and_take().unwrap();
    let guided = job.guided.block_and_take().unwrap();
    assert_eq!(
        (map.layer.as_str(), guided.layer.as_str()),
        (joined.as_str(), joined.as_str())
    );

    let session = session(SQUEEZENET, &photo);
    let parts = session.heat_maps(Score::For(967), &layers).unwrap();
    let by_hand = fuse(&[&parts[0].map, &parts[1].map]);
    assert_alike("engine", &map.map, &by_hand, 1e-5);
    assert!(map.map.max() <= 1.0 && map.map.max() > 0.5);
    assert_eq!(
        (map.map.width, map.map.height),
        (parts[0].map.width, parts[0].map.height)
    );
    let alone = session.heat_map(Score::For(967), &joined).unwrap();
    assert_alike("session", &alone.map, &by_hand, 1e-5);
    let product = session.guided_grad_cam(&guided.backprop, &by_hand);
    let largest = product
        .values
        .iter()
        .fold(0f32, |max, value| max.max(value.abs()));
    for (a, b) in guided.grad_cam.values.iter().zip(&product.values) {
        assert!((a - b).abs() <= 1e-5 * largest);
    }

    // Now it is cached, and its parts too.
    assert!(engine.cached_map(&fused).is_some());
    let part = Request {
        layer: Some("features.4".into()),
        ..fused
    };
    assert!(engine.cached_map(&part).is_some());
}

#[test]
fn names_the_fused_layer_without_a_map() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    assert_eq!(
        resolve_layer(&model, Some("features.4")).unwrap(),
        "features.4"
    );
    let nowhere = resolve_layer(&model, Some("features.4 + nowhere"));
    assert!(matches!(nowhere, Err(Error::UnknownLayer(path)) if path == "nowhere"));
    let flat = resolve_layer(&model, Some("classifier.3 + features.4"));
    assert!(matches!(flat, Err(Error::LayerWithoutMap { layer, .. }) if layer == "classifier.3"));
    let photo = photo();
    let mut session = session(SQUEEZENET, &photo);
    session
        .predict(&photo, Fit::Stretch, &mut |_| Ok(()))
        .unwrap();
    let nowhere = session.heat_map(Score::For(1), "features.4 + nowhere");
    assert!(matches!(nowhere, Err(Error::UnknownLayer(path)) if path == "nowhere"));
}
