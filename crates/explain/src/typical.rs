//! Typical users: those nearest to the middle of their segment.

use fenqun_base::{Assignment, Matrix, UserId};

/// For every segment the pseudonyms of its `n_typical` users nearest to its mean in `space`, nearest
/// first, ties in the order of pseudonyms.
pub(crate) fn typical(
    users: &[UserId],
    assignment: &Assignment,
    space: &Matrix,
    n_typical: usize,
) -> Vec<Vec<String>> {
    let n_columns = space.n_columns();
    let mut means = vec![vec![0.0f64; n_columns]; assignment.n_segments];
    let members = || {
        let all = assignment.segments.iter().enumerate();
        all.filter(|(row, _)| assignment.is_assigned(*row))
    };
    for (row, &segment) in members() {
        let mean = &mut means[segment as usize];
        mean.iter_mut().zip(space.row(row)).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    for (mean, size) in means.iter_mut().zip(assignment.sizes()) {
        mean.iter_mut().for_each(|sum| *sum /= size.max(1) as f64);
    }
    let mut near: Vec<Vec<(f64, UserId)>> = vec![Vec::new(); assignment.n_segments];
    for (row, &segment) in members() {
        let mean = &means[segment as usize];
        let square = |(&value, mean): (&f32, &f64)| (f64::from(value) - mean).powi(2);
        let distance: f64 = space.row(row).iter().zip(mean).map(square).sum();
        near[segment as usize].push((distance, users[row]));
    }
    let choose = |mut own: Vec<(f64, UserId)>| {
        own.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        own.into_iter().take(n_typical).map(|(_, user)| user.to_string()).collect()
    };
    near.into_iter().map(choose).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_in_the_middle_comes_first() {
        let users = [1u8, 2, 3, 4].map(|byte| UserId([byte; 16]));
        let space = Matrix::from_rows(&[[0.0], [5.0], [9.0], [70.0]]).expect("rows");
        let assignment = Assignment::new(vec![0, 0, 0, 1], 3, vec![1.0; 4]).expect("fits");
        let typical = typical(&users, &assignment, &space, 2);
        assert_eq!(typical[0], [users[1].to_string(), users[2].to_string()]);
        assert_eq!(typical[1], [users[3].to_string()]);
        assert!(typical[2].is_empty());
    }
}
