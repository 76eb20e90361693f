//! What the window and the command line know about an open model: everything but its tensors.

use std::path::PathBuf;

use crate::model::error::short;
use crate::model::{
    About, AnswerKind, Facts, Head, HeadActivation, Held, HeldAt, InputChannels, InputValue,
    LabelSource, LayerTree, Model, OpenOptions, OutputInfo, Preprocess, PreprocessSource, Reading,
    SecondPicture, SizeSource, Sources, Usage,
};

/// An open model as plain data.
#[derive(Debug, Clone)]
pub struct ModelInfo {
    /// Identifies an open model within the process.
    pub id: u64,
    /// Identifies the weights in memory: shared by models that differ only in their usage.
    pub weights: u64,
    /// The file that it was opened from.
    pub path: PathBuf,
    /// The file's stem, `squeezenet1_1`, followed by any differences from the usage in the file.
    pub name: String,
    /// The number of trained values: parameters and buffers alike.
    pub parameters: usize,
    /// One per class.
    pub labels: Vec<String>,
    /// Where the labels come from: the file, a file beside it, an assumption or the user.
    pub label_source: LabelSource,
    /// The names that the user has typed, also while the scores are directions and no classes.
    pub typed_names: Option<Vec<String>>,
    /// The preprocessing in use, which the user may have changed.
    pub preprocess: Preprocess,
    /// How logits become probabilities, which the user may have changed.
    pub reading: Reading,
    /// Its usage when the file was opened.
    pub opened_as: Usage,
    /// The file does not state its preprocessing, so torchvision's ImageNet defaults are used.
    pub preprocess_assumed: bool,
    /// What its scores are.
    pub kind: AnswerKind,
    /// The second picture that its output is compared with, for [`AnswerKind::Similarity`].
    pub reference: Option<SecondPicture>,
    /// The outputs of the file that can be explained, in its order.
    pub outputs: Vec<OutputInfo>,
    /// The one in use, an index into `outputs`.
    pub output: usize,
    /// The one that is taken by itself, an index into `outputs`.
    pub default_output: usize,
    /// What the preprocessing that the model was opened with comes from.
    pub preprocess_sources: Sources,
    /// The network that was recognised, if the file has weights only.
    pub architecture: Option<String>,
    /// The activation between the linear layers of its head, where that was rebuilt from its tensors.
    pub head_activation: Option<HeadActivation>,
    /// Whether averaged weights are in use, if the file has those beside the trained ones.
    pub averaged: Option<bool>,
    /// The number of rectifiers (ReLU-like units), at which guided backpropagation acts.
    pub rectifiers: usize,
    /// All layers in the order of the network, with the one to start at.
    pub layers: LayerTree,
    /// What the file says about itself.
    pub about: About,
    /// What is known before any image: multiply-adds of a forward pass, kinds of non-linearities.
    pub facts: Facts,
    /// The inputs besides the picture, and what they are held at.
    pub held: Vec<Held>,
    /// How the file was opened.
    pub options: OpenOptions,
    /// What the user should know about this model, in full sentences.
    pub notes: Vec<String>,
}

impl ModelInfo {
    /// Whether it answers with classes, which can be the same as those of another model.
    pub fn has_classes(&self) -> bool {
        match self.kind {
            AnswerKind::Classes | AnswerKind::YesNo => true,
            AnswerKind::Number | AnswerKind::Similarity => false,
        }
    }

