//! The classes that the chosen name may stand for.

use egui::{Label, RichText, Role, ScrollArea, Ui, UiBuilder};

use super::names_ui::written;
use super::{TrueClasses, aligned, key};
use crate::app::commands::Command;
use crate::app::gallery::class_name;
use crate::app::scene::Scene;
use crate::app::ui::kit::fuzzy::Query;
use crate::app::ui::kit::text::{draw_left, line};
use crate::app::ui::kit::theme::{self, GRID, ROW, palette};
use crate::app::ui::kit::widgets::{name_row, row, search};
use crate::folder::{Assignment, Meaning, Name};

pub fn classes_ui(
    ui: &mut Ui,
    scene: Scene<'_>,
    names: &[&Name],
    dialog: &mut TrueClasses,
    commands: &mut Vec<Command>,
) {
    let Some(name) = names.iter().find(|name| dialog.chosen == Some(key(name))) else {
        return;
    };
    let title = RichText::new(format!("{} is", written(name))).font(theme::title());
    ui.add(Label::new(title).truncate());
    let entered = search(
        ui,
        &mut dialog.search,
        "Search true classes",
        "Search classes",
        dialog.focus,
    );
    dialog.focus = false;
    let offers = offers(scene, name, &dialog.search);
    let mut picked = offers
        .first()
        .copied()
        .filter(|_| entered && !dialog.search.is_empty());
    ui.spacing_mut().item_spacing.y = 0.0;
    let list = aligned(ui.available_rect_before_wrap());
    ui.scope_builder(UiBuilder::new().max_rect(list), |ui| {
        let area = ScrollArea::vertical().id_salt("offers").auto_shrink(false);
        area.show_rows(ui, ROW, offers.len(), |ui, range| {
            for offer in &offers[range] {
                if offer_ui(ui, scene, name, *offer) {
                    picked = Some(*offer);
                }
            }
        });
    });
    if let Some(offer) = picked {
        commands.push(Command::NameClass(name.text.to_string(), offer));
        // The next name that needs a class.
        let next = names
            .iter()
            .find(|other| other.meaning.is_open() && key(other) != key(name));
        if offer != Assignment::ByName
            && let Some(next) = next
        {
            dialog.chosen = Some(key(next));
        }
        dialog.search.clear();
        dialog.focus = true;
    }
}

/// What passes the search, the best matches first.
fn offers(scene: Scene<'_>, name: &Name, search: &str) -> Vec<Assignment> {
    let count = scene.gallery.folder.list.truths().classes().count();
    if search.trim().is_empty() {
        let by_hand = matches!(name.meaning, Meaning::ByHand(_));
        let first = by_hand.then_some(Assignment::ByName);
        let offers = first.into_iter().chain([Assignment::NoClass]);
        return offers.chain((0..count).map(Assignment::Class)).collect();
    }
    let mut query = Query::new(search);
    let mut found: Vec<(u32, usize)> = (0..count)
        .filter_map(|class| {
            let matched = query.matched(&class_name(scene.state, class))?;
            Some((matched.score, class))
        })
        .collect();
    found.sort_by_key(|(score, class)| (std::cmp::Reverse(*score), *class));
    found
        .into_iter()
        .map(|(_, class)| Assignment::Class(class))
        .collect()
}

/// One class. Returns whether it was clicked.
fn offer_ui(ui: &mut Ui, scene: Scene<'_>, name: &Name, offer: Assignment) -> bool {
    let colours = palette(ui);
    let (text, ink) = match offer {
        Assignment::ByName => ("What its name says".to_owned(), colours.weak),
        Assignment::NoClass => ("No class".to_owned(), colours.weak),
        Assignment::Class(class) => (class_name(scene.state, class), colours.text),
    };
    let chosen = match offer {
        Assignment::ByName => false,
        Assignment::NoClass => name.meaning == Meaning::ByHand(None),
        Assignment::Class(class) => name.meaning.class() == Some(class),
    };
    let response = row(ui, ROW, true, chosen, true);
    let rect = response.rect.shrink2(egui::vec2(2.0 * GRID, 0.0));
    draw_left(
        ui,
        rect.left(),
        rect.center().y,
        line(ui, &text, theme::body(), ink, rect.width()),
    );
    name_row(&response, Role::MenuItemRadio, chosen, &text, "");
    response.clicked()
}
