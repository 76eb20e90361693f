//! One photo through one model, and its figures.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use gradcam::engine::{ClassQuery, Error, Guided, HeatMap, ModelInfo, Prediction, Session};
use gradcam::explain::Score;
use gradcam::figure::Figure;
use gradcam::model::ReluRule;
use gradcam::picture::map::compose::Look;
use gradcam::picture::photo::decode::Photo;
use gradcam::picture::photo::geometry::Fit;

/// A photo that the session has just predicted.
pub struct View<'a> {
    pub session: &'a Session,
    pub model: Arc<ModelInfo>,
    pub photo: Arc<Photo>,
    pub answer: Arc<Prediction>,
}

impl<'a> View<'a> {
    /// Runs the photo through the session's model.
    pub fn new(session: &'a mut Session, photo: &Arc<Photo>, fit: Fit) -> Result<View<'a>> {
        let answer = session.predict(photo, fit, &mut |_| Ok(()))?;
        Ok(View {
            model: Arc::clone(session.info()?),
            session,
            photo: Arc::clone(photo),
            answer,
        })
    }

    /// The requested classes, without repetitions.
    pub fn classes(&self, choices: &[ClassQuery]) -> Vec<usize> {
        let mut done = HashSet::new();
        choices
            .iter()
            .flat_map(|choice| choice.classes(&self.answer))
            .filter(|class| done.insert(*class))
            .collect()
    }

    /// The maps of a score at these layers, from one backward pass.
    pub fn heat_maps(&self, score: Score, layers: &[String]) -> Result<Vec<HeatMap>> {
        let paths: Vec<&str> = layers.iter().map(String::as_str).collect();
        let maps = self.session.heat_maps(score, &paths)?;
        match maps.iter().find(|map| !map.is_finite()) {
            Some(map) => Err(Error::MapNotFinite(map.layer.clone()).into()),
            None => Ok(maps),
        }
    }

    /// One figure per layer, all for the same score.
    pub fn figures(&self, score: Score, layers: &[String], look: Look) -> Result<Vec<Figure>> {
        let maps = self.heat_maps(score, layers)?;
        let start = Instant::now();
        let gradient = self.session.input_gradient(score, ReluRule::Guided)?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        let rectifiers = (gradient.rectifiers, self.model.rectifiers);
        let backprop = Arc::new(gradient.image);
        maps.into_iter()
            .map(|heat_map| {
                let grad_cam = self.session.guided_grad_cam(&backprop, &heat_map.map);
                Ok(Figure {
                    photo: Arc::clone(&self.photo),
                    model: Arc::clone(&self.model),
                    answer: Arc::clone(&self.answer),
                    guided: Arc::new(Guided {
                        score,
                        layer: heat_map.layer.clone(),
                        rule: ReluRule::Guided,
                        backprop: Arc::clone(&backprop),
                        grad_cam: Arc::new(grad_cam),
                        rectifiers,
                        ms,
                    }),
                    heat_map: Arc::new(heat_map),
                    look,
                })
            })
            .collect()
    }
}

/// The file name without its extension, to build other names from.
pub fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(
        || "picture".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}
