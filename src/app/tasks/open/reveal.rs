//! Shows a file in the desktop's file manager.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use egui::Context;

use crate::app::App;
use crate::app::tasks::background;

impl App {
    /// Shows a file in the file manager.
    pub(crate) fn reveal(&mut self, ctx: &Context, path: PathBuf) {
        let dialogs = std::sync::Arc::clone(&self.file_dialogs);
        let ctx = ctx.clone();
        let wake = move || ctx.request_repaint();
        let failed = |why: &str| Err(why.to_owned());
        let work = move || dialogs.reveal(&path);
        self.tasks.revealing = Some(background::run("file manager", work, failed, wake));
    }

    /// Says if the file manager could not be opened.
    pub(in crate::app::tasks) fn drain_revealed(&mut self) {
        let Some(revealing) = self.tasks.revealing.take() else {
            return;
        };
        match revealing.try_take() {
            Ok(Ok(())) => {}
            Ok(Err(why)) => {
                let title = "The file manager could not be opened";
                self.notices.error(title, format!("{why}."));
            }
            Err(revealing) => self.tasks.revealing = Some(revealing),
        }
    }
}

/// Asks the file manager to show a file, or where none can be asked for a file, its folder. Blocks.
///
/// # Errors
/// In words, if there is no such file or no file manager.
pub fn show(path: &Path) -> Result<(), String> {
    if !path.exists() {
        return Err(format!(
            "there is no such file any more: {}",
            path.display()
        ));
    }
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    let folder = path.parent().unwrap_or(&path);
    let shown = if cfg!(target_os = "macos") {
        runs(Command::new("open").arg("-R").arg(&path))
    } else if cfg!(target_os = "windows") {
        // It exits with 1 when all is well.
        Command::new("explorer").arg(folder).spawn().is_ok()
    } else {
        let mut ask = Command::new("dbus-send");
        ask.args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.FileManager1",
            "/org/freedesktop/FileManager1",
            "org.freedesktop.FileManager1.ShowItems",
        ]);
        ask.arg(format!("array:string:{}", uri(&path)));
        ask.arg("string:");
        runs(&mut ask) || runs(Command::new("xdg-open").arg(folder))
    };
    if shown {
        Ok(())
    } else {
        let folder = folder.display();
        Err(format!("no file manager was found; the folder is {folder}"))
    }
}

fn runs(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The file as a URI. What is not plain is written as `%` and two digits, also the comma, at which a list would be
/// parted.
fn uri(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_any_path_as_a_uri() {
        let uri = |path: &str| uri(Path::new(path));
        assert_eq!(uri("/a/b-1.png"), "file:///a/b-1.png");
        assert_eq!(uri("/a b,c/é#.png"), "file:///a%20b%2Cc/%C3%A9%23.png");
    }

    #[test]
    fn says_that_a_file_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let why = show(&folder.path().join("gone.png")).unwrap_err();
        assert!(
            why.contains("no such file") && why.contains("gone.png"),
            "{why}"
        );
    }
}
