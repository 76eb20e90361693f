//! A row of a comparison: its cells, and what is said of it.

use std::sync::Arc;

use crate::engine::HeatMap;
use crate::explain::Score;
use crate::figure::{Figure, Panel, parts};
use crate::model::{InputChannels, ReluRule};
use crate::picture::map::Map;
use crate::picture::map::compose::Scale;
use crate::picture::page::caption::difference as difference_words;

/// One row of a comparison.
#[derive(Clone)]
pub struct Row {
    /// The view that the caption below the row is about.
    pub figure: Figure,
    /// A label before the name of the class: "A".
    pub label: Option<String>,
    /// From left to right; `None` leaves a column empty.
    pub cells: Vec<Option<Cell>>,
}

/// One picture of a row.
#[derive(Clone)]
pub struct Cell {
    /// The view that it shows something of. The comparison's scale replaces that of its look.
    pub figure: Figure,
    /// What it shows.
    pub shows: Shows,
    /// Its title, if it is not the usual one.
    pub title: Option<String>,
}

/// What a cell shows.
#[derive(Clone)]
pub enum Shows {
    /// A panel of its view.
    Panel(Panel),
    /// A difference of two maps, over the photo of its view in grey.
    Difference(Arc<Map>),
}

impl Cell {
    /// A panel under its usual title.
    pub fn panel(figure: &Figure, panel: Panel) -> Cell {
        Cell {
            figure: figure.clone(),
            shows: Shows::Panel(panel),
            title: None,
        }
    }

    /// A difference of two maps under its usual title.
    pub fn difference(figure: &Figure, map: Map) -> Cell {
        Cell {
            figure: figure.clone(),
            shows: Shows::Difference(Arc::new(map)),
            title: None,
        }
    }

    /// The cell under another title.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Cell {
        Cell {
            title: Some(title.into()),
            ..self
        }
    }

    pub(super) fn title(&self) -> &str {
        match (&self.title, &self.shows) {
            (Some(title), _) => title,
            (None, Shows::Panel(panel)) => panel.title(self.figure.guided.rule),
            (None, Shows::Difference(_)) => "Difference of the maps",
        }
    }

    pub(super) fn shows_panel(&self, panel: Panel) -> bool {
        matches!(self.shows, Shows::Panel(shown) if shown == panel)
    }
}

impl Row {
    /// Panels of one view.
    pub fn of_panels(figure: &Figure, panels: &[Panel]) -> Row {
        let cell = |panel: &Panel| Some(Cell::panel(figure, *panel));
        Row {
            figure: figure.clone(),
            label: None,
            cells: panels.iter().map(cell).collect(),
        }
    }

    /// The maps of two classes and their difference, behind the photo if it is wanted. `versus` is the view of
    /// the two classes' difference.
    pub fn of_two_classes(
        a: &Figure,
        b: &Figure,
        versus: &Figure,
        difference: Map,
        original: bool,
    ) -> Row {
        let map = |figure: &Figure, letter: &str| {
            let class = parts::class(figure.heat_map.score, &figure.model);
            Cell::panel(figure, Panel::HeatMap).titled(format!("{letter}: {class}"))
        };
        let original = original.then(|| Cell::panel(a, Panel::Original));
        let maps = [
            map(a, "A"),
            map(b, "B"),
            Cell::difference(versus, difference).titled("A − B"),
        ];
        Row {
            figure: versus.clone(),
            label: None,
            cells: original.into_iter().chain(maps).map(Some).collect(),
        }
    }

    /// The heat maps that it shows.
    pub fn heat_maps(&self) -> impl Iterator<Item = &HeatMap> {
        let cells = self.shown().filter(|cell| cell.shows_panel(Panel::HeatMap));
        cells.map(|cell| &*cell.figure.heat_map)
    }

    /// Its cells, without the empty columns.
    pub(in crate::figure) fn shown(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().flatten()
    }

    pub(super) fn name(&self) -> String {
        let class = parts::class(self.figure.heat_map.score, &self.figure.model);
        match &self.label {
            Some(label) => format!("{label}: {class}"),
            None => class,
        }
    }

    /// The details after the name, for this scale of the comparison.
    pub(super) fn details(&self, scale: Scale) -> String {
        let figure = &self.figure;
        let maximum = |figure: &Figure| parts::maximum(figure.heat_map.map.max());
        let probability =
            |figure: &Figure| parts::probability(figure.heat_map.score, &figure.answer);
        let maps: Vec<&Figure> = self
            .shown()
            .filter(|cell| cell.shows_panel(Panel::HeatMap))
            .map(|cell| &cell.figure)
            .collect();
        let mut details = Vec::new();
        if maps.len() > 1 {
            for (figure, letter) in maps.iter().zip('A'..) {
                let numbers = probability(figure).into_iter().chain([maximum(figure)]);
                let numbers: Vec<String> = numbers.collect();
                details.push(format!("{letter}: {}", numbers.join(", ")));
            }
        } else {
            details.extend(probability(figure));
        }
        details.push(figure.photo.name());
        details.push(figure.model.name.clone());
        details.push(figure.heat_map.layer.clone());
        if maps.len() == 1 {
            details.push(maximum(figure));
        }
        for cell in self.shown() {
            if let Shows::Difference(map) = &cell.shows {
                details.push(difference_words(map.max_abs(), scale));
            }
        }
        details.extend(self.notes());
        details.join(" · ")
    }

    /// What has to be known to read its gradients.
    fn notes(&self) -> Vec<String> {
        let gradients = [Panel::GuidedBackprop, Panel::GuidedGradCam];
        let shown = |cell: &Cell| gradients.iter().any(|panel| cell.shows_panel(*panel));
        let mut notes = Vec::new();
        if !self.shown().any(shown) {
            return notes;
        }
        let (acted, all) = self.figure.guided.rectifiers;
        notes.extend(match self.figure.guided.rule {
            ReluRule::Gradient => None,
            ReluRule::Guided | ReluRule::Deconvnet if all == 0 => {
                Some("no rectifiers: the plain gradient".to_owned())
            }
            ReluRule::Guided => Some(format!("{acted} of {all} rectifiers guided")),
            ReluRule::Deconvnet => {
                Some(format!("{acted} of {all} rectifiers by the deconvnet rule"))
            }
        });
        if let InputChannels::Bands(count) = self.figure.model.preprocess.channels {
            notes.push(format!("gradients summed over {count} channels"));
        }
        notes
    }

    /// The two classes whose maps its difference is of.
    pub(super) fn classes_compared(&self) -> Option<(String, String)> {
        let name = |class| parts::class(Score::For(class), &self.figure.model);
        match self.figure.heat_map.score {
            Score::Versus { a, b } => Some((name(a), name(b))),
            Score::For(_) | Score::Against(_) | Score::Within { .. } => None,
        }
    }
}
