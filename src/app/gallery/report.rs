//! What is to be said about the true classes of the open folder.

use crate::app::state::State;
use crate::app::wording::{counted, thousands};
use crate::folder::{ImageList, Meaning, Name, Source};

use super::class_name;

/// Rows and classes that are named one by one.
const MAX_LISTED: usize = 5;

/// What the names in the folder leave open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TruthReport {
    /// What someone should look at; none if all is well.
    pub headline: Option<Headline>,
    /// Whether some names do stand for classes, so that it is a data set.
    pub is_data_set: bool,
    /// Everything there is to say, in sentences.
    pub lines: Vec<String>,
}

/// What someone should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    pub whole: String,
    /// Where there is little room.
    pub short: &'static str,
}

impl TruthReport {
    /// The report on a folder; empty until it has been read.
    pub fn new(list: &ImageList, state: &State) -> TruthReport {
        let truths = list.truths();
        let classes = truths.classes().count();
        if classes == 0 || !truths.is_complete() {
            return TruthReport::default();
        }
        let names = truths.names();
        let file = truths.files.report();
        let unusable = truths.files.unusable();
        let folders: Vec<&Name> = names.open(Source::Folder).collect();
        let listed: Vec<&Name> = names.open(Source::LabelsFile).collect();
        let shared = names.shared();
        let mut report = TruthReport {
            is_data_set: names.all().iter().any(is_class),
            ..TruthReport::default()
        };
        if names
            .all()
            .iter()
            .any(|name| matches!(name.meaning, Meaning::Sorted(_)))
        {
            report.lines.push(format!(
                "The {classes} classes are taken to be the folders in the order of their names as text (1, \
                 10, 2), as ImageFolder does."
            ));
        } else if !folders.is_empty() && !report.is_data_set && unusable.is_empty() {
            let count = counted(classes, "class", "classes");
            report.lines.push(format!(
                "The model has {count}, and none has the name of a folder."
            ));
        }
        report
            .lines
            .extend(without_class(&folders, "folder", "folders"));
        report.lines.extend(without_class(
            &listed,
            "name in labels.csv",
            "names in labels.csv",
        ));
        for (class, names) in shared.iter().take(MAX_LISTED) {
            let words: Vec<String> = names
                .iter()
                .map(|name| format!("“{}”", name.text))
                .collect();
            report.lines.push(format!(
                "{} are one class, {}: the images of all of them count.",
                words.join(" and "),
                class_name(state, *class)
            ));
        }
        if shared.len() > MAX_LISTED {
            let more = thousands(shared.len() - MAX_LISTED);
            report
                .lines
                .push(format!("{more} more classes have several names."));
        }
        report.lines.extend(
            unusable
                .iter()
                .map(|why| format!("labels.csv is not used: {why}")),
        );
        report.lines.extend(rows(&file.missing, "no image here"));
        report
            .lines
            .extend(rows(&file.unclear, "several images by their name alone"));
        if file.contradictions > 0 {
            let files = counted(file.contradictions, "file", "files");
            report.lines.push(format!(
                "Rows of labels.csv contradict each other about {files}: no row about them counts."
            ));
        }
        if file.too_many_splits {
            report.lines.push(
                "The column of splits in labels.csv has more than 50 values, so it is not used."
                    .to_owned(),
            );
        }
        let odd = file.missing.len() + file.unclear.len() + file.contradictions;
        report.headline = if !folders.is_empty() || !listed.is_empty() {
            Some(unmatched(folders.len(), listed.len()))
        } else if !shared.is_empty() {
            let classes = counted(shared.len(), "class has", "classes have");
            Some(Headline {
                whole: format!("{classes} several names: see…"),
                short: "Several names…",
            })
        } else if !unusable.is_empty() {
            Some(about_labels("labels.csv is not used: see…"))
        } else if odd > 0 || file.too_many_splits {
            Some(about_labels("labels.csv does not fit: see…"))
        } else {
            None
        };
        report
    }
}

fn is_class(name: &Name) -> bool {
    name.meaning.class().is_some() && name.source != Source::Around
}

/// Names that stand for no class; at least one of the numbers is not 0.
fn unmatched(folders: usize, labels: usize) -> Headline {
    let (count, one, several) = match (folders, labels) {
        (0, labels) => (labels, "label", "labels"),
        (folders, 0) => (folders, "folder", "folders"),
        (folders, labels) => (folders + labels, "name", "names"),
    };
    let verb = if count == 1 { "matches" } else { "match" };
    let names = counted(count, one, several);
    Headline {
        whole: format!("{names} {verb} no class: assign…"),
        short: "Assign classes…",
    }
}

fn about_labels(whole: &str) -> Headline {
    Headline {
        whole: whole.to_owned(),
        short: "labels.csv…",
    }
}

fn without_class(names: &[&Name], one: &str, several: &str) -> Option<String> {
    let images: usize = names.iter().map(|name| name.pictures).sum();
    let (verb, their) = if names.len() == 1 {
        ("matches", "its")
    } else {
        ("match", "their")
    };
    let count = counted(names.len(), one, several);
    let has = if images == 1 { "has" } else { "have" };
    let images = counted(images, "image", "images");
    (!names.is_empty())
        .then(|| format!("{count} {verb} no class: {their} {images} {has} no true class."))
}

fn rows(files: &[&str], what: &str) -> Option<String> {
    let listed: Vec<&str> = files.iter().copied().take(MAX_LISTED).collect();
    let more = if files.len() > MAX_LISTED {
        ", …"
    } else {
        ""
    };
    let verb = if files.len() == 1 { "names" } else { "name" };
    let count = counted(files.len(), "row", "rows");
    let listed = listed.join(", ");
    (!files.is_empty()).then(|| format!("{count} of labels.csv {verb} {what}: {listed}{more}"))
}
