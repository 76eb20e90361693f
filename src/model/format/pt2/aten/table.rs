//! Every operator that is supported: the tables of all families together.
//!
//! Each family lists its operators beside what reads them. Operations that are one row in a table of
//! [`op`](crate::model::op) are found there by their names, so that they need no reader here.

use super::call::{self, Call};
use super::elementwise::{self, arithmetic};
use super::{layout, names, products, reduce, refused, spatial};
use crate::model::format::pt2::program::args::{Answer, Args};
use crate::model::op::{Aggregate, Cumulative, Function, PairFunction};

/// Reads a call of one operator from the arguments of its node.
pub type Reader = fn(Args<'_>) -> Answer<Call<'_>>;

/// Operators as `NAME.OVERLOAD`, and what reads them.
pub type Table = &'static [(&'static [&'static str], Reader)];

/// All tables, by family.
const FAMILIES: [&[Table]; 6] = [
    &elementwise::TABLES,
    &layout::TABLES,
    &products::TABLES,
    &spatial::TABLES,
    &[reduce::TABLE],
    &[refused::TABLE],
];

/// How an operator is read.
pub enum Known {
    By(Reader),
    /// By the tables of operations, in which it is one row.
    Function(Function),
    Pair(PairFunction),
    Aggregate(Aggregate),
    Scan(Cumulative),
}

impl Known {
    pub fn read<'a>(&self, args: Args<'a>) -> Answer<Call<'a>> {
        match self {
            Known::By(reader) => reader(args),
            Known::Function(function) => call::unary(*function, args),
            Known::Pair(function) => arithmetic::pair(*function, args),
            Known::Aggregate(function) => reduce::aggregate(*function, args),
            Known::Scan(function) => reduce::scan(*function, args),
        }
    }
}

/// How an operator is read; `None` if it is not supported.
pub fn known(name: &str, overload: &str) -> Option<Known> {
    let name = names::other_name(name).unwrap_or(name);
    reader(&format!("{name}.{overload}"))
        .map(Known::By)
        .or_else(|| in_tables(name, overload))
}

/// What reads the operator `NAME.OVERLOAD`.
fn reader(operator: &str) -> Option<Reader> {
    let row = rows().find(|(operators, _)| operators.contains(&operator));
    row.map(|(_, reader)| *reader)
}

fn rows() -> impl Iterator<Item = &'static (&'static [&'static str], Reader)> {
    FAMILIES.iter().copied().flatten().copied().flatten()
}

/// The operators that are read, without their overloads, sorted.
#[cfg(test)]
pub fn all() -> Vec<&'static str> {
    let refused: Vec<&str> = refused::TABLE
        .iter()
        .flat_map(|(names, _)| *names)
        .copied()
        .collect();
    let listed = rows().flat_map(|(operators, _)| *operators).copied();
    let listed = listed.filter(|operator| !refused.contains(operator));
    let mut names: Vec<&str> = listed
        .filter_map(|operator| Some(operator.split_once('.')?.0))
        .chain(Function::NAMES.iter().copied())
        .chain(PairFunction::NAMES.iter().copied())
        .chain(Aggregate::NAMES.iter().copied())
        .chain(Cumulative::NAMES.iter().copied())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Looks into the tables of operations.
fn in_tables(name: &str, overload: &str) -> Option<Known> {
    match overload {
        "default" => Function::named(name)
            .map(Known::Function)
            .or_else(|| PairFunction::named(name).map(Known::Pair))
            .or_else(|| Cumulative::named(name).map(Known::Scan))
            .or_else(|| Aggregate::named(name).map(Known::Aggregate)),
        "Tensor" | "Scalar" | "Scalar_Tensor" | "Tensor_Tensor" | "Tensor_Scalar"
        | "Scalar_Self" | "Scalar_Other" => PairFunction::named(name).map(Known::Pair),
        "dim" | "dims" | "dim_int" | "dim_IntList" => Aggregate::named(name).map(Known::Aggregate),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_known(operator: &str) -> bool {
        let (name, overload) = operator.split_once('.').unwrap_or((operator, ""));
        known(name, overload).is_some()
    }

    #[test]
    fn knows_operators_of_every_family() {
        for operator in [
            "conv2d.default",
            "einsum.default",
            "baddbmm.default",
            "native_layer_norm.default",
            "relu.default",
            "_log_softmax.default",
            "add.Tensor",
            "pow.Scalar",
            "rsqrt.default",
            "ge.Scalar",
            "maximum.default",
            "mean.dim",
            "max.dim",
            "amax.default",
            "cumsum.default",
            "adaptive_avg_pool2d.default",
            "col2im.default",
            "view.default",
            "squeeze.dims",
            "stack.default",
            "split.sizes",
            "gather.default",
            "detach_.default",
            "to.dtype",
            "arange.start",
            "where.self",
        ] {
            assert!(is_known(operator), "{operator}");
        }
    }

    #[test]
    fn knows_no_other_operators_and_overloads() {
        for operator in [
            "conv4d.default",
            "warp.default",
            "relu",
            "relu_.default",
            "add.out",
            "",
            "abs.out",
        ] {
            assert!(!is_known(operator), "{operator}");
        }
    }

    #[test]
    fn lists_each_operator_once() {
        let rows = FAMILIES.iter().copied().flatten().copied().flatten();
        let mut all: Vec<&str> = rows
            .flat_map(|(operators, _)| *operators)
            .copied()
            .collect();
        all.sort_unstable();
        let twice: Vec<_> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn lists_no_operator_under_another_name() {
        for operator in rows().flat_map(|(operators, _)| *operators) {
            let name = operator.split_once('.').map(|(name, _)| name);
            assert_eq!(name.and_then(names::other_name), None, "{operator}");
        }
    }
}
