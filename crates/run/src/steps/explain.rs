//! From segments to what people read: cards, reasons, the report's data.

use fenqun_base::{Assignment, Catalogue, Matrix, Seed, UserId};
use fenqun_events::Ledger;
use fenqun_explain::Card;
use fenqun_explain::why::{RuleParams, short_rules};
use fenqun_profiles::Profiles;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::grouping;
use super::lookahead::Ahead;
use super::segment::{self, Found, Way};
use super::texts::Texts;
use crate::artifacts::SegmentRows;
use crate::manifest::Manifest;
use crate::report::{
    FileQuality, MapPoint, Method, Named, Rejected, ReportData, RunFacts, StabilityFacts,
    StageTime, TopFeature,
};
use crate::{Config, RunError};

/// Below this stability segments are not to be relied on, and the report says so.
const LEAST_STABILITY: f64 = 0.7;

/// The name of users in no segment, in every language: programs look for it.
const UNASSIGNED: &str = "unassigned";

/// Features named as those by which segments differ most.
const N_TOP_FEATURES: usize = 12;

/// Everything that is told of a run.
pub(crate) struct Told {
    pub cards: Vec<Card>,
    pub remarks: Vec<String>,
    data: ReportData,
}

/// Writes cards and gathers the report.
pub(crate) fn tell(
    config: &Config,
    profiles: &Profiles,
    catalogue: &Catalogue,
    found: &Found,
    texts: Result<&Texts, &String>,
    ahead: Option<Ahead>,
    (first_time, last_time): (i64, i64),
) -> Result<Told, RunError> {
    let mut cards = fenqun_explain::cards(
        profiles,
        catalogue,
        &found.assignment,
        &found.shape,
        &found.space,
        &config.cards,
    )?;
    for (card, name) in cards.iter_mut().zip(&found.names) {
        card.name.clone_from(name);
        if card.value_tier.is_some() {
            card.value_tier = Some(name.clone());
        }
    }
    let (features, values) = (&profiles.features, &profiles.values);
    let rules = short_rules(features, values, &found.assignment, &RuleParams::default())?;
    for (card, rule) in cards.iter_mut().zip(rules) {
        card.rule = rule;
    }
    let language = config.cards.language;
    let mut remarks = found.remarks.clone();
    if let Err(reason) = texts {
        let words = language.pick("Warning: no text vectors", "警告：没有文本向量");
        remarks.push(format!("{words}: {reason}"));
    }
    remarks.push(match &found.stability {
        Some(held) => held.words(language),
        None => language
            .pick(
                "Segments are defined by rules: nothing is fitted, and there is no figure of \
                 stability",
                "分群由规则定义：没有拟合过程，因此没有稳定性数值",
            )
            .to_owned(),
    });
    let figure = found.stability.as_ref().map(|held| held.figure);
    if found.is_weak || figure.is_some_and(|figure| figure.mean < LEAST_STABILITY) {
        remarks.push(language.pick(
            format!(
                "Warning: taste groups or segments are less stable than {LEAST_STABILITY}: they \
                 change when users are resampled"
            ),
            format!("警告：偏好分组或分群的稳定性低于 {LEAST_STABILITY}，重新抽样用户时会改变"),
        ));
    }
    let grouping = grouping::grouping(profiles, found, Seed(config.seed), language)?;
    let methods = [(&found.method, true), (&found.baseline, false)];
    let data = ReportData {
        language,
        title: config.title.clone(),
        currency: config.cards.currency.clone(),
        segments: cards.clone(),
        map: map(found),
        choice: found.choice.clone(),
        stability: figure.map(|figure| StabilityFacts {
            mean: figure.mean,
            low: figure.low,
            high: figure.high,
            n_refits: figure.n_refits,
            least: LEAST_STABILITY,
        }),
        methods: methods
            .into_iter()
            .map(|(method, ours)| Method { ours, ..method.clone() })
            .zip(ahead.map_or([None, None], |ahead| [Some(ahead.ours), Some(ahead.baseline)]))
            .map(|(method, explained)| match explained {
                Some(explained) => Method {
                    spend_explained: Some(explained.spend),
                    mix_explained: Some(explained.mix),
                    ..method
                },
                None => method,
            })
            .collect(),
        ahead_days: ahead.map_or(0, |ahead| ahead.days),
        grouping,
        notes: remarks.clone(),
        features: top_features(profiles, found),
        facts: RunFacts {
            value_formula: profiles.value_basis.formula().to_owned(),
            first_event: shop_day(config, first_time),
            last_event: shop_day(config, last_time),
            ..RunFacts::default()
        },
        ..ReportData::default()
    };
    Ok(Told { cards, remarks, data })
}