    pub(crate) fn new(model: &Model, id: u64, weights: u64) -> ModelInfo {
        let rectifiers = model.graph.rectifiers();
        let mut notes: Vec<String> = model.labels.note.iter().cloned().collect();
        notes.extend(model.about.known_fault().map(str::to_owned));
        notes.extend(model.about.notes.iter().cloned());
        if let Some(weights) = &model.weights {
            notes.extend(weights.notes.iter().cloned());
        }
        if model.labels.source == LabelSource::ImageNet {
            notes.push(
                "Class names assumed: the file has none, and its 1000 classes are taken to be \
                 ImageNet's."
                    .into(),
            );
        }
        let head = match model.graph.head {
            Head::None => None,
            Head::Softmax => Some("softmax"),
            Head::Sigmoid => Some("sigmoid"),
        };
        notes.extend(head.map(|head| {
            format!("The model ends in a {head}. It is skipped, so that scores are logits.")
        }));
        notes.extend(answer_note(model));
        notes.extend(model.answer_notes.iter().cloned());
        notes.extend(model.outputs_note());
        if model.preprocess == model.opened_as.preprocess {
            notes.extend(model.preprocess_notes.iter().cloned());
            notes.extend(preprocess_note(model));
        }
        notes.extend(size_note(model));
        notes.extend(
            model
                .held
                .iter()
                .map(|held| held_note(held, &model.options)),
        );
        if rectifiers == 0 {
            notes.push(
                "This model has no rectifier (ReLU), so guided backprop is the plain gradient."
                    .into(),
            );
        }
        ModelInfo {
            id,
            weights,
            path: model.path.clone(),
            name: name(model),
            parameters: model.graph.parameters(),
            labels: model.labels.names.clone(),
            label_source: model.labels.source,
            typed_names: model.typed_names.clone(),
            preprocess: model.preprocess.clone(),
            reading: model.reading,
            opened_as: model.opened_as.clone(),
            preprocess_sources: model.preprocess_sources,
            preprocess_assumed: model.preprocess_sources.is_assumed()
                && model.preprocess == model.opened_as.preprocess,
            kind: model.kind,
            reference: model.reference.clone(),
            outputs: model.outputs().to_vec(),
            output: model.output(),
            default_output: model.default_output(),
            architecture: model.architecture().map(str::to_owned),
            head_activation: model.head_activation(),
            averaged: model.averaged(),
            rectifiers,
            layers: model.layers.clone(),
            about: model.about.clone(),
            facts: model.facts.clone(),
            held: model.held.clone(),
            options: model.options.clone(),
            notes,
        }
    }
}

/// What the inputs besides the image are held at.
fn held_note(held: &Held, options: &OpenOptions) -> String {
    let Held { name, shape, at } = held;
    let given = || {
        options
            .input(name)
            .map(InputValue::words)
            .unwrap_or_default()
    };
    let at = match at {
        HeldAt::Given => format!("at what was given for it, {}", given()),
        HeldAt::Picture => format!("at the picture {}, prepared as the first one is", given()),
        HeldAt::Sample => "at the sample that the file was exported with".to_owned(),
        HeldAt::Zeros => {
            "at zeros: no value was given, and the file has no sample for it".to_owned()
        }
    };
    format!("The model has another input, {name} {shape:?}. It is held {at}.")
}

/// How the window names the comparison of the usual preprocessings. Other programs say it in words of their own.
pub const WHICH_FITS: &str = "“Which fits?”";

