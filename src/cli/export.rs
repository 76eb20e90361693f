//! `gradcam export`: the explorer's pictures and numbers for many images, without a window.

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use gradcam::engine::{Answer, Error, Guided, HeatMap, ModelCard, Session, resolve_layer};
use gradcam::explain::Score;
use gradcam::figure::{Figure, Panel};
use gradcam::model::ReluRule;
use gradcam::picture::colormap::Colormap;
use gradcam::picture::compose::{Look, Overlay, Scale};
use gradcam::picture::decode::Photo;
use gradcam::picture::map::SignedImage;
use gradcam::picture::write;
use serde_json::{Value, json};

use super::pick::Choice;
use super::raw::Raw;
use super::{FAILED, FitChoice, ModelFile, say, stem};

/// The libtorch that tch 0.26 links against, and refuses to differ from.
const LIBTORCH: &str = "2.13.0";

/// Write composites, panels and raw arrays for images
#[derive(Debug, Args)]
pub struct Export {
    /// The pictures to explain
    #[arg(required = true)]
    images: Vec<PathBuf>,
    /// The folder to write to; made if missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    model: ModelFile,
    /// An index, an exact label, or topN for the N best; may be repeated [default: top1]
    #[arg(long = "class", value_name = "C")]
    classes: Vec<String>,
    /// A layer as `gradcam layers` names it; may be repeated [default: the recommended one]
    #[arg(long = "layer", value_name = "PATH")]
    layers: Vec<String>,
    #[command(flatten)]
    fit: FitChoice,
    /// From 0, the photo alone, to 1, the heat map alone
    #[arg(long, value_name = "A", default_value_t = 0.5, value_parser = parse_opacity, allow_hyphen_values = true)]
    opacity: f32,
    /// inferno, viridis, magma, turbo, grey or jet
    #[arg(long, value_name = "NAME", default_value = "inferno", value_parser = parse_colormap)]
    colormap: Colormap,
    /// Each panel as a file of its own too
    #[arg(long)]
    panels: bool,
    /// The raw arrays as .npz too
    #[arg(long)]
    raw: bool,
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

fn parse_colormap(text: &str) -> Result<Colormap, String> {
    text.parse()
        .map_err(|_| Colormap::ALL.map(Colormap::name).join(", "))
}

impl Export {
    pub fn run(self) -> Result<ExitCode> {
        let mut session = Session::default();
        let card = self.model.open(&mut session)?;
        let layers = self.layer_paths(&card)?;
        let classes = self.choices(&card)?;
        std::fs::create_dir_all(&self.out)
            .with_context(|| format!("the output folder cannot be made: {}", self.out.display()))?;

        let mut failures = 0;
        let mut names = HashSet::new();
        for (index, image) in self.images.iter().enumerate() {
            progress(&format!(
                "{} of {}: {}",
                index + 1,
                self.images.len(),
                image.display()
            ));
            let name = unused(&stem(image), &mut names);
            if let Err(error) = self.image(&mut session, &card, &layers, &classes, image, &name) {
                progress("");
                if say::reader_left(&error) {
                    return Err(error);
                }
                say::aside(&format!("{error:#}"));
                failures += 1;
            }
        }
        progress("");
        if failures > 0 {
            let all = self.images.len();
            say::aside(&format!("{failures} of {all} images could not be exported"));
            return Ok(ExitCode::from(FAILED));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn layer_paths(&self, card: &ModelCard) -> Result<Vec<String>> {
        if self.layers.is_empty() {
            return Ok(vec![resolve_layer(card, None)?]);
        }
        let mut paths = Vec::new();
        for layer in &self.layers {
            let path = resolve_layer(card, Some(layer))?;
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        Ok(paths)
    }

    fn choices(&self, card: &ModelCard) -> Result<Vec<Choice>> {
        if self.classes.is_empty() {
            return Ok(vec![Choice::Top(1)]);
        }
        self.classes
            .iter()
            .map(|text| Choice::parse(text, &card.labels))
            .collect()
    }

    fn image(
        &self,
        session: &mut Session,
        card: &Arc<ModelCard>,
        layers: &[String],
        choices: &[Choice],
        image: &Path,
        name: &str,
    ) -> Result<()> {
        let photo = Arc::new(Photo::open(image)?);
        let answer = session.answer(&photo, self.fit.fit, &mut |_| Ok(()))?;
        let mut classes: Vec<usize> = choices
            .iter()
            .flat_map(|choice| choice.classes(&answer))
            .collect();
        let mut done = HashSet::new();
        classes.retain(|class| done.insert(*class));

        let paths: Vec<&str> = layers.iter().map(String::as_str).collect();
        for class in classes {
            let score = Score::For(class);
            let maps = session.heat_maps(score, &paths)?;
            if let Some(map) = maps.iter().find(|map| !map.is_finite()) {
                return Err(Error::MapNotFinite(map.layer.clone()).into());
            }
            let start = Instant::now();
            let guided = session.input_gradient(score, ReluRule::Guided)?;
            let guided_ms = start.elapsed().as_secs_f64() * 1e3;
            let rectifiers = (guided.rectifiers, card.rectifiers);
            let backprop = Arc::new(guided.image);
            let gradient = match self.raw {
                true => Some(session.input_gradient(score, ReluRule::Gradient)?.image),
                false => None,
            };
            for heat_map in maps {
                let grad_cam = Arc::new(session.guided_grad_cam(&backprop, &heat_map.map)?);
                let figure = Figure {
                    photo: Arc::clone(&photo),
                    card: Arc::clone(card),
                    answer: Arc::clone(&answer),
                    guided: Arc::new(Guided {
                        score,
                        layer: heat_map.layer.clone(),
                        rule: ReluRule::Guided,
                        backprop: Arc::clone(&backprop),
                        grad_cam,
                        rectifiers,
                        ms: guided_ms,
                    }),
                    heat_map: Arc::new(heat_map),
                    look: Look {
                        colormap: self.colormap,
                        opacity: self.opacity,
                        overlay: Overlay::Blend,
                        scale: Scale::Own,
                    },
                };
                self.write(&figure, class, name, gradient.as_ref())?;
            }
        }
        Ok(())
    }

    fn write(
        &self,
        figure: &Figure,
        class: usize,
        name: &str,
        gradient: Option<&SignedImage>,
    ) -> Result<()> {
        let layer = figure.heat_map.layer.replace(['/', '\\'], "_");
        let base = format!("{name}_{}_{layer}_{class}", figure.card.name);
        let file = |ending: &str| self.out.join(format!("{base}.{ending}"));

        let composite = file("png");
        write::png(&composite, &figure.composite())?;
        if self.panels {
            write::png(&file("heatmap.png"), &figure.bare_heat_map())?;
            for panel in Panel::ALL {
                write::png(
                    &file(&format!("{}.png", panel.slug())),
                    &figure.panel(panel),
                )?;
            }
        }
        if let Some(gradient) = gradient {
            let raw = Raw {
                logits: &figure.answer.logits,
                grad_cam: &figure.heat_map.map,
                guided_backprop: &figure.guided.backprop,
                guided_grad_cam: &figure.guided.grad_cam,
                gradient,
            };
            let mut bytes = std::io::Cursor::new(Vec::new());
            raw.write(&mut bytes)?;
            write::bytes(&file("npz"), bytes.get_ref())?;
        }
        let facts = serde_json::to_vec_pretty(&facts(figure, class))?;
        write::bytes(&file("json"), &facts)?;
        progress("");
        say::line(&composite.display().to_string())?;
        Ok(())
    }
}

/// What the pictures do not say, in a form for programs.
fn facts(figure: &Figure, class: usize) -> Value {
    let Figure {
        card,
        answer,
        heat_map,
        guided,
        photo,
        ..
    } = figure;
    let source = answer.placement.source;
    json!({
        "image": photo.path.display().to_string(),
        "model": card.name,
        "layer": heat_map.layer,
        "class": class,
        "label": card.labels[class],
        "logit": answer.logits[class],
        "probability": answer.probabilities[class],
        "top5": top(answer, card, 5),
        "map_max": heat_map.map.max(),
        "map_size": [heat_map.map.width, heat_map.map.height],
        "crop": { "x": source.x, "y": source.y, "width": source.width, "height": source.height },
        "fit": answer.placement.fit.label().to_lowercase(),
        "opacity": figure.look.opacity,
        "colormap": figure.look.colormap.name(),
        "rectifiers_guided": [guided.rectifiers.0, guided.rectifiers.1],
        "preprocessing_assumed": card.preprocess_assumed,
        "timings_ms": timings(answer, heat_map, guided),
        "versions": { "gradcam": env!("CARGO_PKG_VERSION"), "libtorch": LIBTORCH },
    })
}

fn top(answer: &Answer, card: &ModelCard, count: usize) -> Vec<Value> {
    let row = |&class: &usize| {
        json!({
            "class": class,
            "label": card.labels[class],
            "logit": answer.logits[class],
            "probability": answer.probabilities[class],
        })
    };
    answer.ranking.iter().take(count).map(row).collect()
}

fn timings(answer: &Answer, heat_map: &HeatMap, guided: &Guided) -> Value {
    json!({
        "resample": answer.resample_ms,
        "forward": answer.forward_ms,
        "heat_map": heat_map.ms,
        "guided": guided.ms,
    })
}

/// Two images of one name in different folders must not overwrite each other.
fn unused(name: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    let free = candidates
        .find(|candidate| !taken.contains(candidate))
        .unwrap_or_else(|| name.to_owned());
    taken.insert(free.clone());
    free
}

/// One line that replaces itself, only where a person is watching.
fn progress(line: &str) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        // Where the terminal is gone there is nobody left to tell.
        let _ = write!(out, "\r\x1b[2K{line}");
        let _ = out.flush();
    }
}
