//! A small picture of the figure that would be exported now, for the dialog that sets it.

use egui::{Context, TextureHandle, TextureOptions, Vec2, vec2};
use image::imageops::{self, FilterType};
use serde_json::Value;

use super::figures::{self, Drawing};
use crate::app::App;
use crate::app::state::view_options::MapStyle;
use crate::app::tasks::purpose::FigureKind;
use crate::app::textures::{rgba, slot::Slot};
use crate::figure::Setting;

/// The width in pixels at which the figure is laid out and drawn, at most about that.
const WIDTH_PX: u32 = 1000;
/// The room for the picture, in points.
pub const ROOM: Vec2 = vec2(416.0, 136.0);

/// What a preview shows.
#[derive(Debug, Clone, PartialEq)]
struct Wanted {
    setting: Setting,
    part: figures::Part,
    style: MapStyle,
    facts: Value,
}

/// A figure, drawn.
pub struct Drawn {
    /// No larger than [`ROOM`].
    pub texture: TextureHandle,
    /// Its size before it was made as small as that.
    pub size: (u32, u32),
}

/// The newest preview, and the one being drawn.
#[derive(Default)]
pub struct Preview {
    slot: Slot<Wanted, Drawn>,
    wanted: Option<Wanted>,
}

impl Preview {
    /// The newest picture, and whether it shows the figure as it is set.
    pub fn shown(&self) -> Option<(&Drawn, bool)> {
        let (key, drawn) = self.slot.shown()?;
        Some((drawn, self.wanted.as_ref() == Some(key)))
    }

    /// Whether there is anything to draw.
    pub fn is_wanted(&self) -> bool {
        self.wanted.is_some()
    }
}

impl App {
    /// Draws the preview on another thread while its dialog is open.
    pub(in crate::app::tasks) fn update_preview(&mut self, ctx: &Context) {
        if !self.dialogs.figure {
            self.tasks.preview = Preview::default();
            return;
        }
        let part = self.shown_part();
        let drawing = figures::drawing(&self.state, FigureKind::Composite, part);
        let style = self.state.options.style;
        let preview = &mut self.tasks.preview;
        preview.wanted = drawing.as_ref().map(|(drawing, _)| Wanted {
            setting: *drawing.setting(),
            part,
            style,
            facts: drawing.facts(),
        });
        preview.slot.drain(preview.wanted.as_ref());
        let (Some(wanted), Some((drawing, _))) = (preview.wanted.clone(), drawing) else {
            return;
        };
        if preview.slot.lacks(&wanted) {
            let ctx2 = ctx.clone();
            preview.slot.make(ctx, wanted, move || {
                let (drawn, _) = Drawing::small(&drawing, WIDTH_PX).picture();
                let size = drawn.dimensions();
                let room = ROOM * ctx2.pixels_per_point();
                let scale = (room.x / size.0 as f32).min(room.y / size.1 as f32);
                let side = |side: u32| ((side as f32 * scale).round() as u32).max(1);
                let small = if scale < 1.0 {
                    imageops::resize(&drawn, side(size.0), side(size.1), FilterType::Triangle)
                } else {
                    drawn
                };
                let texture = ctx2.load_texture("preview", rgba(&small), TextureOptions::LINEAR);
                Drawn { texture, size }
            });
        }
    }
}
