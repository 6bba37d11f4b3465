use crate::{DataError, Matrix};

/// Which segment each user is in, and how sure that is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    /// One segment number a user, below `n_segments`.
    pub segments: Vec<u32>,
    /// Number of segments, also those that hold nobody.
    pub n_segments: usize,
    /// One score a user in 0..=1: how much nearer the user lies to the own segment than to the
    /// next best (1 − own distance / next distance). 0 stands on the border.
    pub scores: Vec<f32>,
    /// Whether each user is in no segment at all; empty when everyone is in one. `segments` then
    /// names the nearest segment, which the user is not a member of.
    pub unassigned: Vec<bool>,
}

impl Assignment {
    /// Checks lengths and numbers.
    ///
    /// # Errors
    /// [`DataError::WrongLength`] for scores, [`DataError::Parameter`] for a segment number.
    pub fn new(segments: Vec<u32>, n_segments: usize, scores: Vec<f32>) -> Result<Self, DataError> {
        if scores.len() != segments.len() {
            let (expected, found) = (segments.len(), scores.len());
            return Err(DataError::WrongLength { what: "scores", expected, found });
        }
        if let Some(&segment) = segments.iter().find(|&&segment| segment as usize >= n_segments) {
            let rule = format!("below {n_segments}");
            return Err(DataError::Parameter { name: "segment", rule, found: segment.to_string() });
        }
        Ok(Self { segments, n_segments, scores, unassigned: Vec::new() })
    }

    /// The same, with some users in no segment.
    ///
    /// # Errors
    /// [`DataError::WrongLength`].
    pub fn with_unassigned(mut self, unassigned: Vec<bool>) -> Result<Self, DataError> {
        if unassigned.len() != self.segments.len() {
            let (expected, found) = (self.segments.len(), unassigned.len());
            return Err(DataError::WrongLength { what: "unassigned", expected, found });
        }
        let anyone = unassigned.contains(&true);
        self.unassigned = if anyone { unassigned } else { Vec::new() };
        Ok(self)
    }

    /// The assignment that soft memberships come to: the likeliest segment, the lowest number among
    /// equals; the score is 1 − second / first.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`] for no columns.
    pub fn likeliest(probabilities: &Matrix) -> Result<Self, DataError> {
        if probabilities.n_columns() == 0 {
            return Err(DataError::WrongWidth { expected: 1, found: 0 });
        }
        let mut segments = Vec::with_capacity(probabilities.n_rows());
        let mut scores = Vec::with_capacity(probabilities.n_rows());
        for row in probabilities.rows() {
            let (mut best, mut second) = (0, 0.0f32);
            for (segment, &share) in row.iter().enumerate().skip(1) {
                if share > row[best] {
                    second = second.max(row[best]);
                    best = segment;
                } else {
                    second = second.max(share);
                }
            }
            segments.push(best as u32);
            scores.push(if row[best] > 0.0 { 1.0 - second / row[best] } else { 0.0 });
        }
        Self::new(segments, probabilities.n_columns(), scores)
    }

    /// Whether a user is in the segment named for it.
    #[must_use]
    pub fn is_assigned(&self, row: usize) -> bool {
        !self.unassigned.get(row).copied().unwrap_or(false)
    }

    /// Users in each segment.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.n_segments];
        for (row, &segment) in self.segments.iter().enumerate() {
            sizes[segment as usize] += usize::from(self.is_assigned(row));
        }
        sizes
    }

    /// Rows of the users of one segment, in order.
    #[must_use]
    pub fn members(&self, segment: usize) -> Vec<usize> {
        let is_member = |&row: &usize| self.segments[row] as usize == segment;
        let rows = (0..self.segments.len()).filter(is_member);
        rows.filter(|&row| self.is_assigned(row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unassigned_are_members_of_nothing() {
        let all = Assignment::new(vec![0, 1, 1], 2, vec![1.0; 3]).expect("fits");
        let some = all.clone().with_unassigned(vec![false, true, false]).expect("fits");
        assert_eq!((some.sizes(), some.members(1)), (vec![1, 1], vec![2]));
        assert_eq!(all.clone().with_unassigned(vec![false; 3]).expect("fits"), all);
        assert!(all.with_unassigned(vec![true]).is_err());
    }

    #[test]
    fn the_likeliest_segment_wins_and_a_tie_has_no_score() {
        let shares = Matrix::from_rows(&[[0.2, 0.6, 0.2], [0.5, 0.5, 0.0]]).expect("equal rows");
        let found = Assignment::likeliest(&shares).expect("columns");
        assert_eq!(found.segments, [1, 0]);
        assert!((found.scores[0] - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!(found.scores[1], 0.0);
    }
}
