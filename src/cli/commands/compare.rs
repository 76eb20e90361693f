//! `gradcam compare`: classes, models and images side by side, in one file.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use gradcam::engine::{ClassQuery, ModelInfo, Session};
use gradcam::explain::Score;
use gradcam::figure::{Cell, Comparison, Figure, Format, Panel, Row, Unseen, are_facts};
use gradcam::picture::photo::decode::Photo;
use gradcam::picture::{map, write};

use crate::cli::explained::View;
use crate::cli::options::{
    FitChoice, LookChoice, ModelFile, OpeningChoice, bare, open_model, resolve_layer,
};
use crate::cli::page::{PageChoice, PanelChoice, parse_panels};
use crate::cli::pictures::{BandFiles, DecodingChoice, Pictures, Source};
use crate::cli::{page, terminal};

/// Write classes, models and images as rows of one figure
///
/// Two classes give three rows: one for each, and one for the evidence for the first rather than the
/// second, with the difference of their maps. With --panels pair they share a row.
#[derive(Debug, Args)]
pub struct Compare {
    /// The images to explain
    #[arg(required_unless_present = "bands")]
    images: Vec<PathBuf>,
    #[command(flatten)]
    bands: BandFiles,
    #[command(flatten)]
    decoding: DecodingChoice,
    /// The file to write, with the extension .png, .svg or .pdf; a .json with the facts is written beside it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A model; may be repeated [default: EfficientNet-Lite0]
    #[arg(long = "model", value_name = "FILE")]
    models: Vec<PathBuf>,
    #[command(flatten)]
    opening: OpeningChoice,
    /// An index, an exact label, or topN for the N best; may be repeated [default: top1]
    #[arg(long = "class", value_name = "C")]
    classes: Vec<String>,
    /// A layer as `gradcam layers` names it, or one for each model [default: the recommended one]
    #[arg(long = "layer", value_name = "PATH")]
    layers: Vec<String>,
    #[command(flatten)]
    fit: FitChoice,
    #[command(flatten)]
    look: LookChoice,
    /// The panels from left to right: original, heat, backprop and guided; or pair, the maps of two
    /// classes and their difference in one row (original,pair: with the image) [default: all four]
    #[arg(long, value_name = "LIST", value_parser = parse_panels)]
    panels: Option<PanelChoice>,
    /// All maps on one scale
    #[arg(long)]
    common_scale: bool,
    #[command(flatten)]
    page: PageChoice,
}

/// The default longest side of a panel, in pixels.
const PANEL_PX: u32 = 512;

/// A model, with the layer and the classes to explain.
struct Side {
    session: Session,
    /// A single path.
    layer: Vec<String>,
    choices: Vec<ClassQuery>,
}

impl Compare {
    pub fn run(mut self) -> Result<ExitCode> {
        self.opening.decoding = self.decoding.decoding();
        self.check_out()?;
        let mut sides = self.sides()?;
        let mut rows = Vec::new();
        let mut pictures = Pictures::new(self.decoding);
        let images = Source::all(&self.images, &self.bands);
        let models = sides
            .iter()
            .map(|side| Ok(Arc::clone(side.session.info()?)));
        let models: Vec<Arc<ModelInfo>> = models.collect::<Result<_>>()?;
        let models: Vec<&ModelInfo> = models.iter().map(|model| &**model).collect();
        for (index, image) in images.iter().enumerate() {
            let (number, all) = (index + 1, images.len());
            terminal::progress(&format!("{number} of {all}: {}", image.path().display()));
            let photo = pictures.open(image, &models);
            let photo = Arc::new(photo.inspect_err(|_| terminal::progress(""))?);
            for side in &mut sides {
                let found = self
                    .rows(side, &photo)
                    .inspect_err(|_| terminal::progress(""))?;
                rows.extend(found);
            }
        }
        terminal::progress("");
        let maps = rows.iter().flat_map(|row: &Row| row.heat_maps());
        let scaling = self.look.scaling(self.common_scale);
        let scale = scaling.of(maps.map(|heat_map| &heat_map.map));
        let comparison = Comparison { rows, scale };
        let page = comparison.page(&self.page.setting(PANEL_PX));
        page::write(&page, &self.out)?;
        let facts = serde_json::to_vec_pretty(&comparison.facts())?;
        write::bytes(&self.facts_path(), &facts)?;
        terminal::line(&self.out.display().to_string())?;
        Ok(ExitCode::SUCCESS)
    }

    /// Where the facts about the figure are written.
    fn facts_path(&self) -> PathBuf {
        self.out.with_extension("json")
    }

