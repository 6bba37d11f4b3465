//! What segments say of the next period: fitted on everything before a day, asked of the days
//! after it, beside the baseline. Nothing of the asked days is seen by any fit.

use std::collections::BTreeSet;

use fenqun_base::{
    Catalogue, DataError, Event, Fitted, Matrix, NO_CODE, Progress, Seed, Segmenter,
};
use fenqun_evaluate::{mix_explained, variance_explained};
use fenqun_events::EventTable;
use fenqun_profiles::{Parts, ProfileParams, Profiles, ProfilesError, ValueBasis, build};
use fenqun_segments::KMeans;

use super::blocks::{self, Sight};
use super::models::Models;
use super::segment::{self, Found, Shop};
use crate::{Config, RunError};

/// Length of the period that is asked about where the usual user buys often.
const DAYS: i64 = 28;

/// The same where purchases are rare: in four weeks most users would do nothing.
const DAYS_BETWEEN_RARE: i64 = 90;

/// The past must be at least so many periods long.
const PERIODS: i64 = 4;

/// Categories whose shares are asked about: the most bought ones. Of rarer ones a user's few
/// purchases in a period say little but chance.
const N_CATEGORIES: usize = 10;

/// A level of categories is fine enough to speak of a mix from so many categories on.
const LEAST_CATEGORIES: usize = 50;

/// Shares of variance of the next period.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Explained {
    /// Of ln(1 + spend), users who bought nothing included.
    pub spend: f64,
    /// Of the square roots of the shares of the ten most bought categories in what each user bought:
    /// roots, because the variance of a plain share grows with the share, and the one or two largest
    /// categories would be all that counts (Hellinger's distance between two mixes).
    pub mix: f64,
}

/// The segments and the baseline, asked alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ahead {
    /// Length of the period.
    pub days: u32,
    pub ours: Explained,
    pub baseline: Explained,
}

/// Looks ahead; `None` where the data are too short or too few.
pub(crate) fn look(
    config: &Config,
    shop: Shop<'_>,
    found: &Found,
    seed: Seed,
    progress: &Progress,
) -> Result<Option<Ahead>, RunError> {
    let Shop { profiles, texts, events: table, .. } = shop;
    let as_of = profiles.as_of;
    let days = match profiles.value_basis {
        ValueBasis::SpendRanks => DAYS_BETWEEN_RARE,
        ValueBasis::RecentSpend | ValueBasis::RecentActivity => DAYS,
    };
    let from = as_of - days * 86_400_000;
    if table.first_time() > from - PERIODS * days * 86_400_000 {
        return Ok(None);
    }
    // Sequences are not asked for here; short ones keep memory for what is.
    let params = ProfileParams { max_sequence: 1, ..config.profiles.clone() };
    let past = build(table, from, &params, progress)?;
    let next = match build(&Since { table, from }, as_of, &params, progress) {
        Err(ProfilesError::NoEvents { .. }) => return Ok(None),
        other => other?,
    };
    let catalogue = table.catalogue();
    let shop = Shop { profiles: &past, catalogue, texts, events: table };
    let nowhere = Models::nowhere();
    let blocks = match found.way.blocks() {
        [] => Vec::new(),
        names => {
            let sight = Sight { profiles: &past, catalogue, texts: texts.ok() };
            let blocks = blocks::these(names, sight, seed, &nowhere)?;
            if blocks.is_empty() {
                // A shorter past may have data for none of them.
                return Ok(None);
            }
            blocks
        }
    };
    if past.n_users() <= found.assignment.n_segments {
        return Ok(None);
    }
    let ours = match segment::fit(&found.way, shop, &blocks, seed, &nowhere) {
        // A shorter past may be too short for the method; the run itself was not.
        Err(RunError::Step { source: DataError::NotConverged { .. }, .. }) => return Ok(None),
        // Nor need a shorter past know every column that is asked for.
        Err(RunError::Rules(_) | RunError::NoColumn { .. }) => return Ok(None),
        other => segment::groups(&other?.assignment),
    };
    let rfm = segment::rfm(&past)?;
    // As many groups as there are ours: more explain more of any outcome.
    let n_segments = ours.iter().collect::<BTreeSet<_>>().len();
    let beside = KMeans { n_segments, ..KMeans::default() };
    let ordered = rfm.select_rows(&segment::key_free_order(&past));
    let baseline = beside.fit(&ordered, seed.derive("rfm"))?.assign(&rfm)?;
    let next = Next::of(&past, &next, catalogue)?;
    Ok(Some(Ahead {
        days: days as u32,
        ours: next.explained_by(&ours)?,
        baseline: next.explained_by(&baseline.segments)?,
    }))
}

/// Events from a time on.
struct Since<'a> {
    table: &'a EventTable,
    from: i64,
}

impl Parts for Since<'_> {
    fn n_parts(&self) -> usize {
        self.table.n_parts()
    }

    fn part(&self, index: usize) -> Result<Vec<Event>, ProfilesError> {
        let mut events = self.table.part(index)?;
        events.retain(|event| event.time >= self.from);
        Ok(events)
    }

    fn catalogue(&self) -> &Catalogue {
        self.table.catalogue()
    }
}

