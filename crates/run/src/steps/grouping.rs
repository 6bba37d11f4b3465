//! Do the segments lie apart, and are they more than recency, frequency and spend?

use fenqun_base::{DataError, Language, Matrix, Seed, Segmenter};
use fenqun_evaluate::{
    adjusted_mutual_information, adjusted_rand, calinski_harabasz, davies_bouldin,
    mutual_information, silhouette,
};
use fenqun_profiles::Profiles;
use fenqun_segments::KMeans;

use super::segment::{self, Found, Way};
use crate::RunError;
use crate::config::RFM_BLOCK;
use crate::report::{Agreement, Grouped, GroupingData};

/// Users that figures are taken of; of more, evenly many of small and large ones.
const MOST_USERS: usize = 100_000;

/// Most users whose distances to each other are taken, whatever the number of columns.
const MOST_PAIRED: usize = 10_000;

/// Products that those distances may cost: half a second on two cores.
const MOST_PRODUCTS: f64 = 4e9;

/// Figures of the segments and of the plain baseline, each in the space it was found in; nothing
/// where there are not two segments with users.
///
/// Users are taken in the order of what they did, never of their pseudonyms: the figures are the
/// same under every key.
pub(super) fn grouping(
    profiles: &Profiles,
    found: &Found,
    seed: Seed,
    language: Language,
) -> Result<Option<GroupingData>, RunError> {
    let everyone = segment::key_free_order(profiles);
    let assigned: Vec<usize> =
        everyone.iter().copied().filter(|&row| found.assignment.is_assigned(row)).collect();
    let rows = evenly(&assigned, MOST_USERS);
    let ours: Vec<u32> = rows.iter().map(|&row| found.assignment.segments[row]).collect();
    if ours.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(None);
    }
    let rfm = segment::rfm(profiles)?;
    let seen = rfm.select_rows(&evenly(&everyone, MOST_USERS));
    let n_segments = found.baseline.k.min(seen.n_rows());
    let model = KMeans { n_segments, ..KMeans::default() }.fit(&seen, seed.derive("rfm"))?;
    let beside = rfm.select_rows(&rows);
    let theirs = fenqun_base::Fitted::assign(&model, &beside)?.segments;

    let seed = seed.derive("grouping");
    let method = |name: &str, of: &Matrix, segments: &[u32]| -> Result<Grouped, RunError> {
        let sample = n_paired(of.n_columns()).min(of.n_rows());
        let measured = silhouette(of, segments, Some(sample), seed);
        Ok(Grouped {
            name: name.to_owned(),
            n_columns: of.n_columns(),
            silhouette: where_there_is_one(measured)?,
            n_paired: sample as u64,
            davies_bouldin: where_there_is_one(davies_bouldin(of, segments))?,
            calinski_harabasz: where_there_is_one(calinski_harabasz(of, segments))?,
            ..Grouped::default()
        })
    };
    let of_ours = method(&found.method.name, &found.space.select_rows(&rows), &ours)?;
    let of_theirs = method(&found.baseline.name, &beside, &theirs)?;
    Ok(Some(GroupingData {
        n_users: assigned.len() as u64,
        n_unassigned: (everyone.len() - assigned.len()) as u64,
        n_measured: rows.len() as u64,
        is_same_space: is_of_rfm(&found.way),
        methods: vec![
            Grouped { ours: true, space: space(&found.way, language), ..of_ours },
            Grouped { space: rfm_space(language), ..of_theirs },
        ],
        agreement: Agreement {
            adjusted_rand: adjusted_rand(&ours, &theirs)?,
            adjusted_mutual_information: adjusted_mutual_information(&ours, &theirs)?,
            mutual_information: Some(mutual_information(&ours, &theirs)?),
        },
    }))
}

/// At most so many of the rows, at even distances.
fn evenly(rows: &[usize], most: usize) -> Vec<usize> {
    rows.iter().copied().step_by(rows.len().div_ceil(most).max(1)).collect()
}

/// Users whose distances in so many columns can be paid for.
fn n_paired(n_columns: usize) -> usize {
    let most = (MOST_PRODUCTS / n_columns.max(1) as f64).sqrt();
    (most as usize).clamp(500, MOST_PAIRED)
}

/// A figure, or that these users have none: all in one segment, or each in an own.
fn where_there_is_one(figure: Result<f64, DataError>) -> Result<Option<f64>, DataError> {
    match figure {
        Err(DataError::Parameter { .. }) => Ok(None),
        other => other.map(Some),
    }
}

/// The space of a way, in words.
fn space(way: &Way, language: Language) -> String {
    let blocks = || way.blocks().join(" + ");
    match way {
        Way::TwoAxes { .. } | Way::RoundGrid(_) => {
            language.pick("value and taste", "价值与偏好").to_owned()
        }
        Way::KMeans { .. } | Way::Hierarchical { .. } => blocks(),
        Way::Density { .. } => language
            .pick(format!("main directions of {}", blocks()), format!("{} 的主方向", blocks())),
        // Rules look at no space, tiers at one column: they are drawn in that of the baseline.
        Way::ValueTiers { .. } | Way::Rfm(_) | Way::Lifetime(_) | Way::Rules(_) => {
            rfm_space(language)
        }
    }
}

/// Whether segments are drawn and measured in the columns of the baseline.
fn is_of_rfm(way: &Way) -> bool {
    match way {
        Way::ValueTiers { .. } | Way::Rfm(_) | Way::Lifetime(_) | Way::Rules(_) => true,
        _ => way.blocks() == [RFM_BLOCK],
    }
}

fn rfm_space(language: Language) -> String {
    let words = language.pick("recency, frequency, spend", "最近消费、频次、金额");
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_spaces_are_paid_for_with_fewer_users() {
        assert_eq!(n_paired(3), MOST_PAIRED);
        assert!((2_000..2_500).contains(&n_paired(768)), "{}", n_paired(768));
        assert_eq!(n_paired(1_000_000), 500);
    }

    #[test]
    fn many_users_are_thinned_evenly() {
        let rows: Vec<usize> = (0..10).map(|row| row * 7).collect();
        assert_eq!(evenly(&rows, 10), rows);
        assert_eq!(evenly(&rows, 4), [0, 21, 42, 63]);
        assert!(evenly(&[], 4).is_empty());
    }

    #[test]
    fn a_figure_that_does_not_exist_is_left_out_and_a_fault_is_not() {
        let one = Matrix::from_rows(&[[0.0], [1.0]]).expect("rows");
        assert_eq!(where_there_is_one(davies_bouldin(&one, &[3, 3])), Ok(None));
        assert!(where_there_is_one(davies_bouldin(&one, &[3])).is_err());
    }
}
