use crate::DataError;

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
        Ok(Self { segments, n_segments, scores })
    }

    /// Users in each segment.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.n_segments];
        for &segment in &self.segments {
            sizes[segment as usize] += 1;
        }
        sizes
    }

    /// Rows of the users of one segment, in order.
    #[must_use]
    pub fn members(&self, segment: usize) -> Vec<usize> {
        let is_member = |&(_, &own): &(usize, &u32)| own as usize == segment;
        self.segments.iter().enumerate().filter(is_member).map(|(row, _)| row).collect()
    }
}
