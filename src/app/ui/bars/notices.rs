//! What went wrong, in words, on screen until it is dismissed or until what it is about is past.

use std::fmt::Display;
use std::time::Duration;

use egui::{
    Align2, Area, Button, Color32, Frame, Id, Label, Margin, Order, RichText, Stroke, Ui, vec2,
};

use crate::app::commands::Command;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::sentence;

/// What could not be opened: its message is past as soon as another one stands in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Picture,
    Model,
    Folder,
    /// Beside those that are pinned.
    Pins,
    Session,
}

/// One thing that went wrong.
pub struct Notice {
    id: u64,
    place: Option<Place>,
    /// It goes by itself.
    passing: bool,
    /// When, in the window's seconds, once it has been seen.
    ends: Option<f64>,
    pub title: String,
    pub text: String,
    /// The way on: what its button is called, and what it does.
    offer: Option<(String, Command)>,
}

/// All that is not dismissed, oldest first.
#[derive(Default)]
pub struct Notices {
    list: Vec<Notice>,
    next: u64,
}

/// More would cover the pictures; the oldest are waiting below.
const SHOWN_AT_ONCE: usize = 4;

/// How long a notice stands that goes by itself, and how long it takes to go, in seconds.
const STANDS_FOR: f64 = 6.0;
const FADES_FOR: f64 = 0.4;

impl Notices {
    /// Says it once, however often it happens.
    pub fn error(&mut self, title: &str, text: impl Display) {
        self.say(None, false, title, text);
    }

    /// Says why something was not done that has left nothing behind to be mended.
    pub fn passing(&mut self, place: Place, title: &str, text: impl Display) {
        self.say(Some(place), true, title, text);
    }

    /// Says what could not be opened.
    pub fn not_opened(&mut self, place: Place, text: impl Display) {
        let title = match place {
            Place::Picture => "This image cannot be opened",
            Place::Model => "This model cannot be opened",
            Place::Folder => "This folder cannot be opened",
            Place::Pins => "This view cannot be pinned",
            Place::Session => "This session cannot be opened",
        };
        self.say(Some(place), false, title, text);
    }

    /// Another one stands there now, or none is to.
    pub fn clear(&mut self, place: Place) {
        self.list.retain(|notice| notice.place != Some(place));
    }

    fn say(&mut self, place: Option<Place>, passing: bool, title: &str, text: impl Display) {
        let text = sentence(&text.to_string());
        let mut said = self.list.iter_mut();
        if let Some(said) = said.find(|n| n.title == title && n.text == text) {
            said.ends = None;
            return;
        }
        self.list.push(Notice {
            id: self.next,
            place,
            passing,
            ends: None,
            title: title.to_owned(),
            text,
            offer: None,
        });
        self.next += 1;
    }

    /// Says something with a way on.
    pub fn offering(
        &mut self,
        place: Place,
        title: &str,
        text: impl Display,
        offer: Option<(String, Command)>,
    ) {
        self.say(Some(place), false, title, text);
        if let Some(said) = self.list.last_mut() {
            said.offer = offer;
        }
    }

    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|notice| notice.id != id);
    }

    /// Takes the one away that stands above all others.
    pub fn dismiss_newest(&mut self) {
        self.list.pop();
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter()
    }

    /// Draws them over the pictures, so that nothing moves when one comes or goes.
    pub fn ui(&mut self, ui: &Ui, top: f32, commands: &mut Vec<Command>) {
        let now = ui.input(|i| i.time);
        for notice in self.list.iter_mut().filter(|notice| notice.passing) {
            let ends = *notice.ends.get_or_insert(now + STANDS_FOR);
            let still = (ends - FADES_FOR - now).max(0.0);
            ui.request_repaint_after(Duration::from_secs_f64(still));
        }
        self.list
            .retain(|notice| notice.ends.is_none_or(|ends| ends > now));
        if self.list.is_empty() {
            return;
        }
        Area::new(Id::unique("notices"))
            .order(Order::Foreground)
            .anchor(Align2::CENTER_TOP, vec2(0.0, top + GRID))
            .show(ui.ctx(), |ui| {
                ui.set_width(520.0);
                ui.spacing_mut().item_spacing.y = GRID;
                for notice in self.list.iter().rev().take(SHOWN_AT_ONCE) {
                    ui.scope(|ui| {
                        if let Some(ends) = notice.ends {
                            ui.multiply_opacity(((ends - now) / FADES_FOR).min(1.0) as f32);
                        }
                        notice_ui(ui, notice, commands);
                    });
                }
            });
    }
}

fn notice_ui(ui: &mut Ui, notice: &Notice, commands: &mut Vec<Command>) {
    let colours = palette(ui);
    let frame = Frame::new()
        .fill(colours.panel)
        .stroke(Stroke::new(1.0, colours.line))
        .corner_radius(8)
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin {
            left: 20,
            right: 12,
            top: 12,
            bottom: 12,
        });
    let shown = frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(GRID, 4.0);
        ui.horizontal(|ui| {
            ui.label(
                RichText::new(&notice.title)
                    .font(theme::title())
                    .color(colours.text),
            );
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let button = ui
                    .add(Button::new("Dismiss").fill(Color32::TRANSPARENT))
                    .on_hover_text("Take this message away");
                if button.clicked() {
                    commands.push(Command::DismissNotice(notice.id));
                }
            });
        });
        // The words may be needed elsewhere: a search, a bug report.
        let words = RichText::new(&notice.text).color(colours.weak);
        ui.add(Label::new(words).wrap().selectable(true));
        if let Some((label, command)) = &notice.offer
            && ui.button(label).clicked()
        {
            commands.push(command.clone());
        }
        ui.set_min_width(ui.available_width());
    });
    let edge = shown.response.rect;
    let mark =
        egui::Rect::from_min_size(edge.min + vec2(8.0, 12.0), vec2(3.0, edge.height() - 24.0));
    ui.painter().rect_filled(mark, 1.5, colours.error);
}

#[cfg(test)]
mod tests {
    use super::{Notices, Place};

    #[test]
    fn the_same_trouble_is_told_once_and_stays_until_dismissed() {
        let mut notices = Notices::default();
        notices.error("No", "a.png is empty");
        notices.error("No", "a.png is empty");
        notices.error("No", "b.png is empty");
        assert_eq!(notices.iter().count(), 2);
        let first = notices.list[0].id;
        notices.dismiss(first);
        assert_eq!(
            notices.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(),
            ["B.png is empty"]
        );
    }

    #[test]
    fn what_could_not_be_opened_is_past_when_another_stands_there() {
        let mut notices = Notices::default();
        notices.not_opened(Place::Picture, "a.png is empty");
        notices.not_opened(Place::Model, "a.pt2 is empty");
        notices.error("No room", "Unpin one first");
        notices.clear(Place::Picture);
        let titles: Vec<&str> = notices.iter().map(|n| n.title.as_str()).collect();
        assert_eq!(titles, ["This model cannot be opened", "No room"]);
    }
}
