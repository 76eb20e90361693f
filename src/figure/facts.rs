//! The facts about a figure as JSON, for other programs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{Comparison, Figure, LayerStrip};
use crate::engine::{ModelInfo, Prediction};
use crate::explain::Score;
use crate::picture::map::compose::{Look, Overlay, Scale};
use crate::picture::map::contours::LEVELS;
use crate::picture::photo::decode::Photo;

/// The version of libtorch that tch 0.26 requires.
const LIBTORCH: &str = "2.13.0";

/// Whether a file holds the facts about a figure, of whatever version.
pub fn are_facts(path: &Path) -> bool {
    /// Facts are small.
    const MOST: u64 = 16 << 20;
    let is_small = fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() <= MOST);
    let text = is_small.then(|| fs::read(path).ok()).flatten();
    let read = text.and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let is_of_view = |view: &Value| view["versions"]["gradcam"].is_string();
    read.is_some_and(|facts| is_of_view(&facts) || is_of_view(&facts["views"][0]))
}

impl Figure {
    /// The facts about one class at one layer.
    pub fn facts(&self) -> Value {
        of_figure(self, self.look.scale)
    }
}

impl Comparison {
    /// The facts about each view that is shown, from top to bottom and left to right. A single view is not in a list.
    pub fn facts(&self) -> Value {
        let mut views: Vec<Value> = Vec::new();
        for row in &self.rows {
            let figures = row.shown().map(|cell| &cell.figure);
            for figure in figures.chain([&row.figure]) {
                let facts = of_figure(figure, figure.look.scale.or(self.scale));
                if !views.contains(&facts) {
                    views.push(facts);
                }
            }
        }
        match <[Value; 1]>::try_from(views) {
            Ok([view]) => view,
            Err(views) => json!({ "views": views }),
        }
    }
}

impl LayerStrip {
    /// The facts about one class at many layers.
    pub fn facts(&self) -> Value {
        let score = self.maps.first().map(|heat_map| heat_map.score);
        score.map_or(Value::Null, |score| of_strip(self, score))
    }
}

fn of_figure(figure: &Figure, scale: Scale) -> Value {
    let Figure {
        model,
        answer,
        heat_map,
        guided,
        photo,
        look,
    } = figure;
    let mut facts = of_view(photo, model, answer, heat_map.score, look);
    facts["layer"] = json!(heat_map.layer);
    let end = scale.end(heat_map.map.max());
    facts["map_max"] = json!(heat_map.map.max());
    facts["map_size"] = json!([heat_map.map.width, heat_map.map.height]);
    facts["scale_max"] = json!(end);
    if look.overlay == Overlay::Contours {
        facts["contours"] = json!(LEVELS.map(|level| level * end));
    }
    facts["rule"] = json!(guided.rule.label().to_lowercase());
    facts["rectifiers_guided"] = json!([guided.rectifiers.0, guided.rectifiers.1]);
    facts["timings_ms"]["heat_map"] = json!(heat_map.ms);
    facts["timings_ms"]["guided"] = json!(guided.ms);
    facts
}

fn of_strip(strip: &LayerStrip, score: Score) -> Value {
    let LayerStrip {
        model,
        answer,
        maps,
        photo,
        look,
    } = strip;
    let mut facts = of_view(photo, model, answer, score, look);
    let layers: Vec<Value> = maps
        .iter()
        .map(|heat_map| {
            json!({
                "layer": heat_map.layer,
                "map_max": heat_map.map.max(),
                "map_size": [heat_map.map.width, heat_map.map.height],
                "scale_max": look.scale.end(heat_map.map.max()),
            })
        })
        .collect();
    facts["layers"] = json!(layers);
    facts["timings_ms"]["heat_maps"] = json!(maps.iter().map(|map| map.ms).sum::<f64>());
    facts
}

fn of_view(
    photo: &Photo,
    model: &ModelInfo,
    answer: &Prediction,
    score: Score,
    look: &Look,
) -> Value {
    let source = answer.placement.source;
    // In pixels of the file.
    let by = photo.reduced.map_or(1, |reduced| reduced.by);
    let whole = |pixels: f64| pixels * f64::from(by);
    let (image_width, image_height) = photo.whole_size();
    let class = score.class();
    json!({
        "image": photo.path.display().to_string(),
        "image_size": [image_width, image_height],
        "image_reduced_by": by,
        "model": model.name,
        "explains": score.describe(&model.labels),
        "class": class,
        "label": model.labels[class],
        "logit": answer.logits[class],
        "probability": answer.probability(class),
        "area": answer.area(class),
        "rival": match score {
            Score::Versus { b, .. } => json!({ "class": b, "label": model.labels[b] }),
            Score::For(_) | Score::Against(_) | Score::Within { .. } => Value::Null,
        },
        "region": score.region().map(|region| json!({
            "x": region.x * by, "y": region.y * by, "width": region.width * by, "height": region.height * by,
        })),
        "top5": top(answer, model, 5),
        "crop": {
            "x": whole(source.x), "y": whole(source.y), "width": whole(source.width), "height": whole(source.height),
        },
        "fit": answer.placement.fit.name(),
        "opacity": look.opacity,
        "colormap": look.colormap.name(),
        "overlay": look.overlay.name(),
        "preprocessing_assumed": model.preprocess_assumed,
        "as_pillow": photo.decoding.as_pillow,
        "window": photo.window.map(|window| json!({
            "level": window.levels.level.0, "width": window.levels.width.0, "by": window.by.name(), "each_band": window.each,
        })),
        "channels": model.preprocess.channels.name(),
        "timings_ms": { "resample": answer.resample_ms, "forward": answer.forward_ms },
        "versions": { "gradcam": env!("CARGO_PKG_VERSION"), "libtorch": LIBTORCH },
    })
}

fn top(answer: &Prediction, model: &ModelInfo, count: usize) -> Vec<Value> {
    let row = |&class: &usize| {
        json!({
            "class": class,
            "label": model.labels[class],
            "logit": answer.logits[class],
            "probability": answer.probability(class),
            "area": answer.area(class),
        })
    };
    answer.ranking.iter().take(count).map(row).collect()
}
