//! What can be chosen, with defaults. New options may be added in any release: begin with
//! `default()` and change what differs.

use crate::model::OpenOptions;
use crate::picture::map::colormap::Colormap;
use crate::picture::map::compose::{Look, Overlay, Scale};
use crate::picture::photo::decode::Decoding;
use crate::picture::photo::geometry::Fit;

/// How a model is opened and photos are put into it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExplainerOptions {
    /// How the model's file is opened where it leaves something open: its output, the values of further
    /// inputs, a second picture to compare with, preprocessing, the network that weights alone belong to.
    pub opening: OpenOptions,
    /// How a photo of another shape than the model's input is put into it.
    pub fit: Fit,
    /// How image files are read: with `as_pillow`, as most training code reads them.
    pub decoding: Decoding,
    /// How many recorded forward passes stay in memory, at least 1. Each holds every activation of
    /// the network. An explanation whose pass is gone runs the photo again when it is next asked.
    pub cached_passes: usize,
}

impl Default for ExplainerOptions {
    fn default() -> ExplainerOptions {
        ExplainerOptions {
            opening: OpenOptions::default(),
            fit: Fit::Crop,
            decoding: Decoding::default(),
            cached_passes: 1,
        }
    }
}

impl ExplainerOptions {
    /// Sets [`OpenOptions::architecture`] of [`ExplainerOptions::opening`].
    #[must_use]
    pub fn architecture(mut self, name: impl Into<String>) -> Self {
        self.opening.architecture = Some(name.into());
        self
    }

    /// Sets [`ExplainerOptions::opening`], all of it.
    #[must_use]
    pub fn opening(mut self, opening: OpenOptions) -> Self {
        self.opening = opening;
        self
    }

    /// Sets [`ExplainerOptions::fit`].
    #[must_use]
    pub fn fit(mut self, fit: Fit) -> Self {
        self.fit = fit;
        self
    }

    /// Sets [`ExplainerOptions::decoding`].
    #[must_use]
    pub fn decoding(mut self, decoding: Decoding) -> Self {
        self.decoding = decoding;
        self
    }

    /// Sets [`ExplainerOptions::cached_passes`].
    #[must_use]
    pub fn cached_passes(mut self, passes: usize) -> Self {
        self.cached_passes = passes;
        self
    }
}

/// How a heat map is drawn over a photo.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct OverlayOptions {
    /// The colours from low to high; unused by [`Overlay::Spotlight`].
    pub colormap: Colormap,
    /// From 0, the photo alone, to 1, the heat map alone.
    pub opacity: f32,
    /// Colours or lines over the photo, or light and shade on it.
    pub overlay: Overlay,
    /// The value that gets the last colour: the map's own maximum, or one shared by several maps.
    pub scale: Scale,
}

impl Default for OverlayOptions {
    fn default() -> OverlayOptions {
        OverlayOptions {
            colormap: Colormap::default(),
            opacity: 0.5,
            overlay: Overlay::default(),
            scale: Scale::default(),
        }
    }
}

impl OverlayOptions {
    /// Sets [`OverlayOptions::colormap`].
    #[must_use]
    pub fn colormap(mut self, colormap: Colormap) -> Self {
        self.colormap = colormap;
        self
    }

    /// Sets [`OverlayOptions::opacity`].
    #[must_use]
    pub fn opacity(mut self, opacity: f32) -> Self {
        self.opacity = opacity;
        self
    }

    /// Sets [`OverlayOptions::overlay`].
    #[must_use]
    pub fn overlay(mut self, overlay: Overlay) -> Self {
        self.overlay = overlay;
        self
    }

    /// Sets [`OverlayOptions::scale`].
    #[must_use]
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }
}

impl From<OverlayOptions> for Look {
    fn from(options: OverlayOptions) -> Look {
        Look {
            colormap: options.colormap,
            opacity: options.opacity,
            overlay: options.overlay,
            scale: options.scale,
            difference_opacity: Look::DIFFERENCE_OPACITY,
        }
    }
}
