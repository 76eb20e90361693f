//! What one frame of the window costs before it is rendered: taking in what is finished, laying
//! everything out and turning it into triangles, with views compared on photos of twelve megapixels.
//!
//! Nothing may be decoded, resampled or uploaded again on a frame: the table says how many bytes
//! went to the graphics card while the slider moved and the picture was zoomed.
//!
//! Model files named after `cargo bench --bench frame --` are set to work behind the frames in turn:
//! how many come too late for a display of 60 Hz is printed with each row.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Context, Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, pos2, vec2};
use gradcam::app::dialogs::{Dialogs, Picked};
use gradcam::app::{App, Memory, Start};

const FRAMES: usize = 200;
const SIZE: egui::Vec2 = vec2(1440.0, 900.0);

fn main() {
    // `cargo test --benches` passes `--test`-like flags; only a real bench run should take the time.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder for the photo");
    let photo = folder.path().join("twelve_megapixels.png");
    image::RgbImage::from_fn(4000, 3000, |x, y| {
        image::Rgb([(x / 16) as u8, (y / 12) as u8, 90])
    })
    .save(&photo)
    .expect("the photo is written");
    println!("median and 95th percentile of {FRAMES} frames, without rendering");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for pins in [0, 6] {
        let mut window = Window::open(photo.clone(), root.join("models/squeezenet1_1.pt2"));
        for _ in 0..pins {
            window.key(Key::P);
            window.key(Key::ArrowRight);
            window.settle();
        }
        println!("\n{} on a photo of twelve megapixels", rows(pins));
        window.report("at rest", |_| Vec::new());
        window.report("moving the pointer over a picture", |frame| {
            vec![Event::PointerMoved(over_picture(frame))]
        });
        let slider = window.right_of("Opacity");
        window.button(slider, true);
        window.report("dragging the opacity", |frame| {
            vec![Event::PointerMoved(slider + vec2((frame % 60) as f32, 0.0))]
        });
        window.button(slider, false);
        window.report("zooming", |frame| {
            let factor = if frame / 10 % 2 == 0 {
                1.05
            } else {
                1.0 / 1.05
            };
            vec![Event::PointerMoved(over_picture(0)), Event::Zoom(factor)]
        });
        window.report_while_it_computes();
    }
    for model in std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
    {
        println!("\none view, {model}");
        let ours = root.join("models/squeezenet1_1.pt2");
        let mut window = Window::open(photo.clone(), ours);
        window.report_while_it_opens(model.into());
        window.report("at rest", |_| Vec::new());
        window.report_while_it_computes();
    }
}

fn rows(pins: usize) -> String {
    match pins {
        0 => "one view".to_owned(),
        pins => format!("a view and {pins} pins"),
    }
}

fn over_picture(frame: usize) -> Pos2 {
    pos2(480.0 + (frame % 40) as f32, 200.0)
}

fn pressed(key: Key, pressed: bool) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}

struct NoDialogs;

impl Dialogs for NoDialogs {
    fn image(&self, _: Option<&Path>) -> Picked {
        Picked::Nothing
    }

    fn folder(&self, _: Option<&Path>) -> Picked {
        Picked::Nothing
    }

    fn model(&self, _: Option<&Path>) -> Picked {
        Picked::Nothing
    }

    fn save(&self, _: Option<&Path>, _: &str) -> Picked {
        Picked::Nothing
    }

    fn save_figure(&self, _: Option<&Path>, _: &str) -> Picked {
        Picked::Nothing
    }

    fn session(&self, _: Option<&Path>) -> Picked {
        Picked::Nothing
    }

    fn save_session(&self, _: Option<&Path>, _: &str) -> Picked {
        Picked::Nothing
    }

    fn save_arrays(&self, _: Option<&Path>, _: &str) -> Picked {
        Picked::Nothing
    }

    fn copy(&self, _: image::RgbaImage) -> Result<(), String> {
        Ok(())
    }

    fn paste(&self) -> Result<Option<image::RgbaImage>, String> {
        Ok(None)
    }

    fn pasted_folder(&self) -> Option<PathBuf> {
        None
    }

    fn reveal(&self, _: &Path) -> Result<(), String> {
        Ok(())
    }
}

struct Window {
    ctx: Context,
    app: App,
    time: f64,
    /// A file to let fall on it in the next frame.
    dropped: Option<PathBuf>,
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// What one frame took, and what it sent to the graphics card.
struct Frame {
    ms: f64,
    triangles_ms: f64,
    bytes: usize,
    accesskit: Option<egui::accesskit::TreeUpdate>,
}

impl Window {
    /// The model before the photo, everything there.
    fn open(photo: PathBuf, model: PathBuf) -> Window {
        let ctx = Context::default();
        let start = Start {
            image: Some(photo),
            model: Some(model),
            ..Start::default()
        };
        let app = App::with_dialogs(&ctx, start, Arc::new(NoDialogs), Memory::nothing());
        let mut window = Window {
            app: app.expect("the engine starts"),
            ctx,
            time: 0.0,
            dropped: None,
        };
        window.settle();
        window
    }

