//! How many threads libtorch computes on.
//!
//! libtorch's threads work in step. One that has to share its core keeps the others waiting, and
//! they wait by spinning. So the worker gives up whole cores when others need them: one while
//! someone drags something in the window, because each frame is then waited for, and two for the
//! pictures of a folder, which nobody waits for: one core draws, the other decodes the pictures to
//! come. Otherwise every core computes.
//!
//! Each change costs libtorch what it has prepared for the next convolution, so the number changes
//! with the situation and not with every picture.

use std::cell::Cell;
use std::thread::available_parallelism;

use crate::engine::shared::Shared;

/// The number of threads in use; set on the worker's thread, which is the only one that computes.
pub(crate) struct Threads {
    /// As many as libtorch starts by itself.
    all: i32,
    cores: i32,
    now: Cell<i32>,
}

impl Threads {
    /// As libtorch has them.
    pub(crate) fn all() -> Threads {
        let all = tch::get_num_threads();
        Threads {
            all,
            cores: available_parallelism().map_or(1, |cores| cores.get() as i32),
            now: Cell::new(all),
        }
    }

    /// For work that someone waits for: all of them, or one core less while something is dragged.
    pub(crate) fn for_the_view(&self, shared: &Shared) {
        self.set(if shared.is_interacting() {
            leaving(1, self.all, self.cores)
        } else {
            self.all
        });
    }

    /// For the pictures of a folder, which nobody waits for.
    pub(crate) fn for_the_folder(&self) {
        self.set(leaving(2, self.all, self.cores));
    }

    fn set(&self, threads: i32) {
        if threads != self.now.get() {
            tch::set_num_threads(threads);
            self.now.set(threads);
        }
    }
}

/// At most `threads`, so that `free` of the `cores` stay free; at least one.
fn leaving(free: i32, threads: i32, cores: i32) -> i32 {
    threads.min(cores - free).max(1)
}

#[cfg(test)]
mod tests {
    use super::leaving;

    #[test]
    fn leaves_cores_free_and_keeps_at_least_one_thread() {
        let cores = [1, 2, 4, 16];
        assert_eq!(cores.map(|cores| leaving(1, cores, cores)), [1, 1, 3, 15]);
        assert_eq!(cores.map(|cores| leaving(2, cores, cores)), [1, 1, 2, 14]);
        assert_eq!(leaving(2, 2, 16), 2);
    }
}
