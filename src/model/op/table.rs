//! Families in which an operation is one row: its attributes, how it runs, its shapes, and the rest in
//! a line. What such an operation leaves to libtorch's record needs no more.

use super::geometry::{AxesBack, AxesRule, FieldRule};
use super::operation::{Cost, GradientRole};

/// What [`Operation`](super::Operation) asks beside how an operation runs and its shapes. The way back
/// is libtorch's record, and the features that come out are new ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Traits<'a> {
    pub field: FieldRule<'a>,
    pub axes: AxesRule<'a>,
    pub axes_back: AxesBack<'a>,
    pub gradient: GradientRole,
    /// Beside the elements of the inputs and outputs, each of which is a step.
    pub work: Work,
}

/// Steps that an operation takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Work {
    /// One for each element of its inputs and outputs.
    Each,
    /// So many multiply-adds.
    Products(f64),
    /// So many steps, which hold as many elements meanwhile.
    Held(f64),
}

impl Traits<'_> {
    /// Of what has a gradient, and mixes everything in a way that cannot be followed.
    pub const MIXES: Traits<'static> = Traits {
        field: FieldRule::Everything,
        axes: AxesRule::Lost,
        axes_back: AxesBack::Lost,
        gradient: GradientRole::Plain,
        work: Work::Each,
    };

    /// Of what moves values, each of which stays as it is.
    pub const MOVES: Traits<'static> = Traits {
        field: FieldRule::Same,
        ..Traits::MIXES
    };
}

impl Work {
    /// Together with the elements that are read and written.
    pub fn cost(self, elements: f64) -> Cost {
        match self {
            Work::Each => Cost::of_steps(elements),
            Work::Products(products) => {
                let cost = Cost::of_multiply_adds(products);
                Cost {
                    work: cost.work + elements,
                    ..cost
                }
            }
            Work::Held(steps) => Cost::of_steps(steps + elements).with_scratch(steps),
        }
    }
}

/// Declares a family, one row for each operation.
macro_rules! operations {
    (
        $(#[$meta:meta])*
        $name:ident($inputs:ident);
        $(
            $(#[$doc:meta])*
            $variant:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
            run: $run:expr,
            shapes: $shapes:expr,
            traits: $traits:expr;
        )*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $($(#[$doc])* $variant { $($(#[$field_doc])* $field: $type,)* },)*
        }

        #[allow(unused_variables, reason = "a row names only what it needs")]
        impl $name {
            fn traits($inputs: &[&[i64]], op: &$name) -> $crate::model::op::table::Traits<'static> {
                match op {
                    $($name::$variant { $($field,)* } => $traits,)*
                }
            }
        }

        #[allow(unused_variables, reason = "a row names only what it needs")]
        impl $crate::model::op::Operation for $name {
            fn run(&self, $inputs: &[&tch::Tensor]) -> Result<Vec<tch::Tensor>, tch::TchError> {
                // Some of what does not fit libtorch would take in its own way.
                let sizes: Vec<Vec<i64>> = $inputs.iter().map(|input| input.size()).collect();
                let sizes: Vec<&[i64]> = sizes.iter().map(Vec::as_slice).collect();
                self.output_shapes(&sizes).map_err(tch::TchError::Shape)?;
                let made: tch::Tensor = match self {
                    $($name::$variant { $($field,)* } => $run,)*
                };
                Ok(vec![made])
            }

            fn output_shapes(
                &self,
                $inputs: &[&[i64]],
            ) -> Result<$crate::model::op::shape::OutputShapes, String> {
                let shape: $crate::model::op::shape::Shape = match self {
                    $($name::$variant { $($field,)* } => $shapes,)*
                };
                Ok($crate::model::op::shape::OutputShapes::one(shape))
            }

            fn cost(
                &self,
                inputs: &[&[i64]],
                outputs: &[$crate::model::op::shape::Shape],
            ) -> $crate::model::op::operation::Cost {
                use $crate::model::op::shape::elements;
                let read: f64 = inputs.iter().map(|shape| elements(shape)).sum();
                let written: f64 = outputs.iter().map(|shape| elements(shape)).sum();
                $name::traits(inputs, self).work.cost(read + written)
            }

            fn adjoint(&self, _: &[Option<&tch::Tensor>]) -> $crate::model::op::adjoint::Adjoint {
                $crate::model::op::adjoint::Adjoint::Recorded
            }

            fn field(&self, inputs: &[&[i64]]) -> $crate::model::op::geometry::FieldRule<'_> {
                $name::traits(inputs, self).field
            }

            fn axes(&self) -> $crate::model::op::geometry::AxesRule<'_> {
                $name::traits(&[], self).axes
            }

            fn axes_back(&self) -> $crate::model::op::geometry::AxesBack<'_> {
                $name::traits(&[], self).axes_back
            }

            fn gradient(&self) -> $crate::model::op::operation::GradientRole {
                $name::traits(&[], self).gradient
            }

            fn feature(&self) -> $crate::model::op::operation::FeatureRole {
                $crate::model::op::operation::FeatureRole::Makes
            }
        }
    };
}

pub(super) use operations;
