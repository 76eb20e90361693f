//! What values along axes come to, and what they come to up to each entry. Each is one row: its name in
//! ATen, how a gradient passes, and how it runs.

use tch::{Kind, TchError, Tensor};

use crate::model::op::geometry::{AxesRule, FieldRule};
use crate::model::op::operation::{Cost, Given, GradientRole, Operation, Traits, input};
use crate::model::op::shape::{self, OutputShapes, Shape, axis, reduced};

/// What x, the first input, comes to along axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregation {
    /// What is computed.
    pub function: Aggregate,
    /// The axes; negative ones count from the end. All of them where it is empty.
    pub dims: Vec<i64>,
    /// Whether these axes stay, with size 1.
    pub keepdim: bool,
}

/// What x, the first input, comes to up to each entry along an axis, which keeps its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// What is computed.
    pub function: Cumulative,
    /// The axis; negative axes count from the end.
    pub dim: i64,
}

macro_rules! rows {
    (
        $(#[$meta:meta])* $name:ident($($argument:ty),*);
        $($(#[$doc:meta])* $variant:ident $aten:literal $role:expr => $run:expr;)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// What ATen calls each of them.
            #[cfg(test)]
            pub(crate) const NAMES: &'static [&'static str] = &[$($aten,)*];

            /// The one that ATen calls `name`.
            pub(crate) fn named(name: &str) -> Option<$name> {
                match name {
                    $($aten => Some($name::$variant),)*
                    _ => None,
                }
            }

            fn function(self) -> fn(&Tensor, $($argument),*) -> Result<Tensor, TchError> {
                match self {
                    $($name::$variant => $run,)*
                }
            }

            fn gradient(self) -> GradientRole {
                match self {
                    $($name::$variant => $role,)*
                }
            }
        }
    };
}

/// It has a gradient.
const PLAIN: GradientRole = GradientRole::Plain;
/// It counts, or compares.
const COUNTS: GradientRole = GradientRole::Stops;

rows! {
    /// What an [`Aggregation`] computes.
    Aggregate(&[i64], bool);
    /// Whether none is zero.
    All "all" COUNTS => |x, axes, keepdim| x.f_all_dims(axes, keepdim);
    /// The largest; several that are equal share its gradient.
    AMax "amax" PLAIN => |x, axes, keepdim| x.f_amax(axes, keepdim);
    /// The smallest; several that are equal share its gradient.
    AMin "amin" PLAIN => |x, axes, keepdim| x.f_amin(axes, keepdim);
    /// Whether any is not zero.
    Any "any" COUNTS => |x, axes, keepdim| x.f_any_dims(axes, keepdim);
    /// The position of the largest along one axis, or in a row of all elements.
    ArgMax "argmax" COUNTS => |x, axes, keepdim| x.f_argmax(one(x, axes)?, keepdim);
    /// The position of the smallest along one axis, or in a row of all elements.
    ArgMin "argmin" COUNTS => |x, axes, keepdim| x.f_argmin(one(x, axes)?, keepdim);
    /// How many are not zero.
    CountNonzero "count_nonzero" COUNTS => |x, axes, keepdim| {
        x.f_to_kind(Kind::Bool)?.f_sum_dim_intlist(axes, keepdim, Kind::Int64)
    };
    /// ln(Σ eˣ)
    LogSumExp "logsumexp" PLAIN => |x, axes, keepdim| x.f_logsumexp(axes, keepdim);
    /// The one in the middle, the smaller of two, along one axis.
    Median "median" PLAIN => |x, axes, keepdim| match one(x, axes)? {
        Some(dim) => Ok(x.f_median_dim(dim, keepdim)?.0),
        None => x.f_median(),
    };
    /// The smallest along one axis, of several that are equal the first; of all elements as [`AMin`](Self::AMin).
    Min "min" PLAIN => |x, axes, keepdim| match one(x, axes)? {
        Some(dim) => Ok(x.f_min_dim(dim, keepdim)?.0),
        None => x.f_min(),
    };
    /// The largest along one axis, of several that are equal the first; of all elements as [`AMax`](Self::AMax).
    Max "max" PLAIN => |x, axes, keepdim| match one(x, axes)? {
        Some(dim) => Ok(x.f_max_dim(dim, keepdim)?.0),
        None => x.f_max(),
    };
    /// The mean of those that are not NaN.
    NanMean "nanmean" PLAIN => |x, axes, keepdim| x.f_nanmean(axes, keepdim, None::<Kind>);
    /// The sum of those that are not NaN.
    NanSum "nansum" PLAIN => |x, axes, keepdim| x.f_nansum(axes, keepdim, None::<Kind>);
    /// The product.
    Prod "prod" PLAIN => |x, axes, keepdim| {
        if x.dim() == 0 {
            return x.f_prod(None::<Kind>);
        }
        let mut product = x.shallow_clone();
        // The last axis first, so that the others keep their numbers.
        for dim in axes.iter().rev() {
            product = product.f_prod_dim_int(*dim, keepdim, None::<Kind>)?;
        }
        Ok(product)
    };
}

rows! {
    /// What a [`Scan`] computes.
    Cumulative(i64);
    /// The largest.
    Max "cummax" PLAIN => |x, dim| Ok(x.f_cummax(dim)?.0);
    /// The smallest.
    Min "cummin" PLAIN => |x, dim| Ok(x.f_cummin(dim)?.0);
    /// The product.
    Product "cumprod" PLAIN => |x, dim| x.f_cumprod(dim, None::<Kind>);
    /// The sum.
    Sum "cumsum" PLAIN => |x, dim| x.f_cumsum(dim, None::<Kind>);
    /// ln(Σ eˣ)
    LogSumExp "logcumsumexp" PLAIN => |x, dim| x.f_logcumsumexp(dim);
}

/// The one axis of those that take one; `None` for all elements of x.
fn one(x: &Tensor, axes: &[i64]) -> Result<Option<i64>, TchError> {
    match axes {
        [dim] => Ok(Some(*dim)),
        all if all.len() == x.dim() => Ok(None),
        other => Err(TchError::Shape(format!(
            "it goes along {} axes",
            other.len()
        ))),
    }
}

impl Aggregation {
    /// The axes from the first on, each once.
    fn axes(&self, rank: usize) -> Result<Vec<i64>, String> {
        if self.dims.is_empty() {
            return Ok((0..rank as i64).collect());
        }
        let axes = self.dims.iter().map(|dim| axis(*dim, rank.max(1)));
        let mut axes: Vec<i64> = axes
            .map(|axis| axis.map(|axis| axis as i64))
            .collect::<Result<_, _>>()?;
        axes.sort_unstable();
        match axes.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("it names axis {} twice", pair[0])),
            None => Ok(axes),
        }
    }
}

