//! Which panels the stage shows, and how they are arranged.

use serde::{Deserialize, Serialize};

use crate::app::state::by_name::{self, Name};

/// The choice of panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Panels {
    #[serde(with = "by_name")]
    pub arrangement: Arrangement,
    #[serde(with = "by_name")]
    pub two_classes: TwoClasses,
    #[serde(with = "by_name")]
    pub originals: Originals,
    /// Whether guided backpropagation and guided Grad-CAM are shown.
    pub guided_pair: bool,
    /// Whether panels show only what the model sees of a photo.
    pub seen_only: bool,
}

impl Default for Panels {
    fn default() -> Self {
        Panels {
            arrangement: Arrangement::default(),
            two_classes: TwoClasses::default(),
            originals: Originals::default(),
            guided_pair: true,
            seen_only: false,
        }
    }
}

/// How the panels of a single line are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arrangement {
    /// Whichever shows the photos larger.
    #[default]
    Automatic,
    Row,
    Square,
    /// The heat map large, and the others small beside it.
    OneLarge,
}

impl Arrangement {
    pub const ALL: [Arrangement; 4] = [
        Arrangement::Automatic,
        Arrangement::Row,
        Arrangement::Square,
        Arrangement::OneLarge,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Arrangement::Automatic => "Fit the window",
            Arrangement::Row => "Side by side",
            Arrangement::Square => "Two by two",
            Arrangement::OneLarge => "Large heat map",
        }
    }
}

impl Name for Arrangement {
    const ALL: &'static [Self] = &Arrangement::ALL;
    fn name(self) -> &'static str {
        match self {
            Arrangement::Automatic => "automatic",
            Arrangement::Row => "row",
            Arrangement::Square => "square",
            Arrangement::OneLarge => "large",
        }
    }
}

/// How two compared classes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TwoClasses {
    /// In one line: both maps and their difference, with the photo under each.
    #[default]
    Maps,
    /// The same after the photo alone.
    PhotoAndMaps,
    /// A line of panels for each class, and one for the difference.
    Rows,
}

impl TwoClasses {
    pub const ALL: [TwoClasses; 3] = [TwoClasses::Maps, TwoClasses::PhotoAndMaps, TwoClasses::Rows];

    pub fn label(self) -> &'static str {
        match self {
            TwoClasses::Maps => "Both maps and the difference",
            TwoClasses::PhotoAndMaps => "The photo before them",
            TwoClasses::Rows => "A row for each class",
        }
    }
}

impl Name for TwoClasses {
    const ALL: &'static [Self] = &TwoClasses::ALL;
    fn name(self) -> &'static str {
        match self {
            TwoClasses::Maps => "maps",
            TwoClasses::PhotoAndMaps => "photo and maps",
            TwoClasses::Rows => "rows",
        }
    }
}

/// Where the photo is shown with nothing over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Originals {
    #[default]
    EachRow,
    /// In the first row, and in rows of another photo.
    Once,
    Never,
}

impl Originals {
    pub const ALL: [Originals; 3] = [Originals::EachRow, Originals::Once, Originals::Never];

    pub fn label(self) -> &'static str {
        match self {
            Originals::EachRow => "In each row",
            Originals::Once => "In the first row",
            Originals::Never => "Hidden",
        }
    }
}

impl Name for Originals {
    const ALL: &'static [Self] = &Originals::ALL;
    fn name(self) -> &'static str {
        match self {
            Originals::EachRow => "each row",
            Originals::Once => "once",
            Originals::Never => "never",
        }
    }
}
