//! The real window: started as a person would start it, on a display of its own, driven with the
//! keyboard, and closed.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;

/// A virtual display with a window manager, gone when dropped.
struct Display {
    server: Child,
    manager: Child,
    name: String,
}

impl Display {
    fn start() -> Display {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed: `make test` sees to it");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        let name = format!(":{}", number.trim());
        let manager = Command::new("openbox")
            .env("DISPLAY", &name)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openbox is installed: `make test` sees to it");
        Display {
            server,
            manager,
            name,
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.name)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET");
        command
    }

    fn key(&self, keys: &str) {
        assert!(
            self.command("xdotool")
                .args(["key", keys])
                .status()
                .unwrap()
                .success()
        );
    }

    fn type_text(&self, text: &str) {
        let mut typing = self.command("xdotool");
        assert!(typing.args(["type", text]).status().unwrap().success());
    }

    fn screenshot(&self) -> RgbImage {
        let shot = self
            .command("import")
            .args(["-window", "root", "png:-"])
            .output()
            .unwrap();
        image::load_from_memory(&shot.stdout)
            .expect("a screenshot")
            .to_rgb8()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.manager.kill();
        let _ = self.server.kill();
        let _ = self.manager.wait();
        let _ = self.server.wait();
    }
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "never happened: {what}"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Pixels near the grey that stands for zero: most of the signed panels, little else.
fn zero_grey(shot: &RgbImage) -> usize {
    shot.pixels()
        .filter(|p| p.0.iter().all(|value| value.abs_diff(127) <= 8))
        .count()
}

/// The part of the pixels that differ by more than noise.
fn changed(a: &RgbImage, b: &RgbImage) -> f64 {
    let differs =
        |(a, b): &(&image::Rgb<u8>, &image::Rgb<u8>)| (0..3).any(|c| a[c].abs_diff(b[c]) > 24);
    a.pixels().zip(b.pixels()).filter(differs).count() as f64 / f64::from(a.width() * a.height())
}

/// How bright the window is beside the pictures: in its upper left corner, where the bar begins.
fn bar(shot: &RgbImage, display: &Display) -> u8 {
    let place = display
        .command("xdotool")
        .args([
            "search",
            "--name",
            "gradcam",
            "getwindowgeometry",
            "--shell",
        ])
        .output()
        .unwrap();
    let place = String::from_utf8_lossy(&place.stdout).into_owned();
    let value = |name: &str| {
        let line = place.lines().rev().find_map(|line| line.strip_prefix(name));
        line.unwrap().parse::<i32>().unwrap().max(0) as u32
    };
    shot.get_pixel(value("X=") + 5, value("Y=") + 5).0[0]
}

/// Starts the program with a folder of settings, and waits for its window.
fn start(display: &Display, settings: &Path, arguments: &[&str]) -> Child {
    start_heard(display, settings, arguments, Stdio::null())
}

/// The same with what it says.
fn start_heard(display: &Display, settings: &Path, arguments: &[&str], heard: Stdio) -> Child {
    let program = display
        .command(env!("CARGO_BIN_EXE_gradcam"))
        .args(arguments)
        .env("GRADCAM_CONFIG", settings)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .stderr(heard)
        .spawn()
        .unwrap();
    let window = until("the window stands", || {
        let found = display
            .command("xdotool")
            .args(["search", "--name", "gradcam"])
            .output()
            .ok()?;
        let id = String::from_utf8_lossy(&found.stdout)
            .lines()
            .last()?
            .to_owned();
        (!id.is_empty()).then_some(id)
    });
    until("the window takes the keyboard", || {
        let focus = display
            .command("xdotool")
            .args(["windowfocus", &window])
            .stderr(Stdio::null())
            .status();
        focus.unwrap().success().then_some(())
    });
    program
}

fn close(display: &Display, program: &mut Child) {
    display.key("alt+F4");
    let status = until("the window closes", || program.try_wait().unwrap());
    assert!(status.success(), "{status}");
}

#[test]
fn the_window_opens_answers_keys_and_closes_cleanly() {
    let display = Display::start();
    let settings = tempfile::tempdir().unwrap();
    let mut program = start(
        &display,
        settings.path(),
        &[
            "assets/chelsea.png",
            "--model",
            "models/efficientnet_lite0.pt2",
            "--class",
            "Egyptian cat",
        ],
    );
    let cat = until("all panels are drawn", || {
        Some(display.screenshot()).filter(|shot| zero_grey(shot) > 5000)
    });

    // Another layer: the same window, another map.
    display.key("Up");
    let walked = until("another layer is drawn", || {
        Some(display.screenshot()).filter(|shot| changed(shot, &cat) > 0.01)
    });
    display.key("Down");
    until("the first layer is back", || {
        (changed(&display.screenshot(), &cat) < 0.01).then_some(())
    });
    assert!(changed(&walked, &cat) > 0.01);

    // The theme is found by name, and comes back with the picture and the model.
    assert!(bar(&cat, &display) < 128);
    let before = display.screenshot();
    display.key("ctrl+k");
    until("the finder stands", || {
        (changed(&display.screenshot(), &before) > 0.02).then_some(())
    });
    display.type_text("theme: light");
    display.key("Return");
    let light = until("the window is light", || {
        Some(display.screenshot()).filter(|shot| bar(shot, &display) > 200)
    });
    close(&display, &mut program);
    let mut again = start(&display, settings.path(), &[]);
    // Kept, for whoever has to find out what differs.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    light.save(kept.join("window_before.png")).unwrap();
    until("the window comes back as it was", || {
        let shot = display.screenshot();
        shot.save(kept.join("window_after.png")).unwrap();
        (changed(&shot, &light) < 0.01).then_some(())
    });
    close(&display, &mut again);
}

#[test]
fn a_display_that_goes_away_is_told_in_one_line() {
    let mut display = Display::start();
    let settings = tempfile::tempdir().unwrap();
    let model = ["--model", "models/squeezenet1_1.pt2"];
    let mut program = start_heard(&display, settings.path(), &model, Stdio::piped());
    std::thread::sleep(Duration::from_secs(2));
    display.server.kill().unwrap();
    let status = until("the program ends", || program.try_wait().unwrap());
    let mut said = String::new();
    program.stderr.unwrap().read_to_string(&mut said).unwrap();
    assert!(!status.success());
    assert!(!said.contains("panicked"), "{said}");
    assert!(!said.contains(".rs:"), "{said}");
    // Where the X library notices first, it ends the program with a line of its own.
    let ours = said.contains("gradcam: the display went away");
    assert!(ours || said.contains("connection"), "{said}");
    assert!(!ours || status.code() == Some(3), "{status}");
}
