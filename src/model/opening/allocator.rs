//! Keeps freed memory in the process.
//!
//! A recorded forward pass holds every activation, a few hundred megabytes, and the next one needs as
//! much again. By default glibc returns such blocks to the system, which then has to clear each page
//! again: on EfficientNet-Lite0 that took nearly a third of the time to the first prediction, measured
//! with `cargo bench`.

use std::sync::Once;

/// Blocks up to this size come from the heap, where they are reused; glibc allows no larger value.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAX_BLOCK: i32 = 32 << 20;
/// How much free memory may stay at the end of the heap.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 1 << 30;

/// Takes effect once, and also for threads that start afterwards.
#[allow(unsafe_code, reason = "mallopt has no safe form")]
pub(crate) fn keep_freed() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        // SAFETY: mallopt takes two plain numbers and is thread-safe. For a parameter it does not know
        // it returns an error, and the default stays in force.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, MAX_BLOCK);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
            // The heaps of other threads are returned as a whole when they are empty; the main heap is
            // not.
            libc::mallopt(libc::M_ARENA_MAX, 1);
        }
    });
}
