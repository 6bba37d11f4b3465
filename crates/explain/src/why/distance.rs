//! How much each coordinate adds to being nearer to one centre than to another.

/// Parts of `|x − other|² − |x − own|²`, one a coordinate: they add up to it, and a positive part
/// speaks for the own centre. Coordinates beyond the shortest of the three are left out.
#[must_use]
pub fn distance_parts(user: &[f32], own: &[f32], other: &[f32]) -> Vec<f64> {
    let part = |((&x, &own), &other): ((&f32, &f32), &f32)| {
        let (x, own, other) = (f64::from(x), f64::from(own), f64::from(other));
        (x - other).powi(2) - (x - own).powi(2)
    };
    user.iter().zip(own).zip(other).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_difference_of_squared_distances() {
        let (user, own, other) = ([0.3f32, -2.0, 7.5], [0.0f32, -1.5, 8.0], [4.0f32, -2.5, 1.0]);
        let square = |centre: &[f32]| -> f64 {
            user.iter().zip(centre).map(|(x, c)| (f64::from(*x) - f64::from(*c)).powi(2)).sum()
        };
        let parts = distance_parts(&user, &own, &other);
        let margin = square(&other) - square(&own);
        assert!((parts.iter().sum::<f64>() - margin).abs() < 1e-6);
        assert!(parts[0] > 0.0 && parts[1].abs() < 1e-6 && parts[2] > 0.0, "{parts:?}");
    }
}
