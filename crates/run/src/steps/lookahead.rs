//! What segments say of the next period: fitted on everything before a day, asked of the days
//! after it, beside the baseline. Nothing of the asked days is seen by any fit.

use std::collections::BTreeSet;

use fenqun_base::{
    Catalogue, DataError, Event, Fitted, Matrix, NO_CODE, Progress, Seed, Segmenter,
};
use fenqun_evaluate::{mix_explained, variance_explained};
use fenqun_events::EventTable;
use fenqun_profiles::{Parts, ProfileParams, Profiles, ProfilesError, build};
use fenqun_segments::KMeans;

use super::blocks::{self, Sight};
use super::models::Models;
use super::segment::{self, Found, Shop};
use super::texts::Texts;
use crate::{Config, RunError};

/// Length of the period that is asked about.
const DAYS: i64 = 28;

/// The past must be at least so many periods long.
const PERIODS: i64 = 4;

/// Categories whose shares are asked about: the most bought ones.
const N_CATEGORIES: usize = 100;

/// A level of categories is wide enough to speak of a mix from so many categories on.
const LEAST_CATEGORIES: usize = 8;

/// Shares of variance of the next period.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Explained {
    /// Of ln(1 + spend).
    pub spend: f64,
    /// Of category shares.
    pub mix: f64,
}

/// The segments and the baseline, asked alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ahead {
    pub ours: Explained,
    pub baseline: Explained,
}

/// Looks ahead; `None` where the data are too short or too few.
pub(crate) fn look(
    config: &Config,
    table: &EventTable,
    as_of: i64,
    texts: Result<&Texts, &String>,
    found: &Found,
    seed: Seed,
    progress: &Progress,
) -> Result<Option<Ahead>, RunError> {
    let from = as_of - DAYS * 86_400_000;
    if table.first_time() > from - PERIODS * DAYS * 86_400_000 {
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
    /// Rows of the past that did anything, and their shares.
    active: Vec<usize>,
    shares: Matrix,
}

impl Next {
    fn of(past: &Profiles, next: &Profiles, catalogue: &Catalogue) -> Result<Self, RunError> {
        let money = if next.value_basis.name() == "spend" { &next.spend } else { &next.items };
        let mut totals = vec![0.0_f64; catalogue.len()];
        for row in 0..money.n_rows() {
            money.entries(row).for_each(|(item, amount)| totals[item] += f64::from(amount));
        }
        let (code_of, n_codes) = categories(catalogue, &totals);
        let grouped = money.regroup(&code_of, n_codes)?;
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
            if amount > 0.0 {
                active.push(row);
                let mut own = vec![0.0; n_codes];
                grouped.entries(at).for_each(|(code, part)| own[code] = part / amount);
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

/// For every item the code of its category at the widest level that has enough of them, else of
/// itself; only the categories with the largest totals have a code.
fn categories(catalogue: &Catalogue, totals: &[f64]) -> (Vec<u32>, usize) {
    let levels = (0..catalogue.category_levels()).map(|level| catalogue.categories_at(level));
    let (code_of, n_codes) = levels
        .map(|(code_of, names)| (code_of, names.len()))
        .find(|&(_, n_codes)| n_codes >= LEAST_CATEGORIES)
        .unwrap_or_else(|| ((0..totals.len() as u32).collect(), totals.len()));
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
