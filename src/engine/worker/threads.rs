//! How many threads libtorch computes on.
//!
//! Threads work in step, and one without a core of its own keeps all others waiting, busily. While
//! someone waits for an answer every core serves it; work that nobody waits for leaves one core to
//! draw and one to decode the pictures to come. Each change costs libtorch what it has prepared for
//! the next convolution, so it is made when the kind of work changes and not for every picture.

use std::thread::available_parallelism;

pub(crate) struct Threads {
    all: i32,
    now: i32,
}

impl Threads {
    /// As libtorch has them.
    pub(crate) fn all() -> Threads {
        let all = tch::get_num_threads();
        Threads { all, now: all }
    }

    pub(crate) fn for_someone_who_waits(&mut self) {
        self.set(self.all);
    }

    pub(crate) fn for_nobody(&mut self) {
        let cores = available_parallelism().map_or(1, |cores| cores.get() as i32);
        self.set(spared(self.all, cores));
    }

    fn set(&mut self, threads: i32) {
        if threads != self.now {
            tch::set_num_threads(threads);
            self.now = threads;
        }
    }
}

/// Of `threads` those that the rest of the program can spare on so many cores.
fn spared(threads: i32, cores: i32) -> i32 {
    threads.min(cores - 2).max(1)
}

#[cfg(test)]
mod tests {
    use super::spared;

    #[test]
    fn two_cores_are_left_where_there_are_more() {
        assert_eq!(
            [1, 2, 4, 16].map(|cores| spared(cores, cores)),
            [1, 1, 2, 14]
        );
        assert_eq!(spared(2, 16), 2);
    }
}
