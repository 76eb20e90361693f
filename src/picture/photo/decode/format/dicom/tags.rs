//! The tags that matter for pixels.

/// A tag, group first.
pub(super) type Tag = u32;

pub(super) const TRANSFER_SYNTAX: Tag = 0x0002_0010;
pub(super) const MODALITY: Tag = 0x0008_0060;
pub(super) const SAMPLES: Tag = 0x0028_0002;
pub(super) const PHOTOMETRIC: Tag = 0x0028_0004;
pub(super) const PLANAR: Tag = 0x0028_0006;
pub(super) const FRAMES: Tag = 0x0028_0008;
pub(super) const ROWS: Tag = 0x0028_0010;
pub(super) const COLUMNS: Tag = 0x0028_0011;
pub(super) const BITS_ALLOCATED: Tag = 0x0028_0100;
pub(super) const BITS_STORED: Tag = 0x0028_0101;
pub(super) const HIGH_BIT: Tag = 0x0028_0102;
pub(super) const IS_SIGNED: Tag = 0x0028_0103;
pub(super) const WINDOW_CENTER: Tag = 0x0028_1050;
pub(super) const WINDOW_WIDTH: Tag = 0x0028_1051;
pub(super) const INTERCEPT: Tag = 0x0028_1052;
pub(super) const SLOPE: Tag = 0x0028_1053;
pub(super) const FUNCTION: Tag = 0x0028_1056;
/// What the tables of red, green and blue have.
pub(super) const PALETTE_SHAPES: [Tag; 3] = [0x0028_1101, 0x0028_1102, 0x0028_1103];
pub(super) const PALETTES: [Tag; 3] = [0x0028_1201, 0x0028_1202, 0x0028_1203];
pub(super) const MODALITY_TABLE: Tag = 0x0028_3000;
pub(super) const VOI_TABLE: Tag = 0x0028_3010;
pub(super) const FLOATS: Tag = 0x7fe0_0008;
pub(super) const DOUBLES: Tag = 0x7fe0_0009;
pub(super) const PIXELS: Tag = 0x7fe0_0010;
