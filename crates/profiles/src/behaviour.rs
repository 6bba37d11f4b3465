//! The table of behaviour features: what one user's events alone say. Those that need to know the
//! shop's catalogue are in [`crate::taste`].
//!
//! Words used in the formulas: a *visit* is the events of one session id, or of one local day
//! where there are none; refunds, coupons and contacts alone make no visit. A *basket* is a visit
//! with a purchase, a *line* one purchase event. Days are counted back from `as_of`; the window of
//! `d` days reaches back exactly `d` × 24 hours.

use fenqun_base::Action;

use crate::feature::{Feature, FeatureKind};
use crate::params::ProfileParams;
use crate::statistics::{entropy, share};
use crate::summary::Summary;

use FeatureKind::{Count, Days, Entropy, Hours, Money, Ratio, Share};
use Needs::{Browsing, Channels, Did, Discounts, Nothing, Prices};
use Over::{Bands, Once, Trends, Weekdays, Windows};

/// What the shop must have for a feature to say anything there; columns that could only be zero
/// are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Needs {
    Nothing,
    Prices,
    Discounts,
    /// Two places or more at which things happen.
    Channels,
    /// Anything but purchases and refunds.
    Browsing,
    Did(Action),
}

/// Whether a row of the table is one feature or one for each window, band or day.
#[derive(Clone, Copy)]
enum Over {
    Once,
    Windows,
    /// Every window that the longest one holds twice.
    Trends,
    Bands,
    Weekdays,
}

/// One row of the table; `{}` in the name stands for the window, band or day.
struct Definition(&'static str, FeatureKind, Needs, Over, fn(&Summary, usize) -> f64, &'static str);

