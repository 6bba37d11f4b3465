//! How much each coordinate adds to being nearer to one centre than to another.

use fenqun_base::Matrix;

/// Where a user is as far from one centre as from another. `|x − other|² − |x − own|²` is linear in
/// `x`, so it falls apart into one part a coordinate, also in coordinates that the user was projected
/// from.
#[derive(Clone, Debug, PartialEq)]
pub struct Border {
    /// What a step along each coordinate adds.
    slopes: Vec<f64>,
    /// A point on the border: halfway between the centres.
    middle: Vec<f64>,
}

impl Border {
    /// The border between the `own` centre and the `other` one, as wide as the shorter of the two.
    #[must_use]
    pub fn between(own: &[f32], other: &[f32]) -> Self {
        let pairs =
            || own.iter().zip(other).map(|(&own, &other)| (f64::from(own), f64::from(other)));
        Self {
            slopes: pairs().map(|(own, other)| 2.0 * (own - other)).collect(),
            middle: pairs().map(|(own, other)| (own + other) / 2.0).collect(),
        }
    }

    /// The same border before a projection `z = (x − mean) · components`, whose centres are the
    /// projections of `own` and `other`.
    #[must_use]
    pub fn before(&self, components: &Matrix, own: &[f32], other: &[f32]) -> Self {
        let along = |component: &[f32]| -> f64 {
            component.iter().zip(&self.slopes).map(|(&it, slope)| f64::from(it) * slope).sum()
        };
        let slopes = components.rows().map(along).collect();
        Self { slopes, middle: Self::between(own, other).middle }
    }

    /// What a step along each coordinate adds.
    #[must_use]
    pub fn slopes(&self) -> &[f64] {
        &self.slopes
    }

    /// Parts of how far inside the border a user is, one a coordinate: they add up to
    /// `|x − other|² − |x − own|²`, and a positive part speaks for the own centre.
    #[must_use]
    pub fn parts(&self, user: &[f32]) -> Vec<f64> {
        let border = self.slopes.iter().zip(&self.middle);
        user.iter().zip(border).map(|(&x, (slope, at))| slope * (f64::from(x) - at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margin(user: &[f32], own: &[f32], other: &[f32]) -> f64 {
        let square = |centre: &[f32]| -> f64 {
            user.iter().zip(centre).map(|(x, c)| (f64::from(*x) - f64::from(*c)).powi(2)).sum()
        };
        square(other) - square(own)
    }

    #[test]
    fn parts_add_up_to_the_difference_of_squared_distances() {
        let (user, own, other) = ([0.3f32, -2.0, 7.5], [0.0f32, -1.5, 8.0], [4.0f32, -2.5, 1.0]);
        let parts = Border::between(&own, &other).parts(&user);
        assert!((parts.iter().sum::<f64>() - margin(&user, &own, &other)).abs() < 1e-6);
        assert!(parts[0] > 0.0 && parts[1].abs() < 1e-6 && parts[2] > 0.0, "{parts:?}");
    }

    #[test]
    fn parts_before_a_projection_add_up_to_the_difference_after_it() {
        let components = Matrix::from_rows(&[[0.6f32, -0.2], [0.8, 0.1], [0.0, 0.9]]);
        let components = components.expect("equal rows");
        let (user, own, other) = ([0.3f32, -2.0, 7.5], [0.0f32, -1.5, 8.0], [4.0f32, -2.5, 1.0]);
        let project = |x: &[f32; 3]| -> [f32; 2] {
            [0, 1].map(|at| x.iter().zip(components.rows()).map(|(x, row)| x * row[at]).sum())
        };
        let (z, z_own, z_other) = (project(&user), project(&own), project(&other));
        let border = Border::between(&z_own, &z_other).before(&components, &own, &other);
        let sum: f64 = border.parts(&user).iter().sum();
        assert!((sum - margin(&z, &z_own, &z_other)).abs() < 1e-5, "{sum}");
    }
}
