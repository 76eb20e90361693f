//! How views are shown and written: what a person sets once and keeps.

/// How the four panels of a single row stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arrangement {
    /// Whichever shows the pictures larger.
    #[default]
    Automatic,
    Row,
    Square,
}

impl Arrangement {
    pub const ALL: [Arrangement; 3] = [
        Arrangement::Automatic,
        Arrangement::Row,
        Arrangement::Square,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Arrangement::Automatic => "Fit the window",
            Arrangement::Row => "Side by side",
            Arrangement::Square => "Two by two",
        }
    }
}

/// How large panels are in an exported file: their longest side in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportSize {
    /// The photo's own pixels.
    #[default]
    Photo,
    Large,
    Medium,
    Small,
}

impl ExportSize {
    pub const ALL: [ExportSize; 4] = [
        ExportSize::Photo,
        ExportSize::Large,
        ExportSize::Medium,
        ExportSize::Small,
    ];

    pub fn limit(self) -> u32 {
        match self {
            ExportSize::Photo => u32::MAX,
            ExportSize::Large => 1600,
            ExportSize::Medium => 800,
            ExportSize::Small => 400,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            ExportSize::Photo => "As large as the photo",
            ExportSize::Large => "Up to 1600 pixels",
            ExportSize::Medium => "Up to 800 pixels",
            ExportSize::Small => "Up to 400 pixels",
        }
    }
}

/// Opacity in the steps the screen has, so that a file and the screen agree to the last bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opacity(pub u8);

impl Default for Opacity {
    fn default() -> Self {
        Opacity(128)
    }
}

impl Opacity {
    /// Of a share from 0 to 1.
    pub fn from_share(share: f32) -> Self {
        Opacity((share.clamp(0.0, 1.0) * 255.0).round() as u8)
    }

    /// From 0 to 1.
    pub fn share(self) -> f32 {
        f32::from(self.0) / 255.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_reads_back_what_was_set_to_a_step_of_the_screen() {
        for share in [0.0, 0.25, 0.5, 1.0] {
            assert!((Opacity::from_share(share).share() - share).abs() <= 0.5 / 255.0 + 1e-6);
        }
        assert_eq!(Opacity::from_share(7.0), Opacity(255));
        assert_eq!(Opacity::from_share(-1.0), Opacity(0));
    }
}