/// What the users of the past did next.
struct Next {
    /// ln(1 + spend), one a user of the past; without prices, of weighted actions.
    amounts: Vec<f32>,
    /// Rows of the past that did anything, and the roots of their shares.
    active: Vec<usize>,
    shares: Matrix,
}

impl Next {
    fn of(past: &Profiles, next: &Profiles, catalogue: &Catalogue) -> Result<Self, RunError> {
        let money = if next.value_basis.name() == "spend" { &next.spend } else { &next.items };
        let mut totals = vec![0.0_f64; catalogue.len()];
        for row in 0..next.items.n_rows() {
            next.items.entries(row).for_each(|(item, n)| totals[item] += f64::from(n.max(0.0)));
        }
        let (code_of, n_codes) = categories(catalogue, &totals);
        let grouped = next.items.regroup(&code_of, n_codes)?;
        let mut amounts = Vec::with_capacity(past.n_users());
        let mut active = Vec::new();
        let mut shares = Vec::new();
        for (row, &user) in past.users.iter().enumerate() {
            let Some(at) = next.row_of(user) else {
                amounts.push(0.0);
                continue;
            };
            let amount: f32 = money.entries(at).map(|(_, amount)| amount.max(0.0)).sum();
            amounts.push(amount.ln_1p());
            let done: f32 = next.items.entries(at).map(|(_, n)| n.max(0.0)).sum();
            if done > 0.0 {
                active.push(row);
                let mut own = vec![0.0; n_codes];
                grouped.entries(at).for_each(|(code, n)| own[code] = (n.max(0.0) / done).sqrt());
                shares.push(own);
            }
        }
        Ok(Self { amounts, active, shares: Matrix::from_rows(&shares)? })
    }

    fn explained_by(&self, segments: &[u32]) -> Result<Explained, RunError> {
        let active: Vec<u32> = self.active.iter().map(|&row| segments[row]).collect();
        Ok(Explained {
            spend: variance_explained(segments, &self.amounts)?,
            mix: mix_explained(&active, &self.shares)?,
        })
    }
}

/// For every item the code of its category at the widest level that has enough of them, else at the
/// narrowest there is, and of itself where there are none; only the categories with the largest totals
/// have a code.
fn categories(catalogue: &Catalogue, totals: &[f64]) -> (Vec<u32>, usize) {
    let n_levels = catalogue.category_levels();
    let levels = (0..n_levels).map(|level| (level, catalogue.categories_at(level)));
    let (code_of, n_codes) = levels
        .map(|(level, (code_of, names))| (level, code_of, names.len()))
        .find(|&(level, _, n)| n >= LEAST_CATEGORIES || (level + 1 == n_levels && n > 1))
        .map_or_else(
            || ((0..totals.len() as u32).collect(), totals.len()),
            |(_, code_of, n_codes)| (code_of, n_codes),
        );
    let mut of_code = vec![0.0; n_codes];
    for (&code, &total) in code_of.iter().zip(totals) {
        if code != NO_CODE {
            of_code[code as usize] += total;
        }
    }
    let mut order: Vec<usize> = (0..n_codes).filter(|&code| of_code[code] > 0.0).collect();
    order.sort_by(|&a, &b| of_code[b].total_cmp(&of_code[a]).then(a.cmp(&b)));
    order.truncate(N_CATEGORIES);
    let mut kept = vec![NO_CODE; n_codes];
    for (at, &code) in order.iter().enumerate() {
        kept[code] = at as u32;
    }
    let renamed = code_of.iter().map(|&code| kept.get(code as usize).copied().unwrap_or(NO_CODE));
    (renamed.collect(), order.len())
}

#[cfg(test)]
mod tests {
    use fenqun_base::Item;

    use super::*;

    /// A catalogue of 120 items: two departments, of `n_types` types.
    fn catalogue(n_types: usize) -> Catalogue {
        let item = |at: usize| Item {
            id: format!("i{at}"),
            category: vec![format!("department {}", at % 2), format!("type {:03}", at % n_types)],
            ..Item::default()
        };
        Catalogue { items: (0..120).map(item).collect() }
    }

    #[test]
    fn a_mix_is_that_of_the_widest_level_that_is_fine_enough() {
        // Item 7 is bought most; items of one type add up.
        let totals: Vec<f64> = (0..120).map(|at| if at == 7 { 50.0 } else { 1.0 }).collect();
        let (code_of, n_codes) = categories(&catalogue(60), &totals);
        assert_eq!(n_codes, N_CATEGORIES);
        assert_eq!((code_of[7], code_of[67]), (0, 0), "both are type 007");
        // Too few types: still the narrowest level there is.
        let (code_of, n_codes) = categories(&catalogue(6), &totals);
        assert_eq!((n_codes, code_of[7], code_of[1]), (6, 0, 0));
    }

    #[test]
    fn without_categories_a_mix_is_that_of_items() {
        let items = (0..30).map(|at| Item { id: format!("i{at}"), ..Item::default() }).collect();
        let totals: Vec<f64> = (0..30).map(f64::from).collect();
        let (code_of, n_codes) = categories(&Catalogue { items }, &totals);
        assert_eq!(n_codes, N_CATEGORIES);
        assert_eq!((code_of[29], code_of[20], code_of[19]), (0, 9, NO_CODE));
    }
}
