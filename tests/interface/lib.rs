//! The tests of the window, in `main.rs`. The package exists to keep their harness out of the
//! library's dependencies.
