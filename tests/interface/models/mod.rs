//! Models of all kinds, what is said of them, and how their use is changed.

mod about;
mod answers;
mod second_picture;
mod segmentation;
mod weights;
