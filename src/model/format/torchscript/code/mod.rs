//! The code of an archive, and what it comes to: [`syntax`] finds functions and methods, [`follow`] calls them,
//! [`statement`] goes through what they consist of, and [`expression`] through what that consists of. What is
//! [`known`] is computed: [`arithmetic`], [`lists`], [`dicts`], [`texts`].

mod arithmetic;
mod call;
mod dicts;
mod expression;
pub mod follow;
mod known;
mod lists;
mod nesting;
mod python;
mod statement;
pub mod syntax;
mod texts;
pub mod value;
