//! The window on the desktop: where it opens, each frame of it, and what happens if it cannot open or loses its
//! display.

use anyhow::anyhow;
use egui::{pos2, vec2};

use super::persistence::settings::Placement;
use super::{App, Memory, Start};

mod frame;
mod lost_display;

/// Opens the window and returns when it is closed.
///
/// # Errors
/// If no window can be opened, or the engine cannot be started.
pub fn run(start: Start) -> anyhow::Result<()> {
    let memory = Memory::of_this_user();
    let window = memory.placement();
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("gradcam")
        .with_app_id("gradcam")
        .with_inner_size(vec2(window.width as f32, window.height as f32))
        .with_maximized(window.maximised)
        .with_min_inner_size(vec2(960.0, 560.0))
        .with_drag_and_drop(true);
    if let Some([x, y]) = window.corner {
        viewport = viewport.with_position(pos2(x as f32, y as f32));
    }
    let options = eframe::NativeOptions {
        viewport,
        centered: window.corner.is_none(),
        // Without dithering noise, pixels on screen equal the pixels in exported files.
        dithering: false,
        ..Default::default()
    };
    let create: eframe::AppCreator = Box::new(|cc| {
        let mut memory = memory;
        if window == Placement::default() && !fits_on_screen(cc) {
            memory.maximise();
        }
        if window.corner.is_some() && !is_on_a_screen(cc) {
            let centre = egui::ViewportCommand::center_on_screen(&cc.egui_ctx);
            if let Some(command) = centre {
                cc.egui_ctx.send_viewport_cmd(command);
            }
        }
        Ok(Box::new(App::new(&cc.egui_ctx, start, memory)?))
    });
    let ran = lost_display::watched(|| eframe::run_native("gradcam", options, create));
    let Some(ran) = ran else {
        return Err(LostDisplay.into());
    };
    ran.map_err(|error| match error {
        // The windowing library's own message names its source files.
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => {
            NoWindow("the display does not respond".into()).into()
        }
        other => anyhow!("the window could not be opened: {other}"),
    })
}

/// Whether the screen has room for the window with a title bar, and for a bar of the desktop. The window
/// manager alone knows how much room there is, so a window that may not fit is maximised.
fn fits_on_screen(cc: &eframe::CreationContext<'_>) -> bool {
    const BARS: f64 = 96.0;
    let Some(window) = cc.winit_window() else {
        return true;
    };
    let screen = window.current_monitor();
    let Some(screen) = screen.or_else(|| window.available_monitors().next()) else {
        return true;
    };
    let scale = screen.scale_factor();
    let placement = Placement::default();
    let [width, height] =
        [screen.size().width, screen.size().height].map(|pixels| f64::from(pixels) / scale);
    placement.width <= width && placement.height + BARS <= height
}

/// Whether enough of the title bar to move the window is on a screen. The screen that it was on may
/// have been disconnected.
fn is_on_a_screen(cc: &eframe::CreationContext<'_>) -> bool {
    const MIN_VISIBLE: i32 = 64;
    let Some(window) = cc.winit_window() else {
        return true;
    };
    let Ok(corner) = window.outer_position() else {
        return true;
    };
    let width = window.outer_size().width as i32;
    let mut screens = window.available_monitors().peekable();
    let is_visible = |from: i32, to: i32, start: i32, length: u32| {
        to.min(start.saturating_add(length as i32)) - from.max(start) >= MIN_VISIBLE
    };
    // If no screens are reported, assume that the window is visible.
    screens.peek().is_none()
        || screens.any(|screen| {
            let (origin, size) = (screen.position(), screen.size());
            is_visible(
                corner.x,
                corner.x.saturating_add(width),
                origin.x,
                size.width,
            ) && is_visible(
                corner.y,
                corner.y.saturating_add(MIN_VISIBLE),
                origin.y,
                size.height,
            )
        })
}

/// The connection to the display was lost while the window was open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the display went away, so the window was closed")]
pub struct LostDisplay;

/// There is no display to open a window on, for the given reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no display to open a window on ({0}); `gradcam export` and `gradcam classes` need none"
)]
pub struct NoWindow(pub String);
