//! The raw arrays of a view as a NumPy archive.

use std::io::{Seek, Write};

use anyhow::Result;
use gradcam::picture::map::{Map, SignedImage};
use npyz::WriterBuilder;
use npyz::npz::NpzWriter;

/// The arrays in float32, without a batch axis; docs/command-line.md lists names and shapes.
pub struct Raw<'a> {
    pub logits: &'a [f32],
    pub grad_cam: &'a Map,
    pub guided_backprop: &'a SignedImage,
    pub guided_grad_cam: &'a SignedImage,
    pub gradient: &'a SignedImage,
}

impl Raw<'_> {
    /// Writes the archive.
    ///
    /// # Errors
    /// Errors of the writer.
    pub fn write(&self, out: impl Write + Seek) -> Result<()> {
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
