//! The pictures: four of one view, or several rows of them. One zoom and one crosshair for all, and
//! each picture with its own question, so that an old one is dimmed until the new one is there.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::explain::Score;
use crate::figure::Panel;
use crate::model::ReluRule;

use super::arrange::{HEAD, layout};
use crate::app::App;
use crate::app::commands::Command;
use crate::app::state::rows::{Row, RowId};
use crate::app::textures::layer_key;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{busy, draw_left, line, lines};

/// One place of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    Panel(Panel),
    /// One map minus another, in colours with zero in their middle.
    Difference,
}

impl Cell {
    /// The four of a row; where two classes stand above, their difference takes the photo's place.
    pub fn of(id: RowId) -> [Cell; 4] {
        let mut cells = Panel::ALL.map(Cell::Panel);
        if matches!(id, RowId::Versus(_)) {
            cells[0] = Cell::Difference;
        }
        cells
    }

    pub fn title(self, rule: ReluRule) -> &'static str {
        match self {
            Cell::Panel(panel) => panel.title(rule),
            Cell::Difference => "Difference of the maps",
        }
    }
}

/// Whether the picture in `cell` answers something else than what its row asks now. Without a row
/// there is only a photo, which no model looks at.
pub fn is_stale(app: &App, row: Option<&Row>, cell: Cell) -> bool {
    let (state, textures) = (&app.state, &app.textures);
    let own = textures.row(row.map_or(RowId::Side(0), |row| row.id));
    let subject = row.map(|row| &row.subject);
    match cell {
        Cell::Panel(Panel::Original) => {
            let live = row.is_none_or(|row| row.id.side().is_some());
            let asked = subject
                .map(|s| s.photo.id)
                .or(state.photo.as_ref().map(|p| p.id));
            (live && app.work.photo.is_some())
                || own.and_then(|own| own.photo.as_ref()).map(|(id, _)| *id) != asked
        }
        Cell::Panel(Panel::HeatMap) => {
            let asked = row.and_then(|row| layer_key(state, row, textures.common_max));
            own.and_then(|own| own.heat.as_ref()).map(|(key, _)| key) != asked.as_ref()
        }
        Cell::Panel(_) => {
            let asked = subject.and_then(|subject| subject.guided_key());
            own.and_then(|own| own.signed.as_ref()).map(|(key, _)| key) != asked.as_ref()
        }
        Cell::Difference => {
            let asked = subject.and_then(|subject| subject.heat_key());
            let shown = own.and_then(|own| own.difference.as_ref());
            shown.map(|((heat, _), _)| heat) != asked.as_ref()
        }
    }
}

/// What stands in the panels of a model without a layer to explain at.
pub const NOWHERE_TO_LOOK: &str = "This model has no layer with a spatial map";

/// Whether any panel still waits for its picture.
pub fn any_stale(app: &App) -> bool {
    app.state.rows().iter().any(|row| {
        Cell::of(row.id)
            .into_iter()
            .any(|cell| is_stale(app, Some(row), cell))
    })
}

impl App {
    /// Whether a model is open whose answers cannot be explained by a map.
    pub(crate) fn has_nowhere_to_look(&self) -> bool {
        let model = self.state.model();
        model.is_some_and(|model| model.layers.recommended().is_none())
    }

