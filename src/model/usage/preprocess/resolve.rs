//! Finds the preprocessing of a model: what its file says, what lies beside it, what its first operations
//! tell, what the library does that it is from; what nobody says is assumed.

use std::path::Path;

use super::source::{PreprocessSource, Sources};
use super::transformers::Unresized;
use super::{Preprocess, Stated, library, metadata, timm, transformers};
use crate::model::error::{Error, Fault};
use crate::model::format::{About, Recognition};
use crate::model::graph::Graph;
use crate::model::usage::beside;
use crate::model::usage::pixels::{self, Expected, Levels};

/// What is known of a model when its preprocessing is looked for.
pub struct Evidence<'a> {
    /// The model's file.
    pub path: &'a Path,
    /// The text of the file's own `preprocess.json`.
    pub own: Option<&'a str>,
    /// What was recognised, if the file has only weights.
    pub weights: Option<&'a Recognition>,
    /// Keys and values that the file has.
    pub metadata: &'a [(String, String)],
    pub about: &'a About,
    pub graph: &'a Graph,
    pub classes: usize,
    /// Whether the file takes images of this size alone.
    pub fixed_size: bool,
    /// The size and the channels of the input, with what is taken where nothing is known.
    pub assumed: Preprocess,
}

/// The preprocessing that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub preprocess: Preprocess,
    pub sources: Sources,
    /// What the user should know of it, in full sentences.
    pub notes: Vec<String>,
}

/// Finds the preprocessing.
///
/// # Errors
/// [`Fault::Preprocess`] where the file's own is wrong. What lies beside the file and is wrong is ignored
/// with a note.
pub fn resolve(evidence: &Evidence) -> Result<Found, Error> {
    let assumed = &evidence.assumed;
    let expected = pixels::expected(evidence.graph);
    let mut notes = Vec::new();
    if let Some(text) = evidence.own {
        let mut preprocess = Preprocess::from_json(text, assumed, evidence.path)?;
        let mut sources = Sources::all(PreprocessSource::InFile);
        if let Some(expected) = &expected
            && !expected.is_learnt
            && expected.does_what(&preprocess)
        {
            notes.push(never_twice("its preprocess.json", expected.levels));
            preprocess.take_levels(expected.levels);
            sources.levels = PreprocessSource::Network;
        }
        return Ok(Found {
            preprocess,
            sources,
            notes,
        });
    }
    let mut layers = Layers::new(assumed);
    match metadata::image(evidence.metadata) {
        Ok(Some(stated)) => {
            // Windows' runtime scales an image to the input.
            let stretched = Stated {
                crop_pct: Some(1.0),
                mode: Some(crate::picture::photo::geometry::CropMode::Squash),
                ..Stated::default()
            };
            layers.levels(&stated, PreprocessSource::ImageMetadata, &mut notes);
            layers.later_fitting = Some(stretched);
        }
        Ok(None) => {}
        Err(reason) => notes.push(format!(
            "The file's entries about images {reason}. They are ignored."
        )),
    }
    notes.extend(metadata::linear_note(evidence.metadata).map(str::to_owned));
    if metadata::is_of_ultralytics(evidence.metadata) {
        let stated = metadata::ultralytics(assumed.width, assumed.height);
        layers.both(&stated, PreprocessSource::Ultralytics, &mut notes);
    }
    if !layers.is_complete()
        && let Some((name, stated)) = beside(evidence, &mut notes)
    {
        let clashes = |expected: &Expected| match stated.over(assumed) {
            Ok(preprocess) => expected.clashes_with(&preprocess),
            Err(_) => false,
        };
        // A guess is no reason to do other than a file says.
        let certain = expected.as_ref().filter(|expected| !expected.is_learnt);
        if let Some(expected) = certain.filter(|expected| clashes(expected)) {
            notes.push(never_twice(&format!("{name} beside it"), expected.levels));
            layers.expected(expected, &mut notes);
        }
        layers.both(&stated, PreprocessSource::Beside(name), &mut notes);
    }
    if let Some(expected) = &expected {
        layers.expected(expected, &mut notes);
    }
    if layers.levels.is_none()
        && let Some(levels) = pixels::hinted(evidence.graph)
    {
        layers.levels(&levels.stated(), PreprocessSource::Network, &mut notes);
    }
    if !layers.is_complete()
        && let Some((_, usual)) = evidence
            .weights
            .and_then(|weights| weights.preprocess.first())
        && let Ok(stated) = timm::stated(usual)
    {
        layers.both(&stated, PreprocessSource::Weights, &mut notes);
    }
    if !layers.is_complete()
        && let Some(found) = library::recognise(evidence.about, evidence.graph, assumed)
    {
        let source = PreprocessSource::Library(found.name);
        layers.both(&found.stated, source, &mut notes);
    }
    Ok(layers.found(notes))
}

