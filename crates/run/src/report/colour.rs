//! Colours of segments: taste is hue, value tier is lightness.
//!
//! Hues are told apart with the common colour vision deficiencies because they also differ in
//! lightness within a tier, and every taste has its own mark on the map. Colours are
//! chosen in OKLCH (Ottosson 2020), where equal steps look equal, and written as sRGB.

/// Hue in degrees, lightness shift and chroma of each taste.
const HUES: [(f64, f64, f64); 8] = [
    (255.0, 0.0, 0.14),
    (46.0, 0.11, 0.15),
    (168.0, -0.03, 0.11),
    (345.0, 0.03, 0.15),
    (100.0, 0.09, 0.13),
    (300.0, -0.05, 0.15),
    (215.0, 0.07, 0.10),
    (28.0, -0.02, 0.16),
];

/// Marks of the tastes on the map, in the words of the chart library.
pub(super) const MARKS: [&str; 8] =
    ["circle", "triangle", "diamond", "rect", "circle", "triangle", "diamond", "rect"];

/// Colour and the colour of text on it.
pub(super) struct Colour {
    pub fill: String,
    pub text: &'static str,
}

/// The colour of a taste in a tier; the highest tier stands out most from the background.
pub(super) fn colour(taste: usize, tier: usize, n_tiers: usize, dark: bool) -> Colour {
    let (hue, shift, chroma) = HUES[taste % HUES.len()];
    // Further rounds over the hues, for many flat segments, step in lightness instead.
    let (tier, n_tiers) = match n_tiers {
        0 | 1 => (taste / HUES.len(), 3),
        _ => (tier, n_tiers),
    };
    let step = tier.min(n_tiers - 1) as f64 / (n_tiers - 1) as f64;
    let lightness = if dark { 0.80 - 0.30 * step } else { 0.47 + 0.33 * step };
    let fade = 1.0 - 0.35 * step;
    let rgb = from_oklch(lightness + 0.6 * shift, chroma * fade, hue);
    let luminance = luminance(rgb);
    let text =
        if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.056 { "#fff" } else { "#14171c" };
    let [red, green, blue] = rgb.map(|channel| (channel * 255.0).round() as u8);
    Colour { fill: format!("#{red:02x}{green:02x}{blue:02x}"), text }
}

/// sRGB channels in 0..=1; chroma gives way where the colour does not exist.
fn from_oklch(lightness: f64, mut chroma: f64, hue: f64) -> [f64; 3] {
    loop {
        let (sin, cos) = hue.to_radians().sin_cos();
        let (a, b) = (chroma * cos, chroma * sin);
        let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        let linear = [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
        ];
        if chroma < 0.005 || linear.iter().all(|channel| (-0.001..=1.001).contains(channel)) {
            return linear.map(|channel| gamma(channel.clamp(0.0, 1.0)));
        }
        chroma -= 0.005;
    }
}

fn gamma(channel: f64) -> f64 {
    if channel <= 0.003_130_8 { 12.92 * channel } else { 1.055 * channel.powf(1.0 / 2.4) - 0.055 }
}

/// Relative luminance as the Web Content Accessibility Guidelines define it.
fn luminance(rgb: [f64; 3]) -> f64 {
    let linear = |channel: f64| match channel {
        channel if channel <= 0.040_45 => channel / 12.92,
        channel => ((channel + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(colour: &Colour) -> [f64; 3] {
        [1, 3, 5].map(|at| {
            f64::from(u8::from_str_radix(&colour.fill[at..at + 2], 16).expect("hex")) / 255.0
        })
    }

    #[test]
    fn text_on_every_colour_can_be_read() {
        for taste in 0..12 {
            for tier in 0..3 {
                for dark in [false, true] {
                    let colour = colour(taste, tier, 3, dark);
                    let own = luminance(channels(&colour)) + 0.05;
                    let ratio = if colour.text == "#fff" { 1.05 / own } else { own / 0.056 };
                    assert!(ratio >= 4.5, "taste {taste}, tier {tier}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn oklch_white_grey_and_red_are_those_of_srgb() {
        let [red, green, blue] = from_oklch(0.627_96, 0.257_68, 29.234);
        assert!((red - 1.0).abs() < 0.02 && green < 0.08 && blue < 0.08);
        assert!(from_oklch(1.0, 0.0, 0.0).iter().all(|channel| (channel - 1.0).abs() < 1e-3));
    }
}
