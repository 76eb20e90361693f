//! The facts about an exported figure as JSON, for other programs.

use gradcam::engine::{ModelInfo, Prediction};
use gradcam::explain::Score;
use gradcam::figure::{Figure, LayerStrip};
use gradcam::picture::map::compose::Look;
use gradcam::picture::photo::decode::Photo;
use serde_json::{Value, json};

/// The version of libtorch that tch 0.26 requires.
const LIBTORCH: &str = "2.13.0";

/// For one class at one layer.
pub fn of_figure(figure: &Figure) -> Value {
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
    facts["map_max"] = json!(heat_map.map.max());
    facts["map_size"] = json!([heat_map.map.width, heat_map.map.height]);
    facts["rectifiers_guided"] = json!([guided.rectifiers.0, guided.rectifiers.1]);
    facts["timings_ms"]["heat_map"] = json!(heat_map.ms);
    facts["timings_ms"]["guided"] = json!(guided.ms);
    facts
}

/// For one class at many layers.
pub fn of_strip(strip: &LayerStrip, score: Score) -> Value {
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
    let class = score.class();
    json!({
        "image": photo.path.display().to_string(),
        "model": model.name,
        "class": class,
        "label": model.labels[class],
        "logit": answer.logits[class],
        "probability": answer.probability(class),
        "area": answer.area(class),
        "region": score.region().map(|region| json!({
            "x": region.x, "y": region.y, "width": region.width, "height": region.height,
        })),
        "top5": top(answer, model, 5),
        "crop": { "x": source.x, "y": source.y, "width": source.width, "height": source.height },
        "fit": answer.placement.fit.name(),
        "opacity": look.opacity,
        "colormap": look.colormap.name(),
        "preprocessing_assumed": model.preprocess_assumed,
        "as_pillow": photo.decoding.as_pillow,
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
