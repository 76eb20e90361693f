//! Work that must not hold the window up, on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use poll_promise::Promise;

/// Runs `work` elsewhere and then `wake`. The promise is kept whatever becomes of the work, and
/// where no thread can be started: then with what `failed` makes of the reason, in words.
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
        sender.send(done.unwrap_or_else(|_| failed("it broke off unexpectedly")));
        // Not before: a window that is woken too early finds nothing and sleeps on.
        wake();
    });
    match started {
        Ok(_) => promise,
        Err(error) => {
            let why = format!("no thread could be started for it ({error})");
            Promise::from_ready(without_thread(&why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn a_promise_is_kept_though_the_work_comes_to_grief() {
        let kept = run("good", || 1, |_| 0, || ());
        assert_eq!(kept.block_and_take(), 1);
        let broken = run("bad", || panic!("on purpose"), |_| 7, || ());
        assert_eq!(broken.block_and_take(), 7);
    }

    #[test]
    fn who_is_woken_finds_the_work_done() {
        let (sender, woken) = std::sync::mpsc::channel();
        let promise = run("work", || 3, |_| 0, move || sender.send(()).unwrap());
        woken.recv().unwrap();
        assert_eq!(promise.ready(), Some(&3));
    }
}
