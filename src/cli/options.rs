//! Options that several commands share.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use gradcam::engine::{self, Error, ModelInfo, Session};
use gradcam::model::{HeadActivation, HeldAt, InputValue, OpenOptions, Reading, SecondPicture};
use gradcam::picture::map::colormap::Colormap;
use gradcam::picture::map::compose::{Look, Maximum, Overlay, Scaling};
use gradcam::picture::photo::decode::Decoding;
use gradcam::picture::photo::geometry::Fit;

use super::preparing::Preparing;
use super::terminal;

/// The default model.
const DEFAULT_MODEL: &str = "models/efficientnet_lite0.pt2";

#[derive(Debug, Default, Args)]
pub struct ModelFile {
    /// The model: a .pt2 archive of torch.export.save, an .onnx file, TorchScript, or the weights of a known network
    /// (.pth, .pt, .ckpt, .safetensors, or the folder of a model) [default: EfficientNet-Lite0]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    #[command(flatten)]
    pub opening: OpeningChoice,
}

/// What can be chosen about a file that is being opened.
#[derive(Debug, Clone, Default, Args)]
pub struct OpeningChoice {
    /// The network, if the file has weights only and they fit several
    #[arg(long, value_name = "NAME")]
    pub architecture: Option<String>,
    /// The activation between the linear layers of your own head, for a file with weights only: relu,
    /// leakyrelu, gelu, silu, elu, tanh, sigmoid or none [default: relu]
    #[arg(long, value_name = "NAME")]
    pub head_activation: Option<HeadActivation>,
    /// Use the averaged weights (EMA) of a file that has trained ones too
    #[arg(long)]
    pub averaged: bool,
    /// The output of the model to explain, by its name or its number [default: the most likely one]
    #[arg(long, value_name = "NAME|N")]
    pub output: Option<String>,
    /// What the model's answer is: classes (exactly one is right), labels (each by itself, or yes and
    /// no), probabilities (its own output) or numbers [default: what the model ends in]
    #[arg(long, value_name = "WHAT", value_parser = parse_answer)]
    pub answer: Option<Reading>,
    /// A second picture: the answer is then how similar the model's output is to that for this picture
    /// (the cosine of the angle between them), as for an embedding
    #[arg(long, value_name = "IMAGE", conflicts_with = "answer")]
    pub similar_to: Option<PathBuf>,
    /// What an input besides the image is held at: numbers separated by commas, as many as it has or one
    /// for all, a .npy file, or a second picture, which is prepared as the image is. May be repeated
    #[arg(long = "input", value_name = "NAME=VALUE|NAME=FILE", value_parser = parse_input)]
    pub inputs: Vec<(String, InputValue)>,
    /// How the files of second pictures are read; the commands set it from their own option.
    #[arg(skip)]
    pub decoding: Decoding,
    #[command(flatten)]
    preparing: Preparing,
}

fn parse_input(text: &str) -> Result<(String, InputValue), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE")?;
    Ok((name.trim().to_owned(), InputValue::read(value)?))
}

impl OpeningChoice {
    pub fn options(&self) -> Result<OpenOptions> {
        let mut options = OpenOptions::default();
        options.architecture.clone_from(&self.architecture);
        options.head_activation = self.head_activation.unwrap_or_default();
        options.averaged = self.averaged;
        options.output.clone_from(&self.output);
        options.reading = self.answer;
        options.reference = self.similar_to.as_ref().map(SecondPicture::file);
        options.inputs.clone_from(&self.inputs);
        let options = options.read_pictures_as(self.decoding);
        Ok(match self.preparing.given()? {
            Some(given) => options.preprocess(given),
            None => options,
        })
    }
}

impl ModelFile {
    /// The path of the model, or of the one that comes with the program.
    pub fn path(&self) -> Result<PathBuf> {
        match &self.model {
            Some(path) => Ok(path.clone()),
            None => default_model()
                .context("the default model was not found; name a model with --model FILE"),
        }
    }

    /// Opens the model and prints its notes.
    pub fn open(&self, session: &mut Session) -> Result<Arc<ModelInfo>> {
        let model = self.open_silently(session)?;
        say_notes(&model);
        Ok(model)
    }

    /// Opens the model without printing its notes.
    pub fn open_silently(&self, session: &mut Session) -> Result<Arc<ModelInfo>> {
        let path = self.path()?;
        let model = open_silently(session, &path, &self.opening)?;
        let path = path.display();
        match (&self.opening.architecture, &model.architecture) {
            (Some(named), Some(is)) if bare(named) != is => {
                bail!("the weights are for {is}, not for {named}: {path}")
            }
            (Some(_), None) => bail!(
                "--architecture is for files with weights only, but this file has its own graph: {path}"
            ),
            _ if self.opening.averaged && model.averaged.is_none() => {
                bail!("--averaged is for files with trained and averaged weights: {path}")
            }
            _ if self.opening.head_activation.is_some() && model.head_activation.is_none() => {
                bail!(
                    "--head-activation is for weights whose last layer was replaced by several linear ones: {path}"
                )
            }
            _ => Ok(model),
        }
    }
}

/// The name of a network without its library and without the tag of its weights: `resnet50` of `timm/resnet50.a1_in1k`.
pub fn bare(architecture: &str) -> &str {
    let name = architecture.rsplit('/').next().unwrap_or(architecture);
    name.split('.').next().unwrap_or(name)
}

/// Opens a model and prints its notes.
pub fn open_model(
    session: &mut Session,
    path: &Path,
    opening: &OpeningChoice,
) -> Result<Arc<ModelInfo>> {
    let model = open_silently(session, path, opening)?;
    say_notes(&model);
    Ok(model)
}

