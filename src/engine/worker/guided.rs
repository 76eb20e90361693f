//! The guided stage: the gradient at the input, and Guided Grad-CAM.

use std::sync::Arc;
use std::time::Instant;

use super::stages::{Resolved, Stages};
use crate::engine::cache::Gradient;
use crate::engine::session::ms_since;
use crate::engine::{Error, Guided, HeatMap, Request, Stage};

impl Stages<'_, '_> {
    /// The gradient at the input times the heat map. Either comes from the cache if it is there.
    pub(crate) fn guided(
        &mut self,
        of: &Resolved,
        request: &Request,
        heat_map: &HeatMap,
    ) -> Result<Arc<Guided>, Error> {
        let (score, rule) = (of.score, request.rule);
        let key = (of.view, score, rule, heat_map.layer.clone());
        if let Some(known) = self.shared.cache.guided.get(&key) {
            return Ok(known);
        }
        let gradient = match self.shared.cache.gradients.get(&(of.view, score, rule)) {
            Some(known) => known,
            None => self.gradient(of, request)?,
        };
        let guided = Arc::new(gradient.times(heat_map, rule, &of.info));
        self.shared.cache.guided.insert(key, Arc::clone(&guided));
        Ok(guided)
    }

    fn gradient(&mut self, of: &Resolved, request: &Request) -> Result<Arc<Gradient>, Error> {
        self.record(request)?;
        self.current.begin(Stage::Guided)?;
        let start = Instant::now();
        let current = self.current;
        let session = self.models.get(request.model)?;
        let mut watch = || current.go_on(of.view, of.score);
        let found = session.input_gradient_watched(of.score, request.rule, &mut watch)?;
        let gradient = Arc::new(Gradient {
            image: Arc::new(found.image),
            rectifiers: found.rectifiers,
            ms: ms_since(start),
        });
        let key = (of.view, of.score, request.rule);
        self.shared
            .cache
            .gradients
            .insert(key, Arc::clone(&gradient));
        Ok(gradient)
    }
}
