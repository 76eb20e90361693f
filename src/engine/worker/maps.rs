//! The maps of one score at many layers: from the cache, or from one backward pass.

use std::collections::HashMap;
use std::sync::Arc;

use super::stages::{Resolved, Stages};
use crate::engine::{Error, HeatMap, LayerMaps, Request, Stage};
use crate::explain::Score;
use crate::model::layers::split;
use crate::picture::map::{Map, fuse};

/// Maps by the path of their layer; `None` for a map that is not finite.
pub(crate) type Maps = HashMap<String, Option<Arc<HeatMap>>>;

impl Stages<'_, '_> {
    /// The maps at these layers, in their order.
    pub(crate) fn layers(
        &mut self,
        stage: Stage,
        of: &Resolved,
        request: &Request,
        paths: &[&str],
    ) -> Result<Arc<LayerMaps>, Error> {
        let maps = self.maps(stage, of, request, paths, &mut |_| ())?;
        Ok(in_order(&maps, of.score, paths))
    }

    /// The maps at these layers. What the cache lacks comes from one backward pass. `each` is called
    /// with the maps known at the start, and again after each new one.
    pub(crate) fn maps(
        &mut self,
        stage: Stage,
        of: &Resolved,
        request: &Request,
        paths: &[&str],
        each: &mut dyn FnMut(&Maps),
    ) -> Result<Maps, Error> {
        let (shared, current) = (self.shared, self.current);
        let (view, score) = (of.view, of.score);
        let known = |path: &&str| {
            Some((
                (*path).to_owned(),
                shared.cache.heat_map(view, score, path)?,
            ))
        };
        let mut maps: Maps = paths.iter().filter_map(known).collect();
        each(&maps);
        let missing: Vec<&str> = paths
            .iter()
            .copied()
            .filter(|path| !maps.contains_key(*path))
            .collect();
        if missing.is_empty() {
            return Ok(maps);
        }
        self.record(request)?;
        self.current.begin(stage)?;
        let session = self.models.get(request.model)?;
        let mut watch = || current.go_on(view, score);
        session.each_heat_map(score, &missing, &mut watch, &mut |heat_map| {
            let heat_map = Arc::new(heat_map);
            shared.cache.keep(view, &heat_map);
            let path = heat_map.layer.clone();
            maps.insert(path, heat_map.is_finite().then_some(heat_map));
            each(&maps);
            Ok(())
        })?;
        Ok(maps)
    }
}

/// The map of a layer, or of several joined layers once all their maps are known.
pub(crate) fn one_map(
    maps: &Maps,
    score: Score,
    layer: &str,
) -> Option<Result<Arc<HeatMap>, Error>> {
    let parts: Vec<&Option<Arc<HeatMap>>> = split(layer)
        .map(|path| maps.get(path))
        .collect::<Option<_>>()?;
    let Some(parts) = parts.into_iter().cloned().collect::<Option<Vec<_>>>() else {
        return Some(Err(Error::MapNotFinite(layer.to_owned())));
    };
    Some(Ok(match parts.as_slice() {
        [only] => Arc::clone(only),
        several => Arc::new(HeatMap {
            score,
            layer: layer.to_owned(),
            map: fuse(&several.iter().map(|part| &part.map).collect::<Vec<&Map>>()),
            ms: several.iter().map(|part| part.ms).sum(),
        }),
    }))
}

/// The finite maps of these layers, in the given order.
pub(crate) fn in_order(maps: &Maps, score: Score, paths: &[&str]) -> Arc<LayerMaps> {
    let finite = |path: &&str| maps.get(*path).cloned().flatten();
    let maps = paths.iter().filter_map(finite).collect();
    Arc::new(LayerMaps { score, maps })
}
