//! The visual theme: neutral greys, because colour next to a photo changes how the photo is
//! perceived; one accent colour for the selection; an 8-point grid.

use std::sync::Arc;

use egui::style::ScrollStyle;
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow,
    Stroke, TextStyle, Theme, Ui, Visuals, vec2,
};

/// One step of the grid, in points.
pub const GRID: f32 = 8.0;
/// Height of a row in the layer tree.
pub const ROW: f32 = 24.0;
/// Height of a row in the class list: a line of text above a bar.
pub const CLASS_ROW: f32 = 32.0;
/// Space between the edge of a side panel and its contents.
pub const INSET: f32 = 16.0;

/// The colours that egui's own visuals have no field for.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// Behind the images.
    pub stage: Color32,
    /// Behind lists and bars.
    pub panel: Color32,
    /// Where an image will appear.
    pub well: Color32,
    pub line: Color32,
    pub text: Color32,
    /// Captions and units.
    pub weak: Color32,
    /// Disabled entries.
    pub faint: Color32,
    /// The row under the pointer.
    pub hover: Color32,
    /// Behind the selection.
    pub selected: Color32,
    /// The selected class's bar, the slider's handle, the mark of the recommended layer.
    pub accent: Color32,
    /// All other bars.
    pub bar: Color32,
    pub error: Color32,
    pub caution: Color32,
}

const DARK: Palette = Palette {
    stage: Color32::from_gray(22),
    panel: Color32::from_gray(32),
    well: Color32::from_gray(28),
    line: Color32::from_gray(50),
    text: Color32::from_gray(230),
    weak: Color32::from_gray(164),
    faint: Color32::from_gray(138),
    hover: Color32::from_gray(44),
    selected: Color32::from_rgb(38, 58, 88),
    accent: Color32::from_rgb(102, 163, 255),
    bar: Color32::from_gray(98),
    error: Color32::from_rgb(255, 120, 110),
    caution: Color32::from_rgb(232, 180, 92),
};

const LIGHT: Palette = Palette {
    stage: Color32::from_gray(236),
    panel: Color32::from_gray(246),
    well: Color32::from_gray(226),
    line: Color32::from_gray(212),
    text: Color32::from_gray(26),
    weak: Color32::from_gray(88),
    faint: Color32::from_gray(110),
    hover: Color32::from_gray(234),
    selected: Color32::from_rgb(208, 225, 251),
    accent: Color32::from_rgb(20, 96, 210),
    bar: Color32::from_gray(168),
    error: Color32::from_rgb(186, 26, 26),
    caution: Color32::from_rgb(138, 88, 0),
};

/// What is drawn on a shade over a picture, in both themes.
pub const ON_PICTURE: Color32 = Color32::from_gray(230);

/// Black of an opacity from 0 to 255, to shade what is below. It is the same in both themes.
pub const fn shade(opacity: u8) -> Color32 {
    Color32::from_black_alpha(opacity)
}

/// White of an opacity from 0 to 255. It is the same in both themes.
pub fn light(opacity: u8) -> Color32 {
    Color32::from_white_alpha(opacity)
}

/// A colour that stands for data, such as a region. It is the same in both themes.
#[expect(
    clippy::disallowed_methods,
    reason = "a colour of the data, not of the theme"
)]
pub fn data_colour([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// The outline of what has the keyboard focus. It has at least 3 times the contrast of what is around it.
pub fn focus(palette: &Palette) -> Stroke {
    Stroke::new(1.5, palette.accent)
}

/// The palette of the current theme.
pub fn palette(ui: &Ui) -> &'static Palette {
    if ui.visuals().dark_mode {
        &DARK
    } else {
        &LIGHT
    }
}

/// Body text.
pub fn body() -> FontId {
    FontId::proportional(13.0)
}

/// Captions, units, and numbers next to a name.
pub fn small() -> FontId {
    FontId::proportional(12.0)
}

/// Labels under the many small maps.
pub fn tiny() -> FontId {
    FontId::proportional(11.0)
}

/// Panel and list titles.
pub fn title() -> FontId {
    FontId::new(13.0, medium())
}

/// The invitation in the empty window.
pub fn display() -> FontId {
    FontId::new(20.0, medium())
}

fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}

