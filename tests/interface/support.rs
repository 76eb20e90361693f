//! The app in egui's test harness, without a desktop and with scripted file pickers.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use gradcam::app::dialogs::{Dialogs, Picked};
use gradcam::app::{App, Memory, Start};
use tempfile::TempDir;

/// How much processor time a test spends on drawing frames before it gives up waiting. Anything here
/// takes a few seconds of it at most, and a busy machine takes none of it away.
const PATIENCE: Duration = Duration::from_secs(60);
/// Ends a test that draws no frames any more.
const MAX_WAIT: Duration = Duration::from_secs(900);

/// The processor time that this thread has used.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// A file that comes with the project.
pub fn file(path: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("../..").join(path)
}

/// The files of a packed archive, in a folder of their own.
pub fn unpacked(path: &str) -> TempDir {
    crate::unpacked::unpacked(file(path))
}

pub fn squeezenet() -> PathBuf {
    file("models/squeezenet1_1.pt2")
}

pub fn cat_and_coffee() -> PathBuf {
    file("assets/cat_and_coffee.png")
}

/// Answers every picker with the next queued file, or cancels it.
#[derive(Default)]
pub struct Pickers {
    answers: Mutex<VecDeque<Picked>>,
    /// The suggested names of all saves.
    pub names: Mutex<Vec<String>>,
    /// The images that were copied.
    pub copied: Mutex<Vec<image::RgbaImage>>,
    /// The picture on the clipboard.
    pub clipboard: Mutex<Option<image::RgbaImage>>,
    /// Where pasted pictures are written.
    pub pasted: Mutex<Option<PathBuf>>,
    /// The files that were shown in the file manager.
    pub revealed: Mutex<Vec<PathBuf>>,
    /// The initial folders of all pickers.
    pub folders: Mutex<Vec<Option<PathBuf>>>,
}

impl Pickers {
    fn next(&self, folder: Option<&Path>) -> Picked {
        self.folders
            .lock()
            .unwrap()
            .push(folder.map(Path::to_owned));
        self.answers
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Picked::Nothing)
    }
}

impl Dialogs for Pickers {
    fn image(&self, folder: Option<&Path>) -> Picked {
        self.next(folder)
    }

    fn folder(&self, folder: Option<&Path>) -> Picked {
        self.next(folder)
    }

    fn model(&self, folder: Option<&Path>) -> Picked {
        self.next(folder)
    }

    fn save(&self, folder: Option<&Path>, name: &str) -> Picked {
        self.names.lock().unwrap().push(name.to_owned());
        self.next(folder)
    }

    fn save_figure(&self, folder: Option<&Path>, name: &str) -> Picked {
        self.save(folder, name)
    }

    fn session(&self, folder: Option<&Path>) -> Picked {
        self.next(folder)
    }

    fn save_arrays(&self, folder: Option<&Path>, name: &str) -> Picked {
        self.save(folder, name)
    }

    fn copy(&self, image: image::RgbaImage) -> Result<(), String> {
        self.copied.lock().unwrap().push(image);
        Ok(())
    }

    fn paste(&self) -> Result<Option<image::RgbaImage>, String> {
        Ok(self.clipboard.lock().unwrap().clone())
    }

    fn pasted_folder(&self) -> Option<PathBuf> {
        self.pasted.lock().unwrap().clone()
    }

    fn reveal(&self, path: &Path) -> Result<(), String> {
        if !path.exists() {
            return Err(format!(
                "there is no such file any more: {}",
                path.display()
            ));
        }
        self.revealed.lock().unwrap().push(path.to_owned());
        Ok(())
    }

    fn save_session(&self, folder: Option<&Path>, name: &str) -> Picked {
        self.save(folder, name)
    }
}

/// The app and its harness.
pub struct Window {
    pub harness: Harness<'static, App>,
    pub pickers: Arc<Pickers>,
}

impl Window {
    /// A window of the given size that opens what `start` names.
    pub fn sized(start: Start, width: f32, height: f32, theme: egui::Theme) -> Window {
        Window::remembering(start, width, height, theme, Memory::nothing())
    }

    /// [`Window::sized`] with saved settings.
    pub fn remembering(
        start: Start,
        width: f32,
        height: f32,
        theme: egui::Theme,
        memory: Memory,
    ) -> Window {
        let pickers = Arc::new(Pickers::default());
        let dialogs: Arc<dyn Dialogs> = Arc::clone(&pickers) as _;
        let harness = Harness::builder()
            .with_size(egui::vec2(width, height))
            .with_theme(theme)
            .with_step_dt(1.0 / 60.0)
            .build_eframe(move |cc| {
                App::with_dialogs(&cc.egui_ctx, start, dialogs, memory).expect("the engine starts")
            });
        Window { harness, pickers }
    }

    pub fn new(start: Start) -> Window {
        Window::sized(start, 1440.0, 900.0, egui::Theme::Dark)
    }