    fn settle(&mut self) {
        let begun = Instant::now();
        while !(self.app.is_settled() && self.app.engine_rests()) {
            self.frame(Vec::new());
            std::thread::sleep(Duration::from_millis(2));
            assert!(begun.elapsed() < Duration::from_secs(300), "never at rest");
        }
        for _ in 0..10 {
            self.frame(Vec::new());
        }
    }

    fn key(&mut self, key: Key) {
        self.frame(vec![pressed(key, true)]);
        self.frame(vec![pressed(key, false)]);
    }

    fn frame(&mut self, events: Vec<Event>) -> Frame {
        self.time += 1.0 / 60.0;
        let dropped = self.dropped.take().map(|path| Arc::new(Dropped(path)) as _);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(self.time),
            events,
            dropped_files: dropped.into_iter().collect(),
            ..RawInput::default()
        };
        let start = Instant::now();
        let app = &mut self.app;
        let mut output = self.ctx.run_ui(input, |ui| {
            let ctx = ui.ctx().clone();
            app.logic(&ctx);
            app.ui(ui);
        });
        let ms = start.elapsed().as_secs_f64() * 1e3;
        let sent = output.textures_delta.set.iter();
        let bytes = sent
            .flat_map(|(_, deltas)| deltas)
            .map(|delta| delta.image.width() * delta.image.height() * 4)
            .sum();
        output.textures_delta.clear();
        let start = Instant::now();
        drop(self.ctx.tessellate(output.shapes, output.pixels_per_point));
        Frame {
            ms,
            triangles_ms: start.elapsed().as_secs_f64() * 1e3,
            bytes,
            accesskit: output.platform_output.accesskit_update,
        }
    }

    fn report(&mut self, what: &str, events: impl Fn(usize) -> Vec<Event>) {
        let frames = (0..FRAMES)
            .map(|i| {
                // At a display's rate: between two frames the worker has the machine.
                std::thread::sleep(Duration::from_millis(8));
                self.frame(events(i))
            })
            .collect();
        print_row(what, frames);
    }

    /// Until the model is there and has answered.
    fn report_while_it_opens(&mut self, model: PathBuf) {
        self.dropped = Some(model);
        let begun = Instant::now();
        let mut frames = vec![self.frame(Vec::new())];
        while !self.app.is_settled() {
            std::thread::sleep(Duration::from_millis(8));
            frames.push(self.frame(Vec::new()));
            assert!(begun.elapsed() < Duration::from_secs(300), "never open");
        }
        let what = format!("while it opens, {} frames", frames.len());
        print_row(&what, frames);
    }

    /// A new class every few frames: the worker takes every core, and the frames go on.
    fn report_while_it_computes(&mut self) {
        self.report("while the worker computes", |frame| match frame % 5 {
            0 => vec![pressed(Key::ArrowRight, true)],
            _ => vec![pressed(Key::ArrowRight, false)],
        });
    }

    fn button(&mut self, pos: Pos2, pressed: bool) {
        let button = Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![Event::PointerMoved(pos), button]);
    }

    /// A point on the control whose name is written before it.
    fn right_of(&mut self, name: &str) -> Pos2 {
        self.ctx.enable_accesskit();
        let mut found = None;
        for _ in 0..3 {
            let update = self.frame(Vec::new()).accesskit;
            let nodes = update.iter().flat_map(|update| &update.nodes);
            let node = nodes
                .map(|(_, node)| node)
                .find(|node| node.value() == Some(name) || node.label() == Some(name));
            found = node.and_then(egui::accesskit::Node::bounds).or(found);
        }
        self.ctx.disable_accesskit();
        let bounds = found.expect("the control has a name");
        pos2(
            bounds.x1 as f32 + 20.0,
            f64::midpoint(bounds.y0, bounds.y1) as f32,
        )
    }
}

fn spread(times: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 95 / 100])
}

fn print_row(what: &str, frames: Vec<Frame>) {
    let (median, late) = spread(frames.iter().map(|frame| frame.ms));
    let (triangles, _) = spread(frames.iter().map(|frame| frame.triangles_ms));
    let bytes: usize = frames.iter().map(|frame| frame.bytes).sum();
    let missed = |frame: &&Frame| frame.ms + frame.triangles_ms > 1e3 / 60.0;
    println!(
        "  {what:36} {median:6.2} ms   {late:6.2} ms   triangles {triangles:5.2} ms   {} kB uploaded   {} missed",
        bytes / 1024,
        frames.iter().filter(missed).count()
    );
}
