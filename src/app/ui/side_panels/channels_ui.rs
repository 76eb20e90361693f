//! The channels of the map that is shown: which are evidence for the class, which are evidence
//! against it, and what each of them responds to (the paper's §7).

use std::collections::HashMap;
use std::rc::Rc;

use egui::{
    Align, Checkbox, Layout, Margin, Pos2, Rect, RichText, Role, ScrollArea, Sense, Shape, Stroke,
    TextureHandle, TextureOptions, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::explain::Channels;
use crate::picture::map::{colour, sample};
use crate::picture::page::caption::{significant, with_minus};

use crate::app::commands::Command;
use crate::app::scene::Scene;
use crate::app::state::results::{ChannelSort, ChannelView};
use crate::app::state::rows::subject::HeatKey;
use crate::app::state::{NO_SPATIAL_LAYER, State};
use crate::app::textures::rgb;
use crate::app::ui::kit::text::{draw_left, draw_right, line};
use crate::app::ui::kit::theme::{self, GRID, INSET, palette};
use crate::app::ui::kit::widgets::{busy, name_row, row, segments};

const CHANNEL_ROW: f32 = 48.0;
const PICTURE: f32 = 40.0;
const SHARE: f32 = 56.0;
const WEIGHT: f32 = 64.0;
/// The width left of the numbers, for the checkbox and the image.
const LEFT: f32 = 24.0 + PICTURE + GRID;
/// In lists narrower than this, the weight is below the channel's number instead of beside it.
const NARROW: f32 = LEFT + 40.0 + WEIGHT + SHARE;

/// What the list keeps from frame to frame: the small images of the channels seen so far, and the order of its rows.
#[derive(Default)]
pub struct ChannelsScratch {
    key: Option<HeatKey>,
    made: HashMap<usize, TextureHandle>,
    rows: Option<(RowsKey, Rc<[ChannelRow]>)>,
}

/// What the order of the rows depends on.
type RowsKey = (HeatKey, ChannelSort, bool);

/// A channel in the list.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ChannelRow {
    channel: usize,
    /// The shares of this channel and of all above it.
    cumulative: f32,
}

/// The channels in the order of the list.
fn rows_of(channels: &Channels, sort: ChannelSort, reversed: bool) -> Vec<ChannelRow> {
    let mut sum = 0.0;
    let row = |channel: usize| {
        sum += f64::from(channels.shares.get(channel).copied().unwrap_or(0.0));
        ChannelRow {
            channel,
            cumulative: sum as f32,
        }
    };
    sort.order(channels, reversed)
        .into_iter()
        .map(row)
        .collect()
}

/// When there are more small images than this, all are dropped and made again when needed.
const MAX_PICTURES: usize = 256;

impl ChannelsScratch {
    /// The rows of the list, sorted once for each order.
    fn rows(&mut self, view: &ChannelView, channels: &Channels) -> Rc<[ChannelRow]> {
        let Some((heat, _)) = &view.known else {
            return Rc::new([]);
        };
        let key = (heat.clone(), view.sort, view.reversed);
        match &self.rows {
            Some((known, rows)) if *known == key => Rc::clone(rows),
            _ => {
                let rows: Rc<[ChannelRow]> = rows_of(channels, view.sort, view.reversed).into();
                self.rows = Some((key, Rc::clone(&rows)));
                rows
            }
        }
    }

    /// A channel's activation as a small image, made when it is first seen.
    fn get(
        &mut self,
        ui: &Ui,
        state: &State,
        channels: &Channels,
        channel: usize,
    ) -> Option<&TextureHandle> {
        let (key, _) = state.channels.known.as_ref()?;
        if self.key.as_ref() != Some(key) || self.made.len() >= MAX_PICTURES {
            self.made.clear();
            self.key = Some(key.clone());
        }
        let colormap = state.options.style.colormap;
        let made = self.made.entry(channel).or_insert_with(|| {
            let map = channels.activation(channel);
            let small = sample::sampled(&map, (PICTURE as usize, PICTURE as usize));
            let picture = colour::heat(&small, colormap, map.max(), 0);
            ui.load_texture("channel", rgb(&picture), TextureOptions::LINEAR)
        });
        Some(made)
    }

    /// Drops the small images, for example when their colours change.
    pub fn forget(&mut self) {
        *self = ChannelsScratch::default();
    }
}

