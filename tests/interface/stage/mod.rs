//! What the stage shows, and how it is chosen.

mod choosing;
mod comparing;
mod layers;
mod looking;
mod overlays;
mod pictures;
mod room;