impl Told {
    /// The report's data, with what only the end of the run knows.
    pub fn report(&self, manifest: &Manifest, ledger: &Ledger) -> ReportData {
        let language = self.data.language;
        let mut data = self.data.clone();
        data.notes.extend(ledger.notes.iter().cloned());
        data.quality = ledger
            .files
            .iter()
            .map(|file| FileQuality {
                file: file.file.clone(),
                n_in: file.n_in,
                n_kept: file.n_kept,
                n_duplicate: file.n_duplicate,
                rejected: file
                    .n_rejected
                    .iter()
                    .map(|(reason, &n)| Rejected {
                        reason: reason.name().to_owned(),
                        text: reason.sentence(language).to_owned(),
                        n,
                    })
                    .collect(),
            })
            .collect();
        let more = manifest.text_model.iter().flat_map(|model| {
            let named = |name: &str, text: String| Named { name: name.to_owned(), text };
            [
                named("text model", format!("{} ({})", model.model, &model.fingerprint)),
                named(
                    "texts read",
                    format!(
                        "{} of {}, {:.1} % of interactions",
                        model.n_read,
                        model.n_texts,
                        model.coverage * 100.0
                    ),
                ),
            ]
        });
        data.facts = RunFacts {
            run_id: manifest.config_hash.clone(),
            version: manifest.fenqun.clone(),
            seed: manifest.config.seed,
            as_of: manifest.as_of.clone(),
            n_files: manifest.inputs.len() as u64,
            n_rows: manifest.counts.n_rows,
            n_events: manifest.counts.n_events,
            n_users: manifest.counts.n_users as u64,
            n_items: manifest.counts.n_items as u64,
            more: more.collect(),
            stages: manifest
                .timings
                .iter()
                .map(|timing| StageTime { name: timing.step.clone(), seconds: timing.seconds })
                .collect(),
            config: toml::to_string_pretty(&manifest.config).unwrap_or_default(),
            ..data.facts
        };
        data
    }

    /// The rows of `segments.parquet`.
    pub fn rows(&self, profiles: &Profiles, found: &Found) -> SegmentRows {
        let is_measured = !matches!(found.way, Way::Rules(_));
        let rows = rows(&profiles.users, &found.assignment, &self.cards, is_measured);
        SegmentRows { shares: found.shares.clone(), ..rows }
    }
}

/// Users with the number, name and reasons of their segments; one card a segment.
///
/// Of a user in none the nearest segment is told, where nearness is measured.
pub(crate) fn rows(
    users: &[UserId],
    assignment: &Assignment,
    cards: &[Card],
    is_measured: bool,
) -> SegmentRows {
    let segments = &assignment.segments;
    let card = |segment: u32| &cards[segment as usize];
    let name = |(row, &segment): (usize, &u32)| match assignment.is_assigned(row) {
        true => card(segment).name.clone(),
        false => UNASSIGNED.to_owned(),
    };
    let told = |(row, &segment): (usize, &u32)| match assignment.is_assigned(row) {
        true => reasons(card(segment)),
        // As rules name a segment of the run: its number, then its name.
        false if is_measured => vec![format!("nearest={segment} {}", card(segment).name)],
        false => Vec::new(),
    };
    SegmentRows {
        unassigned: assignment.unassigned.clone(),
        users: users.to_vec(),
        client_ids: users.iter().map(|user| user.client_id()).collect(),
        segments: segments.clone(),
        names: segments.iter().enumerate().map(name).collect(),
        scores: assignment.scores.clone(),
        reasons: segments.iter().enumerate().map(told).collect(),
        ..SegmentRows::default()
    }
}

