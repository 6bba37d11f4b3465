//! The table of phrases: how each feature is told, in English and Chinese.

use fenqun_profiles::{Feature, FeatureKind};

use crate::card::CardParams;
use crate::{label, numbers};

/// A feature in words.
pub(super) struct Phrase {
    pub text: String,
    pub hint: Option<&'static str>,
    pub family: String,
}

/// One row of the table. `*` in the pattern takes the rest of a feature's name, and comes back as
/// `*` in the phrase; `{}` is the number with its unit, `[many|one]` what it counts. Short names are for users who have much of
/// it, then for those who have little.
struct Row {
    pattern: &'static str,
    family: &'static str,
    en: &'static str,
    zh: &'static str,
    high: Option<(&'static str, &'static str)>,
    low: Option<(&'static str, &'static str)>,
}

const fn row(
    pattern: &'static str,
    family: &'static str,
    en: &'static str,
    zh: &'static str,
    high: Option<(&'static str, &'static str)>,
    low: Option<(&'static str, &'static str)>,
) -> Row {
    Row { pattern, family, en, zh, high, low }
}

/// Features that only a statistician would want to be told of.
const NOT_TOLD: [&str; 10] = [
    "basket_sd",
    "gap_cv",
    "gap_sd",
    "hour_entropy",
    "item_entropy",
    "category_entropy",
    "wide_category_entropy",
    "usual_hour",
    "weekday_entropy",
    "recency_over_gap",
];

const FREQUENT: Option<(&str, &str)> = Some(("Frequent shoppers", "常客"));
const RARE: Option<(&str, &str)> = Some(("Rare shoppers", "低频用户"));
const LAPSED: Option<(&str, &str)> = Some(("Long absent", "久未到访"));
const RECENT: Option<(&str, &str)> = Some(("Recently active", "近期活跃"));
const BIG: Option<(&str, &str)> = Some(("Big spenders", "高消费"));
const SMALL: Option<(&str, &str)> = Some(("Small spenders", "低消费"));
const BIG_BASKET: Option<(&str, &str)> = Some(("Big baskets", "大单"));
const SMALL_BASKET: Option<(&str, &str)> = Some(("Small baskets", "小单"));
const RISING: Option<(&str, &str)> = Some(("Growing", "上升期"));
const FADING: Option<(&str, &str)> = Some(("Fading", "下滑期"));
const BROAD: Option<(&str, &str)> = Some(("Wide range", "品类广"));
const NARROW: Option<(&str, &str)> = Some(("Narrow range", "品类集中"));
const BUYERS: Option<(&str, &str)> = Some(("Quick deciders", "果断下单"));
const BROWSERS: Option<(&str, &str)> = Some(("Browsers who rarely buy", "只逛少买"));

