//! For images of which size a network that was recognised by its weights is built.

use super::architectures::{Recognised, Sides};
use crate::model::error::{Fault, Result};
use crate::model::format::build::opened::{OtherSizes, SizeSource};

/// The size of the image, and what else it may be.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageSize {
    /// Width and height in pixels.
    pub size: (u32, u32),
    pub source: SizeSource,
    pub others: OtherSizes,
    /// Why it is not the size that a file states, in a full sentence.
    pub note: Option<String>,
}

impl ImageSize {
    /// The size for a network, of which `wanted` was chosen or stated.
    ///
    /// # Errors
    /// [`Fault::Size`] where the network does not take the chosen size.
    pub fn of(
        recognised: &Recognised,
        wanted: Option<((u32, u32), SizeSource)>,
    ) -> Result<ImageSize> {
        let sides = recognised.template.sides();
        let square = (recognised.side, recognised.side);
        let own = match (sides, recognised.template.input_sides()) {
            (Sides::One, Some((height, width))) => (width, height),
            _ => square,
        };
        let (takes, others, reason) = match sides {
            Sides::Any => (true, OtherSizes::SameGraph, String::new()),
            Sides::Square { multiple } => (
                false,
                OtherSizes::ReadAgain,
                format!("it takes squares whose sides are a multiple of {multiple} pixels"),
            ),
            Sides::One => (
                false,
                OtherSizes::None,
                format!("its graph is known for {}×{} alone", own.0, own.1),
            ),
        };
        let usual = match others {
            OtherSizes::None => SizeSource::Fixed,
            OtherSizes::SameGraph | OtherSizes::ReadAgain => recognised.usual_source(),
        };
        let sized = |size, source, note| ImageSize {
            size,
            source,
            others,
            note,
        };
        let Some((size, source)) = wanted else {
            return Ok(sized(own, usual, None));
        };
        let (width, height) = size;
        if takes || size == own {
            let is_fixed = others == OtherSizes::None;
            let source = if is_fixed { SizeSource::Fixed } else { source };
            return Ok(sized(size, source, None));
        }
        let name = match source {
            SizeSource::Beside(name) => name,
            SizeSource::Fixed
            | SizeSource::Chosen
            | SizeSource::Stated
            | SizeSource::Sample
            | SizeSource::Usual
            | SizeSource::Weights
            | SizeSource::Assumed => {
                return Err(Fault::Size {
                    width,
                    height,
                    reason,
                });
            }
        };
        let note = format!(
            "{name} says that images are {width}×{height}, but {reason}. {}×{} is used.",
            own.0, own.1
        );
        // Where it is fixed, what lies beside it is judged by its size.
        let note = (others != OtherSizes::None).then_some(note);
        Ok(sized(own, usual, note))
    }
}