/// Why a user is in a segment, as codes: the place on each axis, then what sets the segment apart.
fn reasons(card: &Card) -> Vec<String> {
    let tier = card.tier.map(|tier| format!("value_tier={tier}"));
    let taste = card.taste.map(|taste| format!("taste={taste}"));
    let categories = card.categories.iter().take(2).map(|it| format!("category={}", it.name));
    let traits = card.traits.iter().take(2).map(|it| {
        let side = if it.effect > 0.0 { "high" } else { "low" };
        format!("{}={side}", it.feature)
    });
    tier.into_iter().chain(taste).chain(categories).chain(traits).collect()
}

/// The day of an instant on the shop's own calendar, as `YYYY-MM-DD`.
fn shop_day(config: &Config, time: i64) -> String {
    let zone = config.source.first().map_or("UTC", |source| source.time.zone.as_str());
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let instant = Timestamp::from_millisecond(time);
    instant.map(|time| zone.to_datetime(time).date().to_string()).unwrap_or_default()
}

fn map(found: &Found) -> Vec<MapPoint> {
    let segments = &found.assignment.segments;
    let point = |(row, &segment): (usize, &u32)| MapPoint {
        x: found.plane.at(row, 0),
        y: found.plane.at(row, 1),
        segment,
    };
    let assigned =
        segments.iter().enumerate().filter(|(row, _)| found.assignment.is_assigned(*row));
    assigned.map(point).collect()
}

/// The features whose variance segments explain best.
fn top_features(profiles: &Profiles, found: &Found) -> Vec<TopFeature> {
    let groups = segment::groups(&found.assignment);
    let strength = |column: usize| {
        let ranks = ranks(&profiles.values, column);
        fenqun_evaluate::variance_explained(&groups, &ranks).unwrap_or(0.0)
    };
    let mut features: Vec<TopFeature> = profiles
        .features
        .iter()
        .enumerate()
        .map(|(column, feature)| TopFeature {
            name: feature.name.clone(),
            strength: strength(column),
        })
        .collect();
    features.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(a.name.cmp(&b.name)));
    // Who spends more in 28 days also spends more in 91: one window speaks for all.
    let mut families: Vec<String> = Vec::new();
    features.retain(|feature| {
        let windowless = feature.name.split(|letter: char| letter.is_ascii_digit()).next();
        let family = windowless.unwrap_or_default().trim_end_matches('_').to_owned();
        let is_new = !families.contains(&family);
        families.push(family);
        is_new
    });
    features.truncate(N_TOP_FEATURES);
    features
}

/// Ranks of a column, so that a few very large users do not decide what is told.
fn ranks(values: &Matrix, column: usize) -> Vec<f32> {
    let column = values.column(column);
    let mut order: Vec<usize> = (0..column.len()).collect();
    order.sort_by(|&a, &b| column[a].total_cmp(&column[b]));
    let mut ranks = vec![0.0; column.len()];
    let mut start = 0;
    while start < order.len() {
        let value = column[order[start]];
        let end = start + order[start..].iter().take_while(|&&row| column[row] == value).count();
        // Equal values share the middle of their ranks. NaN equals nothing, itself included.
        let end = end.max(start + 1);
        for &row in &order[start..end] {
            ranks[row] = (start + end - 1) as f32 / 2.0;
        }
        start = end;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_rank() {
        let values = Matrix::from_rows(&[[3.0], [1.0], [3.0], [2.0]]).expect("rows");
        assert_eq!(ranks(&values, 0), [2.5, 0.0, 2.5, 1.0]);
    }
}
