//! The position and size of the window, from one start to the next.

use egui::Context;

use super::settings::Placement;

/// Whether the window has reached its restored size. X11 ignores a request to maximise a window that
/// is not shown yet, so the request is repeated.
pub fn has_settled(still: &mut u8, ctx: &Context) -> bool {
    if ctx.input(|i| i.viewport().maximized) == Some(true) {
        *still = 0;
    }
    if *still == 0 {
        return true;
    }
    *still -= 1;
    ctx.send_viewport_cmd(egui::ViewportCommand::Maximized(true));
    ctx.request_repaint();
    false
}

impl Placement {
    /// Records the position and size of the window, as far as the desktop reports them.
    pub fn update(&mut self, ctx: &Context) {
        let (viewport, content) = ctx.input(|i| (i.viewport().clone(), i.content_rect()));
        let is_true = |state: Option<bool>| state == Some(true);
        if is_true(viewport.minimized) || is_true(viewport.fullscreen) {
            return;
        }
        self.maximised = is_true(viewport.maximized);
        if self.maximised {
            return;
        }
        let size = viewport
            .inner_rect
            .map_or(content.size(), |rect| rect.size());
        // The window is created at zoom factor 1, so the size is stored unzoomed.
        let zoom = ctx.zoom_factor();
        let points = |value: f32| f64::from((value * zoom).round());
        if size.x > 1.0 && size.y > 1.0 {
            (self.width, self.height) = (points(size.x), points(size.y));
        }
        if let Some(outer) = viewport.outer_rect {
            self.corner = Some([points(outer.min.x), points(outer.min.y)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::{RawInput, ViewportCommand, ViewportId};

    use super::*;

    /// Runs one frame of a window that is reported to be maximised or not. Returns whether it has
    /// settled, and whether it was asked again to be maximised.
    fn frame(ctx: &Context, still: &mut u8, maximised: bool) -> (bool, bool) {
        let mut input = RawInput::default();
        let root = input.viewports.entry(ViewportId::ROOT).or_default();
        root.maximized = Some(maximised);
        let mut settled = false;
        let output = ctx.run_ui(input, |ui| settled = has_settled(still, ui.ctx()));
        let root = &output.viewport_output[&ViewportId::ROOT];
        let asked = root.commands.contains(&ViewportCommand::Maximized(true));
        output.drop_without_applying_deltas();
        (settled, asked)
    }

    #[test]
    fn asks_a_window_to_maximise_until_it_does() {
        let (ctx, mut still) = (Context::default(), 8);
        assert_eq!(frame(&ctx, &mut still, false), (false, true));
        assert_eq!(frame(&ctx, &mut still, false), (false, true));
        assert_eq!(frame(&ctx, &mut still, true), (true, false));
        // If the user restores it afterwards, it is not maximised again.
        assert_eq!(frame(&ctx, &mut still, false), (true, false));
    }

    #[test]
    fn gives_up_on_a_desktop_that_does_not_maximise() {
        let (ctx, mut still) = (Context::default(), 2);
        let asked: Vec<bool> = (0..4).map(|_| frame(&ctx, &mut still, false).1).collect();
        assert_eq!(asked, [true, true, false, false]);
    }

    #[test]
    fn a_window_that_was_not_maximised_is_settled_at_once() {
        let mut still = 0;
        assert_eq!(frame(&Context::default(), &mut still, false), (true, false));
    }
}
