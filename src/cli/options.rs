//! How a map is coloured, as options that several commands share.

use anyhow::Result;
use clap::Args;
use gradcam::picture::map::colormap::Colormap;
use gradcam::picture::map::compose::{Look, Overlay, Scale};

#[derive(Debug, Clone, Args)]
pub struct LookChoice {
    /// From 0, the photo alone, to 1, the heat map alone
    #[arg(long, value_name = "A", default_value_t = 0.5, value_parser = parse_opacity, allow_hyphen_values = true)]
    opacity: f32,
    /// inferno, viridis, magma, turbo, grey or jet
    #[arg(long, value_name = "NAME", default_value = "inferno", value_parser = parse_colormap)]
    colormap: Colormap,
}

impl LookChoice {
    /// Each map on its own scale.
    pub fn look(&self) -> Look {
        Look {
            colormap: self.colormap,
            opacity: self.opacity,
            overlay: Overlay::Blend,
            scale: Scale::Own,
        }
    }
}

fn parse_opacity(text: &str) -> Result<f32, String> {
    let opacity: f32 = text
        .parse()
        .map_err(|_| "a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&opacity) {
        Ok(opacity)
    } else {
        Err("a number from 0 to 1".to_owned())
    }
}

fn parse_colormap(text: &str) -> Result<Colormap, String> {
    text.parse()
        .map_err(|_| Colormap::ALL.map(Colormap::name).join(", "))
}
