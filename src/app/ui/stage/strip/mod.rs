//! The layer strip: a small map for each stage and block, in the order of the network.

mod head_ui;
pub(crate) mod small_map_ui;
pub(crate) mod strip_ui;
mod tile_ui;
