//! The line at the foot of the window: what is under way, or what is shown and what it took.

use std::time::{Duration, Instant};

use egui::{Align, Button, Layout, RichText, Sense, Ui, vec2};

use crate::picture::page::caption::percent;

use crate::app::App;
use crate::app::commands::Command;
use crate::app::ui::kit::theme::{self, GRID, palette};
use crate::app::ui::kit::widgets::{busy, draw_left, line, sentence};

/// Height of the line.
pub const HEIGHT: f32 = 32.0;

/// Work shorter than this is over before it could be read about.
const WORTH_SAYING: Duration = Duration::from_millis(120);

impl App {
    /// What is under way, in words, and since when.
    pub(crate) fn busy(&self) -> Option<(String, Instant)> {
        if let Some(opening) = &self.work.photo {
            return Some((format!("Opening {}", opening.path.display()), opening.since));
        }
        if let Some(session) = self.session.busy() {
            return Some(session);
        }
        if let Some(progress) = self.engine.progress() {
            let stage = sentence(progress.stage.label());
            let stage = match progress.part {
                Some(part) => format!("{stage}, {:.0} %", part * 100.0),
                None => stage,
            };
            return Some((stage, progress.since));
        }
        if let Some(model) = self.work.models.front() {
            let opening = &model.opening;
            return Some((format!("Opening {}", opening.path.display()), opening.since));
        }
        let (since, _) = self.exporting.as_ref()?;
        Some(("Exporting".to_owned(), *since))
    }

    /// An image or a model being opened and a view being computed can be dropped; a file being
    /// written is seen through.
    pub(crate) fn can_cancel(&self) -> bool {
        let opening = self.work.photo.is_some() || !self.work.models.is_empty();
        opening || self.session.is_opening() || self.work.awaits_answers()
    }

    pub(crate) fn status_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        ui.horizontal_centered(|ui| {
            let colours = palette(ui);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.readout_ui(ui);
                ui.add_space(GRID);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let under_way = self
                        .busy()
                        .filter(|(_, since)| since.elapsed() >= WORTH_SAYING);
                    if let Some((stage, since)) = under_way {
                        let (mark, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
                        busy(ui, mark.center(), 5.5, colours.weak);
                        let seconds = since.elapsed().as_secs_f32();
                        ui.label(format!("{stage}, {seconds:.1} s"));
                        if self.can_cancel() {
                            let cancel = Command::Cancel;
                            let button = Button::new(cancel.label()).small();
                            let button = ui.add(button).on_hover_text(cancel.hint(ui.ctx()));
                            if button.clicked() {
                                commands.push(cancel);
                            }
                        }
                    } else if let Some((passed, left)) = self.passed_over_words() {
                        ui.request_repaint_after(left);
                        let text = RichText::new(passed).color(colours.text);
                        ui.add(egui::Label::new(text).truncate());
                    } else if let Some(done) = &self.state.done {
                        let text = RichText::new(done).color(colours.text);
                        ui.add(egui::Label::new(text).truncate());
                    } else {
                        self.shown_ui(ui);
                    }
                });
            });
        });
    }

    /// The class and the layer on screen, and the time each stage took.
    fn shown_ui(&self, ui: &mut Ui) {
        let state = &self.state;
        let (Some(answer), Some(heat)) = (state.answer(), state.heat()) else {
            return;
        };
        let colours = palette(ui);
        let rect = ui.available_rect_before_wrap();
        let y = rect.center().y;
        let what = format!("{} at {}", state.score_name(heat.score), heat.layer);
        let galley = line(ui, &what, theme::body(), colours.text, rect.width());
        let left = draw_left(ui, rect.left(), y, galley) + 2.0 * GRID;
        let mut parts = Vec::new();
        if let Some(class) = state.class() {
            let probability = answer.probabilities.get(class).copied().unwrap_or_default();
            parts.push(percent(probability));
        }
        parts.push(format!("forward {}", milliseconds(answer.forward_ms)));
        parts.push(format!("heat map {}", milliseconds(heat.ms)));
        let subject = state.subject();
        if let Some(guided) = subject.and_then(|s| state.results.guided(&s).cloned()) {
            parts.push(format!("guided {}", milliseconds(guided.ms)));
        }
        let text = parts.join("  ·  ");
        let times = line(ui, &text, theme::body(), colours.weak, rect.right() - left);
        let cut = times.elided;
        draw_left(ui, left, y, times);
        let id = ui.scope_id().with("what is shown");
        let response = ui.interact(rect, id, egui::Sense::hover());
        let full = format!("{what}, {}", parts.join(", "));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &full));
        if cut {
            response.on_hover_text(&full);
        }
    }
}

fn milliseconds(ms: f64) -> String {
    match ms {
        ms if ms < 0.05 => "0 ms".to_owned(),
        ms if ms < 9.95 => format!("{ms:.1} ms"),
        ms => format!("{ms:.0} ms"),
    }
}
