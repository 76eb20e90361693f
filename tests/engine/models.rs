//! Several models open at once.

use std::ops::ControlFlow;
use std::sync::Arc;

use gradcam::engine::{Error, ModelInfo, Request, Session};
use gradcam::model::{InputChannels, LabelSource, OpenOptions, Preprocess, Reading, Usage};

use crate::support::*;

#[test]
fn explains_two_models_in_one_batch() {
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
    let recommended = [&efficient, &squeeze].map(|model| model.layers.recommended().unwrap());
    assert!(layers.eq(recommended.map(|layer| layer.path.clone())));
    let overview = taken(batch.overview).unwrap();
    assert!(efficient.layers.find(&overview.maps[0].layer).is_some());
    taken(batch.all_layers).unwrap();

    // Cached for both, so nothing is sent.
    let sent = engine.requests_sent();
    let again = engine.explain(rows);
    assert!(again.jobs.iter().all(|job| job.guided.ready().is_some()));
    assert!(again.overview.ready().is_some() && again.all_layers.ready().is_some());
    assert_eq!(engine.requests_sent(), sent);
}

#[test]
fn keeps_both_models_if_a_third_fails_to_open() {
    let engine = engine();
    let (squeeze, efficient) = (open(&engine, SQUEEZENET), open(&engine, EFFICIENTNET));
    let broken = tempfile::Builder::new().suffix(".pt2").tempfile().unwrap();
    let whole = std::fs::read(root(SQUEEZENET)).unwrap();
    std::fs::write(broken.path(), &whole[..whole.len() / 2]).unwrap();
    let opened = engine.open_model(broken.path().to_owned());
    assert!(matches!(taken(opened), Err(Error::Model(_))));

    let photo = photo();
    let rows = [&squeeze, &efficient].map(|model| request(model, &photo, 285));
    for job in engine.explain(rows.to_vec()).jobs {
        finished(&job);
        assert!(job.guided.ready().unwrap().is_ok());
    }
}

#[test]
fn cancels_an_opening_and_opens_the_next_model() {
    let engine = engine();
    let first = engine.open_model(root(EFFICIENTNET));
    engine.cancel_openings();
    let second = engine.open_model(root(SQUEEZENET));
    assert!(matches!(taken(first), Err(Error::Overtaken)));
    let second = taken(second).unwrap();
    assert_eq!(second.name, "squeezenet1_1");

    // On weights in memory, which takes hardly any time.
    let again = engine.reopen_model(second.id, second.usage());
    engine.cancel_openings();
    assert!(matches!(taken(again), Err(Error::Overtaken)));
    assert!(taken(engine.reopen_model(second.id, second.usage())).is_ok());
}

