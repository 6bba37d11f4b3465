//! Why a user is told a class of a label.

use fenqun_base::{Contributions, Matrix};
use fenqun_explain::why::Part;

use super::Shop;
use super::purchases::Purchases;
use crate::RunError;
use crate::heads::{Span, Teller};

/// What a head says of one user.
pub(super) struct ToldOf {
    pub parts: Vec<Part>,
    /// One a class.
    pub probabilities: Vec<f32>,
    /// The likeliest class but the one told.
    pub rival: u32,
}

impl Shop {
    /// Parts of the score of class `own` less that of its rival; `seen` is what the head looks at, of
    /// all users.
    pub(super) fn label_parts(
        &self,
        teller: &Teller,
        seen: &Matrix,
        row: usize,
        own: u32,
    ) -> Result<ToldOf, RunError> {
        let user = seen.select_rows(&[row]);
        let probabilities = teller.head().probabilities(&user)?.into_values();
        let others = (0..probabilities.len()).filter(|&class| class != own as usize);
        let rival = others
            .max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]).then(b.cmp(&a)))
            .unwrap_or(own as usize);
        let parts = match teller.head().contributions(user.row(0))? {
            Some(found) => self.parts_between(teller, &found, row, own as usize, rival)?,
            None => Vec::new(),
        };
        Ok(ToldOf { parts, probabilities, rival: rival as u32 })
    }

    fn parts_between(
        &self,
        teller: &Teller,
        found: &Contributions,
        row: usize,
        own: usize,
        rival: usize,
    ) -> Result<Vec<Part>, RunError> {
        let amount = |column: usize| found.amounts[own][column] - found.amounts[rival][column];
        let slope = |column: usize| {
            f64::from(found.slopes.at(own, column)) - f64::from(found.slopes.at(rival, column))
        };
        let mut bought = Purchases::of(self);
        let mut parts = Vec::new();
        let mut first = 0;
        for (span, factor) in teller.spans() {
            let sources = match span {
                Span::Features => None,
                Span::Block(block) => block.sources(self.sight())?,
            };
            match sources {
                None => {
                    let features = &self.profiles.features;
                    parts.extend(features.iter().enumerate().filter_map(|(at, feature)| {
                        self.feature(row, own as u32, &feature.name, amount(first + at))
                    }));
                    first += features.len();
                }
                Some(sources) => {
                    let width = sources.steps.n_columns();
                    let slopes: Vec<f64> = (first..first + width)
                        .map(|column| f64::from(factor) * slope(column))
                        .collect();
                    let apart = sources.apart_from_mean(row);
                    bought.add(&sources, sources.along(&apart, &slopes));
                    first += width;
                }
            }
        }
        parts.extend(bought.parts(self, row, own as u32)?);
        Ok(parts)
    }
}