/// Why the levels are others than a file says.
fn never_twice(file: &str, levels: Levels) -> String {
    format!(
        "The network normalises the pixels itself. So that it is not done twice, they go in {}, and not as \
         {file} says.",
        levels.words()
    )
}

/// The preprocessing while it is being put together: what one source has said, the next one cannot change.
struct Layers {
    preprocess: Preprocess,
    levels: Option<PreprocessSource>,
    fitting: Option<PreprocessSource>,
    /// What to assume of the fitting if no source says it.
    later_fitting: Option<Stated>,
}

impl Layers {
    fn new(assumed: &Preprocess) -> Layers {
        Layers {
            preprocess: assumed.clone(),
            levels: None,
            fitting: None,
            later_fitting: None,
        }
    }

    fn is_complete(&self) -> bool {
        self.levels.is_some() && self.fitting.is_some()
    }

    fn both(&mut self, stated: &Stated, source: PreprocessSource, notes: &mut Vec<String>) {
        self.levels(stated, source, notes);
        self.fitting(stated, source, notes);
    }

    /// Takes mean, deviation and the order of channels, if they are stated and not known yet.
    fn levels(&mut self, stated: &Stated, source: PreprocessSource, notes: &mut Vec<String>) {
        let says = stated.mean.is_some() || stated.std.is_some() || stated.channels.is_some();
        if says && self.levels.is_none() {
            let part = Stated {
                mean: stated.mean.clone(),
                std: stated.std.clone(),
                channels: stated.channels,
                ..Stated::default()
            };
            if self.take(&part, source, notes) {
                self.levels = Some(source);
            }
        }
    }

    /// Takes resampling and crop, if they are stated and not known yet.
    fn fitting(&mut self, stated: &Stated, source: PreprocessSource, notes: &mut Vec<String>) {
        let says =
            stated.interpolation.is_some() || stated.crop_pct.is_some() || stated.mode.is_some();
        if says && self.fitting.is_none() {
            let part = Stated {
                interpolation: stated.interpolation,
                crop_pct: stated.crop_pct,
                mode: stated.mode,
                ..Stated::default()
            };
            if self.take(&part, source, notes) {
                self.fitting = Some(source);
            }
        }
    }

    fn take(&mut self, part: &Stated, source: PreprocessSource, notes: &mut Vec<String>) -> bool {
        match part.over(&self.preprocess) {
            Ok(preprocess) => {
                self.preprocess = preprocess;
                true
            }
            // No file said it: what a library usually does does not fit this input.
            Err(_) if matches!(source, PreprocessSource::Library(_)) => false,
            Err(reason) => {
                notes.push(format!("Ignored: {} {reason}.", source.label()));
                false
            }
        }
    }

    fn expected(&mut self, expected: &Expected, notes: &mut Vec<String>) {
        let stated = Stated {
            channels: expected.channels,
            ..expected.levels.stated()
        };
        let source = if expected.is_learnt {
            PreprocessSource::Learnt
        } else {
            PreprocessSource::Network
        };
        self.levels(&stated, source, notes);
        // A network that takes levels as a file has them seldom comes with a crop.
        if self.later_fitting.is_none() && expected.levels == Levels::Bytes {
            self.later_fitting = Some(Stated {
                crop_pct: Some(1.0),
                ..Stated::default()
            });
        }
    }

    fn found(mut self, mut notes: Vec<String>) -> Found {
        if self.fitting.is_none()
            && let Some(stated) = self.later_fitting.take()
        {
            self.take(&stated, PreprocessSource::Assumed, &mut notes);
        }
        let sources = Sources {
            levels: self.levels.unwrap_or(PreprocessSource::Assumed),
            fitting: self.fitting.unwrap_or(PreprocessSource::Assumed),
        };
        Found {
            preprocess: self.preprocess,
            sources,
            notes,
        }
    }
}

/// The files beside a model that say how images are prepared, in the order that they are looked for.
const FILES: [&str; 4] = [
    "preprocess.json",
    "preprocessor_config.json",
    "processor_config.json",
    "config.json",
];

