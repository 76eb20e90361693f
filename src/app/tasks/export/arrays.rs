//! The raw arrays of the live view as a file, as the command line writes them with `export --raw`.
//!
//! They include gradients by two rules, of which the window shows one at most. So they are computed first, when
//! nothing else is.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Context;

use crate::app::App;
use crate::app::state::rows::subject::Subject;
use crate::app::tasks::EnginePromise;
use crate::app::tasks::purpose::SaveTarget;
use crate::app::tasks::save_as::{Remark, Saving, to_picked, to_typed};
use crate::engine::{Error, Guided, HeatMap, Prediction, Request};
use crate::figure::Raw;
use crate::model::ReluRule;
use crate::picture::write;

/// Arrays that are asked for, until they are written.
pub struct Arrays {
    subject: Subject,
    answer: Arc<Prediction>,
    heat_map: Arc<HeatMap>,
    stem: String,
    gradients: Gradients,
}

enum Gradients {
    /// Not asked for: something else is being computed.
    Wanted,
    /// Guided, and plain.
    Pending(Box<[EnginePromise<Guided>; 2]>),
    Known([Arc<Guided>; 2]),
}

impl Arrays {
    /// Whether they are being computed.
    pub fn are_pending(&self) -> bool {
        match self.gradients {
            Gradients::Wanted | Gradients::Pending(_) => true,
            Gradients::Known(_) => false,
        }
    }

    fn writer(&self) -> Option<impl Fn(&Path) -> Result<Remark, String> + Send + 'static> {
        let Gradients::Known([guided, plain]) = &self.gradients else {
            return None;
        };
        let (guided, plain) = (Arc::clone(guided), Arc::clone(plain));
        let (answer, heat_map) = (Arc::clone(&self.answer), Arc::clone(&self.heat_map));
        Some(move |path: &Path| {
            let raw = Raw {
                logits: &answer.logits,
                grad_cam: &heat_map.map,
                guided_backprop: &guided.backprop,
                guided_grad_cam: &guided.grad_cam,
                gradient: &plain.backprop,
            };
            let mut bytes = Cursor::new(Vec::new());
            raw.write(&mut bytes).map_err(|error| error.to_string())?;
            write::bytes(path, bytes.get_ref()).map_err(|error| error.to_string())?;
            Ok(None)
        })
    }
}

impl App {
    /// Computes the arrays of the live view, and then asks where to write them.
    pub(crate) fn export_arrays(&mut self) {
        let Some((_, stem)) = self.drawing_now(super::FigureKind::Composite) else {
            return;
        };
        let state = &self.state;
        let subject = state.subject();
        let found = subject.and_then(|subject| {
            Some(Arrays {
                answer: Arc::clone(state.results.prediction(&subject)?),
                heat_map: Arc::clone(state.results.heat(&subject)?),
                stem: stem.trim_end_matches("_compared").to_owned(),
                gradients: Gradients::Wanted,
                subject,
            })
        });
        self.tasks.arrays = found;
    }

    /// Sends for the gradients once there is nothing else to compute, and asks for a path once they are there and no
    /// other picker is on screen.
    pub(in crate::app::tasks) fn drain_arrays(&mut self, ctx: &Context) {
        let is_idle = !self.tasks.awaits_results() && !self.tasks.awaits_layer_maps();
        let is_saving = self.tasks.export.is_some();
        let Some(arrays) = &mut self.tasks.arrays else {
            return;
        };
        let pending = match std::mem::replace(&mut arrays.gradients, Gradients::Wanted) {
            Gradients::Wanted if is_idle => {
                let requests = [ReluRule::Guided, ReluRule::Gradient].map(|rule| Request {
                    rule,
                    ..arrays.subject.request()
                });
                let mut jobs = self.engine.explain(requests.into()).jobs.into_iter();
                let (Some(guided), Some(plain)) = (jobs.next(), jobs.next()) else {
                    return;
                };
                Box::new([guided.guided, plain.guided])
            }
            Gradients::Wanted => return,
            Gradients::Pending(promises) => promises,
            known @ Gradients::Known(_) => {
                arrays.gradients = known;
                return;
            }
        };
        if is_saving || pending.iter().any(|promise| promise.ready().is_none()) {
            arrays.gradients = Gradients::Pending(pending);
            return;
        }
        let found: Result<Vec<Arc<Guided>>, Error> = pending
            .into_iter()
            .filter_map(|promise| promise.try_take().ok())
            .collect();
        match found.map(<[Arc<Guided>; 2]>::try_from) {
            Ok(Ok(known)) => {
                arrays.gradients = Gradients::Known(known);
                self.save_arrays(ctx);
            }
            // A later choice came between: they are asked for again after its results.
            Err(Error::Overtaken) | Ok(Err(_)) => {}
            Err(error) => {
                self.tasks.arrays = None;
                let title = SaveTarget::Arrays.failure();
                self.notices.error(title, error);
            }
        }
    }

    fn save_arrays(&mut self, ctx: &Context) {
        let Some(arrays) = &self.tasks.arrays else {
            return;
        };
        let Some(write) = arrays.writer() else { return };
        let name = format!("{}.npz", arrays.stem);
        let folder = self.tasks.exported_to.clone();
        let folder = folder.or_else(|| self.photo_folder());
        let dialogs = Arc::clone(&self.file_dialogs);
        self.tasks.export = Some(Saving::start(ctx, SaveTarget::Arrays, move || {
            let picked = dialogs.save_arrays(folder.as_deref(), &name);
            to_picked(picked, folder, name, with_npz, write)
        }));
    }

    /// Writes the arrays that were computed to a typed path.
    pub(crate) fn save_arrays_to(&mut self, ctx: &Context, path: PathBuf, replace: bool) {
        let write = self.tasks.arrays.as_ref().and_then(Arrays::writer);
        let Some(write) = write else { return };
        let path = with_npz(path);
        self.tasks.export = Some(Saving::start(ctx, SaveTarget::Arrays, move || {
            to_typed(path, replace, write)
        }));
    }
}

fn with_npz(path: PathBuf) -> PathBuf {
    let extension = path.extension();
    if extension.is_some_and(|extension| extension.eq_ignore_ascii_case("npz")) {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".npz");
    name.into()
}