/// Where the preprocessing comes from, unless it is the file's own.
fn preprocess_note(model: &Model) -> Option<String> {
    let prepared = &model.preprocess;
    let at = format!("{}×{}", prepared.width, prepared.height);
    let Sources { levels, fitting } = model.preprocess_sources;
    if fitting == PreprocessSource::InFile {
        return None;
    }
    // A similarity does not show which fits.
    let compare = match model.kind {
        AnswerKind::Similarity => String::new(),
        AnswerKind::Classes | AnswerKind::YesNo | AnswerKind::Number => {
            format!(" If the predictions look wrong, {WHICH_FITS} compares the usual ones.")
        }
    };
    let note = match (levels, fitting) {
        (PreprocessSource::Assumed, PreprocessSource::Assumed)
            if prepared.channels == InputChannels::Grey =>
        {
            format!(
                "Preprocessing assumed: the file does not state it. Images are turned grey, and go in {}, \
                 at {at}.",
                prepared.words()
            )
        }
        (PreprocessSource::Assumed, PreprocessSource::Assumed)
            if matches!(prepared.channels, InputChannels::Bands(_)) =>
        {
            format!(
                "Preprocessing assumed: the file does not state it. The bands of an image go in {}, at {at}: \
                 8-bit values divided by 255, 16-bit values by 65535, floats as they are.",
                prepared.words()
            )
        }
        (PreprocessSource::Assumed, PreprocessSource::Assumed) => format!(
            "Preprocessing assumed: the file does not state it, so torchvision's ImageNet defaults are \
             used at {at}.{compare}"
        ),
        (PreprocessSource::Weights, PreprocessSource::Weights) => {
            let named = model.weights.iter().flat_map(|weights| &weights.preprocess);
            let named: Vec<&str> = named.map(|(name, _)| name.as_str()).collect();
            let (first, others) = named
                .split_first()
                .map_or(("", &[][..]), |(first, others)| (*first, others));
            let others = match others {
                [] => String::new(),
                others => format!(
                    " The same weights are also used as for {}.",
                    others.join(", ")
                ),
            };
            format!(
                "Preprocessing assumed: the file has weights only, so it is as for {first}: {}, at \
                 {at}.{others}{compare}",
                prepared.words()
            )
        }
        (PreprocessSource::Library(library), PreprocessSource::Library(_)) => format!(
            "Preprocessing assumed: the file does not state it, so it is as in {library}: {}, at {at}.{compare}",
            prepared.words()
        ),
        (PreprocessSource::Learnt, _) if fitting.is_assumed() => format!(
            "Preprocessing assumed: the file does not state it. The first normalisation of the network has \
             learnt from pixels {}, so they go in like that, at {at}.{compare}",
            prepared.words()
        ),
        (PreprocessSource::Network, _) if fitting.is_assumed() => format!(
            "Preprocessing assumed: the file does not state it. The network normalises the pixels \
             itself, so they go in {}, at {at}.",
            prepared.words()
        ),
        _ if levels == fitting => format!(
            "Preprocessing read from {}: {}, at {at}.",
            levels.label(),
            prepared.words()
        ),
        _ => format!(
            "Preprocessing: {}, at {at}. Levels: {}. Crop and resampling: {}.",
            prepared.words(),
            levels.label(),
            fitting.label()
        ),
    };
    Some(note)
}

/// Where the size of the image comes from, for a file that takes several.
fn size_note(model: &Model) -> Option<String> {
    let size = |preprocess: &Preprocess| format!("{}×{}", preprocess.width, preprocess.height);
    let (now, first) = (size(&model.preprocess), size(&model.opened_as.preprocess));
    if now != first {
        return None;
    }
    match model.size {
        SizeSource::Fixed | SizeSource::Chosen | SizeSource::Stated | SizeSource::Usual => None,
        SizeSource::Beside(name) => Some(format!(
            "The file leaves the size of the image open. {now} is used, as {name} beside it says."
        )),
        SizeSource::Sample => Some(format!(
            "The file leaves the size of the image open. {now} is used, with which it was exported."
        )),
        SizeSource::Weights => Some(format!(
            "The file leaves the size of the image open. {now} is used, which its weights fit."
        )),
        SizeSource::Assumed => Some(format!(
            "Image size assumed: the file leaves it open, so {now} is used."
        )),
    }
}

impl ModelInfo {
    /// Width and height of its input in pixels.
    pub fn input_size(&self) -> (u32, u32) {
        (self.preprocess.width, self.preprocess.height)
    }

    /// The height and width of the map that it answers with; `None` if it answers with a row of scores.
    pub fn map_size(&self) -> Option<[usize; 2]> {
        self.outputs.get(self.output)?.positions
    }

    /// The pictures that it is used with besides the one that is explained.
    pub fn second_pictures(&self) -> impl Iterator<Item = &SecondPicture> {
        let inputs = self.options.inputs.iter();
        let held = inputs.filter_map(|(_, value)| match value {
            InputValue::Picture(picture) => Some(picture),
            InputValue::Numbers(_) | InputValue::Array(_) => None,
        });
        held.chain(&self.reference)
    }