#[rustfmt::skip]
const TABLE: &[Row] = &[
    row("recency", "recency", "last seen {} ago", "距上次到访 {}", LAPSED, RECENT),
    row("purchase_recency", "recency", "last bought {} ago", "距上次购买 {}", LAPSED, RECENT),
    row("tenure", "tenure", "first seen {} ago", "首次到访距今 {}", Some(("Long-standing", "老用户")), Some(("Newcomers", "新用户"))),
    row("frequency", "pace", "{} shopping [trips|trip]", "共购物 {} 次", FREQUENT, RARE),
    row("visits", "pace", "{} [visits|visit]", "共到访 {} 次", Some(("Frequent visitors", "高频到访")), Some(("Rare visitors", "低频到访"))),
    row("visits_*d", "pace", "{} [visits|visit] in the last * days", "近 * 天到访 {} 次", Some(("Frequent visitors", "高频到访")), Some(("Rare visitors", "低频到访"))),
    row("lines", "pace", "{} [lines|line] bought", "共购买 {} 件次", FREQUENT, RARE),
    row("active_fortnights", "pace", "active in {} of fortnights", "活跃双周占比 {}", FREQUENT, RARE),
    row("gap_mean", "pace", "comes every {}", "平均每 {}来一次", RARE, FREQUENT),
    row("gap_median", "pace", "usually comes every {}", "通常每 {}来一次", RARE, FREQUENT),
    row("gap_max", "pace", "longest pause {}", "最长间隔 {}", RARE, FREQUENT),
    row("spend", "spend", "spends {} in all", "累计消费 {}", BIG, SMALL),
    row("spend_*d", "spend", "spends {} in the last * days", "近 * 天消费 {}", BIG, SMALL),
    row("basket_mean", "basket", "{} a basket", "平均每单 {}", BIG_BASKET, SMALL_BASKET),
    row("basket_median", "basket", "{} a basket", "每单 {}", BIG_BASKET, SMALL_BASKET),
    row("basket_max", "basket", "largest basket {}", "最大一单 {}", BIG_BASKET, SMALL_BASKET),
    row("last_basket", "basket", "latest basket {}", "最近一单 {}", BIG_BASKET, SMALL_BASKET),
    row("basket_lines", "basket", "{} [lines|line] a basket", "每单 {} 件次", BIG_BASKET, SMALL_BASKET),
    row("trend_visits_*d", "trend", "visits in the last * days against the * before: {}", "近 * 天到访较前 * 天 {}", RISING, FADING),
    row("trend_spend_*d", "trend", "spend in the last * days against the * before: {}", "近 * 天消费较前 * 天 {}", RISING, FADING),
    row("hour_00_04", "hour", "{} of visits between 0 and 4 o'clock", "0–4 点到访占 {}", Some(("Night owls", "夜猫子")), None),
    row("hour_04_08", "hour", "{} of visits between 4 and 8 o'clock", "4–8 点到访占 {}", Some(("Early birds", "清晨到访")), None),
    row("hour_08_12", "hour", "{} of visits between 8 and 12 o'clock", "8–12 点到访占 {}", Some(("Morning shoppers", "上午到访")), None),
    row("hour_12_16", "hour", "{} of visits between 12 and 16 o'clock", "12–16 点到访占 {}", Some(("Afternoon shoppers", "午后到访")), None),
    row("hour_16_20", "hour", "{} of visits between 16 and 20 o'clock", "16–20 点到访占 {}", Some(("After-work shoppers", "傍晚到访")), None),
    row("hour_20_24", "hour", "{} of visits between 20 and 24 o'clock", "20–24 点到访占 {}", Some(("Late-evening shoppers", "晚间到访")), None),
    row("weekday_mon", "weekday", "{} of visits on Mondays", "周一到访占 {}", Some(("Monday shoppers", "周一到访")), None),
    row("weekday_tue", "weekday", "{} of visits on Tuesdays", "周二到访占 {}", Some(("Tuesday shoppers", "周二到访")), None),
    row("weekday_wed", "weekday", "{} of visits on Wednesdays", "周三到访占 {}", Some(("Wednesday shoppers", "周三到访")), None),
    row("weekday_thu", "weekday", "{} of visits on Thursdays", "周四到访占 {}", Some(("Thursday shoppers", "周四到访")), None),
    row("weekday_fri", "weekday", "{} of visits on Fridays", "周五到访占 {}", Some(("Friday shoppers", "周五到访")), None),
    row("weekday_sat", "weekday", "{} of visits on Saturdays", "周六到访占 {}", Some(("Saturday shoppers", "周六到访")), None),
    row("weekday_sun", "weekday", "{} of visits on Sundays", "周日到访占 {}", Some(("Sunday shoppers", "周日到访")), None),
    row("repeat_rate", "repeat", "{} of lines bought before", "复购商品占 {}", Some(("Creatures of habit", "偏爱复购")), Some(("Always something new", "喜欢尝新"))),
    row("discount_share", "discount", "{} off through discounts", "折扣占 {}", Some(("Bargain hunters", "折扣敏感")), Some(("Full-price buyers", "原价购买"))),
    row("refund_share", "refund", "{} of lines sent back", "退货占 {}", Some(("Often send back", "常退货")), None),
    row("n_refund", "refund", "{} [lines|line] sent back", "退货 {} 次", Some(("Often send back", "常退货")), None),
    row("n_view", "view", "{} [views|view]", "浏览 {} 次", Some(("Heavy browsers", "重度浏览")), Some(("Light browsers", "轻度浏览"))),
    row("n_favourite", "favourite", "{} [favourites|favourite]", "收藏 {} 次", Some(("Collectors of favourites", "爱收藏")), None),
    row("n_cart", "cart", "{} [times|time] into the cart", "加购 {} 次", Some(("Cart fillers", "爱加购")), None),
    row("n_search", "search", "{} [searches|search]", "搜索 {} 次", Some(("Searchers", "爱搜索")), None),
    row("n_review", "review", "{} [reviews|review] written", "评价 {} 次", Some(("Reviewers", "爱评价")), None),
    row("conversion", "conversion", "{} [purchases|purchase] a view", "每次浏览成交 {}", BUYERS, BROWSERS),
    row("distinct_items", "variety", "deals with {} different [items|item]", "涉及 {} 种商品", BROAD, NARROW),
    row("distinct_categories", "variety", "{} different [categories|category]", "涉及 {} 个类目", BROAD, NARROW),
    row("distinct_wide_categories", "variety", "{} different [departments|department]", "涉及 {} 个大类", BROAD, NARROW),
    row("price_level", "price", "buys at the {} point of the price range", "价位处于类目的 {} 分位", Some(("Premium buyers", "偏好高价位")), Some(("Budget buyers", "偏好低价位"))),
    row("brand_concentration", "brand", "{} of lines from one brand", "最常买品牌占 {}", Some(("Loyal to one brand", "专一品牌")), None),
    row("brand_share:*", "brand", "{} of lines from *", "*占 {}", None, None),
    row("spend_share:other", "", "{} of spend outside the largest categories", "其余类目消费占 {}", None, None),
    row("spend_share:*", "", "{} of spend on *", "*占消费的 {}", None, None),
];

