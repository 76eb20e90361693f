//! The drawing thread goes first: a frame takes a few milliseconds and must not wait for a network
//! that takes every core for a second.

/// How much the worker yields to the threads of the window, from 0 to 19.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// Lets the calling thread, and those it starts from now on, yield to the others. libtorch's own
/// threads are started by the thread that computes first.
pub(super) fn yield_to_others() {
    // Linux keeps a priority for each thread, and no process named means the calling thread. Where
    // it is refused, frames may come late while the worker computes; nothing else changes.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}