/// The notes of a model, and with which option to act on them.
fn say_notes(model: &ModelInfo) {
    for note in &model.notes {
        terminal::aside(&terminal::note(note));
    }
    if let Some(advice) = advice(model) {
        terminal::aside(&advice);
    }
}

/// How to give a value to an input that is held at zeros for want of one.
pub fn advice(model: &ModelInfo) -> Option<String> {
    let held = model.held.iter();
    let zeros = held.filter(|held| held.at == HeldAt::Zeros);
    let options: Vec<String> = zeros
        .map(|held| format!("--input {}=VALUE", held.name))
        .collect();
    (!options.is_empty()).then(|| format!("give it a value with {}", options.join(" ")))
}

/// The names of what an answer can be.
const ANSWERS: [(&str, Reading); 4] = [
    ("classes", Reading::Softmax),
    ("labels", Reading::Sigmoid),
    ("probabilities", Reading::AsTheyAre),
    ("numbers", Reading::Numbers),
];

fn parse_answer(text: &str) -> Result<Reading, String> {
    let found = ANSWERS.iter().find(|(name, _)| *name == text);
    found
        .map(|(_, reading)| *reading)
        .ok_or_else(|| ANSWERS.map(|(name, _)| name).join(", "))
}

fn open_silently(
    session: &mut Session,
    path: &Path,
    opening: &OpeningChoice,
) -> Result<Arc<ModelInfo>> {
    let go_on = &mut |_| ControlFlow::Continue(());
    Ok(session.open_model_as(path, &opening.options()?, go_on)?)
}

#[derive(Debug, Clone, Args)]
pub struct FitChoice {
    /// How the image is fitted to the model's input: crop (the usual preprocessing), stretch or pad
    #[arg(long, value_name = "FIT", default_value = "crop", value_parser = parse_fit)]
    pub fit: Fit,
}

fn parse_fit(text: &str) -> Result<Fit, String> {
    text.parse().map_err(|_| "crop, stretch or pad".to_owned())
}

/// Parses the longest side of a panel, in pixels.
pub fn parse_panel_px(text: &str) -> Result<u32, String> {
    const PIXELS: std::ops::RangeInclusive<u32> = 16..=16_384;
    let px = text.parse().ok().filter(|px| PIXELS.contains(px));
    px.ok_or_else(|| format!("pixels from {} to {}", PIXELS.start(), PIXELS.end()))
}

/// The model that comes with the program.
pub fn default_model() -> Option<PathBuf> {
    found(DEFAULT_MODEL)
}

/// The photo that comes with the program.
#[cfg(feature = "window")]
pub fn sample() -> Option<PathBuf> {
    let path = found("assets/cat_and_coffee.png")?;
    path.canonicalize().ok()
}

/// A file that comes with the program: below the current folder, or beside the program.
fn found(path: &str) -> Option<PathBuf> {
    let here = PathBuf::from(path);
    if here.is_file() {
        return Some(here);
    }
    let program = std::env::current_exe().ok()?;
    program
        .ancestors()
        .map(|folder| folder.join(path))
        .find(|path| path.is_file())
}

/// The layer with this path, or the recommended one.
///
/// # Errors
/// As [`engine::resolve_layer`], with the command that lists the layers.
pub fn resolve_layer(model: &ModelInfo, layer: Option<&str>) -> Result<String> {
    engine::resolve_layer(model, layer).map_err(|error| match error {
        Error::UnknownLayer(_) => anyhow!("{error}; `gradcam layers` lists them"),
        error => error.into(),
    })
}

#[derive(Debug, Clone, Args)]
pub struct LookChoice {
    /// From 0, the photo only, to 1, the heat map only
    #[arg(long, value_name = "A", default_value_t = 0.5, value_parser = parse_opacity, allow_hyphen_values = true)]
    opacity: f32,
    /// inferno, viridis, magma, turbo, grey or jet
    #[arg(long, value_name = "NAME", default_value = "inferno", value_parser = parse_colormap)]
    colormap: Colormap,
    /// How the map lies over the photo: blend, spotlight (the photo as bright as it is important), contours
    /// (lines of equal value), or cells (the layer's own grid, not smoothed)
    #[arg(long, value_name = "MODE", default_value = "blend", value_parser = parse_overlay)]
    mode: Overlay,
    /// The value at which the scales of all maps end [default: the maximum of each]
    #[arg(
        long,
        value_name = "V",
        conflicts_with = "common_scale",
        allow_hyphen_values = true
    )]
    scale_max: Option<Maximum>,
}

impl LookChoice {
    /// What decides where scales end; `common` if all maps share one.
    pub fn scaling(&self, common: bool) -> Scaling {
        match self.scale_max {
            Some(maximum) => Scaling::Fixed(maximum),
            None if common => Scaling::Common,
            None => Scaling::Own,
        }
    }

    /// Each map on its own scale, unless one was named.
    pub fn look(&self) -> Look {
        Look {
            colormap: self.colormap,
            opacity: self.opacity,
            overlay: self.mode,
            scale: self.scaling(false).of(None),
            difference_opacity: Look::DIFFERENCE_OPACITY,
        }
    }
}

fn parse_opacity(text: &str) -> Result<f32, String> {
    let opacity: f32 = text
        .parse()
        .map_err(|_| "a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&opacity) {
        Ok(opacity)
    } else {
        Err("a number from 0 to 1".to_owned())
    }
}

fn parse_overlay(text: &str) -> Result<Overlay, String> {
    text.parse()
        .map_err(|_| Overlay::ALL.map(Overlay::name).join(", "))
}

fn parse_colormap(text: &str) -> Result<Colormap, String> {
    text.parse()
        .map_err(|_| Colormap::ALL.map(Colormap::name).join(", "))
}
