//! The window, which opens where no command is named; in a build without it, the words that say so.

use std::process::ExitCode;

use anyhow::{Result, bail};

use super::Window;

/// Opens the window and stays until it is closed.
///
/// # Errors
/// For a file that does not exist, and where no window can be opened.
pub fn open(window: Window) -> Result<ExitCode> {
    // A mistyped command comes here too, as an image that is not there.
    if let Some(missing) = window.images.iter().find(|path| !path.exists()) {
        bail!(
            "there is no such file, and no such command: {}",
            missing.display()
        );
    }
    run(window)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether all that went wrong is that there is nowhere to open a window.
#[cfg(feature = "window")]
pub fn has_no_place(error: &anyhow::Error) -> bool {
    error.is::<gradcam::app::NoWindow>() || error.is::<gradcam::app::LostDisplay>()
}

#[cfg(feature = "window")]
fn run(window: Window) -> Result<()> {
    if cfg!(target_os = "linux") && !has_display() {
        bail!(gradcam::app::NoWindow("no display is set".into()));
    }
    #[cfg(target_os = "linux")]
    super::spin::bound();
    let mut images = window.images.into_iter();
    gradcam::app::run(gradcam::app::Start {
        image: images.next(),
        images: images.collect(),
        model: window.model.model,
        architecture: window.model.architecture.name,
        layer: window.layer,
        class: window.class,
        default_model: super::default_model(),
    })
}

#[cfg(feature = "window")]
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(not(feature = "window"))]
pub fn has_no_place(error: &anyhow::Error) -> bool {
    error.is::<NotBuilt>()
}

#[cfg(not(feature = "window"))]
fn run(
    Window {
        layer: _, class: _, ..
    }: Window,
) -> Result<()> {
    bail!(NotBuilt)
}

/// The program was built without the feature `window`.
#[cfg(not(feature = "window"))]
#[derive(Debug, thiserror::Error)]
#[error(
    "this program was built without its window (the feature `window`); `gradcam --help` lists the \
     commands that need none"
)]
struct NotBuilt;
