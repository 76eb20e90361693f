//! The front door of the library: open a model, explain a photo, get plain arrays and images.
//!
//! This module is a thin layer over [`engine::Session`](crate::engine::Session), the code that the
//! window and the command line run too, so that all three give the same numbers. It may use every
//! floor from `engine` down; nothing may use it. No tensor and no promise leaves it.

mod class;
mod error;
mod explanation;
mod options;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use image::RgbImage;

use crate::engine::{ModelInfo, Session};
use crate::model::Usage;
use crate::picture::photo::decode::Photo;

pub use class::{ClassOrScore, ClassScore};
pub use error::Error;
pub use explanation::Explanation;
pub use options::{ExplainerOptions, OverlayOptions};

/// An opened model that explains photos.
///
/// It can be shared between threads; they take turns. Computation runs on the CPU, on as many
/// threads as libtorch is set to use.
///
/// # Examples
///
/// ```no_run
/// let explanation = gradcam::Explainer::open("model.pt2")?.explain("cat.jpg")?;
/// for class in explanation.top(5) {
///     println!("{:.3}  {}", class.probability, class.label);
/// }
/// let map = explanation.heat_map("tabby", None)?;
/// println!("{} × {} values, at most {}", map.width, map.height, map.max());
/// # Ok::<(), gradcam::Error>(())
/// ```
pub struct Explainer {
    /// Shared with the explanations, which go back to it for each map.
    session: Arc<Mutex<Session>>,
    model: Arc<ModelInfo>,
    options: ExplainerOptions,
}

impl Explainer {
    /// Opens and checks a model: a `.pt2` archive of `torch.export.save`, an `.onnx` file, or the
    /// weights of a network that torchvision has (`.pth`, `.pt`, `.safetensors`).
    ///
    /// The file's content decides how it is read, not its name. Opening runs the network once.
    ///
    /// # Errors
    /// [`Error::Model`], which says what is wrong with the file and what to do about it.
    pub fn open(path: impl AsRef<Path>) -> Result<Explainer, Error> {
        Explainer::open_with(path, ExplainerOptions::default())
    }

    /// Opens a model with other options than the defaults.
    ///
    /// # Errors
    /// As [`Explainer::open`].
    pub fn open_with(
        path: impl AsRef<Path>,
        options: ExplainerOptions,
    ) -> Result<Explainer, Error> {
        let mut session = Session::keeping(options.cached_passes.saturating_sub(1));
        let opening = options.opening.clone().read_pictures_as(options.decoding);
        let keep_on = &mut |_| ControlFlow::Continue(());
        let model = session.open_model_as(path.as_ref(), &opening, keep_on)?;
        Ok(Explainer {
            session: Arc::new(Mutex::new(session)),
            model,
            options,
        })
    }

    /// The same model, used in another way: other preprocessing, softmax or sigmoid, other class
    /// names. The weights are shared, not copied. [`ModelInfo::usage`] says how it is used now.
    ///
    /// # Errors
    /// [`Error::Model`] if the network does not run at the new input size, or the number of names is
    /// not the number of classes.
    pub fn with_usage(&self, usage: Usage) -> Result<Explainer, Error> {
        let session = lock(&self.session).used(usage, &mut |_| ControlFlow::Continue(()))?;
        Ok(Explainer {
            model: Arc::clone(session.info()?),
            session: Arc::new(Mutex::new(session)),
            options: self.options.clone(),
        })
    }

    /// What is known of the model: its labels, preprocessing, layers and facts.
    pub fn model(&self) -> &ModelInfo {
        &self.model
    }

    /// The class names, one for each logit.
    pub fn labels(&self) -> &[String] {
        &self.model.labels
    }

    /// The paths of the layers that have a heat map, in the order of the network.
    pub fn layers(&self) -> impl Iterator<Item = &str> {
        self.model.layers.targets().map(|layer| layer.path.as_str())
    }

    /// The layer that is taken where none is named: the last feature map before the classifier.
    /// `None` for a network without any spatial map.
    pub fn recommended_layer(&self) -> Option<&str> {
        let layer = self.model.layers.recommended()?;
        Some(&layer.path)
    }

    /// Reads a photo ([`kind::names`](crate::picture::photo::decode::kind::names)) and runs it through the model.
    ///
    /// The photo is turned upright by its EXIF orientation, and transparency is laid over white, unless
    /// [`ExplainerOptions::decoding`] says otherwise.
    ///
    /// # Errors
    /// [`Error::Image`] if the file is not a readable picture, [`Error::Computation`] if libtorch
    /// fails or a logit is not finite.
    pub fn explain(&self, path: impl AsRef<Path>) -> Result<Explanation, Error> {
        self.explain_photo(Photo::open_as(path.as_ref(), self.options.decoding)?)
    }

    /// Runs an image that is already in memory through the model.
    ///
    /// # Errors
    /// [`Error::Computation`] if libtorch fails or a logit is not finite.
    pub fn explain_image(&self, image: RgbImage) -> Result<Explanation, Error> {
        self.explain_photo(Photo::from_rgb(PathBuf::new(), image))
    }

    fn explain_photo(&self, photo: Photo) -> Result<Explanation, Error> {
        let fit = self.options.fit;
        let prediction = lock(&self.session).predict(&photo, fit, &mut |_| Ok(()))?;
        Ok(Explanation {
            session: Arc::clone(&self.session),
            model: Arc::clone(&self.model),
            photo,
            fit,
            prediction,
        })
    }
}

/// The session, for one caller at a time.
fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(|poisoned| {
        session.clear_poison();
        let mut session = poisoned.into_inner();
        // A panic may have left half a pass behind. The next call records it again.
        session.forget_recordings();
        session
    })
}
