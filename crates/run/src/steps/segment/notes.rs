//! What a fit has to say of itself, in sentences.

use fenqun_base::Language;
use fenqun_explain::{CardParams, feature_label, numbers};
use fenqun_profiles::FeatureKind;
use fenqun_segments::lifetime::{BgNbdModel, GammaGammaModel};
use fenqun_segments::rules::{EventsIndex, RuleSegments};
use fenqun_segments::{RoundGrid, RoundGridModel};

use crate::rules;

/// What a fit has to say of itself.
pub(super) enum Note {
    /// The tree stands on a summary of so many users.
    Summarised(usize),
    /// The fit saw so many users.
    Sampled(usize),
    /// Both predictions converged.
    Converged(Box<BgNbdModel>, Option<Box<GammaGammaModel>>),
    /// Where each axis is cut, value first.
    Cut(Vec<Vec<f64>>),
    /// Where a column of this kind is cut; no kind is a score.
    Tiers { by: String, kind: Option<FeatureKind>, cuts: Vec<f32> },
    /// What rules ask about and nobody ever did, in every language.
    Unseen(Vec<String>, Vec<String>),
}

impl Note {
    /// What these rules ask about and nobody ever did.
    pub(super) fn unseen(segments: &RuleSegments, events: &EventsIndex) -> Self {
        let told = |language| rules::unseen(segments, events, language);
        Self::Unseen(told(Language::En), told(Language::Zh))
    }

    pub(super) fn words(&self, cards: &CardParams) -> Vec<String> {
        let language = cards.language;
        match self {
            Self::Summarised(n_users) => {
                let n = numbers::whole(*n_users as f64);
                vec![language.pick(
                    format!("The tree stands on a k-means summary of {n} users"),
                    format!("层次树建立在 {n} 位用户的 k-means 摘要之上"),
                )]
            }
            Self::Sampled(n_users) => {
                let n = numbers::whole(*n_users as f64);
                vec![language.pick(
                    format!("Density was measured on a sample of {n} users"),
                    format!("密度在 {n} 位用户的样本上测量"),
                )]
            }
            Self::Converged(purchases, money) => {
                let money = money.as_ref().and_then(|money| money.convergence());
                let checks = [("BG/NBD", purchases.convergence()), ("Gamma-Gamma", money)];
                let told = checks.into_iter().filter_map(|(name, check)| Some((name, check?)));
                told.map(|(name, check)| format!("{name} {check}")).collect()
            }
            Self::Cut(axes) => {
                let listed = |cuts: &Vec<f64>| {
                    cuts.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
                };
                let value = axes.first().map(listed).unwrap_or_default();
                let tastes: Vec<String> = axes.iter().skip(1).map(listed).collect();
                vec![language.pick(
                    format!(
                        "Value is cut above {value}; axes of the texts above {}",
                        tastes.join("; ")
                    ),
                    format!("价值分界：{value}；文本轴分界：{}", tastes.join("；")),
                )]
            }
            Self::Unseen(english, chinese) => language.pick(english, chinese).clone(),
            Self::Tiers { by, kind, cuts } => {
                let told = |&cut: &f32| in_unit(*kind, f64::from(cut), cards);
                let cuts: Vec<String> = cuts.iter().map(told).collect();
                let label = feature_label(by, language);
                vec![language.pick(
                    format!("Tiers by {label} are cut above {}", cuts.join(" and above ")),
                    format!("按{label}分层，分界：高于 {}", cuts.join("、高于 ")),
                )]
            }
        }
    }
}

/// A number of a column in its unit.
fn in_unit(kind: Option<FeatureKind>, number: f64, cards: &CardParams) -> String {
    match kind {
        Some(FeatureKind::Money) => numbers::money(number, &cards.currency),
        Some(FeatureKind::Days) => numbers::days(number, cards.language),
        Some(FeatureKind::Share) => numbers::percent(number),
        // Four digits: what rounding to 32 bits added is not told.
        _ => format!("{number:.3e}").parse().unwrap_or(number).to_string(),
    }
}

/// Where each axis is cut, as people would say it.
pub(super) fn borders(grid: &RoundGrid, model: &RoundGridModel) -> Vec<Vec<f64>> {
    let of = |(at, axis): (usize, &fenqun_segments::RoundAxis)| {
        let cuts = model.thresholds(at).iter().map(|&cut| f64::from(cut));
        let told = |cut: f64| if axis.is_log { cut.exp_m1() } else { cut };
        // Four digits: what rounding to 32 bits added is not told.
        cuts.map(|cut| format!("{:.3e}", told(cut)).parse().unwrap_or(cut)).collect()
    };
    grid.axes.iter().enumerate().map(of).collect()
}
