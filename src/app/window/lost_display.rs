//! Handles a display connection that is lost while the window is open. The windowing library then
//! panics; the terminal should show one clear line instead of a panic message.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs `window` until it returns. `None` if the display connection was lost.
pub fn watched<T>(window: impl FnOnce() -> T) -> Option<T> {
    let lost = Arc::new(AtomicBool::new(false));
    let lost_in_hook = Arc::clone(&lost);
    let report = Arc::new(panic::take_hook());
    let report_other = Arc::clone(&report);
    panic::set_hook(Box::new(move |panic| {
        if is_lost_connection(panic) {
            lost_in_hook.store(true, Ordering::Relaxed);
        } else {
            report_other(panic);
        }
    }));
    let ended = catch_unwind(AssertUnwindSafe(window));
    panic::set_hook(Box::new(move |panic| report(panic)));
    match ended {
        Ok(done) => Some(done),
        Err(_) if lost.load(Ordering::Relaxed) => None,
        Err(panic) => resume_unwind(panic),
    }
}

/// Whether the windowing library panicked because it lost its connection to the display.
fn is_lost_connection(panic: &PanicHookInfo<'_>) -> bool {
    let in_library = panic
        .location()
        .is_some_and(|location| location.file().contains("winit"));
    in_library
        && panic
            .payload_as_str()
            .is_some_and(|words| words.contains("Connection"))
}
