//! Functions of one value without parameters. Each is one row: its name in ATen, how a gradient passes,
//! and how it runs. The readers find it by that name.

use tch::{TchError, Tensor};

use super::{Elementwise, Profile};
use crate::model::op::operation::{GradientRole, input};

macro_rules! functions {
    ($($(#[$doc:meta])* $variant:ident $name:literal $role:expr => $run:expr;)*) => {
        /// A function of x, the first input, value by value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Function {
            $($(#[$doc])* $variant,)*
        }

        impl Function {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Function] = &[$(Function::$variant,)*];

            /// What ATen calls each of them.
            #[cfg(test)]
            pub(crate) const NAMES: &'static [&'static str] = &[$($name,)*];

            /// The one that ATen calls `name`.
            pub(crate) fn named(name: &str) -> Option<Function> {
                match name {
                    $($name => Some(Function::$variant),)*
                    _ => None,
                }
            }
        }

        impl Elementwise for Function {
            fn compute(&self, inputs: &[&Tensor]) -> Result<Tensor, TchError> {
                let run: fn(&Tensor) -> Result<Tensor, TchError> = match self {
                    $(Function::$variant => $run,)*
                };
                run(input(inputs, 0)?)
            }

            fn profile(&self) -> Profile {
                Profile::of_first(match self {
                    $(Function::$variant => $role,)*
                })
            }
        }
    };
}

/// It has a gradient.
const PLAIN: GradientRole = GradientRole::Plain;
/// Its result changes in jumps.
const JUMPS: GradientRole = GradientRole::Stops;

functions! {
    /// |x|
    Abs "abs" PLAIN => Tensor::f_abs;
    /// The inverse of the cosine.
    Acos "acos" PLAIN => Tensor::f_acos;
    /// The inverse of the hyperbolic cosine.
    Acosh "acosh" PLAIN => Tensor::f_acosh;
    /// The inverse of the sine.
    Asin "asin" PLAIN => Tensor::f_asin;
    /// The inverse of the hyperbolic sine.
    Asinh "asinh" PLAIN => Tensor::f_asinh;
    /// The inverse of the tangent.
    Atan "atan" PLAIN => Tensor::f_atan;
    /// The inverse of the hyperbolic tangent.
    Atanh "atanh" PLAIN => Tensor::f_atanh;
    /// Each bit of an integer turned over, or the other truth value.
    BitwiseNot "bitwise_not" JUMPS => Tensor::f_bitwise_not;
    /// The next integer up.
    Ceil "ceil" JUMPS => Tensor::f_ceil;
    /// The cosine.
    Cos "cos" PLAIN => Tensor::f_cos;
    /// The hyperbolic cosine.
    Cosh "cosh" PLAIN => Tensor::f_cosh;
    /// Degrees as radians.
    Deg2Rad "deg2rad" PLAIN => Tensor::f_deg2rad;
    /// The derivative of the logarithm of the gamma function.
    Digamma "digamma" PLAIN => Tensor::f_digamma;
    /// The error function.
    Erf "erf" PLAIN => Tensor::f_erf;
    /// 1 − erf(x)
    Erfc "erfc" PLAIN => Tensor::f_erfc;
    /// The inverse of the error function.
    Erfinv "erfinv" PLAIN => Tensor::f_erfinv;
    /// eˣ
    Exp "exp" PLAIN => Tensor::f_exp;
    /// 2ˣ
    Exp2 "exp2" PLAIN => Tensor::f_exp2;
    /// eˣ − 1
    Expm1 "expm1" PLAIN => Tensor::f_expm1;
    /// The next integer down.
    Floor "floor" JUMPS => Tensor::f_floor;
    /// What is behind the decimal point, with the sign of x.
    Frac "frac" PLAIN => Tensor::f_frac;
    /// Whether it is neither NaN nor infinite.
    IsFinite "isfinite" JUMPS => Tensor::f_isfinite;
    /// Whether it is infinite.
    IsInf "isinf" JUMPS => Tensor::f_isinf;
    /// Whether it is NaN.
    IsNan "isnan" JUMPS => Tensor::f_isnan;
    /// The logarithm of the gamma function.
    Lgamma "lgamma" PLAIN => Tensor::f_lgamma;
    /// The natural logarithm.
    Log "log" PLAIN => Tensor::f_log;
    /// The logarithm to base 10.
    Log10 "log10" PLAIN => Tensor::f_log10;
    /// ln(1 + x)
    Log1p "log1p" PLAIN => Tensor::f_log1p;
    /// The logarithm to base 2.
    Log2 "log2" PLAIN => Tensor::f_log2;
    /// ln(σ(x))
    LogSigmoid "log_sigmoid" GradientRole::Smooth { name: "LogSigmoid" } => Tensor::f_log_sigmoid;
    /// Whether it is zero.
    LogicalNot "logical_not" JUMPS => Tensor::f_logical_not;
    /// Radians as degrees.
    Rad2Deg "rad2deg" PLAIN => Tensor::f_rad2deg;
    /// The nearest integer; the even one of two.
    Round "round" JUMPS => Tensor::f_round;
    /// 1 / √x
    Rsqrt "rsqrt" PLAIN => Tensor::f_rsqrt;
    /// −1, 0 or 1.
    Sign "sign" JUMPS => Tensor::f_sign;
    /// Whether it has a minus sign.
    SignBit "signbit" JUMPS => Tensor::f_signbit;
    /// The sine.
    Sin "sin" PLAIN => Tensor::f_sin;
    /// sin(πx) / (πx)
    Sinc "sinc" PLAIN => Tensor::f_sinc;
    /// The hyperbolic sine.
    Sinh "sinh" PLAIN => Tensor::f_sinh;
    /// x²
    Square "square" PLAIN => Tensor::f_square;
    /// The tangent.
    Tan "tan" PLAIN => Tensor::f_tan;
    /// The next integer toward zero.
    Trunc "trunc" JUMPS => Tensor::f_trunc;
}
