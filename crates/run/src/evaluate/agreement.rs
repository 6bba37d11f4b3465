//! Are the segments of a run, which were found without the label, the label again?

use std::path::Path;

use fenqun_base::{Labels, Language, NO_CODE, UserId};
use fenqun_evaluate::{adjusted_mutual_information, adjusted_rand, mutual_information};
use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::artifacts::{SegmentRows, read_segments};

/// How far the segments of a run agree with a label, over the labelled users in a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentAgreement {
    /// Those users.
    pub n_users: usize,
    /// Labelled users in no segment, who are left out.
    pub n_unassigned: usize,
    /// Segments that hold such users.
    pub n_segments: usize,
    /// Adjusted Rand index: 0 is chance, 1 the same groups.
    pub adjusted_rand: f64,
    /// Mutual information in nats.
    pub mutual_information: f64,
    /// Adjusted mutual information: 0 is chance, 1 the same groups.
    pub adjusted_mutual_information: f64,
}

impl SegmentAgreement {
    /// The agreement in one sentence.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Self { n_users, n_unassigned, n_segments, adjusted_rand, .. } = self;
        let (mutual, adjusted) = (self.mutual_information, self.adjusted_mutual_information);
        let out = match n_unassigned {
            0 => String::new(),
            n => language.pick(
                format!(" ({n} in no segment are left out)"),
                format!("（{n} 位不属于任何群，未计入）"),
            ),
        };
        language.pick(
            format!(
                "The {n_segments} segments of the run beside this label, over {n_users} labelled \
                 users{out}: adjusted Rand {adjusted_rand:.3}, adjusted mutual information \
                 {adjusted:.3} (0 is chance, 1 the same groups), mutual information {mutual:.3} nats."
            ),
            format!(
                "本次运行的 {n_segments} 个群与该标签的一致程度（{n_users} 位有标签的用户{out}）：调整兰德指数 \
                 {adjusted_rand:.3}，调整互信息 {adjusted:.3}（0 为随机，1 为完全相同），互信息 {mutual:.3} nat。"
            ),
        )
    }
}

/// The agreement of `labels` of `users` with the segments of a run; none where no labelled user is in
/// a segment.
///
/// # Errors
/// [`RunError::Read`], [`RunError::Broken`].
pub(super) fn with_segments(
    run: &Path,
    users: &[UserId],
    labels: &Labels,
) -> Result<Option<SegmentAgreement>, RunError> {
    of(&read_segments(&run.join("segments.parquet"))?, users, labels)
}

fn of(
    rows: &SegmentRows,
    users: &[UserId],
    labels: &Labels,
) -> Result<Option<SegmentAgreement>, RunError> {
    let (mut own, mut theirs, mut n_unassigned) = (Vec::new(), Vec::new(), 0);
    for (user, &code) in users.iter().zip(&labels.codes).filter(|entry| *entry.1 != NO_CODE) {
        match rows.users.binary_search(user) {
            Ok(at) if !rows.unassigned.get(at).copied().unwrap_or(false) => {
                own.push(rows.segments[at]);
                theirs.push(code);
            }
            _ => n_unassigned += 1,
        }
    }
    if own.is_empty() {
        return Ok(None);
    }
    let mut segments = own.clone();
    segments.sort_unstable();
    segments.dedup();
    Ok(Some(SegmentAgreement {
        n_users: own.len(),
        n_unassigned,
        n_segments: segments.len(),
        adjusted_rand: adjusted_rand(&own, &theirs)?,
        mutual_information: mutual_information(&own, &theirs)?,
        adjusted_mutual_information: adjusted_mutual_information(&own, &theirs)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_users_in_a_segment_are_compared_and_the_others_counted() {
        let users: Vec<UserId> = (0..8).map(|user| UserId([user; 16])).collect();
        let rows = SegmentRows {
            users: users.clone(),
            segments: vec![3, 3, 5, 5, 3, 5, 3, 5],
            unassigned: vec![false, false, false, false, true, false, false, false],
            ..SegmentRows::default()
        };
        let words = ["a", "a", "b", "b", "a", "", "a", "b"];
        let words: Vec<Option<&str>> =
            words.into_iter().map(|word| Some(word).filter(|word| !word.is_empty())).collect();
        let found = of(&rows, &users, &Labels::from_words(&words)).expect("fits").expect("users");
        assert_eq!((found.n_users, found.n_unassigned, found.n_segments), (6, 1, 2));
        // The same halves under other names: all that a coin says.
        assert_eq!((found.adjusted_rand, found.adjusted_mutual_information), (1.0, 1.0));
        assert!((found.mutual_information - 2.0f64.ln()).abs() < 1e-12);
        let said = found.words(Language::En);
        assert!(said.contains("2 segments") && said.contains("1 in no segment"), "{said}");
        assert!(found.words(Language::Zh).contains("0.693"));
        let nobody = SegmentRows { unassigned: vec![true; 8], ..rows };
        assert_eq!(of(&nobody, &users, &Labels::from_words(&words)).expect("fits"), None);
    }
}
