//! Regions of a segmentation: a click takes the class at a point, a drag draws a region to explain.
//!
//! A drag moves a zoomed photo otherwise, so it draws only with Shift held, or after the menu has asked for
//! a region.

use egui::{Key, Painter, Pos2, Rect, Response, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::rows::{Row, RowId};
use crate::app::state::viewport::{Port, View};
use crate::app::ui::kit::theme;
use crate::app::ui::kit::widgets::click_modifiers;
use crate::app::ui::stage::StageScratch;
use crate::explain::Score;
use crate::picture::map::compose::REGION;
use crate::picture::photo::geometry::PixelBox;

/// The smallest rectangle that counts as drawn, in pixels of the photo.
const MIN_PX: u32 = 2;

/// A region that is being drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawing {
    row: RowId,
    /// Where the drag began and where it is now, in fractions of the photo.
    from: Pos2,
    to: Pos2,
}

/// Ends a drag whose button is up or whose row is gone, and one that was given up.
pub fn end_lost_drags(ui: &Ui, rows: &[Row], stage: &mut StageScratch) {
    let (held, given_up) = ui.input(|input| {
        let released = input.pointer.any_released();
        (
            input.pointer.any_down() || released,
            input.key_pressed(Key::Escape),
        )
    });
    let is_lost =
        |drawing: &Drawing| !held || given_up || !rows.iter().any(|row| row.id == drawing.row);
    if stage.drawing.as_ref().is_some_and(is_lost) {
        stage.drawing = None;
    }
}

/// Handles clicks and drags that concern regions. Returns whether they are taken, so that the view must not
/// move.
pub fn input_ui(
    ui: &Ui,
    scene: Scene<'_>,
    row: Option<&Row>,
    (response, port, is_original): (&Response, &Port, bool),
    view: &View,
    stage: &mut StageScratch,
    commands: &mut Vec<Command>,
) -> bool {
    let Some(row) = row.filter(|row| row.subject.answers_with_map()) else {
        return false;
    };
    // Pins keep their question.
    if row.id.side().is_none() {
        return false;
    }
    let photo = &row.subject.photo;
    let Some(picture) = scene.state.picture_of(Some(row)) else {
        return false;
    };
    let at = |point: Pos2| {
        let whole = view.picture_rect(port, picture);
        let position = (point - whole.min) / whole.size();
        pos2(position.x.clamp(0.0, 1.0), position.y.clamp(0.0, 1.0))
    };
    // What is done to the other model's row is meant for that model.
    let active = scene.state.sides.active_index();
    let turn_to = row.id.side().filter(|side| *side != active);
    let turn_to = turn_to.map(Command::ActivateSide);
    let wanted = scene.state.drawing_region || ui.input(|input| input.modifiers.shift);
    if stage.drawing.is_some_and(|drawing| drawing.row != row.id) {
        return true;
    }
    if response.drag_started()
        && wanted
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
    {
        stage.drawing = Some(Drawing {
            row: row.id,
            from: at(origin),
            to: at(origin),
        });
    }
    if let Some(drawing) = &mut stage.drawing {
        if response.dragged()
            && let Some(point) = response.interact_pointer_pos()
        {
            drawing.to = at(point);
        }
        if response.drag_stopped() {
            let drawn = stage.drawing.take();
            let size = photo.rgb.dimensions();
            let drawn = drawn.and_then(|drawn| pixels(size, drawn.from, drawn.to));
            if let (Some(region), Some(score)) = (drawn, row.subject.score) {
                let class = score.class();
                commands.extend(turn_to);
                commands.push(Command::ChooseScore(Score::Within { class, region }));
            }
            commands.push(Command::DrawRegion(false));
        }
        return true;
    }
    // Only there, so that a double-click on another panel enlarges it and changes nothing else.
    if is_original
        && response.clicked()
        && !click_modifiers(ui).shift
        && let Some(point) = response.interact_pointer_pos()
        && let Some(class) = scene.state.results.class_at(&row.subject, at(point))
    {
        commands.extend(turn_to);
        commands.push(Command::ChooseClass(class));
    }
    wanted && response.is_pointer_button_down_on()
}

/// The pixels of a photo of this size between two corners, if they are more than a point.
fn pixels((across, down): (u32, u32), from: Pos2, to: Pos2) -> Option<PixelBox> {
    let along = |a: f32, b: f32, pixels: u32| {
        let side = pixels as f32;
        let first = (a.min(b) * side).floor() as u32;
        let end = ((a.max(b) * side).ceil() as u32).min(pixels);
        (first, end.saturating_sub(first))
    };
    let (x, width) = along(from.x, to.x, across);
    let (y, height) = along(from.y, to.y, down);
    (width >= MIN_PX && height >= MIN_PX).then_some(PixelBox {
        x,
        y,
        width,
        height,
    })
}

/// Draws the rectangle of a drawn region, or the one that is being drawn.
pub fn drawn_ui(
    painter: &Painter,
    scene: Scene<'_>,
    row: Option<&Row>,
    (port, view): (&Port, &View),
    stage: &StageScratch,
) {
    let Some(row) = row.filter(|row| row.subject.answers_with_map()) else {
        return;
    };
    let Some(picture) = scene.state.picture_of(Some(row)) else {
        return;
    };
    let size = picture.size;
    let drawing = stage.drawing.filter(|drawing| drawing.row == row.id);
    let corners = match (drawing, row.subject.score.and_then(Score::region)) {
        (Some(drawing), _) => Rect::from_two_pos(drawing.from, drawing.to),
        (None, Some(drawn)) => Rect::from_min_size(
            (vec2(drawn.x as f32, drawn.y as f32) / size).to_pos2(),
            vec2(drawn.width as f32, drawn.height as f32) / size,
        ),
        (None, None) => return,
    };
    let whole = view.picture_rect(port, picture);
    let on_screen = Rect::from_min_max(
        whole.min + corners.min.to_vec2() * whole.size(),
        whole.min + corners.max.to_vec2() * whole.size(),
    );
    // A dark line under a coloured one shows on any image.
    for (width, colour) in [(3.5, theme::shade(160)), (1.5, theme::data_colour(REGION))] {
        let stroke = Stroke::new(width, colour);
        painter.rect_stroke(on_screen, 0.0, stroke, StrokeKind::Middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_holds_every_pixel_that_the_drag_touched() {
        let drawn = |from, to| {
            let found = pixels((32, 24), from, to)?;
            Some((found.x, found.y, found.width, found.height))
        };
        let (from, to) = (pos2(4.1 / 32.0, 8.1 / 24.0), pos2(15.9 / 32.0, 15.9 / 24.0));
        assert_eq!(drawn(from, to), Some((4, 8, 12, 8)));
        assert_eq!(drawn(to, from), Some((4, 8, 12, 8)));
        assert_eq!(drawn(pos2(0.0, 0.0), pos2(1.0, 1.0)), Some((0, 0, 32, 24)));
        assert_eq!(drawn(from, from), None);
    }
}
