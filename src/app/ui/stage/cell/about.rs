//! What a panel shows, in words: how it is computed, and where that comes from.

use crate::app::state::rows::lines::Cell;
use crate::app::state::rows::shown::Shown;
use crate::app::state::rows::subject::Subject;
use crate::explain::Score;
use crate::figure::Panel;
use crate::model::{AnswerKind, ReluRule};

/// What the score of a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explained {
    Class,
    /// A class over the part of a segmentation where it is predicted, or over one that was drawn.
    Region,
    /// A direction of a number or of a similarity.
    Direction,
}

impl Explained {
    pub fn of(subject: &Subject) -> Explained {
        match subject.model.kind {
            AnswerKind::Number | AnswerKind::Similarity => Explained::Direction,
            AnswerKind::Classes | AnswerKind::YesNo if subject.answers_with_map() => {
                Explained::Region
            }
            AnswerKind::Classes | AnswerKind::YesNo => Explained::Class,
        }
    }
}

/// What a panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    pub what: &'static str,
    /// How it is computed; `None` for the photo.
    pub formula: Option<&'static str>,
    pub paper: Option<&'static str>,
}

const GRAD_CAM: &str = "Selvaraju et al., Grad-CAM, ICCV 2017, arXiv:1610.02391";
const SEG_GRAD_CAM: &str = "Vinogradova et al., Towards Interpretable Semantic Segmentation via Gradient-weighted Class \
     Activation Mapping, AAAI 2020, arXiv:2002.11434";
const GUIDED: &str = "Springenberg et al., Striving for Simplicity, ICLR 2015, arXiv:1412.6806";
const DECONVNET: &str =
    "Zeiler and Fergus, Visualizing and Understanding, ECCV 2014, arXiv:1311.2901";
const GRADIENT: &str = "Simonyan et al., Deep Inside Convolutional Networks, 2014, arXiv:1312.6034";

/// What a panel shows of a row with this rule, score and map.
pub fn about(
    cell: Cell,
    rule: ReluRule,
    score: Option<Score>,
    shown: &Shown,
    explained: Explained,
) -> About {
    match cell {
        Cell::Panel(Panel::Original) => About {
            what: "The photo as it was read. With a model of regions, the one that is explained",
            formula: None,
            paper: None,
        },
        Cell::Panel(Panel::HeatMap) => heat_map(score, shown, explained),
        Cell::Panel(Panel::GuidedBackprop) => About {
            what: "The pixels that move the score, at the model's input. Grey is zero",
            formula: Some(match rule {
                ReluRule::Guided => {
                    "∂y/∂x, where a ReLU passes back R only if it was open and R > 0"
                }
                ReluRule::Deconvnet => "∂y/∂x, where a ReLU passes back R only if R > 0",
                ReluRule::Gradient => "∂y/∂x, the plain gradient",
            }),
            paper: Some(of_rule(rule)),
        },
        Cell::Panel(Panel::GuidedGradCam) => About {
            what: "The panel before it where the heat map is large: fine, and about what is explained",
            formula: Some("that gradient × the heat map, upsampled to the input"),
            paper: Some(GRAD_CAM),
        },
        Cell::Difference => About {
            what: "Where the first map is larger (orange) and where the second is (violet)",
            formula: Some("L(A) − L(B), each ReLU(Σ α·A), not rescaled before"),
            paper: None,
        },
    }
}

fn heat_map(score: Option<Score>, shown: &Shown, explained: Explained) -> About {
    let (what, formula) = match (shown, score) {
        (Shown::Channel(_), _) => (
            "Where one channel of the layer is active, whatever the class",
            "A of that channel, as the layer gives it",
        ),
        (Shown::Channels(_), _) => (
            "The part of the heat map that the ticked channels make",
            "ReLU(Σ α·A) over those channels; α = mean of ∂y/∂A over the positions",
        ),
        (Shown::Map, Some(Score::Against(_))) => (
            match explained {
                Explained::Class => {
                    "What, if it were removed, would raise this class: the counterfactual"
                }
                Explained::Region => {
                    "What, if it were removed, would raise this class over its region: the counterfactual"
                }
                Explained::Direction => "What in this layer moves the value the other way",
            },
            "ReLU(Σ α·A) over the channels A of the layer; α = mean of −∂y/∂A over the positions",
        ),
        (Shown::Map, Some(Score::Versus { .. })) => (
            "What in this layer speaks for the first class rather than the second",
            "ReLU(Σ α·A) over the channels A of the layer; α = mean of ∂(y(A) − y(B))/∂A",
        ),
        (Shown::Map, Some(Score::For(_) | Score::Within { .. }) | None) => (
            match explained {
                Explained::Class => "What in this layer speaks for the class",
                Explained::Region => "What in this layer speaks for the class over its region",
                Explained::Direction => {
                    "What in this layer moves the value in the chosen direction"
                }
            },
            "ReLU(Σ α·A) over the channels A of the layer; α = mean of ∂y/∂A over the positions",
        ),
    };
    About {
        what,
        formula: Some(formula),
        paper: match shown {
            Shown::Channel(_) => None,
            Shown::Channels(_) | Shown::Map => Some(match explained {
                Explained::Class | Explained::Direction => GRAD_CAM,
                Explained::Region => SEG_GRAD_CAM,
            }),
        },
    }
}

fn of_rule(rule: ReluRule) -> &'static str {
    match rule {
        ReluRule::Guided => GUIDED,
        ReluRule::Deconvnet => DECONVNET,
        ReluRule::Gradient => GRADIENT,
    }
}
