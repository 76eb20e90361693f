//! The numbers in captions, in one style everywhere.

use crate::picture::map::look::Scale;

/// A number with a true minus sign, which is as wide as the digits. No minus sign before zero.
pub fn with_minus(number: String) -> String {
    match number.strip_prefix('-') {
        Some(rest) if !rest.contains(|c| matches!(c, '1'..='9')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => number,
    }
}

/// A value with three significant digits: `14.2`, `0.00312`, `−1.20e-5`.
pub fn significant(value: f32) -> String {
    with_minus(three_digits(value, 1e-3))
}

/// Like [`significant`], for values that are compared side by side: without an exponent down to smaller
/// values, so `0.000920` beside `0.00104`.
pub fn significant_beside_others(value: f32) -> String {
    with_minus(three_digits(value, 1e-5))
}

/// With an exponent below `plain_from`.
fn three_digits(value: f32, plain_from: f32) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(plain_from..1e5).contains(&magnitude) {
        return format!("{value:.2e}");
    }
    // 9.996 rounds to 10.0, not to 10.00.
    let digits = format!("{magnitude:.2e}");
    let exponent = digits
        .split_once('e')
        .and_then(|(_, e)| e.parse::<i32>().ok());
    let decimals = (2 - exponent.unwrap_or(0)).max(0) as usize;
    format!("{value:.decimals$}")
}

/// A probability as a percentage: `39.3 %`, and `< 0.1 %` instead of a rounded zero.
pub fn percent(probability: f32) -> String {
    let percent = probability * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "< 0.1 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

/// The end of a scale, which also stands for what is beyond it: `≥ 5.00` where the largest value is more.
pub fn scale_end(end: f32, largest: f32) -> String {
    let more = if largest > end { "≥ " } else { "" };
    format!("{more}{}", significant(end))
}

/// The largest difference of two maps, and the scale if the legend ends at another value.
pub fn difference(max: f32, scale: Scale) -> String {
    match scale {
        _ if max <= 0.0 => "no difference".to_owned(),
        Scale::Own => format!("difference ± {}", significant(max)),
        Scale::UpTo(end) => {
            let (max, end) = (significant(max), significant(end));
            format!("largest difference {max} of ± {end}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_three_significant_digits() {
        for (value, expected) in [
            (0.0, "0"),
            (14.236, "14.2"),
            (9.996, "10.0"),
            (999.7, "1000"),
            (1234.5, "1234"),
            (0.003_124, "0.00312"),
            (0.25, "0.250"),
            (1.2e-5, "1.20e-5"),
            (3e7, "3.00e7"),
            (-0.25, "−0.250"),
            (-1.2e-5, "−1.20e-5"),
        ] {
            assert_eq!(significant(value), expected);
        }
    }

    #[test]
    fn formats_numbers_side_by_side_alike() {
        for (value, expected) in [
            (14.236, "14.2"),
            (0.001_04, "0.00104"),
            (9.2e-4, "0.000920"),
            (1.2e-5, "0.0000120"),
            (1.2e-6, "1.20e-6"),
        ] {
            assert_eq!(significant_beside_others(value), expected);
        }
    }

    #[test]
    fn says_where_a_scale_ends_below_the_largest_value() {
        assert_eq!(scale_end(5.0, 5.0), "5.00");
        assert_eq!(scale_end(5.0, 5.1), "≥ 5.00");
    }

    #[test]
    fn does_not_round_a_probability_to_zero() {
        assert_eq!(percent(0.3928), "39.3 %");
        assert_eq!(percent(0.0002), "< 0.1 %");
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(percent(1.0), "100.0 %");
    }
}