/// Installs the fonts, colours and spacing of both themes in `ctx`.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    for (theme, palette) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(theme, palette);
            style.text_styles = [
                (TextStyle::Small, small()),
                (TextStyle::Body, body()),
                (TextStyle::Button, body()),
                (TextStyle::Heading, title()),
                (TextStyle::Monospace, FontId::monospace(12.0)),
            ]
            .into();
            style.spacing.item_spacing = vec2(GRID, GRID);
            style.spacing.button_padding = vec2(GRID, 4.0);
            style.spacing.interact_size = vec2(40.0, 24.0);
            style.spacing.menu_margin = Margin::same(6);
            style.spacing.window_margin = Margin::same(12);
            style.spacing.slider_width = 160.0;
            style.spacing.slider_rail_height = 4.0;
            style.spacing.combo_width = 96.0;
            style.spacing.icon_width = 16.0;
            style.spacing.scroll = scroll_bars();
            style.spacing.tooltip_width = 320.0;
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.4;
            style.animation_time = 0.1;
        });
    }
}

/// Thin scroll bars that are visible wherever content is out of view.
fn scroll_bars() -> ScrollStyle {
    ScrollStyle {
        bar_width: 8.0,
        floating_width: 4.0,
        dormant_handle_opacity: 0.5,
        active_handle_opacity: 0.5,
        interact_handle_opacity: 0.7,
        ..ScrollStyle::floating()
    }
}

/// Roboto, which has tabular figures, with egui's own fonts as fallbacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let fallbacks = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let files: [(&str, &'static [u8], FontFamily); 2] = [
        (
            "Roboto-Regular",
            include_bytes!("../../../../assets/fonts/Roboto-Regular.ttf"),
            FontFamily::Proportional,
        ),
        (
            "Roboto-Medium",
            include_bytes!("../../../../assets/fonts/Roboto-Medium.ttf"),
            medium(),
        ),
    ];
    for (name, bytes, family) in files {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        let mut names = vec![name.to_owned()];
        names.extend(fallbacks.iter().cloned());
        fonts.families.insert(family, names);
    }
    fonts
}

fn visuals(theme: Theme, p: &Palette) -> Visuals {
    let mut v = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    let lift = |amount: i16| {
        let [grey, ..] = p.panel.to_array();
        let sign = if theme == Theme::Dark { 1 } else { -1 };
        Color32::from_gray((i16::from(grey) + sign * amount).clamp(0, 255) as u8)
    };
    v.panel_fill = p.panel;
    v.window_fill = p.panel;
    v.window_stroke = Stroke::new(1.0, p.line);
    v.window_corner_radius = CornerRadius::same(8);
    v.menu_corner_radius = CornerRadius::same(8);
    let shade = if theme == Theme::Dark { 96 } else { 32 };
    v.popup_shadow = Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: Color32::from_black_alpha(shade),
    };
    v.window_shadow = v.popup_shadow;
    v.extreme_bg_color = if theme == Theme::Dark {
        p.stage
    } else {
        Color32::WHITE
    };
    v.faint_bg_color = p.hover;
    v.weak_text_color = Some(p.weak);
    v.hyperlink_color = p.accent;
    v.warn_fg_color = p.caution;
    v.error_fg_color = p.error;
    v.selection.bg_fill = p.selected;
    v.selection.stroke = Stroke::new(1.0, p.text);
    v.text_cursor.stroke = Stroke::new(1.5, p.accent);
    v.slider_trailing_fill = true;
    v.handle_shape = egui::style::HandleShape::Circle;
    v.disabled_alpha = 0.4;

    let radius = CornerRadius::same(6);
    let w = &mut v.widgets;
    for state in [
        &mut w.noninteractive,
        &mut w.inactive,
        &mut w.hovered,
        &mut w.active,
        &mut w.open,
    ] {
        state.corner_radius = radius;
        state.expansion = 0.0;
        state.bg_stroke = Stroke::NONE;
        state.fg_stroke = Stroke::new(1.0, p.text);
    }
    w.noninteractive.bg_stroke = Stroke::new(1.0, p.line);
    w.noninteractive.bg_fill = p.panel;
    w.noninteractive.weak_bg_fill = p.panel;
    for (state, amount) in [
        (&mut w.inactive, 14),
        (&mut w.hovered, 26),
        (&mut w.active, 36),
        (&mut w.open, 26),
    ] {
        state.bg_fill = lift(amount + 20);
        state.weak_bg_fill = lift(amount);
    }
    // Also what has the focus.
    w.active.bg_stroke = focus(p);
    v
}
