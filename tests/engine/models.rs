//! Several models open at once.

use std::ops::ControlFlow;

use gradcam::engine::{Error, Request, Session};

use crate::support::*;

#[test]
fn two_models_answer_side_by_side_in_one_batch() {
    let engine = engine();
    let (squeeze, efficient) = (open(&engine, SQUEEZENET), open(&engine, EFFICIENTNET));
    let photo = photo();
    let rows = vec![
        request(&efficient, &photo, 285),
        request(&squeeze, &photo, 285),
    ];
    let sent = engine.requests_sent();
    let batch = engine.explain(rows.clone());
    assert_eq!(engine.requests_sent(), sent + 1);
    batch.jobs.iter().for_each(finished);
    let layers = batch.jobs.iter().map(|job| {
        let map = job.heat_map.ready().unwrap().as_ref().unwrap();
        map.layer.clone()
    });
    let recommended = [&efficient, &squeeze].map(|card| card.layers.recommended().unwrap());
    assert!(layers.eq(recommended.map(|layer| layer.path.clone())));
    let overview = taken(batch.overview).unwrap();
    assert!(efficient.layers.find(&overview.maps[0].layer).is_some());
    taken(batch.all_layers).unwrap();

    // Known for both: nothing to send.
    let sent = engine.requests_sent();
    let again = engine.explain(rows);
    assert!(again.jobs.iter().all(|job| job.guided.ready().is_some()));
    assert!(again.overview.ready().is_some() && again.all_layers.ready().is_some());
    assert_eq!(engine.requests_sent(), sent);
}

#[test]
fn a_model_that_does_not_open_leaves_both_others_open() {
    let engine = engine();
    let (squeeze, efficient) = (open(&engine, SQUEEZENET), open(&engine, EFFICIENTNET));
    let broken = tempfile::Builder::new().suffix(".pt2").tempfile().unwrap();
    let whole = std::fs::read(root(SQUEEZENET)).unwrap();
    std::fs::write(broken.path(), &whole[..whole.len() / 2]).unwrap();
    let opened = engine.open_model(broken.path().to_owned());
    assert!(matches!(taken(opened), Err(Error::Model(_))));

    let photo = photo();
    let rows = [&squeeze, &efficient].map(|card| request(card, &photo, 285));
    for job in engine.explain(rows.to_vec()).jobs {
        finished(&job);
        assert!(job.guided.ready().unwrap().is_ok());
    }
}

#[test]
fn a_model_whose_opening_is_cancelled_does_not_open_and_the_next_one_does() {
    let engine = engine();
    let first = engine.open_model(root(EFFICIENTNET));
    engine.cancel_openings();
    let second = engine.open_model(root(SQUEEZENET));
    assert!(matches!(taken(first), Err(Error::Overtaken)));
    assert_eq!(taken(second).unwrap().name, "squeezenet1_1");
}

