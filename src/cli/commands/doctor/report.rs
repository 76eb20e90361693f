//! The report of `gradcam doctor`, as lines and as JSON.

use std::path::Path;

use gradcam::engine::{ModelInfo, Prediction};
use gradcam::explain::{LayerCheck, SelfCheck};
use gradcam::model::{AnswerKind, LabelSource, Preprocess, SecondPicture, Sources};
use serde_json::{Value, json};

use crate::cli::options::advice;
use crate::cli::terminal;

/// Everything that the report says.
pub struct Report<'a> {
    pub model: &'a ModelInfo,
    pub run: Run<'a>,
    pub timings_ms: TimingsMs,
}

/// One image through the model.
pub struct Run<'a> {
    /// `None` for the synthetic one.
    pub image: Option<&'a Path>,
    pub class: usize,
    pub prediction: &'a Prediction,
    pub check: SelfCheck,
}

/// In milliseconds.
pub struct TimingsMs {
    pub opening: f64,
    /// `None` where no layer has a map.
    pub heat_map: Option<f64>,
    pub guided: f64,
}

impl Report<'_> {
    /// Whether no check has failed.
    pub fn is_healthy(&self) -> bool {
        let check = self.run.check;
        check.slope.agrees() && check.layer.and_then(LayerCheck::adds_up) != Some(false)
    }

    /// The report as text: a topic and what is known about it in each line.
    pub fn lines(&self) -> Vec<String> {
        let model = self.model;
        let mut lines = Vec::new();
        let mut say = |topic: &str, text: String| lines.push(format!("{topic:<16}{text}"));
        say("File", model.path.display().to_string());
        let writer = model.about.written_by.as_deref();
        let writer = writer.map_or_else(String::new, |writer| format!(", written by {writer}"));
        say("Format", format!("{}{writer}", model.about.format));
        if let Some(architecture) = &model.architecture {
            say(
                "Recognised",
                format!("{architecture}, by the names and shapes of its weights"),
            );
        }
        let (width, height) = model.input_size();
        let channels = model.preprocess.channels.label();
        say("Input", format!("{channels}, {width}×{height} pixels"));
        say("Preprocessing", preprocessing(&model.preprocess));
        say("", preprocessing_source(model));
        say("Output", output(model));
        say(
            "Size",
            format!(
                "{:.2} M parameters, {:.2} G multiply-adds",
                model.parameters as f64 / 1e6,
                model.facts.multiply_adds as f64 / 1e9
            ),
        );
        say(
            "Rectifiers",
            counted_kinds(&model.facts.rectifiers)
                .unwrap_or_else(|| "none: guided backpropagation is the plain gradient".to_owned()),
        );
        if let Some(smooth) = counted_kinds(&model.facts.smooth) {
            say("Smooth", smooth);
        }
        if let Some(operations) = counted_kinds(&model.facts.operations) {
            say("Operations", operations);
        }
        match &model.layers.recommended {
            Some((index, why)) => {
                say("Layer", model.layers.layers[*index].path.clone());
                say("", why.clone());
            }
            None => {
                say("Layer", "none has a map".to_owned());
                if let Some((layer, why)) = model.layers.without_a_map() {
                    say("", format!("{}: {why}", layer.path));
                }
            }
        }
        for (index, note) in model.notes.iter().enumerate() {
            say(if index == 0 { "Notes" } else { "" }, terminal::note(note));
        }
        if let Some(advice) = advice(model) {
            say("", advice);
        }
        let run = &self.run;
        let image = run.image.map_or_else(
            || "a synthetic image".to_owned(),
            |path| path.display().to_string(),
        );
        say(
            "Self-check",
            format!(
                "{image}: {} ({})",
                model.labels[run.class],
                value(run.prediction, run.class)
            ),
        );
        let slope = run.check.slope;
        say(
            "  gradient",
            format!(
                "{}: slope {} by the backward pass, {} by finite differences",
                verdict(slope.agrees()),
                decimal(slope.predicted),
                decimal(slope.measured)
            ),
        );
        if let Some(layer) = run.check.layer {
            say("  CAM", cam(layer));
        }
        say("Timings", self.timings(run.prediction));
        lines
    }

    fn timings(&self, prediction: &Prediction) -> String {
        let timings = &self.timings_ms;
        let heat_map = timings
            .heat_map
            .map_or_else(String::new, |ms| format!(", heat map {ms:.0} ms"));
        format!(
            "opening {:.0} ms, resampling {:.0} ms, forward pass {:.0} ms{heat_map}, guided \
             backpropagation {:.0} ms",
            timings.opening, prediction.resample_ms, prediction.forward_ms, timings.guided
        )
    }

    /// The same facts for other programs.
    pub fn json(&self) -> Value {
        let model = self.model;
        let run = &self.run;
        let kinds = |kinds: &[(&'static str, usize)]| -> Value {
            kinds
                .iter()
                .map(|(kind, count)| ((*kind).to_owned(), json!(count)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let (width, height) = model.input_size();
        let preprocess = &model.preprocess;
        let layer = run.check.layer.map(|layer| {
            json!({
                "gradient_deviation": layer.deviation,
                "is_cam": layer.is_cam(),
                "sum": layer.sum,
                "score_without_bias": layer.score_without_bias,
                "adds_up": layer.adds_up(),
            })
        });
        json!({
            "file": model.path.display().to_string(),
            "format": model.about.format,
            "written_by": model.about.written_by,
            "architecture": model.architecture,
            "input": {
                "channels": preprocess.channels.name(),
                "width": width,
                "height": height,
            },
            "preprocessing": {
                "interpolation": preprocess.interpolation.name(),
                "crop_pct": preprocess.crop_pct,
                "crop_mode": preprocess.mode.name(),
                "mean": preprocess.mean,
                "std": preprocess.std,
                "source": preprocessing_source(model),
            },
            "output": {
                "kind": kind(model.kind),
                "similar_to": model.reference.as_ref().map(|it| it.path().display().to_string()),
                "classes": model.kind.directions().is_none().then_some(model.labels.len()),
                "reading": model.reading.label().to_lowercase(),
                "names": names_source(model),
            },
            "parameters": model.parameters,
            "multiply_adds": model.facts.multiply_adds,
            "rectifiers": kinds(&model.facts.rectifiers),
            "smooth": kinds(&model.facts.smooth),
            "operations": kinds(&model.facts.operations),
            "recommended_layer": model.layers.recommended().map(|layer| &layer.path),
            "notes": model.notes,
            "check": {
                "image": run.image.map(|path| path.display().to_string()),
                "class": run.class,
                "label": model.labels[run.class],
                "logit": run.prediction.logits[run.class],
                "probability": run.prediction.probability(run.class),
                "area": run.prediction.area(run.class),
                "value": run.prediction.probabilities[run.class],
                "slope_predicted": run.check.slope.predicted,
                "slope_measured": run.check.slope.measured,
                "slope_agrees": run.check.slope.agrees(),
                "layer": layer,
                "healthy": self.is_healthy(),
            },
            "timings_ms": {
                "opening": self.timings_ms.opening,
                "resample": run.prediction.resample_ms,
                "forward": run.prediction.forward_ms,
                "heat_map": self.timings_ms.heat_map,
                "guided": self.timings_ms.guided,
            },
        })
    }
}

fn verdict(agrees: bool) -> &'static str {
    if agrees { "right" } else { "WRONG" }
}

fn cam(layer: LayerCheck) -> String {
    if !layer.is_cam() {
        return "Grad-CAM differs from CAM here: the gradient varies over the layer, so its mean \
                stands for it"
            .to_owned();
    }
    let same = "Grad-CAM is exactly CAM here: the gradient is the same at every position";
    match (layer.adds_up(), layer.score_without_bias) {
        (Some(adds_up), Some(score)) => format!(
            "{}: {same}, and the map sums to {:.4} for a logit without bias of {score:.4}",
            verdict(adds_up),
            layer.sum
        ),
        _ => same.to_owned(),
    }
}

/// What the model answers.
fn output(model: &ModelInfo) -> String {
    match model.kind {
        AnswerKind::Classes | AnswerKind::YesNo => format!(
            "{} classes{}, {}; {}",
            model.labels.len(),
            positions(model),
            model.reading.label().to_lowercase(),
            names_source(model)
        ),
        AnswerKind::Number => format!("a number{}", positions(model)),
        AnswerKind::Similarity => {
            let values = model.outputs.get(model.output).map_or(0, |o| o.count);
            let name = model.reference.as_ref().map(SecondPicture::name);
            let name = name.unwrap_or_default();
            format!("{values} values, compared with those for {name}: cosine similarity")
        }
    }
}

/// ` at 32×24 positions` for a map.
fn positions(model: &ModelInfo) -> String {
    model
        .map_size()
        .map_or_else(String::new, |[height, width]| {
            format!(" at {width}×{height} positions")
        })
}

fn kind(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Classes => "classes",
        AnswerKind::YesNo => "yes or no",
        AnswerKind::Number => "number",
        AnswerKind::Similarity => "similarity",
    }
}

/// The value of a class, with its logit where that is something else.
fn value(prediction: &Prediction, class: usize) -> String {
    let value = prediction.described(class).unwrap_or_default();
    if prediction.reading.has_logits() {
        format!(
            "{value}, logit {}",
            terminal::fixed(prediction.logits[class].into(), 3)
        )
    } else {
        value
    }
}

fn preprocessing(preprocess: &Preprocess) -> String {
    let numbers = |numbers: &[f64]| {
        let numbers: Vec<String> = numbers.iter().map(|n| format!("{n:.4}")).collect();
        numbers.join(", ")
    };
    format!(
        "{} to {}×{}, crop {:.1} %, mean {}, deviation {}",
        preprocess.interpolation.label().to_lowercase(),
        preprocess.width,
        preprocess.height,
        preprocess.crop_pct * 100.0,
        numbers(&preprocess.mean),
        numbers(&preprocess.std)
    )
}

fn preprocessing_source(model: &ModelInfo) -> String {
    let Sources { levels, fitting } = model.preprocess_sources;
    if levels == fitting {
        levels.label()
    } else {
        format!("levels: {}; crop: {}", levels.label(), fitting.label())
    }
}

/// Five decimals, or a power of ten for what they cannot show.
fn decimal(number: f64) -> String {
    if number == 0.0 || number.abs() >= 1e-3 {
        format!("{number:.5}")
    } else {
        format!("{number:.4e}")
    }
}

fn names_source(model: &ModelInfo) -> String {
    let words = match &model.label_source {
        LabelSource::Archive => "names from the file",
        LabelSource::BesideModel(file) => return format!("names from {file} beside it"),
        LabelSource::ImageNet => "names assumed to be ImageNet's",
        LabelSource::Numbered if model.kind == AnswerKind::YesNo => {
            return format!("called {}", model.labels.join(" and "));
        }
        LabelSource::Numbered => "no names are known",
        LabelSource::Typed => "names typed in",
        LabelSource::Folders => "names assumed to be those of folders",
    };
    words.to_owned()
}

fn counted_kinds(kinds: &[(&'static str, usize)]) -> Option<String> {
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| format!("{kind} ×{count}"))
        .collect();
    (!kinds.is_empty()).then(|| kinds.join(", "))
}
