//! What the segments of a JPEG say.

const START_OF_SCAN: u8 = 0xda;

/// The markers of the segments up to the first scan, each with where the contents begin and end.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, usize, usize)> {
    let mut at = 2;
    let mut is_over = false;
    std::iter::from_fn(move || {
        while !is_over {
            let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) else {
                return None;
            };
            if *marker == 0xff {
                at += 1;
                continue;
            }
            let start = at + 4;
            at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
            is_over = *marker == START_OF_SCAN;
            return Some((*marker, start, at));
        }
        None
    })
}

/// Whether the end marker follows the image data. The decoder fills missing data with grey, which would
/// be explained as if it were part of the photo.
pub(crate) fn ends(bytes: &[u8]) -> bool {
    const END: [u8; 2] = [0xff, 0xd9];
    // Segments before the scan may contain a thumbnail with its own end marker, so skip them.
    let start = segments(bytes).last().map_or(2, |(.., end)| end);
    // Inside the data of a scan, 0xff is always followed by 0 or a restart marker.
    let data = bytes.get(start..);
    data.is_some_and(|data| data.windows(2).any(|pair| pair == END))
}

/// The number of colours, such as 4 for inks.
pub(crate) fn components(bytes: &[u8]) -> Option<u8> {
    let is_frame =
        |marker: u8| matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
    let (_, start, _) = segments(bytes).find(|(marker, ..)| is_frame(*marker))?;
    // After the depth, the height and the width.
    bytes.get(start + 5).copied()
}

/// Whether each pass refines the whole image.
pub(crate) fn is_progressive(bytes: &[u8]) -> bool {
    segments(bytes).any(|(marker, ..)| marker == 0xc2)
}