/// How the number of items is told where views count too.
const SEEN_OR_BOUGHT: (&str, &str) =
    ("{} different [items|item] seen or bought", "浏览或买过 {} 种商品");

/// A change of more than this says that there was next to nothing before: + 400 %.
const MOST_CHANGE: f64 = 4.0;

/// What phrases need to know of the shop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Whether views are among the events.
    pub has_views: bool,
    /// Days from the first event of all to the last, where the features tell.
    pub n_days: Option<f64>,
}

/// Tells a feature of a segment beside all users, or `None` where it is not for telling or both
/// numbers read the same.
pub(super) fn phrase(
    feature: &Feature,
    value: f64,
    average: f64,
    effect: f64,
    known: Known,
    params: &CardParams,
) -> Option<Phrase> {
    let others = |written: &[String]| match is_amount(feature) && is_nothing(average) {
        true => params.language.pick("; most users nothing", "，多数用户为 0").to_owned(),
        false => params
            .language
            .pick(format!("; all users {}", written[0]), format!("，全体 {}", written[0])),
    };
    phrase_beside(&[average], others, feature, value, effect, known, params)
}

/// Whether a person would want to be told of a feature.
pub(crate) fn is_told(name: &str) -> bool {
    !NOT_TOLD.contains(&name)
}

/// The same beside any numbers: `others` says them, as they are written, after the first.
pub(super) fn phrase_beside(
    averages: &[f64],
    others: impl FnOnce(&[String]) -> String,
    feature: &Feature,
    value: f64,
    effect: f64,
    known: Known,
    params: &CardParams,
) -> Option<Phrase> {
    let name = feature.name.as_str();
    let has_substance = |number: &f64| is_trend_of_substance(name, *number, known);
    if NOT_TOLD.contains(&name) || !std::iter::once(&value).chain(averages).all(has_substance) {
        return None;
    }
    let language = params.language;
    let spends_nothing = name.starts_with("spend") && is_amount(feature) && is_nothing(value);
    let mut value = written(feature, value, params);
    let averages: Vec<String> = averages.iter().map(|&it| written(feature, it, params)).collect();
    if averages.iter().all(|average| *average == value) {
        return None;
    }
    if spends_nothing {
        value = language.pick("nothing", "0").to_owned();
    }
    let others = others(&averages);
    let tell = |start: String| format!("{start}{others}");
    let Some((row, rest)) = TABLE.iter().find_map(|row| Some((row, matched(row.pattern, name)?)))
    else {
        let words = name.replace(['_', ':'], " ");
        let text = tell(format!("{words}{}{value}", language.pick(": ", "：")));
        return Some(Phrase { text, hint: None, family: name.to_owned() });
    };
    let readable = if name.contains(':') { label::full(rest) } else { rest.to_owned() };
    let (en, zh) = match name {
        "distinct_items" if known.has_views => SEEN_OR_BOUGHT,
        _ => (row.en, row.zh),
    };
    let start = counted(language.pick(en, zh), value == "1");
    let start = start.replace("{}", &value).replace('*', &readable);
    let short = if effect > 0.0 { row.high } else { row.low };
    Some(Phrase {
        text: tell(start),
        hint: short.map(|(en, zh)| language.pick(en, zh)),
        family: if row.family.is_empty() { name.to_owned() } else { row.family.to_owned() },
    })
}

