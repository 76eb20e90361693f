//! The four pictures the window is about, by name.

use crate::model::ReluRule;

/// One of the four panels. (`Panel` is egui's word for a side of the window.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Original,
    HeatMap,
    Guided,
    GuidedGradCam,
}

impl Pane {
    /// In the order they stand on screen and in the composite.
    pub const ALL: [Pane; 4] = [Pane::Original, Pane::HeatMap, Pane::Guided, Pane::GuidedGradCam];

    /// What stands above the picture; the last two are named after the rule behind them.
    pub fn title(self, rule: ReluRule) -> &'static str {
        match (self, rule) {
            (Pane::Original, _) => "Original",
            (Pane::HeatMap, _) => "Heat map",
            (Pane::Guided, ReluRule::Guided) => "Guided backprop",
            (Pane::Guided, ReluRule::Deconvnet) => "Deconvnet",
            (Pane::Guided, ReluRule::Gradient) => "Gradient",
            (Pane::GuidedGradCam, ReluRule::Guided) => "Guided Grad-CAM",
            (Pane::GuidedGradCam, ReluRule::Deconvnet) => "Deconvnet Grad-CAM",
            (Pane::GuidedGradCam, ReluRule::Gradient) => "Gradient Grad-CAM",
        }
    }

    /// What tells the exported file of this panel from its siblings.
    pub fn file_suffix(self) -> &'static str {
        match self {
            Pane::Original => "original",
            Pane::HeatMap => "overlay",
            Pane::Guided => "guided_backprop",
            Pane::GuidedGradCam => "guided_grad_cam",
        }
    }
}
