//! A bar with all colours of a table, for scales.

use egui::{Mesh, Rect, pos2};

/// The colours of a table from left to right.
#[expect(
    clippy::disallowed_methods,
    reason = "the colours of a colour map, not of the theme"
)]
pub fn bar(rect: Rect, table: &[[u8; 3]; 256]) -> Mesh {
    let mut mesh = Mesh::default();
    for (index, [r, g, b]) in table.iter().copied().enumerate() {
        let x = egui::lerp(rect.x_range(), index as f32 / 255.0);
        let colour = egui::Color32::from_rgb(r, g, b);
        mesh.colored_vertex(pos2(x, rect.top()), colour);
        mesh.colored_vertex(pos2(x, rect.bottom()), colour);
        if index > 0 {
            let v = 2 * index as u32;
            mesh.add_triangle(v - 2, v - 1, v);
            mesh.add_triangle(v - 1, v, v + 1);
        }
    }
    mesh
}
