//! Options for how figures are set on their page.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use gradcam::figure::{Extent, Ground, Page, Panel, Print, Setting, Unseen};

use super::options::parse_panel_px;
use super::terminal;

/// Writes a page, and says if it is smaller than it was asked for.
pub fn write(page: &Page, path: &Path) -> Result<()> {
    page.write(path)?;
    if let Some(reduced) = &page.reduced {
        terminal::progress("");
        terminal::aside(&format!("{reduced}: {}", path.display()));
    }
    Ok(())
}

/// How a figure is set on its page.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "The page")]
pub struct PageChoice {
    /// The longest side of a panel, in pixels
    #[arg(long, value_name = "N", value_parser = parse_panel_px)]
    pub panel_px: Option<u32>,
    /// The width on paper in place of that: one-column (85 mm), two-columns (180 mm) or millimetres
    #[arg(long, value_name = "WIDTH", value_parser = parse_width, conflicts_with = "panel_px")]
    width: Option<f32>,
    /// The size of text on paper, in points [default: 8]
    #[arg(long, value_name = "PT", value_parser = parse_text, requires = "width")]
    text: Option<f32>,
    /// The resolution on paper, in pixels in an inch [default: 300]
    #[arg(long, value_name = "N", value_parser = parse_dpi, requires = "width")]
    dpi: Option<f32>,
    /// What is behind the figure: white or transparent
    #[arg(long, value_name = "GROUND", default_value_t, value_parser = parse_ground)]
    background: Ground,
    /// What the model did not see of an image: hatched, cut (off) or shaded
    #[arg(long, value_name = "HOW", default_value_t, value_parser = parse_unseen)]
    pub unseen: Unseen,
    /// Number the panels (a), (b), (c)
    #[arg(long)]
    letters: bool,
    /// Leave out the captions; the legends stay
    #[arg(long)]
    no_captions: bool,
    /// The most panels in a line; longer rows are broken
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    per_line: Option<u16>,
}

impl PageChoice {
    /// The setting; `panel_px` is for panels measured in pixels where nothing else is given.
    pub fn setting(&self, panel_px: u32) -> Setting {
        let extent = match self.width {
            None => Extent::Pixels(self.panel_px.unwrap_or(panel_px)),
            Some(width) => {
                let usual = Print::of_width(width);
                Extent::Print(Print {
                    text_pt: self.text.unwrap_or(usual.text_pt),
                    dpi: self.dpi.unwrap_or(usual.dpi),
                    ..usual
                })
            }
        };
        Setting {
            extent,
            ground: self.background,
            unseen: self.unseen,
            letters: self.letters,
            captions: !self.no_captions,
            columns: self.per_line.map(usize::from),
        }
    }
}

fn number_in(text: &str, least: f32, most: f32, unit: &str) -> Result<f32, String> {
    let number = text.parse().ok();
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("{unit} from {least} to {most}"))
}

fn parse_width(text: &str) -> Result<f32, String> {
    match text {
        "one-column" => Ok(Print::ONE_COLUMN_MM),
        "two-columns" => Ok(Print::TWO_COLUMNS_MM),
        _ => number_in(text, 20.0, 500.0, "one-column, two-columns, or millimetres"),
    }
}

fn parse_text(text: &str) -> Result<f32, String> {
    number_in(text, 4.0, 24.0, "points")
}

fn parse_dpi(text: &str) -> Result<f32, String> {
    number_in(text, 72.0, 1200.0, "pixels in an inch")
}

fn parse_ground(text: &str) -> Result<Ground, String> {
    text.parse()
        .map_err(|_| Ground::ALL.map(Ground::name).join(", "))
}

fn parse_unseen(text: &str) -> Result<Unseen, String> {
    text.parse()
        .map_err(|_| Unseen::ALL.map(Unseen::name).join(", "))
}

/// Which panels a figure shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelChoice {
    /// From left to right.
    pub panels: Vec<Panel>,
    /// Whether two classes share a row: the map of each, and their difference.
    pub pair: bool,
}

impl Default for PanelChoice {
    fn default() -> Self {
        PanelChoice {
            panels: Panel::ALL.into(),
            pair: false,
        }
    }
}

/// The names of panels on the command line.
const PANELS: [(&str, Panel); 4] = [
    ("original", Panel::Original),
    ("heat", Panel::HeatMap),
    ("backprop", Panel::GuidedBackprop),
    ("guided", Panel::GuidedGradCam),
];

/// A list of panels.
pub fn parse_panels(text: &str) -> Result<PanelChoice, String> {
    let mut choice = PanelChoice {
        panels: Vec::new(),
        pair: false,
    };
    for name in text.split(',').map(str::trim) {
        let found = PANELS.iter().find(|(known, _)| *known == name);
        match found {
            Some((_, panel)) if !choice.panels.contains(panel) => choice.panels.push(*panel),
            None if name == "pair" && !choice.pair => choice.pair = true,
            _ => return Err("original, heat, backprop, guided or pair, each once".to_owned()),
        }
    }
    let beside_pair = choice.panels.iter().all(|panel| *panel == Panel::Original);
    if choice.pair && !beside_pair {
        return Err("beside pair only original: original,pair".to_owned());
    }
    Ok(choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_widths_and_panels() {
        assert_eq!(parse_width("one-column"), Ok(85.0));
        assert_eq!(parse_width("120.5"), Ok(120.5));
        for wrong in ["", "10", "nan", "1e9", "column"] {
            assert!(parse_width(wrong).is_err(), "{wrong}");
        }
        let panels = |text| parse_panels(text).map(|choice| (choice.panels, choice.pair));
        assert_eq!(
            panels("heat, original"),
            Ok((vec![Panel::HeatMap, Panel::Original], false))
        );
        assert_eq!(panels("pair"), Ok((vec![], true)));
        assert_eq!(panels("original,pair"), Ok((vec![Panel::Original], true)));
        for wrong in ["", "heat,heat", "heat,pair", "pair,pair", "map"] {
            assert!(panels(wrong).is_err(), "{wrong}");
        }
    }
}
