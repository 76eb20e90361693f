//! The window, which opens if no command is given. A build without it reports that.

use std::process::ExitCode;

use anyhow::{Result, bail};

use super::Window;
#[cfg(feature = "window")]
use super::options::{default_model, sample};

#[cfg(all(feature = "window", target_os = "linux"))]
mod spin;

/// Opens the window and returns when it is closed.
///
/// # Errors
/// If a file does not exist, or if no window can be opened.
pub fn open(window: Window) -> Result<ExitCode> {
    // A mistyped command also arrives here, as an image that does not exist.
    if let Some(missing) = window.images.iter().find(|path| !path.exists()) {
        bail!(
            "there is no such file, and no such command: {}",
            missing.display()
        );
    }
    run(window)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the error is that no window can be opened.
#[cfg(feature = "window")]
pub fn is_without_window(error: &anyhow::Error) -> bool {
    error.is::<gradcam::app::NoWindow>() || error.is::<gradcam::app::LostDisplay>()
}

#[cfg(feature = "window")]
fn run(window: Window) -> Result<()> {
    if cfg!(target_os = "linux") && !has_display() {
        bail!(gradcam::app::NoWindow("no display is set".into()));
    }
    #[cfg(target_os = "linux")]
    spin::bound();
    let mut images = window.images.into_iter();
    let mut opening = window.model.opening;
    opening.decoding = window.decoding.decoding();
    gradcam::app::run(gradcam::app::Start {
        image: images.next(),
        images: images.collect(),
        model: window.model.model,
        options: opening.options()?,
        layer: window.layer,
        class: window.class,
        decoding: window.decoding.decoding(),
        default_model: default_model(),
        sample: sample(),
    })
}

#[cfg(feature = "window")]
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(not(feature = "window"))]
pub fn is_without_window(error: &anyhow::Error) -> bool {
    error.is::<NotBuilt>()
}

#[cfg(not(feature = "window"))]
fn run(
    Window {
        layer: _,
        class: _,
        decoding: _,
        ..
    }: Window,
) -> Result<()> {
    bail!(NotBuilt)
}

/// The program was built without the feature `window`.
#[cfg(not(feature = "window"))]
#[derive(Debug, thiserror::Error)]
#[error(
    "this program was built without the feature `window`; `gradcam --help` lists the commands that \
     need no window"
)]
struct NotBuilt;