    /// A window with SqueezeNet and the photo of the cat and the cup, with all panels computed.
    pub fn open() -> Window {
        let start = Start {
            image: Some(cat_and_coffee()),
            model: Some(squeezenet()),
            ..Start::default()
        };
        let mut window = Window::new(start);
        window.settle();
        window
    }

    /// Frame after frame until `done`.
    #[track_caller]
    pub fn until(&mut self, what: &str, done: impl Fn(&Window) -> bool) {
        let (begun, used) = (Instant::now(), processor_time());
        self.harness.step();
        while !done(self) {
            assert!(
                processor_time().checked_sub(used).unwrap() < PATIENCE
                    && begun.elapsed() < MAX_WAIT,
                "waited in vain for {what}; notices: {:?}",
                self.app().notices()
            );
            std::thread::sleep(Duration::from_millis(2));
            self.harness.step();
        }
        // Popups are laid out in one frame and visible in the next.
        self.harness.run_steps(2);
    }

    /// Runs frames until everything is computed and shown. Fails if there are notices.
    #[track_caller]
    pub fn settle(&mut self) {
        self.until("the panels", |w| {
            w.app().is_settled() || !w.app().notices().is_empty()
        });
        assert_eq!(self.app().notices(), Vec::<String>::new());
        self.harness.run_steps(2);
        self.harness.check_accessibility();
    }

    pub fn app(&self) -> &App {
        self.harness.state()
    }

    /// Queues a file as the answer of the next picker.
    pub fn will_pick(&self, path: impl Into<PathBuf>) {
        self.pickers
            .answers
            .lock()
            .unwrap()
            .push_back(Picked::File(path.into()));
    }

    /// Makes the next picker unavailable.
    pub fn has_no_picker(&self) {
        self.pickers
            .answers
            .lock()
            .unwrap()
            .push_back(Picked::Unavailable);
    }

    #[track_caller]
    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run_steps(2);
    }

    /// Clicks a row of a list, not another text with the same label.
    #[track_caller]
    pub fn click_row(&mut self, role: Role, label: &str) {
        self.row(role, label).click();
        self.harness.run_steps(2);
    }

    #[track_caller]
    pub fn click_class(&mut self, label: &str) {
        self.click_row(Role::ListBoxOption, label);
    }

    #[track_caller]
    pub fn click_layer(&mut self, path: &str) {
        self.click_row(Role::TreeItem, path);
    }

    #[track_caller]
    pub fn row<'a>(&'a self, role: Role, label: &'a str) -> Node<'a> {
        self.harness.get_by_role_and_label(role, label)
    }

    /// Opens a combo box or a menu and clicks one of its items.
    #[track_caller]
    pub fn choose(&mut self, menu: &str, line: &str) {
        self.click(menu);
        self.click(line);
        self.harness.run_steps(2);
    }

    /// Types into the command search.
    #[track_caller]
    pub fn search_commands(&mut self, typed: &str) {
        self.ctrl(egui::Key::K);
        self.harness.get_by_label("Find a command").type_text(typed);
        self.harness.run_steps(2);
    }

    /// Runs the best match for what is typed into the command search.
    #[track_caller]
    pub fn run_command(&mut self, typed: &str) {
        self.search_commands(typed);
        self.key(egui::Key::Enter);
    }

    /// The label of the selected row.
    pub fn chosen(&self, role: Role) -> Option<String> {
        let rows = self.harness.query_all_by_role(role);
        let mut chosen = rows.filter(|row| row.accesskit_node().is_selected() == Some(true));
        chosen.next().and_then(|row| row.accesskit_node().label())
    }

    pub fn chosen_class(&self) -> Option<String> {
        self.chosen(Role::ListBoxOption)
    }

    pub fn chosen_layer(&self) -> Option<String> {
        self.chosen(Role::TreeItem)
    }

    /// The value that a screen reader says after the label.
    #[track_caller]
    pub fn value(&self, label: &str) -> String {
        self.harness.get_by_label(label).value().unwrap_or_default()
    }

    /// The value of a slider.
    #[track_caller]
    pub fn number(&self, label: &str) -> f64 {
        let node = self.harness.get_by_label(label);
        node.accesskit_node()
            .numeric_value()
            .expect("a slider has a number")
    }

    pub fn key(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.harness.run_steps(2);
    }

    pub fn ctrl(&mut self, key: egui::Key) {
        self.harness
            .key_press_modifiers(egui::Modifiers::COMMAND, key);
        self.harness.run_steps(2);
    }

    /// Drops a file on the window.
    pub fn drop_file(&mut self, path: impl Into<PathBuf>) {
        self.drop_files(&[path.into()]);
    }

    /// Drops several files on the window at once.
    pub fn drop_files(&mut self, paths: &[PathBuf]) {
        let dropped = &mut self.harness.input_mut().dropped_files;
        for path in paths {
            dropped.push(Arc::new(Dropped(path.clone())));
        }
        self.harness.step();
    }
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