    /// Checks the output files before the work.
    fn check_out(&self) -> Result<()> {
        Format::of(&self.out)?;
        write::check_destination(&self.out)?;
        let facts = self.facts_path();
        if facts.exists() && !are_facts(&facts) {
            bail!(
                "the facts about the figure would replace another file; name the figure otherwise: {}",
                facts.display()
            );
        }
        write::check_destination(&facts)?;
        let out = self.out.canonicalize().ok();
        let images = Source::all(&self.images, &self.bands);
        for image in images.iter().flat_map(Source::files) {
            if out.is_some() && image.canonicalize().ok() == out {
                bail!(
                    "the figure would replace this image; write to another file: {}",
                    image.display()
                );
            }
        }
        Ok(())
    }

    fn sides(&self) -> Result<Vec<Side>> {
        let models = match self.models.as_slice() {
            [] => vec![ModelFile::default().path()?],
            models => models.to_vec(),
        };
        if !matches!(self.layers.len(), 0 | 1) && self.layers.len() != models.len() {
            let (named, way_out) = match models.len() {
                1 => ("one model".to_owned(), "name one"),
                count => (
                    format!("{count} models"),
                    "name one for all, or one for each",
                ),
            };
            bail!(
                "{} layers were named for {named}: {way_out}",
                self.layers.len()
            );
        }
        let side = |(index, path): (usize, &PathBuf)| {
            let mut session = Session::default();
            let model = open_model(&mut session, path, &self.opening)?;
            let layer = self.layers.get(index).or(self.layers.first());
            // With several models, the message must say which one it is about.
            let of_model = |error: anyhow::Error| match models.len() {
                1 => error,
                _ => anyhow!("{error:#}: {}", model.path.display()),
            };
            let layer = resolve_layer(&model, layer.map(String::as_str)).map_err(of_model)?;
            let choices = ClassQuery::parse_all(&self.classes, &model.labels)
                .map_err(|error| of_model(error.into()))?;
            Ok(Side {
                session,
                layer: vec![layer],
                choices,
            })
        };
        let sides: Vec<Side> = models.iter().enumerate().map(side).collect::<Result<_>>()?;
        if let Some(named) = &self.opening.architecture {
            let is_of_it = |side: &Side| {
                let model = side.session.info();
                model.is_ok_and(|model| model.architecture.as_deref() == Some(bare(named)))
            };
            if !sides.iter().any(is_of_it) {
                bail!("none of the models has the weights of {named} only");
            }
        }
        Ok(sides)
    }

    /// The rows of one image through one model.
    fn rows(&self, side: &mut Side, photo: &Arc<Photo>) -> Result<Vec<Row>> {
        let view = View::new(&mut side.session, photo, self.fit.fit)?;
        let figure = |score| self.figure(&view, score, &side.layer);
        let classes = view.classes(&side.choices);
        let choice = self.panels.clone().unwrap_or_default();
        let &[a, b] = classes.as_slice() else {
            if choice.pair {
                let count = classes.len();
                bail!(
                    "--panels pair shows two classes, not {count}: name two with --class, or take \
                     the two best with --class top2"
                );
            }
            let rows = classes
                .iter()
                .map(|&class| Ok(Row::of_panels(&figure(Score::For(class))?, &choice.panels)));
            return rows.collect();
        };
        let (of_a, of_b) = (figure(Score::For(a))?, figure(Score::For(b))?);
        let difference = map::difference(&of_a.heat_map.map, &of_b.heat_map.map);
        let versus = figure(Score::Versus { a, b })?;
        if choice.pair {
            let original = choice.panels.contains(&Panel::Original);
            let row = Row::of_two_classes(&of_a, &of_b, &versus, difference, original);
            return Ok(vec![row]);
        }
        let row = |figure: &Figure, label: &str| Row {
            label: Some(label.to_owned()),
            ..Row::of_panels(figure, &choice.panels)
        };
        let mut last = row(&versus, "A − B");
        // The difference of the maps takes the place of the photo.
        let photo = choice
            .panels
            .iter()
            .position(|panel| *panel == Panel::Original);
        let difference = Some(Cell::difference(&versus, difference));
        match photo {
            Some(column) => last.cells[column] = difference,
            None => last.cells.push(difference),
        }
        Ok(vec![row(&of_a, "A"), row(&of_b, "B"), last])
    }

    /// A figure with a photo reduced to the size of its panels, because all figures are held at once.
    fn figure(&self, view: &View, score: Score, layer: &[String]) -> Result<Figure> {
        let figure = view.figures(score, layer, self.look.look())?.pop();
        let figure = figure.context("there is no layer to explain")?;
        let figure = match self.page.unseen {
            Unseen::Cut => figure.seen_part(),
            Unseen::Hatched | Unseen::Shaded => figure,
        };
        Ok(figure.within(self.page.setting(PANEL_PX).longest_panel()))
    }
}
