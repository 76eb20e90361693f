//! Functions of two values without parameters. Each is one row: its name in ATen, how a gradient
//! passes, and how it runs. The readers find it by that name.

use tch::{TchError, Tensor};

use super::scalar::Number;
use super::{Elementwise, Profile};
use crate::model::op::geometry::{AxesBack, AxesRule};
use crate::model::op::operation::{GradientRole, input};

/// A function of two values, one of which may be the same number everywhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// What is computed of a and b.
    pub function: PairFunction,
    /// What a and b are.
    pub operands: Operands,
}

/// The two values of a [`Pair`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operands {
    /// Two inputs, which are broadcast against each other.
    Tensors,
    /// a is the only input, b a number.
    Second(Number),
    /// a is a number, b the only input.
    First(Number),
}

macro_rules! pairs {
    ($($(#[$doc:meta])* $variant:ident $name:literal $role:expr => $run:expr;)*) => {
        /// What a [`Pair`] computes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum PairFunction {
            $($(#[$doc])* $variant,)*
        }

        impl PairFunction {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &'static [PairFunction] = &[$(PairFunction::$variant,)*];

            /// What ATen calls each of them.
            #[cfg(test)]
            pub(crate) const NAMES: &'static [&'static str] = &[$($name,)*];

            /// The one that ATen calls `name`.
            pub(crate) fn named(name: &str) -> Option<PairFunction> {
                match name {
                    $($name => Some(PairFunction::$variant),)*
                    _ => None,
                }
            }

            fn run(self, a: &Tensor, b: &Tensor) -> Result<Tensor, TchError> {
                let run: fn(&Tensor, &Tensor) -> Result<Tensor, TchError> = match self {
                    $(PairFunction::$variant => $run,)*
                };
                run(a, b)
            }

            /// How a gradient passes, and how many tensors of the output's size are made.
            fn traits(self) -> (GradientRole, f64) {
                match self {
                    $(PairFunction::$variant => $role,)*
                }
            }
        }
    };
}

/// It has a gradient.
const PLAIN: (GradientRole, f64) = (GradientRole::Plain, 1.0);
/// Its result changes in jumps.
const JUMPS: (GradientRole, f64) = (GradientRole::Stops, 1.0);
/// It divides: integers are copied first, to keep [`without_traps`].
const DIVIDES: (GradientRole, f64) = (GradientRole::Plain, 4.0);
/// The same in jumps.
const DIVIDES_IN_JUMPS: (GradientRole, f64) = (GradientRole::Stops, 4.0);

pairs! {
    /// The angle of the point at b to the right and a upwards.
    Atan2 "atan2" PLAIN => Tensor::f_atan2;
    /// The bits that are set in both.
    BitwiseAnd "bitwise_and" JUMPS => Tensor::f_bitwise_and_tensor;
    /// The bits that are set in at least one.
    BitwiseOr "bitwise_or" JUMPS => Tensor::f_bitwise_or_tensor;
    /// The bits that are set in one alone.
    BitwiseXor "bitwise_xor" JUMPS => Tensor::f_bitwise_xor_tensor;
    /// The bits of a moved up by b.
    ShiftLeft "bitwise_left_shift" JUMPS => Tensor::f_bitwise_left_shift;
    /// The bits of a moved down by b.
    ShiftRight "bitwise_right_shift" JUMPS => Tensor::f_bitwise_right_shift;
    /// |a| with the sign of b.
    CopySign "copysign" PLAIN => Tensor::f_copysign;
    /// a / b, also of integers a fraction.
    Divide "true_divide" PLAIN => Tensor::f_div;
    /// Whether they are equal.
    Equal "eq" JUMPS => Tensor::f_eq_tensor;
    /// a / b, rounded down.
    FloorDivide "floor_divide" DIVIDES_IN_JUMPS => |a, b| {
        let (a, b) = without_traps(a, b)?;
        a.f_div_tensor_mode(&b, "floor")
    };
    /// The larger one that is not NaN.
    FMax "fmax" PLAIN => Tensor::f_fmax;
    /// The smaller one that is not NaN.
    FMin "fmin" PLAIN => Tensor::f_fmin;
    /// The remainder of a / b, with the sign of a.
    FMod "fmod" DIVIDES => |a, b| {
        let (a, b) = without_traps(a, b)?;
        a.f_fmod_tensor(&b)
    };
    /// Whether a ≥ b.
    GreaterEqual "ge" JUMPS => Tensor::f_ge_tensor;
    /// Whether a > b.
    Greater "gt" JUMPS => Tensor::f_gt_tensor;
    /// 0 where a is negative, 1 where it is positive, b where it is zero.
    Heaviside "heaviside" JUMPS => Tensor::f_heaviside;
    /// √(a² + b²)
    Hypot "hypot" PLAIN => Tensor::f_hypot;
    /// Whether a ≤ b.
    LessEqual "le" JUMPS => Tensor::f_le_tensor;
    /// Whether a < b.
    Less "lt" JUMPS => Tensor::f_lt_tensor;
    /// ln(eᵃ + eᵇ)
    LogAddExp "logaddexp" PLAIN => Tensor::f_logaddexp;
    /// log₂(2ᵃ + 2ᵇ)
    LogAddExp2 "logaddexp2" PLAIN => Tensor::f_logaddexp2;
    /// Whether neither is zero.
    LogicalAnd "logical_and" JUMPS => Tensor::f_logical_and;
    /// Whether at least one is not zero.
    LogicalOr "logical_or" JUMPS => Tensor::f_logical_or;
    /// Whether one alone is not zero.
    LogicalXor "logical_xor" JUMPS => Tensor::f_logical_xor;
    /// The larger one.
    Maximum "maximum" PLAIN => Tensor::f_maximum;
    /// The smaller one.
    Minimum "minimum" PLAIN => Tensor::f_minimum;
    /// Whether they differ.
    NotEqual "ne" JUMPS => Tensor::f_ne_tensor;
    /// a to the power of b.
    Power "pow" PLAIN => Tensor::f_pow;
    /// The remainder of a / b, with the sign of b.
    Remainder "remainder" DIVIDES => |a, b| {
        let (a, b) = without_traps(a, b)?;
        a.f_remainder_tensor(&b)
    };
    /// a / b, rounded toward zero.
    TruncatedDivide "truncated_divide" DIVIDES_IN_JUMPS => |a, b| {
        let (a, b) = without_traps(a, b)?;
        a.f_div_tensor_mode(&b, "trunc")
    };
    /// a · ln(b), and 0 where a is 0.
    XLogY "xlogy" PLAIN => Tensor::f_xlogy;
}

/// The same quotient and remainder of other numbers: libtorch traps where the smallest integer is
/// divided by −1.
fn without_traps(a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor), TchError> {
    if a.f_is_floating_point()? || b.f_is_floating_point()? {
        return Ok((a.shallow_clone(), b.shallow_clone()));
    }
    let minus = b.f_eq_tensor(&Tensor::f_from_slice(&[-1i64])?.f_reshape([0i64; 0])?)?;
    if minus.f_any()?.f_int64_value(&[])? == 0 {
        return Ok((a.shallow_clone(), b.shallow_clone()));
    }
    Ok((
        a.f_neg()?.f_where_self(&minus, a)?,
        b.f_abs()?.f_where_self(&minus, b)?,
    ))
}

impl Elementwise for Pair {
    fn compute(&self, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
        let x = input(inputs, 0)?;
        match self.operands {
            Operands::Tensors => self.function.run(x, input(inputs, 1)?),
            Operands::Second(number) => self.function.run(x, &number.tensor()?),
            Operands::First(number) => self.function.run(&number.tensor()?, x),
        }
    }

    fn profile(&self) -> Profile {
        let (gradient, tensors) = self.function.traits();
        Profile {
            gradient,
            tensors,
            ..match self.operands {
                Operands::Tensors => Profile::of_all(AxesRule::Broadcast, AxesBack::Lost),
                Operands::Second(_) | Operands::First(_) => Profile::of_first(gradient),
            }
        }
    }
}
