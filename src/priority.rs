//! The priority of threads. The drawing thread comes first: a frame takes a few milliseconds and should
//! not wait for a network that takes every core for a second, or for the images of a folder.

/// How much the other threads yield, from 0 to 19. Each step costs about a tenth of their share of a
/// core that others use too. At 15 the worker was left a thirtieth of it beside one busy process, and
/// the window stayed empty for minutes; what leaves the drawing thread a core to itself is the
/// number of libtorch's threads.
#[cfg(target_os = "linux")]
pub(crate) const NICE: i32 = 1;

/// Makes the calling thread, and all threads it starts from now on, yield to others. libtorch's threads
/// are started by the first thread that computes.
pub(crate) fn yield_to_others() {
    // Linux has a priority per thread, and no process id means the calling thread. If this fails, frames
    // may be late while the others work; nothing else changes.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

#[cfg(all(test, target_os = "linux"))]
pub(crate) mod tests {
    use std::fs;
    use std::path::Path;
    use std::thread;

    use super::*;

    /// The nice value of a thread, given its folder in `/proc`.
    pub(crate) fn nice(thread: &Path) -> Option<i32> {
        let stat = fs::read_to_string(thread.join("stat")).ok()?;
        // These fields start with the third, the state; the nineteenth is the nice value.
        let (_, fields) = stat.rsplit_once(") ")?;
        fields.split(' ').nth(16)?.parse().ok()
    }

    #[test]
    fn applies_to_the_thread_and_those_it_starts() {
        let own = || nice(Path::new("/proc/thread-self"));
        let before = own();
        let yielding = thread::spawn(move || {
            yield_to_others();
            (own(), thread::spawn(own).join().unwrap())
        });
        assert_eq!(yielding.join().unwrap(), (Some(NICE), Some(NICE)));
        assert_eq!(own(), before);
    }
}