/// The channels, sorted by weight, with their activations as small images.
pub fn channels_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    pictures: &mut ChannelsScratch,
    commands: &mut Vec<Command>,
) {
    let Some(channels) = scene.state.fresh_channels().cloned() else {
        no_channels_ui(ui, scene);
        return;
    };
    let inset = Margin::symmetric(INSET as i8, 0);
    egui::Frame::new()
        .inner_margin(inset)
        .show(ui, |ui| channel_choices_ui(ui, scene, &channels, commands));
    channel_columns_ui(ui, scene, commands);
    let max_share = channels.shares.iter().fold(0.0f32, |m, s| m.max(s.abs()));
    let view = &scene.state.channels;
    let rows = pictures.rows(view, &channels);
    let count = rows.len();
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .id_salt("channels")
        .auto_shrink(false)
        .show_rows(ui, CHANNEL_ROW, count, |ui, range| {
            let looked_at = scene.state.channels.looked_at;
            let first = rows.first().map(|row| row.channel);
            let stop = looked_at.or(first);
            for row in &rows[range] {
                let scale = (max_share, stop == Some(row.channel));
                channel_row(ui, scene, pictures, &channels, *row, scale, commands);
            }
        });
}

/// The message shown when there is nothing to list.
fn no_channels_ui(ui: &mut Ui, scene: Scene<'_>) {
    let colours = palette(ui);
    let waiting = scene.is_loading();
    let fused = scene.state.side().layers().len() > 1;
    let text = match () {
        () if fused => "Channels belong to one layer. Choose a single one.",
        () if scene.state.lacks_spatial_layer() => NO_SPATIAL_LAYER,
        () if scene.state.heat().is_none() => "Open an image and a model to see the channels.",
        () => "",
    };
    let inset = Margin::symmetric(INSET as i8, GRID as i8);
    egui::Frame::new().inner_margin(inset).show(ui, |ui| {
        if text.is_empty() && waiting {
            let (mark, _) = ui.allocate_exact_size(vec2(32.0, 32.0), Sense::hover());
            busy(ui, mark.center(), GRID, colours.weak);
        } else {
            ui.label(RichText::new(text).color(colours.weak));
        }
    });
}

fn channel_choices_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    channels: &Channels,
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    let view = &scene.state.channels;
    ui.horizontal(|ui| {
        let choices = [
            (
                Some(false),
                "For",
                "The largest shares first: what speaks for the class",
            ),
            (Some(true), "Against", "The most negative shares first"),
        ];
        let chosen = (view.sort != ChannelSort::Number).then_some(view.reversed);
        let picked = segments(ui, chosen, &choices).flatten();
        let sort = match view.sort {
            ChannelSort::Weight => ChannelSort::Weight,
            ChannelSort::Share | ChannelSort::Number => ChannelSort::Share,
        };
        commands.extend(picked.map(|reversed| Command::SortChannels(sort, reversed)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let changed = view.looked_at.is_some() || !view.ticked.is_empty();
            let hint = "Show the whole map again";
            let whole = ui.add_enabled(changed, egui::Button::new("Whole map"));
            if whole.on_hover_text(hint).clicked() {
                commands.push(Command::WholeMap);
            }
        });
    });
    let text = format!(
        "{} channels at {}. Click one to see what it sees; tick some for the map of those alone.",
        channels.len(),
        channels.layer
    );
    ui.label(RichText::new(text).font(theme::small()).color(colours.weak));
}

/// A small triangle that says which way a column is sorted.
fn sort_mark(ui: &Ui, centre: Pos2, up: bool, colour: egui::Color32) {
    let down = if up { -2.0 } else { 2.0 };
    let corners = [
        centre + vec2(-4.0, -down),
        centre + vec2(4.0, -down),
        centre + vec2(0.0, down),
    ];
    let triangle = Shape::convex_polygon(corners.to_vec(), colour, Stroke::NONE);
    ui.painter().add(triangle);
}

/// The heads of the columns, which sort by them.
fn channel_columns_ui(ui: &mut Ui, scene: Scene<'_>, commands: &mut Vec<Command>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    let (y, right) = (rect.center().y, rect.right() - INSET);
    let left = rect.left() + INSET + 24.0;
    let narrow = right - rect.left() - INSET < NARROW;
    let weight = if narrow { left + 96.0 } else { right - SHARE };
    let heads = [
        (ChannelSort::Number, "Channel", left, Align::Min),
        (ChannelSort::Weight, "Weight α", weight, Align::Max),
        (ChannelSort::Share, "Share", right, Align::Max),
    ];
    let view = &scene.state.channels;
    for (sort, name, x, side) in heads {
        let is_chosen = view.sort == sort;
        let colours = palette(ui);
        let colour = if is_chosen {
            colours.text
        } else {
            colours.weak
        };
        let galley = line(ui, name, theme::small(), colour, 80.0);
        let size = galley.size();
        let start = if side == Align::Min { x } else { x - size.x };
        draw_left(ui, start, y, galley);
        if is_chosen {
            sort_mark(
                ui,
                pos2(start + size.x / 2.0, y + 10.0),
                view.reversed,
                colour,
            );
        }
        let area = Rect::from_center_size(pos2(start + size.x / 2.0, y), size + vec2(8.0, 6.0));
        let response = ui.interact(area, ui.scope_id().with(("sort", name)), Sense::click());
        let label = format!("Sort by {}", name.to_lowercase());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        let response = response.on_hover_text("Sort by this column; click again to reverse");
        if response.clicked() {
            let reversed = is_chosen && !view.reversed;
            commands.push(Command::SortChannels(sort, reversed));
        }
    }
}