    /// Its labels, for what outlives the open folder; none if they are the folder's, so that a class is
    /// its number.
    pub fn lasting_labels(&self) -> &[String] {
        match self.label_source {
            LabelSource::Folders => &[],
            LabelSource::Archive
            | LabelSource::BesideModel(_)
            | LabelSource::ImageNet
            | LabelSource::Numbered
            | LabelSource::Typed => &self.labels,
        }
    }

    /// Its current usage.
    pub fn usage(&self) -> Usage {
        Usage {
            preprocess: self.preprocess.clone(),
            reading: self.reading,
            names: self.typed_names.clone(),
            output: (self.output != self.default_output)
                .then(|| self.outputs[self.output].name.clone()),
            reference: self.reference.clone(),
        }
    }
}

/// What a single number is read as.
fn answer_note(model: &Model) -> Option<String> {
    if model.outputs()[model.output()].positions.is_some() {
        return None;
    }
    match (model.kind, model.reading) {
        (AnswerKind::Classes, _) => None,
        (AnswerKind::YesNo, Reading::Softmax | Reading::Sigmoid) => {
            let yes = model.labels.names.last().map_or("yes", String::as_str);
            Some(if model.graph.head == Head::None {
                format!(
                    "The model answers with one value, which is assumed to be a logit: it is read as “{yes}”, and \
                     its negative as the other class. If it is a number, such as an age, choose numbers as its \
                     answer."
                )
            } else {
                format!(
                    "The model has a single logit. It is read as “{yes}”, and its negative as the other class."
                )
            })
        }
        (AnswerKind::YesNo, Reading::AsTheyAre | Reading::Numbers) => Some(
            "The model has a single probability. The other class has what is left of 100 %.".into(),
        ),
        (AnswerKind::Similarity, _) => {
            let name = model.reference.as_ref().map(SecondPicture::name);
            Some(format!(
                "The answer is how similar the model's output is to that for a second picture, {}: the \
                 cosine of the angle between the two, from −1 to 1. It can be explained in two \
                 directions: what makes the pictures similar, and what makes them different.",
                name.unwrap_or_default()
            ))
        }
        (AnswerKind::Number, _) => Some(
            "The model predicts a number. It can be explained in two directions: what raises it, and \
             what lowers it."
                .into(),
        ),
    }
}

fn name(model: &Model) -> String {
    let stem = model.path.file_stem();
    let stem = stem.map_or_else(|| "model".into(), |stem| stem.to_string_lossy());
    let (now, first) = (&model.preprocess, &model.opened_as.preprocess);
    let mut changes = Vec::new();
    if (now.width, now.height) != (first.width, first.height) {
        changes.push(format!("{}×{}", now.width, now.height));
    }
    if now.channels != first.channels {
        changes.push(now.channels.label().into_owned());
    }
    if now.interpolation != first.interpolation {
        changes.push(now.interpolation.label().to_lowercase());
    }
    if now.mode != first.mode {
        changes.push(now.mode.label().to_lowercase());
    }
    if now.crop_pct != first.crop_pct {
        changes.push(format!("crop {:.0} %", now.crop_pct * 100.0));
    }
    if now.mean != first.mean {
        changes.push("other mean".to_owned());
    }
    if now.std != first.std {
        changes.push("other deviation".to_owned());
    }
    let output = &model.outputs()[model.output()];
    if model.output() != model.default_output() {
        changes.push(short(&output.name));
    }
    if let Some(reference) = &model.reference {
        changes.push(format!("similar to {}", short(&reference.name())));
    } else if model.reading != output.reading {
        changes.push(model.reading.label().to_lowercase());
    }
    if changes.is_empty() {
        stem.into_owned()
    } else {
        format!("{stem} ({})", changes.join(", "))
    }
}
