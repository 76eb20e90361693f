//! Which part of its heat map a row shows: the whole map, one channel, or some channels.

use super::{Row, RowId};
use crate::app::state::State;
use crate::picture::map::Map;

/// Which part of a map is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Map,
    /// One channel's activation.
    Channel(usize),
    /// The map of these channels alone, in ascending order.
    Channels(Vec<usize>),
}

impl Shown {
    /// The title of a heat map that stands beside that of another class: the letter, and what it shows.
    pub fn title(&self, letter: &str, class: &str) -> String {
        match self {
            Shown::Map | Shown::Channels(_) => format!("{letter}: {class}"),
            Shown::Channel(channel) => format!("{letter}: channel {channel}"),
        }
    }
}

/// Which part of its map a row shows.
pub fn shown(state: &State, row: &Row) -> Shown {
    let lead = row.id == RowId::Side(state.sides.active_index());
    match (state.channels.looked_at, state.channels.ticked.is_empty()) {
        _ if !lead || state.fresh_channels().is_none() => Shown::Map,
        (Some(channel), _) => Shown::Channel(channel),
        (None, true) => Shown::Map,
        (None, false) => {
            let mut channels: Vec<usize> = state.channels.ticked.iter().copied().collect();
            channels.sort_unstable();
            Shown::Channels(channels)
        }
    }
}

/// The map that a row shows instead of its whole heat map, if any.
pub fn shown_map(state: &State, row: &Row) -> Option<Map> {
    let channels = state.fresh_channels()?;
    match shown(state, row) {
        Shown::Map => None,
        Shown::Channel(channel) => Some(channels.activation(channel)),
        Shown::Channels(ticked) => Some(channels.map_of(&ticked)),
    }
}