fn channel_row(
    ui: &mut Ui,
    scene: Scene<'_>,
    pictures: &mut ChannelsScratch,
    channels: &Channels,
    ChannelRow {
        channel,
        cumulative,
    }: ChannelRow,
    (max_share, is_stop): (f32, bool),
    commands: &mut Vec<Command>,
) {
    let colours = palette(ui);
    let looked_at = scene.state.channels.looked_at == Some(channel);
    let weight = channels.weights.get(channel).copied().unwrap_or_default();
    let share_of_map = channels.shares.get(channel).copied().unwrap_or_default();
    let response = row(ui, CHANNEL_ROW, true, looked_at, is_stop);
    let rect = response.rect.shrink2(vec2(INSET, 0.0));
    let narrow = rect.width() < NARROW;
    // The lines of text and the bar below them are centred in the row together.
    let middle = rect.center().y;
    let (y, bar) = (middle - 12.0, middle + 15.0);
    tick_ui(ui, scene, channel, pos2(rect.left(), y), commands);

    let picture = Rect::from_min_size(
        pos2(rect.left() + 24.0, middle - PICTURE / 2.0),
        vec2(PICTURE, PICTURE),
    );
    if let Some(texture) = pictures.get(ui, scene.state, channels, channel) {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let white = egui::Color32::WHITE;
        ui.painter().image(texture.id(), picture, whole, white);
    }
    let left = picture.right() + GRID;
    let name = line(ui, &channel.to_string(), theme::body(), colours.text, 48.0);
    draw_left(ui, left, y, name);
    let share = share_text(share_of_map);
    let number = line(ui, &share, theme::body(), colours.text, SHARE);
    draw_right(ui, rect.right(), y, number);
    let sum_text = format!("Σ {}", share_text(cumulative));
    let sum = line(ui, &sum_text, theme::small(), colours.weak, SHARE + 16.0);
    draw_right(ui, rect.right(), y + 15.0, sum);
    let weight_text = significant(weight);
    let number = line(ui, &weight_text, theme::small(), colours.weak, WEIGHT);
    if narrow {
        draw_left(ui, left, y + 15.0, number)
    } else {
        draw_right(ui, rect.right() - SHARE, y, number)
    };

    let track = Rect::from_min_max(pos2(left, bar), pos2(rect.right(), bar + 3.0));
    ui.painter().rect_filled(track, 1.5, colours.hover);
    let part = if max_share > 0.0 {
        share_of_map.abs() / max_share
    } else {
        0.0
    };
    let fill = if share_of_map < 0.0 {
        colours.caution
    } else {
        colours.bar
    };
    let fill = if looked_at && share_of_map >= 0.0 {
        colours.accent
    } else {
        fill
    };
    let filled = Rect::from_min_size(track.min, vec2(track.width() * part, track.height()));
    ui.painter().rect_filled(filled, 1.5, fill);

    let numbers = format!("weight {weight_text}, share {share}, in all {sum_text}");
    let name = format!("Channel {channel}");
    name_row(&response, Role::ListItem, looked_at, &name, &numbers);
    if response.clicked() {
        commands.push(Command::LookAtChannel(Some(channel).filter(|_| !looked_at)));
    }
}

/// The checkbox that includes the channel in the map, with its left edge and vertical centre at
/// `position`.
fn tick_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    channel: usize,
    position: Pos2,
    commands: &mut Vec<Command>,
) {
    let mut ticked = scene.state.channels.ticked.contains(&channel);
    let rect = Rect::from_min_size(position - vec2(4.0, 10.0), vec2(20.0, 20.0));
    // In a child UI, so that it does not move the next row.
    let layout = Layout::centered_and_justified(egui::Direction::TopDown);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
    let tick = ui.add(Checkbox::without_text(&mut ticked));
    let name = format!("Channel {channel} in the map");
    if tick.accessible_name(&name).clicked() {
        commands.push(Command::TickChannel(channel));
    }
}

/// A channel's share of the map in per cent. Zero has no sign.
fn share_text(share: f32) -> String {
    with_minus(format!("{:.1} %", share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::share_text;

    #[test]
    fn negative_shares_have_a_minus_and_zero_has_no_sign() {
        let shares = [0.058, -0.123, -0.000_2, 0.0, -0.0];
        assert_eq!(
            shares.map(share_text),
            ["5.8 %", "−12.3 %", "0.0 %", "0.0 %", "0.0 %"]
        );
    }
}
