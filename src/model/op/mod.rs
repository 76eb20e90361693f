//! What a node can compute, and everything that the rest of the model has to know about it.
//!
//! Operations come in families, one file each. Every family answers all the questions of
//! [`Operation`] in its own file: how it runs, the shapes of its outputs, its cost, and in one row of
//! [`Traits`] the way back through it, and what it does to positions, axes, gradients and features. The rest of the model asks [`Op`],
//! so a new operation does not compile until each question has an answer. Code that looks for one
//! certain operation, such as a mean subtracted from the image, may match on it.
//!
//! This module knows tch and nothing of graphs, files or windows.

use tch::{TchError, Tensor};

pub(crate) mod adjoint;
mod elementwise;
pub(crate) mod geometry;
mod layout;
mod operation;
mod products;
mod reduction;
pub(crate) mod shape;
mod spatial;
mod table;

use adjoint::Adjoint;
pub use elementwise::activation::Activation;
pub use elementwise::arithmetic::Arithmetic;
pub use elementwise::copying::Copying;
pub use elementwise::function::Function;
pub use elementwise::masking::Masking;
pub use elementwise::pair::{Operands, Pair, PairFunction};
pub use elementwise::scalar::Number;
use geometry::{AxesBack, AxesRule, FieldRule};
pub use layout::creation::Creation;
pub use layout::indexing::Indexing;
pub use layout::joining::Joining;
pub use layout::rearranging::Rearranging;
pub use layout::reshaping::Reshaping;
pub use layout::scattering::{Combine, Scattering};
pub use layout::sorting::Sorting;
pub use layout::splitting::Splitting;
pub use operation::Rectifier;
pub(crate) use operation::{Cost, FeatureRole, Given, GradientRole, Operation, Traits};
pub use products::algebra::Algebra;
pub use products::attention::Attention;
pub use products::einsum::Einsum;
pub use products::fourier::{ComplexParts, Fourier, Transform};
pub use products::matrix::MatrixProduct;
pub use products::normalisation::Normalisation;
pub use products::recurrent::{Cell, Recurrent};
pub use reduction::aggregation::{Aggregate, Aggregation, Cumulative, Scan};
pub use reduction::statistics::Reduction;
use shape::{OutputShapes, Shape};
pub use spatial::convolution::{Convolution, Padding};
pub use spatial::pad::Pad;
pub use spatial::patches::Patches;
pub use spatial::pooling::Pooling;
pub use spatial::resizing::{Filter, Resizing};
pub use spatial::sampling::Sampling;
pub use spatial::shuffle::Shuffle;
pub use spatial::sliding::SlidingWindows;
pub use spatial::transposed::TransposedConvolution;

