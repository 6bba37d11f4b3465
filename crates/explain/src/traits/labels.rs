//! What each feature is, in a few words: for lists of features, without a number.

use fenqun_base::Language;

use super::phrases::matched;
use crate::label;

/// Pattern, English, Chinese; `*` as in the phrases.
#[rustfmt::skip]
const LABELS: &[(&str, &str, &str)] = &[
    ("recency", "days since last seen", "距上次到访天数"),
    ("purchase_recency", "days since last purchase", "距上次购买天数"),
    ("recency_over_gap", "absence against own rhythm", "缺席时长相对自身节奏"),
    ("tenure", "days since first seen", "首次到访距今天数"),
    ("frequency", "shopping trips", "购物次数"),
    ("visits", "visits", "到访次数"),
    ("visits_*d", "visits in the last * days", "近 * 天到访次数"),
    ("lines", "lines bought", "购买件次"),
    ("active_fortnights", "share of active fortnights", "活跃双周占比"),
    ("gap_mean", "days between visits, mean", "到访间隔均值"),
    ("gap_median", "days between visits, median", "到访间隔中位数"),
    ("gap_max", "longest pause", "最长间隔"),
    ("gap_sd", "spread of days between visits", "到访间隔波动"),
    ("gap_cv", "irregularity of visits", "到访不规律程度"),
    ("value_score", "value score", "价值得分"),
    ("spend", "spend", "累计消费"),
    ("spend_*d", "spend in the last * days", "近 * 天消费"),
    ("basket_mean", "basket value, mean", "每单金额均值"),
    ("basket_median", "basket value, median", "每单金额中位数"),
    ("basket_max", "largest basket", "最大一单"),
    ("basket_sd", "spread of basket values", "每单金额波动"),
    ("last_basket", "latest basket", "最近一单"),
    ("basket_lines", "lines a basket", "每单件次"),
    ("trend_visits_*d", "trend of visits over * days", "* 天到访趋势"),
    ("trend_spend_*d", "trend of spend over * days", "* 天消费趋势"),
    ("hour_entropy", "spread over the day", "到访时段分散度"),
    ("weekday_entropy", "spread over the week", "到访星期分散度"),
    ("usual_hour", "usual hour", "常到访时刻"),
    ("repeat_rate", "lines bought before", "复购占比"),
    ("discount_share", "share of discounts", "折扣占比"),
    ("refund_share", "share sent back", "退货占比"),
    ("n_*", "number of * events", "* 次数"),
    ("conversion", "purchases a view", "浏览成交率"),
    ("distinct_items", "different items", "商品种数"),
    ("distinct_categories", "different categories", "类目数"),
    ("distinct_wide_categories", "different departments", "大类数"),
    ("item_entropy", "diversity of items", "商品多样性"),
    ("category_entropy", "diversity of categories", "类目多样性"),
    ("wide_category_entropy", "diversity of departments", "大类多样性"),
    ("price_level", "price level", "价位"),
    ("brand_concentration", "share of the main brand", "主品牌占比"),
    ("brand_share:*", "share of brand *", "品牌 * 占比"),
    ("spend_share:other", "share of spend on the rest", "其余类目消费占比"),
    ("spend_share:*", "share of spend on *", "* 消费占比"),
];

/// The feature in words; an unknown one with its name made readable.
#[must_use]
pub fn feature_label(name: &str, language: Language) -> String {
    if let Some(band) = name.strip_prefix("hour_").and_then(|band| band.split_once('_')) {
        let (from, to) = (band.0.trim_start_matches('0'), band.1.trim_start_matches('0'));
        let from = if from.is_empty() { "0" } else { from };
        return language.pick(
            format!("visits between {from} and {to} o'clock"),
            format!("{from}–{to} 点到访占比"),
        );
    }
    if let Some(day) = name.strip_prefix("weekday_") {
        let days = [
            ("mon", "Mondays", "周一"),
            ("tue", "Tuesdays", "周二"),
            ("wed", "Wednesdays", "周三"),
            ("thu", "Thursdays", "周四"),
            ("fri", "Fridays", "周五"),
            ("sat", "Saturdays", "周六"),
            ("sun", "Sundays", "周日"),
        ];
        if let Some((_, en, zh)) = days.iter().find(|(code, ..)| *code == day) {
            return language.pick(format!("visits on {en}"), format!("{zh}到访占比"));
        }
    }
    let found = LABELS.iter().find_map(|row| Some((row, matched(row.0, name)?)));
    match found {
        Some((&(pattern, en, zh), rest)) => {
            let rest = if pattern.contains(':') { label::full(rest) } else { rest.to_owned() };
            language.pick(en, zh).replace('*', &rest)
        }
        None => name.replace(['_', ':'], " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_have_labels_in_both_languages() {
        for (name, en, zh) in [
            ("spend_28d", "spend in the last 28 days", "近 28 天消费"),
            (
                "spend_share:FROZEN GROCERY",
                "share of spend on Frozen grocery",
                "Frozen grocery 消费占比",
            ),
            ("hour_08_12", "visits between 8 and 12 o'clock", "8–12 点到访占比"),
            ("hour_entropy", "spread over the day", "到访时段分散度"),
            ("weekday_sun", "visits on Sundays", "周日到访占比"),
            ("n_cart", "number of cart events", "cart 次数"),
            ("store_count", "store count", "store count"),
        ] {
            assert_eq!(feature_label(name, Language::En), en);
            assert_eq!(feature_label(name, Language::Zh), zh);
        }
    }
}
