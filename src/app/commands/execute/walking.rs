//! Stepping through layers and classes by key, and zooming and panning by key.

use egui::Vec2;

use crate::app::App;

/// How far one key press pans, as a share of a panel.
const PAN_STEP: f32 = 0.2;

impl App {
    /// Chooses the next layer with a map, in the order of the network.
    pub(super) fn walk_layers(&mut self, step: isize) {
        let side = self.state.side_mut();
        let Some(model) = &side.model else { return };
        let paths: Vec<&str> = model
            .layers
            .targets()
            .map(|layer| layer.path.as_str())
            .collect();
        let chosen = side.layers();
        let here = paths
            .iter()
            .position(|path| chosen.first().is_some_and(|first| first == path));
        if let Some(next) = neighbour(here, step, paths.len()) {
            side.layer = Some(paths[next].to_owned());
            side.scroll_to_layer.send();
            self.show_live_row();
            self.ask();
        }
    }

    /// Chooses the next class by rank.
    pub(super) fn walk_classes(&mut self, step: isize) {
        let Some(prediction) = self.state.prediction().cloned() else {
            return;
        };
        let side = self.state.side_mut();
        let here = prediction
            .ranking
            .iter()
            .position(|class| Some(*class) == side.class());
        if let Some(next) = neighbour(here, step, prediction.ranking.len()) {
            side.step_to_class(prediction.ranking[next]);
            self.show_live_row();
            self.ask();
        }
    }

    /// Zooms all panels about their centre.
    pub(super) fn zoom_by(&mut self, factor: f32) {
        if let Some((port, photo)) = self.panels.stage.frame {
            let view = &mut self.state.view;
            view.zoom_at(&port, photo, port.whole.center(), factor);
        }
    }

    /// Moves the photo in all panels towards `direction`.
    pub(super) fn pan_by(&mut self, direction: Vec2) {
        if let Some((port, photo)) = self.panels.stage.frame {
            let delta = direction * port.whole.size() * PAN_STEP;
            self.state.view.pan(&port, photo, delta);
        }
    }
}

/// The index that a step leads to from `here`, or the first if nothing is chosen. `None` beyond either
/// end.
fn neighbour(here: Option<usize>, step: isize, count: usize) -> Option<usize> {
    let next = match here {
        Some(here) => here.checked_add_signed(step)?,
        None => 0,
    };
    (next < count).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::neighbour;

    #[test]
    fn stepping_stops_at_both_ends() {
        assert_eq!(neighbour(Some(1), 1, 3), Some(2));
        assert_eq!(neighbour(Some(2), 1, 3), None);
        assert_eq!(neighbour(Some(0), -1, 3), None);
        assert_eq!(neighbour(None, -1, 3), Some(0));
        assert_eq!(neighbour(None, 1, 0), None);
    }
}
