//! The real window: started as a user would start it, on its own display, driven with the keyboard
//! and closed.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failing step fails the test"
)]
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;

/// A virtual display with a window manager; both end when it is dropped.
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
                // Smaller than the window would be without a screen.
                "1280x860x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb, which `make test` installs");
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
            .expect("openbox, which `make test` installs");
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

    /// The size of the active window without its frame, in pixels.
    fn window(&self) -> [i32; 2] {
        let mut asked = self.command("xdotool");
        let asked = asked.args(["getactivewindow", "getwindowgeometry", "--shell"]);
        let words = String::from_utf8(asked.output().unwrap().stdout).unwrap();
        ["WIDTH=", "HEIGHT="].map(|key| {
            let found = words.lines().find_map(|line| line.strip_prefix(key));
            found.expect("a window").parse().unwrap()
        })
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

/// How long nothing may move before a test gives up. A busy machine takes any time for the work, but
/// while there is work, the status bar counts the seconds.
const STANDSTILL: Duration = Duration::from_secs(120);

/// How often the tests look.
const STEP: Duration = Duration::from_millis(200);

impl Display {
    /// Waits until `look` finds something, for as long as anything on the screen moves.
    fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let mut seen = self.screenshot();
        let mut moved = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            let now = self.screenshot();
            if now != seen {
                (seen, moved) = (now, Instant::now());
            }
            assert!(moved.elapsed() < STANDSTILL, "nothing moves before: {what}");
            std::thread::sleep(STEP);
        }
    }

    /// The screen once nothing on it has moved for more than a second.
    fn at_rest(&self) -> RgbImage {
        let mut shot = self.screenshot();
        let mut moved = Instant::now();
        self.until("the screen is at rest", || {
            let now = self.screenshot();
            if now != shot {
                (shot, moved) = (now, Instant::now());
            }
            (moved.elapsed() > Duration::from_millis(1500)).then(|| shot.clone())
        })
    }
}

/// Waits for the program to end. Its display may be gone, so there is nothing to look at.
fn ended(program: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = program.try_wait().unwrap() {
            return status;
        }
        assert!(start.elapsed() < 5 * STANDSTILL, "the program does not end");
        std::thread::sleep(STEP);
    }
}

/// Pixels near the grey that stands for zero: most of the signed panels, little else.
fn zero_grey(shot: &RgbImage) -> usize {
    shot.pixels()
        .filter(|p| p.0.iter().all(|value| value.abs_diff(127) <= 8))
        .count()
}

/// The share of the pixels that differ by more than noise.
fn changed(a: &RgbImage, b: &RgbImage) -> f64 {
    let differs =
        |(a, b): &(&image::Rgb<u8>, &image::Rgb<u8>)| (0..3).any(|c| a[c].abs_diff(b[c]) > 24);
    a.pixels().zip(b.pixels()).filter(differs).count() as f64 / f64::from(a.width() * a.height())
}

/// How bright the toolbar is, in the upper left corner of the window.
fn bar(shot: &RgbImage, display: &Display) -> u8 {
    let geometry = display
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
    let geometry = String::from_utf8_lossy(&geometry.stdout).into_owned();
    let value = |name: &str| {
        let line = geometry
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(name));
        line.unwrap().parse::<i32>().unwrap().max(0) as u32
    };
    shot.get_pixel(value("X=") + 5, value("Y=") + 5).0[0]
}

/// Starts the program with its settings in this folder, and waits for its window.
fn start(display: &Display, settings: &Path, arguments: &[&str]) -> Child {
    start_with_stderr(display, settings, arguments, Stdio::null())
}

/// Like [`start`], with the program's standard error.
fn start_with_stderr(
    display: &Display,
    settings: &Path,
    arguments: &[&str],
    stderr: Stdio,
) -> Child {
    let program = display
        .command(env!("CARGO_BIN_EXE_gradcam"))
        .args(arguments)
        .env("GRADCAM_CONFIG", settings)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .stderr(stderr)
        .spawn()
        .unwrap();
    let window = display.until("the window stands", || {
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
    display.until("the window takes the keyboard", || {
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
    let status = ended(program);
    assert!(status.success(), "{status}");
}

#[test]
fn opens_answers_keys_and_closes_cleanly() {
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
    display.until("all panels are drawn", || {
        (zero_grey(&display.screenshot()) > 5000).then_some(())
    });
    let cat = display.at_rest();
    // The first window takes what the screen has beside the frame.
    let [width, height] = display.window();
    assert!((1200..=1280).contains(&width), "{width}");
    assert!((780..860).contains(&height), "{height}");

    // Another layer: the same window, another map.
    display.key("Up");
    let walked = display.until("another layer is drawn", || {
        Some(display.screenshot()).filter(|shot| changed(shot, &cat) > 0.01)
    });
    display.key("Down");
    display.until("the first layer is back", || {
        (changed(&display.screenshot(), &cat) < 0.01).then_some(())
    });
    assert!(changed(&walked, &cat) > 0.01);

    // The theme is changed by name in the palette, and restored with the photo and the model.
    assert!(bar(&cat, &display) < 128);
    let before = display.at_rest();
    display.key("ctrl+k");
    display.until("the command palette is open", || {
        (changed(&display.screenshot(), &before) > 0.02).then_some(())
    });
    display.type_text("theme: light");
    display.key("Return");
    display.until("the window is light", || {
        (bar(&display.screenshot(), &display) > 200).then_some(())
    });
    let light = display.at_rest();
    close(&display, &mut program);
    let mut again = start(&display, settings.path(), &[]);
    // Both screens are kept, to find out what differs when this fails.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    light.save(kept.join("window_before.png")).unwrap();
    display.until("the window comes back as it was", || {
        let shot = display.screenshot();
        shot.save(kept.join("window_after.png")).unwrap();
        (changed(&shot, &light) < 0.01).then_some(())
    });
    close(&display, &mut again);
}

#[test]
fn reports_a_lost_display_in_one_line() {
    let mut display = Display::start();
    let settings = tempfile::tempdir().unwrap();
    let model = ["--model", "models/squeezenet1_1.pt2"];
    let mut program = start_with_stderr(&display, settings.path(), &model, Stdio::piped());
    std::thread::sleep(Duration::from_secs(2));
    display.server.kill().unwrap();
    let status = ended(&mut program);
    let mut message = String::new();
    let mut stderr = program.stderr.unwrap();
    stderr.read_to_string(&mut message).unwrap();
    assert!(!status.success());
    assert!(!message.contains("panicked"), "{message}");
    assert!(!message.contains(".rs:"), "{message}");
    // Where the X library notices first, it ends the program with a line of its own.
    let ours = message.contains("gradcam: the display went away");
    assert!(ours || message.contains("connection"), "{message}");
    assert!(!ours || status.code() == Some(3), "{status}");
}