/// Whether a trend compares two windows that lie within the data, with enough in the earlier one.
fn is_trend_of_substance(name: &str, ratio: f64, known: Known) -> bool {
    let window = ["trend_visits_*d", "trend_spend_*d"]
        .iter()
        .find_map(|pattern| matched(pattern, name)?.parse::<f64>().ok());
    let Some(window) = window else { return true };
    known.n_days.is_none_or(|n_days| 2.0 * window <= n_days) && ratio.exp() - 1.0 <= MOST_CHANGE
}

/// An amount that reads as none.
fn is_nothing(number: f64) -> bool {
    number.abs() < 0.005
}

/// Something that a user can have none of.
fn is_amount(feature: &Feature) -> bool {
    match feature.kind {
        FeatureKind::Count | FeatureKind::Money => true,
        FeatureKind::Ratio => !feature.name.starts_with("trend_"),
        _ => false,
    }
}

/// Chooses one side of every `[many|one]`.
fn counted(phrase: &str, is_one: bool) -> String {
    let mut text = String::with_capacity(phrase.len());
    let mut rest = phrase;
    while let Some((before, (many, (one, after)))) =
        rest.split_once('[').and_then(|(before, rest)| {
            let (many, rest) = rest.split_once('|')?;
            Some((before, (many, rest.split_once(']')?)))
        })
    {
        text.push_str(before);
        text.push_str(if is_one { one } else { many });
        rest = after;
    }
    text + rest
}

/// What `*` took of a name, or `None` when the name does not match.
pub(super) fn matched<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    match pattern.split_once('*') {
        None => (pattern == name).then_some(""),
        Some((start, end)) => {
            let rest = name.strip_prefix(start)?.strip_suffix(end)?;
            let is_window = !end.is_empty();
            let fits = !rest.is_empty() && (!is_window || rest.bytes().all(|b| b.is_ascii_digit()));
            fits.then_some(rest)
        }
    }
}

/// A number of a feature with its unit.
pub(crate) fn written(feature: &Feature, number: f64, params: &CardParams) -> String {
    match feature.kind {
        FeatureKind::Days => numbers::days(number, params.language),
        FeatureKind::Money => numbers::money(number, &params.currency),
        FeatureKind::Share => numbers::percent(number),
        FeatureKind::Ratio if feature.name.starts_with("trend_") => {
            let change = (number.exp() - 1.0) * 100.0;
            let sign = if change >= 0.5 { "+" } else { "" };
            format!("{sign}{} %", numbers::whole(change))
        }
        FeatureKind::Count | FeatureKind::Ratio | FeatureKind::Entropy => numbers::count(number),
        FeatureKind::Hours => format!("{:.0}:00", number.floor()),
    }
}

#[cfg(test)]
mod tests {
    use fenqun_base::Language;

    use super::*;

    const SHOP: Known = Known { has_views: false, n_days: Some(100.0) };

    fn told(name: &str, kind: FeatureKind, value: f64, average: f64, language: Language) -> String {
        told_of(SHOP, name, kind, (value, average), language)
    }

