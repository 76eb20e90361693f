//! What the preprocessing of a model was read from, or assumed after.

/// Where a part of the preprocessing comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PreprocessSource {
    /// The file's own `preprocess.json`.
    InFile,
    /// ONNX's metadata about images (`Image.BitmapPixelFormat`) in the file.
    ImageMetadata,
    /// What ultralytics writes into the file.
    Ultralytics,
    /// A file of this name beside the model.
    Beside(&'static str),
    /// The network's own first operations.
    Network,
    /// Assumed after the mean and deviation of images that its first normalisation has learnt.
    Learnt,
    /// Assumed after the network that was recognised, because the file has weights alone.
    Weights,
    /// Assumed, because the network looks like one of this library.
    Library(&'static str),
    /// Nothing is known: torchvision's for ImageNet are assumed.
    Assumed,
}

impl PreprocessSource {
    /// Whether nothing states it.
    pub fn is_assumed(self) -> bool {
        match self {
            PreprocessSource::InFile
            | PreprocessSource::ImageMetadata
            | PreprocessSource::Ultralytics
            | PreprocessSource::Beside(_)
            | PreprocessSource::Network => false,
            PreprocessSource::Learnt
            | PreprocessSource::Library(_)
            | PreprocessSource::Weights
            | PreprocessSource::Assumed => true,
        }
    }

    /// A few words for the window: `preprocess.json beside it`.
    pub fn label(self) -> String {
        match self {
            PreprocessSource::InFile => "preprocess.json in the file".into(),
            PreprocessSource::ImageMetadata => "image metadata in the file".into(),
            PreprocessSource::Ultralytics => "ultralytics' metadata in the file".into(),
            PreprocessSource::Beside(name) => format!("{name} beside it"),
            PreprocessSource::Network => "the network's first operations".into(),
            PreprocessSource::Learnt => "assumed, from its first normalisation".into(),
            PreprocessSource::Weights => {
                "assumed, usual for the network that was recognised".into()
            }
            PreprocessSource::Library(library) => format!("assumed, as in {library}"),
            PreprocessSource::Assumed => "assumed".into(),
        }
    }
}

/// What each part of the preprocessing comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sources {
    /// Mean, deviation and order of the channels.
    pub levels: PreprocessSource,
    /// Resampling, crop and what is done with other shapes.
    pub fitting: PreprocessSource,
}

impl Sources {
    /// All from one source.
    pub fn all(source: PreprocessSource) -> Sources {
        Sources {
            levels: source,
            fitting: source,
        }
    }

    /// Whether a part of it is a guess.
    pub fn is_assumed(self) -> bool {
        self.levels.is_assumed() || self.fitting.is_assumed()
    }
}
