//! Who is compared: the configured head, and the baselines that it must beat.

use fenqun_base::{Block, Catalogue, DataError, Labels, Matrix, Seed};
use fenqun_encoders::tfidf::{TfIdf, TfIdfModel};
use fenqun_evaluate::compare::{Contender, Predictions};
use fenqun_profiles::Profiles;
use fenqun_segments::{Softmax, Trees};

use crate::RunError;
use crate::heads::{FEATURES, HeadConfig, Input, OnBlocks, weighted};
use crate::steps::{blocks, segment};

/// Most categories that a user's own counts are taken of.
const MOST_CATEGORIES: usize = 256;

/// Names of blocks that only baselines look at.
pub(crate) const RFM: &str = "rfm";
/// See [`RFM`].
pub(crate) const COUNTS: &str = "counts";

/// A head on its blocks, asked on every split.
pub(crate) struct OnRows<'a> {
    name: String,
    is_baseline: bool,
    input: Input,
    labels: &'a Labels,
    /// Rows that may be learned from; all of them when absent.
    learns_from: Option<&'a [bool]>,
}

impl<'a> OnRows<'a> {
    /// A head that is no baseline.
    pub fn ours(
        name: &str,
        head: &HeadConfig,
        blocks: &[Block],
        labels: &'a Labels,
    ) -> Result<Self, RunError> {
        let input = Input::new(head, blocks)?;
        Ok(Self { name: name.to_owned(), is_baseline: false, input, labels, learns_from: None })
    }

    /// A baseline.
    pub fn baseline(
        name: &str,
        head: &HeadConfig,
        blocks: &[Block],
        labels: &'a Labels,
    ) -> Result<Self, RunError> {
        Ok(Self { is_baseline: true, ..Self::ours(name, head, blocks, labels)? })
    }

    /// The head with what it looks at.
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// The same, learning from some rows only.
    pub fn learning_from(self, rows: &'a [bool]) -> Self {
        Self { learns_from: Some(rows), ..self }
    }
}

impl Contender for OnRows<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_baseline(&self) -> bool {
        self.is_baseline
    }

    fn probabilities(
        &self,
        train: &[usize],
        test: &[usize],
        seed: Seed,
    ) -> Result<Predictions, DataError> {
        let may = |&&row: &&usize| self.learns_from.is_none_or(|rows| rows[row]);
        let train: Vec<usize> = train.iter().filter(may).copied().collect();
        predictions(&self.input, self.labels, &train, test, seed)
    }
}

/// What a head that learned from `train` says of `test`.
pub(crate) fn predictions(
    input: &Input,
    labels: &Labels,
    train: &[usize],
    test: &[usize],
    seed: Seed,
) -> Result<Predictions, DataError> {
    let model = input.fit(train, labels, seed)?;
    let asked = input.data.select_rows(test);
    let probabilities = model.probabilities(&asked)?;
    Ok(Predictions { probabilities, decided: model.assign(&asked)?.segments })
}

/// What only baselines and trees look at, beside the blocks of the user vector.
pub(crate) fn plain_blocks(
    profiles: &Profiles,
    catalogue: &Catalogue,
) -> Result<Vec<Block>, RunError> {
    let block = |name: &str, vectors| Block { name: name.to_owned(), vectors };
    let mut plain =
        vec![block(FEATURES, profiles.values.clone()), block(RFM, segment::rfm(profiles)?)];
    if let Some(counts) = own_counts(profiles, catalogue)? {
        plain.push(block(COUNTS, counts.of(profiles, catalogue)?));
    }
    Ok(plain)
}

/// TF-IDF of the categories that most users buy.
pub(crate) struct OwnCounts {
    weights: TfIdfModel,
    /// Where each kept column of the weights goes.
    place: Vec<Option<usize>>,
}

/// Learns which categories count; `None` where nothing is shared.
pub(crate) fn own_counts(
    profiles: &Profiles,
    catalogue: &Catalogue,
) -> Result<Option<OwnCounts>, RunError> {
    let (counts, min_users) = blocks::category_counts(profiles, catalogue)?;
    let Ok(weights) = (TfIdf { min_users }).fit(&counts) else { return Ok(None) };
    if weights.n_kept() < 2 {
        return Ok(None);
    }
    let n_users = weights.transform(&counts)?.column_rows();
    let mut order: Vec<usize> = (0..n_users.len()).collect();
    order.sort_by(|&a, &b| n_users[b].cmp(&n_users[a]).then(a.cmp(&b)));
    order.truncate(MOST_CATEGORIES);
    let mut place = vec![None; n_users.len()];
    order.iter().enumerate().for_each(|(at, &column)| place[column] = Some(at));
    Ok(Some(OwnCounts { weights, place }))
}

impl OwnCounts {
    /// Users × categories.
    pub fn of(&self, profiles: &Profiles, catalogue: &Catalogue) -> Result<Matrix, RunError> {
        let (counts, _) = blocks::category_counts(profiles, catalogue)?;
        let weights = self.weights.transform(&counts)?;
        let width = self.place.iter().flatten().count();
        let mut dense = Matrix::zeros(weights.n_rows(), width);
        for row in 0..weights.n_rows() {
            let to = dense.row_mut(row);
            for (column, weight) in weights.entries(row) {
                if let Some(at) = self.place[column] {
                    to[at] = weight;
                }
            }
        }
        Ok(dense)
    }
}

/// The plain ways, weakest first: what a notebook would try. `trees` are those of the task.
pub(crate) fn baselines<'a>(
    user_blocks: &[Block],
    labels: &'a Labels,
    trees: &Trees,
) -> Result<Vec<OnRows<'a>>, RunError> {
    let softmax = |block| {
        let blocks = weighted(&[(block, 1.0)]);
        HeadConfig::Softmax(OnBlocks::of(blocks, Softmax::default()))
    };
    let mut all = vec![OnRows::baseline("RFM + logistic", &softmax(RFM), user_blocks, labels)?];
    if user_blocks.iter().any(|block| block.name == COUNTS) {
        let head = softmax(COUNTS);
        all.push(OnRows::baseline("own counts + logistic", &head, user_blocks, labels)?);
    }
    let on_features = weighted(&[(FEATURES, 1.0)]);
    let plain = HeadConfig::Trees(OnBlocks::likeliest(on_features.clone(), trees.clone()));
    all.push(OnRows::baseline("aggregates + trees", &plain, user_blocks, labels)?);
    let corrected = HeadConfig::Trees(OnBlocks::of(on_features, trees.clone()));
    let name = "aggregates + trees, prior-corrected";
    all.push(OnRows::baseline(name, &corrected, user_blocks, labels)?);
    Ok(all)
}