#[test]
fn an_opening_tells_how_far_it_is_and_can_be_broken_off_anywhere() {
    let path = root(SQUEEZENET);
    let mut told = Vec::new();
    let mut session = Session::default();
    session
        .open_model_as(&path, None, &mut |part| {
            told.push(part);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(told.is_sorted() && told.len() > 60, "{told:?}");
    assert!(told[0] < 0.1 && told[told.len() - 1] == 1.0, "{told:?}");

    let kept = session.card().unwrap().id;
    for call in [0, told.len() / 2, told.len() - 1] {
        let mut calls = 0;
        let broken = session.open_model_as(&path, None, &mut |_| {
            calls += 1;
            match calls > call {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        assert!(matches!(broken, Err(Error::Overtaken)));
        assert_eq!(calls, call + 1, "nothing goes on after it");
        assert_eq!(session.card().unwrap().id, kept);
    }
}

#[test]
fn a_second_model_opens_while_the_first_computes() {
    let engine = engine();
    let first = open(&engine, EFFICIENTNET);
    let photo = photo();
    let job = ask(&engine, request(&first, &photo, 285));
    let opening = engine.open_model(root(SQUEEZENET));
    // It broke off what was asked before, whose promises are kept all the same.
    finished(&job);
    let second = taken(opening).unwrap();
    let rows = [&first, &second].map(|card| request(card, &photo, 285));
    for job in engine.explain(rows.to_vec()).jobs {
        finished(&job);
        assert!(job.guided.ready().unwrap().is_ok());
    }
}

#[test]
fn a_closed_model_says_so_and_the_kept_one_goes_on() {
    let engine = engine();
    let (squeeze, efficient) = (open(&engine, SQUEEZENET), open(&engine, EFFICIENTNET));
    let photo = photo();
    let of = |card| request(card, &photo, 285);
    engine
        .explain(vec![of(&squeeze), of(&efficient)])
        .jobs
        .iter()
        .for_each(finished);

    engine.keep_models(&[efficient.id]);
    let batch = engine.explain(vec![of(&squeeze), of(&efficient)]);
    finished(&batch.jobs[0]);
    assert!(matches!(
        batch.jobs[0].answer.ready(),
        Some(Err(Error::ModelClosed))
    ));
    assert!(matches!(taken(batch.overview), Err(Error::ModelClosed)));
    assert!(matches!(batch.jobs[1].guided.ready(), Some(Ok(_))));
    assert!(engine.cached_map(&of(&squeeze)).is_none());
    assert!(engine.cached_map(&of(&efficient)).is_some());

    // The same file opens again, as another model.
    let again = open(&engine, SQUEEZENET);
    assert_ne!(again.id, squeeze.id);
    let job = ask(&engine, of(&again));
    finished(&job);
    assert!(job.guided.ready().unwrap().is_ok());
}

#[test]
fn an_error_in_one_row_leaves_the_others_alone() {
    let engine = engine();
    let card = open(&engine, SQUEEZENET);
    let photo = photo();
    let flat = Request {
        layer: Some("classifier.3".into()),
        ..request(&card, &photo, 285)
    };
    let no_class = request(&card, &photo, 1000);
    let batch = engine.explain(vec![flat, no_class, request(&card, &photo, 285)]);
    batch.jobs.iter().for_each(finished);
    let [flat, no_class, fine] = &batch.jobs[..] else {
        panic!("three rows")
    };
    assert!(flat.answer.ready().unwrap().is_ok());
    assert!(matches!(
        flat.guided.ready(),
        Some(Err(Error::LayerWithoutMap { .. }))
    ));
    assert!(matches!(
        no_class.guided.ready(),
        Some(Err(Error::UnknownClass { .. }))
    ));
    assert!(fine.guided.ready().unwrap().is_ok());
    // The layers of the first row's class are shown although its own layer has no map.
    assert!(!taken(batch.overview).unwrap().maps.is_empty());
    assert!(!taken(batch.all_layers).unwrap().maps.is_empty());
}

#[test]
fn many_pictures_in_one_batch_all_come_though_few_recordings_are_kept() {
    let engine = engine();
    let (squeeze, efficient) = (open(&engine, SQUEEZENET), open(&engine, EFFICIENTNET));
    let names = ["cat_and_coffee_224.png", "chelsea_224.png", "coffee.png"];
    let photos = names.map(picture);
    let rows: Vec<Request> = photos
        .iter()
        .flat_map(|photo| [&squeeze, &efficient].map(|card| request(card, photo, 967)))
        .collect();
    let batch = engine.explain(rows.clone());
    batch.jobs.iter().for_each(finished);
    for (job, row) in batch.jobs.iter().zip(&rows) {
        let map = job.heat_map.ready().unwrap().as_ref().unwrap();
        let name = if row.model == squeeze.id {
            SQUEEZENET
        } else {
            EFFICIENTNET
        };
        let alone = session(name, &row.photo);
        let alone = alone.heat_map(map.score, &map.layer).unwrap();
        assert_alike(&row.photo.name(), &map.map, &alone.map, 1e-5);
        assert!(job.guided.ready().unwrap().is_ok());
    }
    taken(batch.all_layers).unwrap();
}
