//! The plain arrays that explanations are made of.

/// One value a place, row by row: a heat map at a layer's own resolution, raw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    pub width: usize,
    pub height: usize,
    /// `height · width` values.
    pub values: Vec<f32>,
}

/// Three signed values a pixel, one plane after the other: `[3, height, width]`, raw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SignedImage {
    pub width: usize,
    pub height: usize,
    /// `3 · height · width` values.
    pub values: Vec<f32>,
}
