//! Opens checkpoints that PyTorch has written (`tests/checkpoints`) and files that are damaged here,
//! with architectures that the tests define.

mod architectures;
mod damage;
mod folders;
mod forms;
mod support;
mod weights;
