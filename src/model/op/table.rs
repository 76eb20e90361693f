//! Families in which an operation is one row: its attributes, how it runs, its shapes, its work where that is
//! more than reading and writing each element, and the rest in a line. What such an operation leaves to
//! libtorch's record needs no more.

use super::operation::Cost;

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
            $(work: $work:expr,)?
            traits: $traits:expr;
        )*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $($(#[$doc])* $variant { $($(#[$field_doc])* $field: $type,)* },)*
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
                $inputs: &[&[i64]],
                outputs: &[$crate::model::op::shape::Shape],
            ) -> $crate::model::op::operation::Cost {
                use $crate::model::op::shape::elements;
                let read: f64 = $inputs.iter().map(|shape| elements(shape)).sum();
                let written: f64 = outputs.iter().map(|shape| elements(shape)).sum();
                let work: $crate::model::op::table::Work = match self {
                    $($name::$variant { $($field,)* } => operations!(@work $($work)?),)*
                };
                work.cost(read + written)
            }

            fn traits(
                &self,
                _: &$crate::model::op::operation::Given<'_>,
            ) -> $crate::model::op::operation::Traits<'_> {
                match self {
                    $($name::$variant { $($field,)* } => $traits,)*
                }
            }
        }
    };
    (@work) => {
        $crate::model::op::table::Work::Each
    };
    (@work $work:expr) => {
        $work
    };
}

pub(super) use operations;