/// Declares [`Op`] with a variant for each family and passes every question on to the family.
macro_rules! families {
    ($($(#[$doc:meta])* $family:ident,)*) => {
        /// An ATen operation with its attributes. Tensors are the node's inputs, in the order that
        /// each family documents.
        ///
        /// In-place variants are read as the operations that they are the in-place variants of.
        /// Those that do nothing in evaluation mode (`dropout`, `contiguous`, …) are
        /// [`Copying::Identity`].
        #[derive(Debug, Clone, PartialEq)]
        pub enum Op {
            $($(#[$doc])* $family($family),)*
        }

        $(
            impl From<$family> for Op {
                fn from(op: $family) -> Op {
                    Op::$family(op)
                }
            }
        )*

        impl Op {
            /// The name of its family: `Convolution`.
            pub fn family(&self) -> &'static str {
                match self { $(Op::$family(_) => stringify!($family),)* }
            }
        }

        impl Operation for Op {
            fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, TchError> {
                match self { $(Op::$family(op) => op.run(inputs),)* }
            }

            fn output_shapes(&self, inputs: &[&[i64]]) -> Result<OutputShapes, String> {
                match self { $(Op::$family(op) => op.output_shapes(inputs),)* }
            }

            fn cost(&self, inputs: &[&[i64]], outputs: &[Shape]) -> Cost {
                match self { $(Op::$family(op) => op.cost(inputs, outputs),)* }
            }

            fn traits(&self, given: &Given<'_>) -> Traits<'_> {
                match self { $(Op::$family(op) => op.traits(given),)* }
            }
        }
    };
}

families! {
    /// Non-linearities of one value, and softmax.
    Activation,
    /// Sums, products and powers of single values.
    Arithmetic,
    /// Functions of one value without parameters.
    Function,
    /// Functions of two values, comparisons among them.
    Pair,
    /// Masks and fills.
    Masking,
    /// The same values again: copies and conversions.
    Copying,
    /// A convolution over one, two or three axes.
    Convolution,
    /// The transposed one, which makes maps larger.
    TransposedConvolution,
    /// A window that keeps the largest or the mean.
    Pooling,
    /// Windows laid out as columns, and back.
    Patches,
    /// Values added around a tensor, or cut off.
    Pad,
    /// Windows along one axis, as a view.
    SlidingWindows,
    /// Maps made larger or smaller.
    Resizing,
    /// Values at positions that a grid names.
    Sampling,
    /// Channels turned into positions, back, or into another order.
    Shuffle,
    /// Products of matrices.
    MatrixProduct,
    /// Products of any tensors by Einstein's convention.
    Einsum,
    /// Scaled dot-product attention.
    Attention,
    /// Normalisation by mean and variance.
    Normalisation,
    /// Products of vectors and matrices with more to them, and distances.
    Algebra,
    /// Recurrent layers over a sequence.
    Recurrent,
    /// Fourier transforms.
    Fourier,
    /// Complex numbers and the real ones that they consist of.
    ComplexParts,
    /// Sums, means and norms along axes.
    Reduction,
    /// Anything else that values along axes come to.
    Aggregation,
    /// What values along an axis come to up to each.
    Scan,
    /// The same elements in another shape or order of axes.
    Reshaping,
    /// Parts taken out of a tensor, or put into it.
    Indexing,
    /// The same values in other places.
    Rearranging,
    /// Values gathered from positions that other values name, and put there.
    Scattering,
    /// Values along an axis in order.
    Sorting,
    /// A tensor split into several.
    Splitting,
    /// Tensors put together.
    Joining,
    /// Tensors made from nothing.
    Creation,
}

impl Op {
    /// The way back to the inputs that depend on the image. `weights` holds the tensor of each input that
    /// is fixed, and `None` for those that are computed.
    pub(crate) fn adjoint(&self, weights: &[Option<&Tensor>]) -> Adjoint {
        let shapes = &[];
        self.traits(&Given { shapes, weights }).adjoint
    }

    /// What it does to the receptive field. `shapes` are those of the inputs.
    pub(crate) fn field(&self, shapes: &[&[i64]]) -> FieldRule<'_> {
        let weights = &[];
        self.traits(&Given { shapes, weights }).field
    }

    /// What the axes of an output mean, given what those of the inputs mean.
    pub(crate) fn axes(&self) -> AxesRule<'_> {
        self.traits(&Given::default()).axes
    }

    /// What the axes of the inputs have to mean, given what those of the output mean.
    pub(crate) fn axes_back(&self) -> AxesBack<'_> {
        self.traits(&Given::default()).axes_back
    }

    /// How a gradient passes, and whether guided backpropagation acts here.
    pub(crate) fn gradient(&self) -> GradientRole {
        self.traits(&Given::default()).gradient
    }

    /// What it does to features on the way to the logits.
    pub(crate) fn feature(&self) -> FeatureRole {
        self.traits(&Given::default()).feature
    }

    /// The rectifier that this operation is, if it is one.
    pub fn rectifier(&self) -> Option<Rectifier> {
        match self.gradient() {
            GradientRole::Rectifier(rectifier) => Some(rectifier),
            GradientRole::Smooth { .. } | GradientRole::Plain | GradientRole::Stops => None,
        }
    }

    /// Whether no gradient passes: the output does not change with the input, or only in jumps.
    pub fn stops_gradient(&self) -> bool {
        self.gradient() == GradientRole::Stops
    }

    /// Whether the output is the input, unchanged.
    pub fn is_identity(&self) -> bool {
        *self == Op::Copying(Copying::Identity)
    }
}

#[cfg(test)]
mod tests;