/// Width and height of the input in pixels, where the first of the files beside the model that says it says
/// it, and the name of that file.
pub(crate) fn size_beside(model: &Path) -> Option<(&'static str, (u32, u32))> {
    /// Larger sides are those of a broken file.
    const SIDES: std::ops::RangeInclusive<u32> = 1..=8192;
    let mut found = FILES.iter().filter_map(|name| {
        let text = beside::read(&model.with_file_name(name)).ok()??;
        let size = match *name {
            "preprocess.json" => Preprocess::stated_size(&text),
            "config.json" => timm::size_in_config(&text),
            _ => transformers::stated_size(&text),
        };
        let is_size =
            |(width, height): &(u32, u32)| SIDES.contains(width) && SIDES.contains(height);
        Some((*name, size.filter(is_size)?))
    });
    found.next()
}

/// What the first file beside the model says that is about it.
fn beside(evidence: &Evidence, notes: &mut Vec<String>) -> Option<(&'static str, Stated)> {
    for name in FILES {
        let path = evidence.path.with_file_name(name);
        let said = match beside::read(&path) {
            Ok(None) => continue,
            Ok(Some(text)) => said(name, &text, evidence, notes),
            Err(reason) => Err(format!("cannot be read ({reason})")),
        };
        let checked = said.and_then(|said| match said {
            Some(stated) => stated.over(&evidence.assumed).map(|_| Some(stated)),
            None => Ok(None),
        });
        match checked {
            Ok(Some(stated)) => return Some((name, stated)),
            Ok(None) => {}
            Err(reason) => {
                let fault = Fault::Beside {
                    name: name.into(),
                    reason,
                };
                notes.push(fault.at(&path).to_string());
            }
        }
    }
    None
}

/// What a file of this name says; `None` if it is about something else.
fn said(
    name: &str,
    text: &str,
    evidence: &Evidence,
    notes: &mut Vec<String>,
) -> Result<Option<Stated>, String> {
    let Preprocess { width, height, .. } = evidence.assumed;
    match name {
        "preprocess.json" => {
            let stated = timm::stated(text)?;
            if stated == Stated::default() {
                return Err("says nothing about images".into());
            }
            stated.sized(&evidence.assumed)?;
            Ok(Some(stated))
        }
        "config.json" => {
            let stated = timm::of_config(text, Some(evidence.classes), width, height)?;
            if let Some([_, high, wide]) = stated.as_ref().and_then(|stated| stated.input_size) {
                of_this_size((wide, high), evidence)?;
            }
            Ok(stated)
        }
        _ => {
            let stated = transformers::stated(text, width, height)?;
            if let Some((wide, high)) = transformers::stated_size(text) {
                of_this_size((wide as usize, high as usize), evidence)?;
            }
            if let Some(unresized) = transformers::unresized(text) {
                notes.push(not_resized(name, unresized, evidence));
            }
            if transformers::crops_first(text) {
                notes.push(format!(
                    "{name} says that pictures are cropped and then resized. Here they are resized first, so \
                     that edges may lie a part of a pixel off."
                ));
            }
            Ok(Some(stated))
        }
    }
}

/// What to say of a processor that does not resize pictures.
fn not_resized(name: &str, unresized: Unresized, evidence: &Evidence) -> String {
    let Preprocess { width, height, .. } = evidence.assumed;
    let mut note = match unresized {
        Unresized::Cropped => format!(
            "{name} says that the centre of a picture is taken without resizing it (do_resize: false). Here it \
             is resized to fill the input of {width}×{height}; a picture that is cropped to that size first \
             stays as it is."
        ),
        Unresized::Whole => format!(
            "{name} says that pictures are not resized (do_resize: false). Here a picture of another size than \
             the input's {width}×{height} is resized to fill it, and cropped."
        ),
    };
    if !evidence.fixed_size {
        note.push_str(" The input can be given the size of the picture.");
    }
    note
}

/// Whether a file that states this size can be about the model.
fn of_this_size((wide, high): (usize, usize), evidence: &Evidence) -> Result<(), String> {
    let Preprocess { width, height, .. } = evidence.assumed;
    if !evidence.fixed_size || (wide, high) == (width as usize, height as usize) {
        return Ok(());
    }
    Err(format!(
        "is of a model for images of {wide}×{high}, and this one takes {width}×{height}"
    ))
}
