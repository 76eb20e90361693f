//! A display that goes away while the window stands. The windowing library panics then; whoever looks
//! at the terminal is to read one line, not where in its source files that was.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs `window` to its end; `None` where the display went away under it.
pub fn watched<T>(window: impl FnOnce() -> T) -> Option<T> {
    let gone = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&gone);
    let tell = Arc::new(panic::take_hook());
    let told = Arc::clone(&tell);
    panic::set_hook(Box::new(move |panic| {
        if is_of_display(panic) {
            seen.store(true, Ordering::Relaxed)
        } else {
            told(panic)
        }
    }));
    let ended = catch_unwind(AssertUnwindSafe(window));
    panic::set_hook(Box::new(move |panic| tell(panic)));
    match ended {
        Ok(done) => Some(done),
        Err(_) if gone.load(Ordering::Relaxed) => None,
        Err(panic) => resume_unwind(panic),
    }
}

/// Whether the windowing library panics because it is cut off from the display.
fn is_of_display(panic: &PanicHookInfo<'_>) -> bool {
    let in_library = panic
        .location()
        .is_some_and(|place| place.file().contains("winit"));
    in_library
        && panic
            .payload_as_str()
            .is_some_and(|words| words.contains("Connection"))
}
