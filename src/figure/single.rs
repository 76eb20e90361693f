//! One view: its panels at the photo's resolution.

use std::sync::Arc;

use image::RgbImage;

use super::parts;
use crate::engine::{Guided, HeatMap, ModelInfo, Prediction};
use crate::explain::Score;
use crate::model::ReluRule;
use crate::picture::map::Map;
use crate::picture::map::compose::{self, Look, Overlay, Under, Unseen};
use crate::picture::map::sample::Sampling;
use crate::picture::photo::decode::Photo;
use crate::picture::photo::geometry::PixelBox;
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
    /// In figures, from left to right.
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
    /// One panel at the photo's resolution.
    pub fn panel(&self, panel: Panel, unseen: Unseen) -> RgbImage {
        self.drawn(
            unseen,
            |figure| {
                let placement = &figure.answer.placement;
                match panel {
                    Panel::Original => figure.original(),
                    Panel::HeatMap => compose::overlay(
                        &figure.photo.rgb,
                        &figure.heat_map.map,
                        placement,
                        &figure.look,
                    ),
                    Panel::GuidedBackprop => compose::signed(&figure.guided.backprop, placement),
                    Panel::GuidedGradCam => compose::signed(&figure.guided.grad_cam, placement),
                }
            },
            match panel {
                // The photo has no part that is drawn in another way.
                Panel::Original => Kind::Photo,
                Panel::HeatMap => Kind::HeatMap,
                Panel::GuidedBackprop | Panel::GuidedGradCam => Kind::Gradient,
            },
        )
    }

    /// The difference of two maps over the photo in grey, at the photo's resolution.
    pub fn difference(&self, map: &Map, unseen: Unseen) -> RgbImage {
        let draw = |figure: &Figure| {
            let (photo, placement) = (&figure.photo.rgb, &figure.answer.placement);
            compose::difference_overlay(photo, map, placement, &figure.look)
        };
        self.drawn(unseen, draw, Kind::Difference)
    }

    /// The colours of the heat map without the photo.
    pub fn bare_heat_map(&self, unseen: Unseen) -> RgbImage {
        let overlay = match self.look.overlay.sampling() {
            Sampling::Bilinear => Overlay::Blend,
            Sampling::Nearest => Overlay::Cells,
        };
        let draw = |figure: &Figure| {
            let look = Look {
                opacity: 1.0,
                overlay,
                ..figure.look
            };
            let photo = &figure.photo.rgb;
            compose::overlay(photo, &figure.heat_map.map, &figure.answer.placement, &look)
        };
        self.drawn(unseen, draw, Kind::HeatMap)
    }

    /// A picture of the view, with its unseen part as it is wanted.
    fn drawn(&self, unseen: Unseen, draw: impl Fn(&Figure) -> RgbImage, kind: Kind) -> RgbImage {
        if unseen == Unseen::Cut {
            return draw(&self.seen_part());
        }
        let mut picture = draw(self);
        if unseen == Unseen::Hatched {
            let photo = &self.photo.rgb;
            let seen = self.answer.placement.seen();
            match kind {
                Kind::Photo => {}
                Kind::HeatMap => {
                    let under = Under::heat_map(photo, self.look.overlay);
                    compose::hatch(&mut picture, under, &seen);
                }
                Kind::Difference => {
                    compose::hatch(&mut picture, Under::Pale(&compose::in_grey(photo)), &seen);
                }
                Kind::Gradient => compose::hatch(&mut picture, Under::White, &seen),
            }
        }
        picture
    }

    /// The view of the part of the photo that the model saw, as a photo of its own.
    #[must_use]
    pub fn seen_part(&self) -> Figure {
        self.part(self.answer.placement.seen())
    }

    /// The view of a part of the photo (in its pixels, not empty, and within it) as a photo of its own.
    #[must_use]
    pub fn part(&self, part: PixelBox) -> Figure {
        self.part_in(part, None)
    }

    /// [`Figure::part`], in a photo of that part if it is there already.
    pub(super) fn part_in(&self, part: PixelBox, known: Option<Arc<Photo>>) -> Figure {
        let mut figure = self.clone();
        let whole = self.photo.rgb.dimensions();
        if (part.width, part.height) == whole {
            return figure;
        }
        let mut answer = Prediction::clone(&self.answer);
        answer.placement = answer.placement.of_part(part);
        figure.answer = Arc::new(answer);
        figure.score_as(self.heat_map.score.of_part(part));
        figure.photo = known.unwrap_or_else(|| parts::of_photo(&self.photo, part));
        figure
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
        match resample::at_size(&self.photo.rgb, size) {
            Some(rgb) => {
                let photo = Photo::from_rgb(self.photo.path.clone(), rgb);
                self.over(&Arc::new(photo))
            }
            None => self.clone(),
        }
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

    /// The figure over a copy of its photo at another size.
    pub(super) fn over(&self, photo: &Arc<Photo>) -> Figure {
        let mut figure = self.clone();
        let (from, to) = (self.photo.rgb.dimensions(), photo.rgb.dimensions());
        if from != to {
            let mut answer = Prediction::clone(&self.answer);
            answer.placement = answer.placement.at_size(to.0, to.1);
            figure.answer = Arc::new(answer);
            figure.score_as(self.heat_map.score.at_size(from, to));
        }
        figure.photo = Arc::clone(photo);
        figure
    }

    fn score_as(&mut self, score: Score) {
        if score != self.heat_map.score {
            let heat_map = HeatMap::clone(&self.heat_map);
            self.heat_map = Arc::new(HeatMap { score, ..heat_map });
        }
    }
}

/// The kinds of pictures, by what lies under the part that the model did not see.
#[derive(Clone, Copy)]
enum Kind {
    /// The photo alone, which has no such part.
    Photo,
    /// A heat map over the photo.
    HeatMap,
    /// A difference over the photo in grey.
    Difference,
    /// A gradient over nothing.
    Gradient,
}
