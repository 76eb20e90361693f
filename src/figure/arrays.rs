//! The raw arrays of a view as a NumPy archive.

use std::io::{self, Seek, Write};

use npyz::WriterBuilder;
use npyz::npz::NpzWriter;

use crate::picture::map::{Map, SignedImage};

/// The arrays in float32, without a batch axis; docs/command-line.md lists names and shapes.
pub struct Raw<'a> {
    /// The model's output, before softmax.
    pub logits: &'a [f32],
    /// The map at the layer's own resolution.
    pub grad_cam: &'a Map,
    /// The gradient at the normalised input, guided at every rectifier.
    pub guided_backprop: &'a SignedImage,
    /// The same times the upsampled map.
    pub guided_grad_cam: &'a SignedImage,
    /// The plain gradient at the normalised input.
    pub gradient: &'a SignedImage,
}

impl Raw<'_> {
    /// Writes the archive.
    ///
    /// # Errors
    /// Errors of the writer.
    pub fn write(&self, out: impl Write + Seek) -> io::Result<()> {
        let mut archive = NpzWriter::new(out);
        let signed = |image: &SignedImage| {
            let channels = image.channels() as u64;
            [channels, image.height as u64, image.width as u64]
        };
        let map = [self.grad_cam.height as u64, self.grad_cam.width as u64];
        for (name, shape, values) in [
            ("logits", &[self.logits.len() as u64][..], self.logits),
            ("grad_cam", &map, &self.grad_cam.values),
            (
                "guided_backprop",
                &signed(self.guided_backprop),
                &self.guided_backprop.values,
            ),
            (
                "guided_grad_cam",
                &signed(self.guided_grad_cam),
                &self.guided_grad_cam.values,
            ),
            ("gradient", &signed(self.gradient), &self.gradient.values),
        ] {
            let mut array = archive
                .array(name, Default::default())?
                .default_dtype()
                .shape(shape)
                .begin_nd()?;
            array.extend(values.iter())?;
            array.finish()?;
        }
        Ok(())
    }
}
