//! Keeps freed memory in the process.
//!
//! A recorded pass holds every activation, some hundred megabytes, and the next one wants as much
//! again. By default glibc hands such blocks back to the system and the system clears each page
//! anew: on EfficientNet-Lite0 that took nearly a third of the time to the first answer. Measured
//! with `cargo bench`.

use std::sync::Once;

/// Blocks up to this size come from the heap, where they are used again; glibc takes no more.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAX_BLOCK: i32 = 32 << 20;
/// How much free memory may stay at the heap's end.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 1 << 30;

/// Takes effect once, for threads that start afterwards too.
pub(crate) fn keep_freed() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        // SAFETY: mallopt takes two plain numbers, is thread-safe, and refuses what it does not
        // know by its result, which leaves the defaults in force.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, MAX_BLOCK);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
            // Heaps of other threads are returned whole whenever they fall empty; the main one is
            // not.
            libc::mallopt(libc::M_ARENA_MAX, 1);
        }
    });
}
