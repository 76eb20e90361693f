//! What lies between the linear layers of a head that was rebuilt from its tensors. A file of weights alone does not
//! tell, because activations have no weights.

use std::fmt;
use std::str::FromStr;

/// The activation between the linear layers of a rebuilt head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HeadActivation {
    /// What most scripts use, and what is assumed.
    #[default]
    Relu,
    /// With PyTorch's slope for negative values, 0.01.
    LeakyRelu,
    /// The exact one, without the approximation by tanh.
    Gelu,
    /// `x · sigmoid(x)`, also called swish.
    Silu,
    /// With PyTorch's α, 1.
    Elu,
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function.
    Sigmoid,
    /// The linear layers follow one another.
    None,
}

impl HeadActivation {
    /// Every one, in the order in which a person chooses among them.
    pub const ALL: [HeadActivation; 8] = [
        HeadActivation::Relu,
        HeadActivation::LeakyRelu,
        HeadActivation::Gelu,
        HeadActivation::Silu,
        HeadActivation::Elu,
        HeadActivation::Tanh,
        HeadActivation::Sigmoid,
        HeadActivation::None,
    ];

    /// As PyTorch calls its class: `LeakyReLU`.
    pub fn label(self) -> &'static str {
        match self {
            HeadActivation::Relu => "ReLU",
            HeadActivation::LeakyRelu => "LeakyReLU",
            HeadActivation::Gelu => "GELU",
            HeadActivation::Silu => "SiLU",
            HeadActivation::Elu => "ELU",
            HeadActivation::Tanh => "Tanh",
            HeadActivation::Sigmoid => "Sigmoid",
            HeadActivation::None => "None",
        }
    }
}

impl fmt::Display for HeadActivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl FromStr for HeadActivation {
    type Err = String;

    /// By its label, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = HeadActivation::ALL.into_iter();
        let found = all.find(|one| one.label().eq_ignore_ascii_case(text));
        let names = || HeadActivation::ALL.map(|one| one.label().to_lowercase());
        found.ok_or_else(|| format!("one of {}", names().join(", ")))
    }
}
