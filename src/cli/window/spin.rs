//! How long libtorch's threads spin before they sleep.
//!
//! libtorch computes on threads that work in step. Its OpenMP runtime lets a thread that waits for
//! the others spin for many milliseconds, so that it is awake when the next piece of work comes.
//! Beside other busy programs the thread that is waited for is often the one without a core, and
//! the spinning takes what little there is: the first picture on two cores shared with four busy
//! processes took 30 s and 11 s of processor time, of which less than one was work. Pieces of work
//! follow each other within microseconds, so a fraction of a millisecond is long enough.
//!
//! The runtime reads its settings from the environment when it is loaded, which is before `main`.
//! So the program starts itself once more with them. It does so for the window only, which stays
//! open for long; the other commands would pay for it with every call.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// How often a waiting thread looks before it sleeps: less than half a millisecond.
const SPINS: &str = "10000";

/// GNU OpenMP's settings for this. What the environment says already is kept.
const SETTINGS: [&str; 2] = ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"];

/// Starts the program again in the place of this process, with a bound on the spinning. Returns if
/// there is one already, or if the program cannot be started: then it only computes more slowly
/// beside other busy programs.
pub fn bound() {
    if SETTINGS.iter().any(|name| env::var_os(name).is_some()) {
        return;
    }
    let Ok(program) = env::current_exe() else {
        return;
    };
    let mut arguments = env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    // Returns only where the program could not be started.
    let _ = again.args(arguments).env(SETTINGS[0], SPINS).exec();
}
