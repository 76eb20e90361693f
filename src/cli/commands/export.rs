//! `gradcam export`: the explorer's figures and numbers for many images, without a window.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use gradcam::engine::{ClassQuery, ModelInfo, Session};
use gradcam::explain::Score;
use gradcam::figure::{Comparison, Figure, Format, LayerStrip, Panel, Raw, Row};
use gradcam::model::ReluRule;
use gradcam::picture::map::SignedImage;
use gradcam::picture::photo::decode::Photo;
use gradcam::picture::photo::geometry::PixelBox;
use gradcam::picture::write;

use crate::cli::exit::FAILED;
use crate::cli::explained::{View, stem};
use crate::cli::options::{FitChoice, LookChoice, ModelFile, resolve_layer};
use crate::cli::page::{PageChoice, PanelChoice, parse_panels};
use crate::cli::pictures::{BandFiles, DecodingChoice, Pictures, Source};
use crate::cli::{page, pattern, terminal};

/// Write figures, panels and raw arrays for images
#[derive(Debug, Args)]
pub struct Export {
    /// The images to explain
    #[arg(required_unless_present = "bands")]
    images: Vec<PathBuf>,
    #[command(flatten)]
    bands: BandFiles,
    #[command(flatten)]
    decoding: DecodingChoice,
    /// The folder to write to; created if missing
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
    /// Instead, one figure of the maps at many layers: all, spatial (those with a map) or a pattern of paths such as "blocks.*"
    #[arg(long = "layers", value_name = "WHICH", conflicts_with = "layers")]
    strip: Option<String>,
    /// All maps of that figure on one scale
    #[arg(long, requires = "strip")]
    common_scale: bool,
    /// For a segmentation, the part of the image to explain instead of the predicted region, in its pixels
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", value_parser = parse_region)]
    region: Option<PixelBox>,
    #[command(flatten)]
    fit: FitChoice,
    #[command(flatten)]
    look: LookChoice,
    /// The format of the figures: png, svg or pdf
    #[arg(long, value_name = "FORMAT", default_value_t, value_parser = parse_format)]
    format: Format,
    /// The panels of the figure from left to right: original, heat, backprop, guided [default: all four]
    #[arg(long, value_name = "LIST", value_parser = parse_panels, conflicts_with = "strip")]
    panels: Option<PanelChoice>,
    #[command(flatten)]
    page: PageChoice,
    /// Also write each panel to a separate file
    #[arg(long)]
    separate: bool,
    /// Also write the raw arrays as .npz
    #[arg(long)]
    raw: bool,
}

/// The default longest side of a map among many, in pixels.
const STRIP_PX: u32 = 192;

fn parse_format(text: &str) -> Result<Format, String> {
    text.parse()
        .map_err(|_| Format::ALL.map(Format::name).join(", "))
}

/// A region in pixels of the file, in those of the photo.
fn within(region: PixelBox, photo: &Photo) -> PixelBox {
    let by = photo.reduced.map_or(1, |reduced| reduced.by);
    PixelBox {
        x: region.x / by,
        y: region.y / by,
        width: region.width.div_ceil(by),
        height: region.height.div_ceil(by),
    }
}

fn parse_region(text: &str) -> Result<PixelBox, String> {
    let numbers = text.split(',').map(|number| number.trim().parse());
    let numbers: Result<Vec<u32>, _> = numbers.collect();
    match numbers.as_deref() {
        Ok(&[x, y, width, height]) if width > 0 && height > 0 => Ok(PixelBox {
            x,
            y,
            width,
            height,
        }),
        _ => Err("x, y, width and height in pixels, separated by commas".to_owned()),
    }
}