    fn told_of(
        shop: Known,
        name: &str,
        kind: FeatureKind,
        (value, average): (f64, f64),
        language: Language,
    ) -> String {
        let params = CardParams { language, currency: "£".into(), ..CardParams::default() };
        let feature = Feature::new(name, kind);
        phrase(&feature, value, average, 0.5, shop, &params)
            .map_or_else(String::new, |told| told.text)
    }

    #[test]
    fn features_are_told_plainly_in_both_languages() {
        use FeatureKind::{Count, Days, Money, Ratio, Share};
        use Language::{En, Zh};
        for (name, kind, value, average, en, zh) in [
            (
                "gap_mean",
                Days,
                4.0,
                11.0,
                "comes every 4 days; all users 11 days",
                "平均每 4 天来一次，全体 11 天",
            ),
            (
                "spend_28d",
                Money,
                1234.0,
                60.5,
                "spends £1,234 in the last 28 days; all users £60.50",
                "近 28 天消费 £1,234，全体 £60.50",
            ),
            (
                "spend_share:FUEL",
                Share,
                0.72,
                0.06,
                "72 % of spend on Fuel; all users 6.0 %",
                "Fuel占消费的 72 %，全体 6.0 %",
            ),
            (
                "trend_visits_28d",
                Ratio,
                0.3,
                -0.05,
                "visits in the last 28 days against the 28 before: +35 %; all users -5 %",
                "近 28 天到访较前 28 天 +35 %，全体 -5 %",
            ),
            (
                "store_count",
                Count,
                3.0,
                1.0,
                "store count: 3; all users 1",
                "store count：3，全体 1",
            ),
        ] {
            assert_eq!(told(name, kind, value, average, En), en);
            assert_eq!(told(name, kind, value, average, Zh), zh);
        }
    }

    #[test]
    fn numbers_that_read_the_same_are_not_told() {
        assert_eq!(told("frequency", FeatureKind::Count, 4.001, 4.0, Language::En), "");
        assert_eq!(told("gap_cv", FeatureKind::Ratio, 4.0, 1.0, Language::En), "");
    }

    #[test]
    fn one_is_singular_and_nothing_is_nothing() {
        use FeatureKind::{Count, Money};
        use Language::{En, Zh};
        for (name, kind, value, average, en, zh) in [
            ("frequency", Count, 1.0, 3.0, "1 shopping trip; all users 3", "共购物 1 次，全体 3"),
            (
                "spend_28d",
                Money,
                4.5,
                0.0,
                "spends £4.50 in the last 28 days; most users nothing",
                "近 28 天消费 £4.50，多数用户为 0",
            ),
            (
                "spend",
                Money,
                0.0,
                60.0,
                "spends nothing in all; all users £60.00",
                "累计消费 0，全体 £60.00",
            ),
            (
                "distinct_items",
                Count,
                3.0,
                1.0,
                "deals with 3 different items; all users 1",
                "涉及 3 种商品，全体 1",
            ),
        ] {
            assert_eq!(told(name, kind, value, average, En), en);
            assert_eq!(told(name, kind, value, average, Zh), zh);
        }
        let views = Known { has_views: true, ..SHOP };
        assert_eq!(
            told_of(views, "distinct_items", Count, (1.0, 4.0), En),
            "1 different item seen or bought; all users 4"
        );
        assert_eq!(
            told_of(views, "distinct_items", Count, (1.0, 4.0), Zh),
            "浏览或买过 1 种商品，全体 4"
        );
    }

    #[test]
    fn trends_beyond_the_data_or_from_next_to_nothing_are_not_told() {
        let told = |days: f64, value: f64| {
            let shop = Known { n_days: Some(days), ..SHOP };
            let kind = FeatureKind::Ratio;
            !told_of(shop, "trend_visits_28d", kind, (value, 0.0), Language::En).is_empty()
        };
        assert!(told(56.0, 0.5) && told(100.0, -3.0));
        assert!(!told(55.0, 0.5) && !told(100.0, 6.0f64.ln()));
    }

    #[test]
    fn a_window_is_a_number_of_days() {
        assert_eq!(matched("spend_*d", "spend_28d"), Some("28"));
        assert_eq!(matched("spend_*d", "spend_good"), None);
        assert_eq!(matched("spend_share:*", "spend_share:Fuel"), Some("Fuel"));
    }
}