    pub(crate) fn panels_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let rows = self.state.rows();
        if rows.len() > 1 {
            self.rows_ui(ui, &rows, commands);
        } else {
            self.single_ui(ui, rows.first(), commands);
        }
    }

    /// The four panels of one view, as large as they can be.
    fn single_ui(&mut self, ui: &mut Ui, row: Option<&Row>, commands: &mut Vec<Command>) {
        let stage = ui.available_rect_before_wrap();
        let photo = row
            .map(|row| &row.subject.photo)
            .or(self.state.photo.as_ref());
        let Some(photo) = photo else { return };
        let picture = vec2(photo.width() as f32, photo.height() as f32);
        let rects = layout(stage, picture, self.state.arrangement);
        self.frame = Some((rects[0], picture));

        // All panels listen before any is drawn, so that the crosshair is in step in each.
        (self.state.view.pointer, self.hovered) = (None, None);
        let id = row.map_or(RowId::Side(0), |row| row.id);
        let cells = Cell::of(id);
        for (cell, rect) in cells.into_iter().zip(rects) {
            self.listen(ui, row, cell, rect, None);
        }
        for (cell, rect) in cells.into_iter().zip(rects) {
            self.head_ui(ui, row, cell, rect);
            self.picture_ui(ui, row, cell, rect, commands);
        }
    }

    /// Zoom, pan and crosshair over one picture, and its name for whoever cannot see it.
    pub(crate) fn listen(
        &mut self,
        ui: &Ui,
        row: Option<&Row>,
        cell: Cell,
        rect: Rect,
        number: Option<usize>,
    ) -> egui::Response {
        let id = row.map_or(RowId::Side(0), |row| row.id);
        let response = ui.interact(
            rect,
            ui.scope_id().with((id, cell)),
            Sense::click_and_drag(),
        );
        let photo = row
            .map(|row| &row.subject.photo)
            .or(self.state.photo.as_ref());
        if let Some(photo) = photo {
            let picture = vec2(photo.width() as f32, photo.height() as f32);
            self.state.view.interact(ui, &response, rect, picture);
        }
        let stale = is_stale(self, row, cell);
        let rule = row.map_or(self.state.rule, |row| row.subject.rule);
        let title = cell.title(rule);
        let name = match number {
            Some(number) => format!("{title}, row {number}"),
            None => title.to_owned(),
        };
        let caption = if stale {
            "updating".to_owned()
        } else {
            self.caption(row, cell)
        };
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Image, true, &name);
            info.current_text_value = Some(caption.clone());
            info
        });
        if self.state.view.pointer.is_some() && response.hovered() {
            self.hovered = Some(id);
            ui.set_cursor_icon(egui::CursorIcon::Crosshair);
        }
        response
    }

    fn head_ui(&self, ui: &Ui, row: Option<&Row>, cell: Cell, rect: Rect) {
        let colours = palette(ui);
        let top = rect.top() - HEAD;
        let title = line(
            ui,
            cell.title(self.state.rule),
            theme::title(),
            colours.text,
            rect.width(),
        );
        draw_left(ui, rect.left(), top + 9.0, title);
        let text = self.caption(row, cell);
        let caption = lines(ui, &text, theme::small(), colours.weak, rect.width(), 1);
        draw_left(ui, rect.left(), top + 27.0, caption.clone());
        if caption.elided {
            let area = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), HEAD - 4.0));
            ui.interact(area, ui.scope_id().with((cell, "head")), Sense::hover())
                .on_hover_text(text);
        }
    }

    /// What the picture in a panel is of, old or new.
    pub(crate) fn caption(&self, row: Option<&Row>, cell: Cell) -> String {
        let own = self.textures.row(row.map_or(RowId::Side(0), |row| row.id));
        let signed = own.and_then(|own| own.signed.as_ref());
        let heat = own.and_then(|own| own.heat.as_ref());
        let photo = row
            .map(|row| &row.subject.photo)
            .or(self.state.photo.as_ref());
        match cell {
            Cell::Panel(Panel::Original) => {
                let drawn = own.and_then(|own| own.photo.as_ref());
                let coming = || photo.map(|photo| photo.name()).unwrap_or_default();
                drawn.map_or_else(coming, |(_, drawn)| drawn.name.clone())
            }
            Cell::Panel(Panel::HeatMap) => {
                heat.map_or_else(String::new, |(_, heat)| heat.caption.clone())
            }
            Cell::Panel(Panel::GuidedBackprop) => match signed {
                Some((key, signed)) => rectifiers(key.rule, signed.rectifiers),
                None => String::new(),
            },
            Cell::Panel(Panel::GuidedGradCam) => match signed.map(|(key, _)| key.heat.score) {
                Some(Score::Versus { .. }) => "of the difference of two logits".to_owned(),
                // The heat map shows some channels, and this is made of all.
                Some(_) if self.shows_some_channels() => {
                    "multiplied with the whole heat map".to_owned()
                }
                Some(_) => "multiplied with the heat map".to_owned(),
                None => String::new(),
            },
            Cell::Difference => own
                .and_then(|own| own.difference.as_ref())
                .map_or_else(String::new, |(_, heat)| heat.caption.clone()),
        }
    }

    fn shows_some_channels(&self) -> bool {
        let view = &self.state.channels;
        view.looked_at.is_some() || !view.ticked.is_empty()
    }

    /// What stands where the pictures will be.
    pub(crate) fn invitation_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let colours = palette(ui);
        let stage = ui.available_rect_before_wrap();
        let opening = self.work.photo.is_some();
        let centre = Rect::from_center_size(stage.center(), vec2(stage.width(), 96.0));
        ui.scope_builder(egui::UiBuilder::new().max_rect(centre), |ui| {
            ui.vertical_centered(|ui| {
                if opening {
                    let (mark, _) = ui.allocate_exact_size(vec2(48.0, 48.0), Sense::hover());
                    busy(ui, mark.center(), GRID, colours.weak);
                    return;
                }
                let text = egui::RichText::new("Open or drop a photo").font(theme::display());
                ui.label(text.color(colours.text));
                ui.add_space(GRID);
                let command = Command::OpenImage;
                let button = egui::Button::new("Choose a photo…").min_size(vec2(128.0, 32.0));
                if ui
                    .add(button)
                    .on_hover_text(command.hint(ui.ctx()))
                    .clicked()
                {
                    commands.push(command);
                }
            });
        });
    }
}

/// How far the rule reached.
fn rectifiers(rule: ReluRule, (acted, all): (usize, usize)) -> String {
    match rule {
        _ if all == 0 => "0 of 0 rectifiers guided: this is the plain gradient".to_owned(),
        ReluRule::Guided => format!("{acted} of {all} rectifiers guided"),
        ReluRule::Deconvnet => format!("{acted} of {all} rectifiers by the deconvnet rule"),
        ReluRule::Gradient => "The plain gradient".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_without_rectifiers_is_told_as_such() {
        let text = rectifiers(ReluRule::Guided, (0, 0));
        assert_eq!(text, "0 of 0 rectifiers guided: this is the plain gradient");
        assert_eq!(
            rectifiers(ReluRule::Guided, (26, 26)),
            "26 of 26 rectifiers guided"
        );
    }
}