#[test]
fn reports_the_progress_of_an_opening_and_stops_anywhere() {
    let path = root(SQUEEZENET);
    let mut told = Vec::new();
    let mut session = Session::default();
    session
        .open_model_as(&path, &OpenOptions::default(), &mut |part| {
            told.push(part);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(told.is_sorted() && told.len() > 60, "{told:?}");
    assert!(told[0] < 0.1 && told[told.len() - 1] == 1.0, "{told:?}");

    let kept = session.info().unwrap().id;
    for call in [0, told.len() / 2, told.len() - 1] {
        let mut calls = 0;
        let broken = session.open_model_as(&path, &OpenOptions::default(), &mut |_| {
            calls += 1;
            if calls > call {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert!(matches!(broken, Err(Error::Overtaken)));
        assert_eq!(calls, call + 1, "nothing goes on after it");
        assert_eq!(session.info().unwrap().id, kept);
    }
}

#[test]
fn reopens_a_model_with_another_preprocessing() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let photo = photo();
    let answer = |model: &Arc<ModelInfo>| {
        let job = ask(&engine, request(model, &photo, 285));
        taken(job.answer).unwrap()
    };
    let before = answer(&model);

    let prepared = |preprocess: Preprocess| {
        let usage = Usage {
            preprocess,
            ..model.usage()
        };
        taken(engine.reopen_model(model.id, usage))
    };
    let same = prepared(model.preprocess.clone()).unwrap();
    assert_ne!(same.id, model.id);
    assert_eq!(answer(&same).logits, before.logits);

    let swapped = Preprocess {
        channels: InputChannels::Bgr,
        ..model.preprocess.clone()
    };
    let swapped = prepared(swapped).unwrap();
    assert_ne!(answer(&swapped).logits, before.logits);
    assert_eq!(
        answer(&model).logits,
        before.logits,
        "the first is unchanged"
    );

    // A convolutional network accepts another size, and its maps scale with it.
    let larger = Preprocess {
        width: 320,
        height: 288,
        ..model.preprocess.clone()
    };
    let larger = prepared(larger).unwrap();
    assert_eq!(larger.input_size(), (320, 288));
    let shape = |model: &ModelInfo| model.layers.find("features.12").unwrap().shape.clone();
    assert_eq!(shape(&larger), [1, 512, 17, 19]);
    assert_eq!(shape(&model), [1, 512, 13, 13]);
    assert!(larger.facts.multiply_adds > model.facts.multiply_adds);
    // Read in another way, it keeps the size.
    let usage = Usage {
        reading: Reading::Numbers,
        ..larger.usage()
    };
    let numbers = taken(engine.reopen_model(larger.id, usage)).unwrap();
    assert_eq!(shape(&numbers), [1, 512, 17, 19]);
    let job = ask(&engine, request(&larger, &photo, 285));
    finished(&job);
    let map = job.heat_map.ready().unwrap().as_ref().unwrap();
    assert_eq!((map.map.width, map.map.height), (19, 17));

    // The first can be closed; the one reopened from it stays.
    engine.keep_models(&[larger.id]);
    assert!(answer(&larger).logits.iter().all(|logit| logit.is_finite()));
}

#[test]
fn reopens_a_model_with_another_reading_and_other_names() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let photo = photo();
    let answer = |model: &Arc<ModelInfo>| {
        let job = ask(&engine, request(model, &photo, 285));
        taken(job.answer).unwrap()
    };
    let mut names = model.labels.clone();
    names[285] = "my cat".to_owned();
    let usage = Usage {
        reading: Reading::Sigmoid,
        names: Some(names),
        ..model.usage()
    };
    let other = taken(engine.reopen_model(model.id, usage)).unwrap();
    assert_eq!(
        (&*other.labels[285], other.label_source),
        ("my cat", LabelSource::Typed)
    );
    let (before, after) = (answer(&model), answer(&other));
    assert_eq!(before.logits, after.logits);
    let sigmoid = 1.0 / (1.0 + (-after.logits[285]).exp());
    assert!((after.probabilities[285] - sigmoid).abs() < 1e-6);
    assert!((before.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-4);

    let again = taken(engine.reopen_model(other.id, other.opened_as.clone())).unwrap();
    assert_eq!(again.labels, model.labels);
    assert_eq!(again.usage(), model.usage());

    let too_few = Usage {
        names: Some(vec!["cat".to_owned()]),
        ..model.usage()
    };
    let why = taken(engine.reopen_model(model.id, too_few)).unwrap_err();
    assert!(why.to_string().contains("expected 1000 labels"), "{why}");
}

#[test]
fn refuses_another_size_for_a_network_of_fixed_size() {
    let engine = engine();
    let model = open(&engine, "tests/torchvision/tiny/vit.pt2");
    let prepared = |preprocess: Preprocess| {
        let usage = Usage {
            preprocess,
            ..model.usage()
        };
        taken(engine.reopen_model(model.id, usage))
    };
    let other = Preprocess {
        width: 2 * model.preprocess.width,
        ..model.preprocess.clone()
    };
    let why = prepared(other).unwrap_err();
    let why = why.to_string();
    assert!(why.contains("does not take images of"), "{why}");
    let absurd = Preprocess {
        width: 0,
        ..model.preprocess.clone()
    };
    assert!(prepared(absurd).is_err());
    assert!(matches!(
        taken(engine.reopen_model(999, model.usage())),
        Err(Error::ModelClosed)
    ));
}

#[test]
fn opens_a_second_model_while_the_first_computes() {
    let engine = engine();
    let first = open(&engine, EFFICIENTNET);
    let photo = photo();
    let job = ask(&engine, request(&first, &photo, 285));
    let opening = engine.open_model(root(SQUEEZENET));
    // It interrupted the earlier request, whose promises are fulfilled all the same.
    finished(&job);
    let second = taken(opening).unwrap();
    let rows = [&first, &second].map(|model| request(model, &photo, 285));
    for job in engine.explain(rows.to_vec()).jobs {
        finished(&job);
        assert!(job.guided.ready().unwrap().is_ok());
    }
}

#[test]
fn refuses_a_closed_model_and_serves_the_kept_one() {
    let engine = engine();
    let (squeeze, efficient) = (open(&engine, SQUEEZENET), open(&engine, EFFICIENTNET));
    let photo = photo();
    let of = |model| request(model, &photo, 285);
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
fn limits_an_error_to_its_row() {
    let engine = engine();
    let model = open(&engine, SQUEEZENET);
    let photo = photo();
    let flat = Request {
        layer: Some("classifier.3".into()),
        ..request(&model, &photo, 285)
    };
    let no_class = request(&model, &photo, 1000);
    let batch = engine.explain(vec![flat, no_class, request(&model, &photo, 285)]);
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
    // All layers of the first row's class have maps although its own layer has none.
    assert!(!taken(batch.overview).unwrap().maps.is_empty());
    assert!(!taken(batch.all_layers).unwrap().maps.is_empty());
}

#[test]
fn explains_more_photos_than_recordings_are_kept() {
    let engine = engine();
    let (squeeze, efficient) = (open(&engine, SQUEEZENET), open(&engine, EFFICIENTNET));
    let names = ["cat_and_coffee_224.png", "chelsea_224.png", "coffee.png"];
    let photos = names.map(picture);
    let rows: Vec<Request> = photos
        .iter()
        .flat_map(|photo| [&squeeze, &efficient].map(|model| request(model, photo, 967)))
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