impl Export {
    pub fn run(mut self) -> Result<ExitCode> {
        self.model.opening.decoding = self.decoding.decoding();
        self.check_strip()?;
        let mut session = Session::default();
        let model = self.model.open(&mut session)?;
        let layers = self.layer_paths(&model)?;
        let classes = ClassQuery::parse_all(&self.classes, &model.labels)?;
        self.check_out()?;

        let mut failures = 0;
        let mut names = HashSet::new();
        let mut pictures = Pictures::new(self.decoding);
        let images = Source::all(&self.images, &self.bands);
        for (index, image) in images.iter().enumerate() {
            let (number, all, path) = (index + 1, images.len(), image.path());
            terminal::progress(&format!("{number} of {all}: {}", path.display()));
            let name = unused(&stem(path), &mut names);
            let photo = pictures.open(image, &[&model]);
            let done = photo.and_then(|photo| {
                let photo = Arc::new(photo);
                self.image(&mut session, &layers, &classes, &photo, &name)
            });
            if let Err(error) = done {
                terminal::progress("");
                if terminal::is_closed_pipe(&error) || error.is::<NoFolder>() {
                    return Err(error);
                }
                terminal::aside(&format!("{error:#}"));
                failures += 1;
            }
        }
        terminal::progress("");
        if failures > 0 {
            let all = images.len();
            terminal::aside(&format!("{failures} of {all} images could not be exported"));
            return Ok(ExitCode::from(FAILED));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// A figure of many layers has neither panels nor the arrays of one layer.
    fn check_strip(&self) -> Result<()> {
        if self.panels.as_ref().is_some_and(|choice| choice.pair) {
            bail!("--panels pair compares two classes: use `gradcam compare`");
        }
        let extra = [("--separate", self.separate), ("--raw", self.raw)];
        let extra = extra.into_iter().find(|(_, asked)| *asked);
        match (extra, &self.strip) {
            (Some((name, _)), Some(_)) => bail!(
                "{name} writes files for each layer, but --layers writes one figure of many; name \
                 the layers one by one with --layer instead"
            ),
            _ => Ok(()),
        }
    }

    /// Checks the output folder before the work.
    fn check_out(&self) -> Result<()> {
        let there = self.out.ancestors().find(|path| path.exists());
        if there.is_none_or(Path::is_dir) {
            Ok(())
        } else {
            Err(self.no_folder("there is a file with that name"))
        }
    }

    /// Creates the folder once there is something to write to it.
    fn make_out(&self) -> Result<()> {
        std::fs::create_dir_all(&self.out).map_err(|error| self.no_folder(error))
    }

    fn no_folder(&self, reason: impl ToString) -> anyhow::Error {
        let (reason, path) = (reason.to_string(), self.out.clone());
        NoFolder { reason, path }.into()
    }

    fn layer_paths(&self, model: &ModelInfo) -> Result<Vec<String>> {
        if let Some(which) = &self.strip {
            return pattern::layers(which, model);
        }
        if self.layers.is_empty() {
            return Ok(vec![resolve_layer(model, None)?]);
        }
        let mut paths = Vec::new();
        for layer in &self.layers {
            let path = resolve_layer(model, Some(layer))?;
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        Ok(paths)
    }

    fn image(
        &self,
        session: &mut Session,
        layers: &[String],
        choices: &[ClassQuery],
        photo: &Arc<Photo>,
        name: &str,
    ) -> Result<()> {
        let view = View::new(session, photo, self.fit.fit)?;
        for class in view.classes(choices) {
            let score = match self.region {
                Some(region) => {
                    let region = within(region, photo);
                    Score::Within { class, region }
                }
                None => Score::For(class),
            };
            if self.strip.is_some() {
                self.write_strip(&view, score, layers, name)?;
                continue;
            }
            let gradient = if self.raw {
                Some(
                    view.session
                        .input_gradient(score, ReluRule::Gradient)?
                        .image,
                )
            } else {
                None
            };
            for figure in view.figures(score, layers, self.look.look())? {
                self.write(&figure, class, name, gradient.as_ref())?;
            }
        }
        Ok(())
    }

    fn write_strip(&self, view: &View, score: Score, layers: &[String], name: &str) -> Result<()> {
        let maps = view.heat_maps(score, layers)?;
        let mut strip = LayerStrip {
            photo: Arc::clone(&view.photo),
            model: Arc::clone(&view.model),
            answer: Arc::clone(&view.answer),
            maps: maps.into_iter().map(Arc::new).collect(),
            look: self.look.look(),
        };
        let maps = strip.maps.iter().map(|heat_map| &heat_map.map);
        strip.look.scale = self.look.scaling(self.common_scale).of(maps);
        let page = strip.page(&self.page.setting(STRIP_PX));
        self.make_out()?;
        let base = format!("{name}_{}_layers_{}", view.model.name, score.class());
        let picture = self.out.join(format!("{base}.{}", self.format));
        page::write(&page, &picture)?;
        let facts = serde_json::to_vec_pretty(&strip.facts())?;
        write::bytes(&self.out.join(format!("{base}.json")), &facts)?;
        done(&picture)
    }

    fn write(
        &self,
        figure: &Figure,
        class: usize,
        name: &str,
        gradient: Option<&SignedImage>,
    ) -> Result<()> {
        self.make_out()?;
        let layer = figure.heat_map.layer.replace(['/', '\\'], "_");
        let base = format!("{name}_{}_{layer}_{class}", figure.model.name);
        let file = |ending: &str| self.out.join(format!("{base}.{ending}"));

        let composite = file(self.format.name());
        let panels = self.panels.clone().unwrap_or_default().panels;
        let row = Row::of_panels(figure, &panels);
        let page = Comparison::of(row).page(&self.page.setting(u32::MAX));
        page::write(&page, &composite)?;
        if self.separate {
            let unseen = self.page.unseen;
            write::png(&file("heatmap.png"), &figure.bare_heat_map(unseen))?;
            for panel in Panel::ALL {
                write::png(
                    &file(&format!("{}.png", panel.slug())),
                    &figure.panel(panel, unseen),
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
        let facts = serde_json::to_vec_pretty(&figure.facts())?;
        write::bytes(&file("json"), &facts)?;
        done(&composite)
    }
}

/// There is no folder to write to, so no other image can be exported either.
#[derive(Debug, thiserror::Error)]
#[error("the output folder cannot be created ({reason}): {}", path.display())]
struct NoFolder {
    reason: String,
    path: PathBuf,
}

/// Reports that a file has been written.
fn done(path: &Path) -> Result<()> {
    terminal::progress("");
    terminal::line(&path.display().to_string())?;
    Ok(())
}

/// A name that has not been used yet: images with the same name in different folders must not overwrite
/// each other.
fn unused(name: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    let free = candidates
        .find(|candidate| !taken.contains(candidate))
        .unwrap_or_else(|| name.to_owned());
    taken.insert(free.clone());
    free
}
