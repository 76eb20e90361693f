//! The drawing thread goes first: a frame takes a few milliseconds and must not wait for a network
//! that takes every core for a second, nor for the pictures of a folder.

/// How much the other threads yield, from 0 to 19. Each step costs about a tenth of their share of a
/// core that others use too. At 15 the worker was left a thirtieth of it beside one busy process, and
/// the window stayed empty for minutes; what leaves the drawing thread a core to itself is the
/// number of libtorch's threads.
#[cfg(target_os = "linux")]
pub(crate) const NICE: i32 = 1;

/// Lets the calling thread, and those it starts from now on, yield to the others. libtorch's own
/// threads are started by the thread that computes first.
pub(crate) fn yield_to_others() {
    // Linux keeps a priority for each thread, and no process named means the calling thread. Where
    // it is refused, frames may come late while the others work; nothing else changes.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

#[cfg(all(test, target_os = "linux"))]
pub(crate) mod tests {
    use std::fs;
    use std::path::Path;
    use std::thread;

    use super::*;

    /// How much a thread yields, by its folder below `/proc`.
    pub(crate) fn nice(thread: &Path) -> Option<i32> {
        let stat = fs::read_to_string(thread.join("stat")).ok()?;
        // Fields from the state on, which is the third: the nineteenth is the nice value.
        let (_, fields) = stat.rsplit_once(") ")?;
        fields.split(' ').nth(16)?.parse().ok()
    }

    #[test]
    fn the_thread_yields_with_those_it_starts_and_no_other_does() {
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