/// Six bands of the day, four hours each.
const BANDS: [&str; 6] = ["00_04", "04_08", "08_12", "12_16", "16_20", "20_24"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

#[rustfmt::skip]
const TABLE: &[Definition] = &[
    Definition("recency", Days, Nothing, Once, |s, _| s.recency, "since the last event of the user's own"),
    Definition("purchase_recency", Days, Browsing, Once, |s, _| s.purchase_recency, "since the last purchase; the tenure when there is none"),
    Definition("tenure", Days, Nothing, Once, |s, _| s.tenure, "since the first event"),
    Definition("visits", Count, Browsing, Once, |s, _| s.n_visits, "visits"),
    Definition("frequency", Count, Nothing, Once, |s, _| s.n_baskets, "visits with a purchase"),
    Definition("spend", Money, Nothing, Once, |s, _| s.bought - s.refunded, "purchases less refunds"),
    Definition("lines", Count, Nothing, Once, |s, _| of(s, Action::Purchase), "purchase events"),
    Definition("basket_mean", Money, Prices, Once, |s, _| s.basket.mean, "mean money of a basket, refunds not taken off"),
    Definition("basket_sd", Money, Prices, Once, |s, _| s.basket.sd, "sample standard deviation of the same; 0 below two baskets"),
    Definition("basket_median", Money, Prices, Once, |s, _| s.basket.median, "median of the same"),
    Definition("basket_max", Money, Prices, Once, |s, _| s.basket.max, "largest of the same"),
    Definition("last_basket", Money, Prices, Once, |s, _| s.last_basket, "money of the latest basket"),
    Definition("basket_lines", Ratio, Nothing, Once, |s, _| share(of(s, Action::Purchase), s.n_baskets), "lines / baskets"),
    Definition("gap_mean", Days, Nothing, Once, |s, _| s.gap.mean, "mean time between the starts of consecutive visits; the tenure below two visits"),
    Definition("gap_sd", Days, Nothing, Once, |s, _| s.gap.sd, "sample standard deviation of the same; 0 below three visits"),
    Definition("gap_median", Days, Nothing, Once, |s, _| s.gap.median, "median of the same; the tenure below two visits"),
    Definition("gap_max", Days, Nothing, Once, |s, _| s.gap.max, "longest of the same; the tenure below two visits"),
    Definition("gap_cv", Ratio, Nothing, Once, |s, _| share(s.gap.sd, s.gap.mean), "gap_sd / gap_mean"),
    Definition("recency_over_gap", Ratio, Nothing, Once, |s, _| s.recency / s.gap.mean.max(1.0), "recency / max(gap_mean, 1 day)"),
    Definition("visits_{}d", Count, Nothing, Windows, |s, w| s.visits_in[w], "visits that began in the window"),
    Definition("frequency_{}d", Count, Browsing, Windows, |s, w| s.baskets_in[w], "visits with a purchase that began in the window"),
    Definition("spend_{}d", Money, Prices, Windows, |s, w| s.spend_in[w], "purchases less refunds in the window"),
    Definition("trend_visits_{}d", Ratio, Nothing, Trends, |s, w| log_ratio(s.visits_in[w], s.visits_before[w]), "ln((1 + visits in the window) / (1 + visits in the window before it))"),
    Definition("trend_spend_{}d", Ratio, Prices, Trends, |s, w| log_ratio(s.spend_in[w], s.spend_before[w]), "ln((1 + spend in the window) / (1 + spend in the window before it)), negative spend as 0"),
    Definition("active_fortnights", Share, Nothing, Once, |s, _| s.active_fortnights, "share of the fortnights from the first event to as_of that hold a visit"),
    Definition("hour_{}", Share, Nothing, Bands, |s, b| s.hours[b], "share of visits that begin in these hours of the shop's wall clock"),
    Definition("usual_hour", Hours, Nothing, Once, |s, _| s.usual_hour, "circular mean of the hours at which visits begin"),
    Definition("hour_entropy", Entropy, Nothing, Once, |s, _| entropy(&s.hours), "entropy of the six hour shares"),
    Definition("weekday_{}", Share, Nothing, Weekdays, |s, d| s.weekdays[d], "share of visits that begin on this day of the shop's wall clock"),
    Definition("weekday_entropy", Entropy, Nothing, Once, |s, _| entropy(&s.weekdays), "entropy of the seven weekday shares"),
    Definition("repeat_rate", Share, Nothing, Once, |s, _| s.repeat_rate, "share of lines whose item the user had bought in an earlier visit"),
    Definition("discount_share", Share, Discounts, Once, |s, _| share(s.discount, s.discount + s.bought), "discounts / (discounts + purchases)"),
    Definition("discounted_lines", Share, Discounts, Once, |s, _| share(s.n_discounted, of(s, Action::Purchase)), "share of purchase lines with a discount"),
    Definition("refund_share", Share, Did(Action::Refund), Once, |s, _| share(of(s, Action::Refund), of(s, Action::Refund) + of(s, Action::Purchase)), "refund events / (refund + purchase events)"),
    Definition("n_view", Count, Did(Action::View), Once, |s, _| of(s, Action::View), "events of this action"),
    Definition("n_favourite", Count, Did(Action::Favourite), Once, |s, _| of(s, Action::Favourite), "events of this action"),
    Definition("n_cart", Count, Did(Action::Cart), Once, |s, _| of(s, Action::Cart), "events of this action"),
    Definition("n_refund", Count, Did(Action::Refund), Once, |s, _| of(s, Action::Refund), "events of this action"),
    Definition("n_search", Count, Did(Action::Search), Once, |s, _| of(s, Action::Search), "events of this action"),
    Definition("n_review", Count, Did(Action::Review), Once, |s, _| of(s, Action::Review), "events of this action"),
    Definition("n_coupon", Count, Did(Action::Coupon), Once, |s, _| of(s, Action::Coupon), "events of this action"),
    Definition("coupon_ratio", Ratio, Did(Action::Coupon), Once, |s, _| share(of(s, Action::Coupon), s.n_baskets), "coupon events / visits with a purchase"),
    Definition("channels", Count, Channels, Once, |s, _| s.n_channels, "shops, sites or apps with an event of the user's own"),
    Definition("main_channel_share", Share, Channels, Once, |s, _| s.main_channel, "largest share of such events that one of them has"),
    Definition("conversion", Ratio, Did(Action::View), Once, |s, _| share(of(s, Action::Purchase), of(s, Action::View)), "purchase events / views; 0 without views"),
];

/// One feature of one shop's profiles, and how it is read from a summary.
#[derive(Clone)]
pub(crate) struct Column {
    pub feature: Feature,
    pub needs: Needs,
    value: fn(&Summary, usize) -> f64,
    nth: usize,
}

impl Column {
    /// The feature of one user.
    pub fn value(&self, summary: &Summary) -> f64 {
        (self.value)(summary, self.nth)
    }
}

/// The table written out for the windows asked for.
pub(crate) fn columns(params: &ProfileParams) -> Vec<Column> {
    let windows: Vec<String> = params.windows_days.iter().map(u32::to_string).collect();
    let mut columns = Vec::new();
    for &Definition(name, kind, needs, over, value, _) in TABLE {
        let places: Vec<&str> = match over {
            Once => vec![""],
            Windows => windows.iter().map(String::as_str).collect(),
            Trends => windows.iter().take(n_trends(params)).map(String::as_str).collect(),
            Bands => BANDS.to_vec(),
            Weekdays => WEEKDAYS.to_vec(),
        };
        columns.extend(places.iter().enumerate().map(|(nth, place)| {
            let feature = Feature::new(name.replace("{}", place), kind);
            Column { feature, needs, value, nth }
        }));
    }
    columns
}

/// Whether a feature is 0 for everyone in a shop that lacks what it needs. Others that are left out
/// there repeat a feature that is kept.
pub(crate) fn is_zero_without(name: &str) -> bool {
    let of_name = |definition: &&Definition| match definition.0.split_once("{}") {
        None => definition.0 == name,
        Some((before, after)) => {
            let place = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            place
                .is_some_and(|place| !place.is_empty() && place.bytes().all(|b| b.is_ascii_digit()))
        }
    };
    let needs = TABLE.iter().find(of_name).map(|definition| definition.2);
    matches!(needs, Some(Prices | Discounts | Did(_)))
}

/// How many windows, from the shortest, the longest one holds twice; the shortest always counts.
fn n_trends(params: &ProfileParams) -> usize {
    let longest = params.windows_days.last().copied().unwrap_or(0);
    params.windows_days.iter().filter(|&&days| 2 * days <= longest).count().max(1)
}

/// Name pattern and formula of every behaviour feature, in order.
pub(crate) fn formulas() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|definition| (definition.0, definition.5))
}

fn of(summary: &Summary, action: Action) -> f64 {
    summary.actions[usize::from(action as u8)]
}

fn log_ratio(recent: f64, before: f64) -> f64 {
    recent.max(0.0).ln_1p() - before.max(0.0).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_all_written_out() {
        let mut names: Vec<String> = columns(&ProfileParams::default())
            .into_iter()
            .map(|column| column.feature.name)
            .collect();
        assert!(names.iter().all(|name| !name.contains('{')));
        let n_columns = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), n_columns);
    }
}