impl Operation for Aggregation {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        let axes = self.axes(x.dim()).map_err(TchError::Shape)?;
        let made = self.function.function()(x, &axes, self.keepdim)?;
        // Of all elements at once, some functions keep no axis.
        let kept = self.keepdim && made.dim() != x.dim();
        Ok(vec![if kept {
            made.f_reshape(vec![1; x.dim()])?
        } else {
            made
        }])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        let axes = self.axes(x.len())?;
        reduced(x, &axes, self.keepdim).map(OutputShapes::one)
    }

    fn cost(&self, inputs: &[&[i64]], _: &[Shape]) -> Cost {
        Cost::of_each(inputs)
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        Traits {
            field: FieldRule::Reduced(&self.dims),
            axes: AxesRule::Reduced {
                dims: &self.dims,
                keepdim: self.keepdim,
            },
            gradient: self.function.gradient(),
            ..Traits::MIXES
        }
    }
}

impl Operation for Scan {
    fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
        let x = input(inputs, 0)?;
        axis(self.dim, x.dim().max(1)).map_err(TchError::Shape)?;
        Ok(vec![self.function.function()(x, self.dim)?])
    }

    fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
        let x = shape::input(inputs, 0)?;
        axis(self.dim, x.len().max(1))?;
        Ok(OutputShapes::one(x))
    }

    fn cost(&self, inputs: &[&[i64]], _: &[Shape]) -> Cost {
        Cost::of_each(inputs)
    }

    fn traits(&self, _: &Given<'_>) -> Traits<'_> {
        Traits {
            field: FieldRule::Unknown,
            axes: AxesRule::Elementwise,
            gradient: self.function.gradient(),
            ..Traits::MIXES
        }
    }
}
