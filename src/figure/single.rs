//! One view: its four panels at the photo's resolution, with a caption.

use std::sync::Arc;

use image::RgbImage;

use crate::engine::{Guided, HeatMap, ModelInfo, Prediction};
use crate::model::{InputChannels, ReluRule};
use crate::picture::map::compose::{self, Look, Overlay};
use crate::picture::page::Page;
use crate::picture::page::caption::Caption;
use crate::picture::page::sheet::{self, sheet};
use crate::picture::photo::decode::Photo;
use crate::picture::photo::resample;

/// One of the four panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Panel {
    /// The photo alone.
    Original,
    /// The heat map over the photo, in the chosen look.
    HeatMap,
    /// The gradient at the input under the chosen rule.
    GuidedBackprop,
    /// The gradient at the input times the upsampled heat map.
    GuidedGradCam,
}

impl Panel {
    /// From left to right.
    pub const ALL: [Panel; 4] = [
        Panel::Original,
        Panel::HeatMap,
        Panel::GuidedBackprop,
        Panel::GuidedGradCam,
    ];

    /// The panel's title. The last two are named after the rule.
    pub fn title(self, rule: ReluRule) -> &'static str {
        match (self, rule) {
            (Panel::Original, _) => "Original",
            (Panel::HeatMap, _) => "Grad-CAM",
            (Panel::GuidedBackprop, rule) => rule.label(),
            (Panel::GuidedGradCam, ReluRule::Guided) => "Guided Grad-CAM",
            (Panel::GuidedGradCam, ReluRule::Deconvnet) => "Deconvnet × Grad-CAM",
            (Panel::GuidedGradCam, ReluRule::Gradient) => "Gradient × Grad-CAM",
        }
    }

    /// Its part of a file name.
    pub fn slug(self) -> &'static str {
        match self {
            Panel::Original => "original",
            Panel::HeatMap => "overlay",
            Panel::GuidedBackprop => "guided_backprop",
            Panel::GuidedGradCam => "guided_grad_cam",
        }
    }
}

/// Everything that one view shows.
#[derive(Clone)]
pub struct Figure {
    /// The photo, whose size every panel has.
    pub photo: Arc<Photo>,
    /// The model that is explained.
    pub model: Arc<ModelInfo>,
    /// The model's prediction; its placement is for a photo of this size.
    pub answer: Arc<Prediction>,
    /// The raw map of the second panel, at the resolution of its layer.
    pub heat_map: Arc<HeatMap>,
    /// The gradients of the last two panels, at the resolution of the model's input.
    pub guided: Arc<Guided>,
    /// How the heat map is shown.
    pub look: Look,
}

impl Figure {
    /// One panel at the photo's resolution, without a caption.
    pub fn panel(&self, panel: Panel) -> RgbImage {
        let placement = &self.answer.placement;
        match panel {
            Panel::Original => self.original(),
            Panel::HeatMap => {
                compose::overlay(&self.photo.rgb, &self.heat_map.map, placement, &self.look)
            }
            Panel::GuidedBackprop => compose::signed(&self.guided.backprop, placement),
            Panel::GuidedGradCam => compose::signed(&self.guided.grad_cam, placement),
        }
    }

    /// The photo; where the model predicts regions, with the one that is explained.
    fn original(&self) -> RgbImage {
        let score = self.heat_map.score;
        let mut picture = self.photo.rgb.clone();
        match &self.answer.regions {
            Some(regions) if regions.are_predicted() => {
                let region = regions.map(score.class());
                compose::region(&mut picture, &region, &self.answer.placement);
            }
            Some(_) | None => {}
        }
        if let Some(drawn) = score.region() {
            compose::rectangle(&mut picture, drawn);
        }
        picture
    }

    /// The figure for a copy of the photo at this size (width, height).
    #[must_use]
    pub fn at_size(&self, size: (u32, u32)) -> Figure {
        let mut figure = self.clone();
        if let Some(rgb) = resample::at_size(&self.photo.rgb, size) {
            let mut answer = Prediction::clone(&self.answer);
            answer.placement = answer.placement.at_size(rgb.width(), rgb.height());
            figure.answer = Arc::new(answer);
            let from = self.photo.rgb.dimensions();
            let score = self.heat_map.score.at_size(from, rgb.dimensions());
            if score != self.heat_map.score {
                let heat_map = HeatMap::clone(&self.heat_map);
                figure.heat_map = Arc::new(HeatMap { score, ..heat_map });
            }
            figure.photo = Arc::new(Photo::from_rgb(self.photo.path.clone(), rgb));
        }
        figure
    }

    /// The figure for a photo reduced to a long side of `max_px`, if it is longer.
    #[must_use]
    pub fn within(&self, max_px: u32) -> Figure {
        let size = self.photo.rgb.dimensions();
        if size.0.max(size.1) > max_px {
            self.at_size(resample::fitted(size, max_px))
        } else {
            self.clone()
        }
    }

    /// The colours of the heat map without the photo.
    pub fn bare_heat_map(&self) -> RgbImage {
        let look = Look {
            opacity: 1.0,
            overlay: Overlay::Blend,
            ..self.look
        };
        compose::overlay(
            &self.photo.rgb,
            &self.heat_map.map,
            &self.answer.placement,
            &look,
        )
    }

    /// The four panels side by side, with titles, caption and legend.
    pub fn page(&self) -> Page {
        let panels = Panel::ALL.map(|panel| sheet::Panel {
            title: panel.title(self.guided.rule).to_owned(),
            picture: self.panel(panel),
        });
        sheet(panels.into(), &self.caption())
    }

    /// [`Figure::page`] as pixels.
    pub fn composite(&self) -> RgbImage {
        self.page().rgb()
    }

    fn caption(&self) -> Caption {
        let score = self.heat_map.score;
        let probability = super::parts::probability(score, &self.answer);
        let (guided, all) = self.guided.rectifiers;
        let mut notes = Vec::new();
        if self.guided.rule != ReluRule::Gradient {
            let plain = if all == 0 {
                ": this is the plain gradient"
            } else {
                ""
            };
            let how = match self.guided.rule {
                ReluRule::Deconvnet => "by the deconvnet rule",
                ReluRule::Guided | ReluRule::Gradient => "guided",
            };
            notes.push(format!("{guided} of {all} rectifiers {how}{plain}"));
        }
        if let InputChannels::Bands(count) = self.model.preprocess.channels {
            notes.push(format!("gradients summed over {count} channels"));
        }
        Caption {
            model: self.model.name.clone(),
            layer: self.heat_map.layer.clone(),
            class: score.describe(&self.model.labels),
            probability,
            look: self.look,
            map_max: self.heat_map.map.max(),
            notes,
        }
    }
}
