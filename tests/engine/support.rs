//! What the tests of the engine share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gradcam::engine::{Engine, Error, Job, ModelInfo, Request, Session};
use gradcam::explain::Score;
use gradcam::model::ReluRule;
use gradcam::picture::map::Map;
use gradcam::picture::photo::decode::Photo;
use gradcam::picture::photo::geometry::Fit;
use poll_promise::Promise;

pub const SQUEEZENET: &str = "models/squeezenet1_1.pt2";
pub const EFFICIENTNET: &str = "models/efficientnet_lite0.pt2";

pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn photo() -> Arc<Photo> {
    picture("cat_and_coffee.png")
}

pub fn picture(name: &str) -> Arc<Photo> {
    Arc::new(Photo::open(&root("assets").join(name)).unwrap())
}

pub fn engine() -> Engine {
    Engine::start(|| ()).unwrap()
}

pub fn open(engine: &Engine, name: &str) -> Arc<ModelInfo> {
    try_open(engine, name).unwrap()
}

pub fn try_open(engine: &Engine, name: &str) -> Result<Arc<ModelInfo>, Error> {
    engine.open_model(root(name)).block_and_take()
}

/// A session without a thread that has predicted `photo`.
pub fn session(name: &str, photo: &Photo) -> Session {
    let mut session = Session::default();
    session.open_model(&root(name)).unwrap();
    session.predict(photo, Fit::Crop, &mut |_| Ok(())).unwrap();
    session
}

pub fn request(model: &ModelInfo, photo: &Arc<Photo>, class: usize) -> Request {
    Request {
        model: model.id,
        photo: Arc::clone(photo),
        fit: Fit::Crop,
        score: Some(Score::For(class)),
        layer: None,
        rule: ReluRule::Guided,
    }
}

/// Requests a single view.
pub fn ask(engine: &Engine, request: Request) -> Job {
    engine.explain(vec![request]).jobs.remove(0)
}

pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "never happened: {what}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub fn finished(job: &Job) {
    until("the job ends", || job.guided.ready().is_some());
}

/// Waits for a promise and takes its value.
pub fn taken<T: Send + 'static>(promise: Promise<Result<T, Error>>) -> Result<T, Error> {
    until("a promise is kept", || promise.ready().is_some());
    promise.block_and_take()
}

/// `tolerance` is relative to the larger maximum.
pub fn assert_alike(what: &str, ours: &Map, theirs: &Map, tolerance: f32) {
    assert_eq!(
        (ours.width, ours.height),
        (theirs.width, theirs.height),
        "{what}"
    );
    let largest = ours.max().max(theirs.max());
    let apart = ours
        .values
        .iter()
        .zip(&theirs.values)
        .map(|(a, b)| (a - b).abs());
    let worst = apart.fold(0.0, f32::max);
    assert!(worst <= tolerance * largest, "{what}: {worst} of {largest}");
}
