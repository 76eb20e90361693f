//! Runs work that must not block the window on a background thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use poll_promise::Promise;

/// Runs `work` on a new thread named `name`, then calls `wake`. The promise is always kept: if `work`
/// panics or no thread can be started, its value is the result of `failed`, which gets the reason in
/// words.
pub fn run<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
    failed: impl Fn(&str) -> T + Clone + Send + 'static,
    wake: impl FnOnce() + Send + 'static,
) -> Promise<T> {
    let (sender, promise) = Promise::new();
    let without_thread = failed.clone();
    let started = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let done = catch_unwind(AssertUnwindSafe(work));
        sender.send(done.unwrap_or_else(|_| failed("it failed unexpectedly")));
        // Only after sending: a window that is woken too early finds nothing and goes back to sleep.
        wake();
    });
    match started {
        Ok(_) => promise,
        Err(error) => {
            let why = format!("no thread could be started ({error})");
            Promise::from_ready(without_thread(&why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn keeps_the_promise_if_the_work_panics() {
        let good = run("good", || 1, |_| 0, || ());
        assert_eq!(good.block_and_take(), 1);
        let bad = run("bad", || panic!("on purpose"), |_| 7, || ());
        assert_eq!(bad.block_and_take(), 7);
    }

    #[test]
    fn wakes_only_after_the_work_is_done() {
        let (sender, woken) = std::sync::mpsc::channel();
        let promise = run("work", || 3, |_| 0, move || sender.send(()).unwrap());
        woken.recv().unwrap();
        assert_eq!(promise.ready(), Some(&3));
    }
}
