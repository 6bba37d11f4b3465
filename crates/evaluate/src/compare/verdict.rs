//! The last line of a comparison, in words.

use fenqun_base::Language;
use serde::{Deserialize, Serialize};

use super::{Comparison, Outcome, Paired};
use crate::metrics::Metric;

/// How one contender stands against the baselines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Its name.
    pub contender: String,
    /// By which metric.
    pub metric: Metric,
    /// Baseline by baseline.
    pub against: Vec<Against>,
}

/// How it stands against one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The baseline.
    pub baseline: String,
    /// Who wins.
    pub outcome: Outcome,
    /// How much better the contender is: for losses and errors, how much lower its value.
    pub gain: f64,
    /// Lower end of the 95 % interval of the gain.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// The probability of such a difference by chance, corrected for the number of pairs.
    pub p_corrected: f64,
}

impl Verdict {
    /// One sentence: beats, ties with, loses to; by how much; with intervals.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let parts = [Outcome::Beats, Outcome::Ties, Outcome::Loses]
            .map(|outcome| self.part(outcome, language));
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            return language.pick(
                format!("{}: there is no baseline to compare with", self.contender),
                format!("{}：没有可比较的基线", self.contender),
            );
        }
        match language {
            Language::En => format!("{} {}", self.contender, join(&parts, ", ", " and ")),
            Language::Zh => format!("{} {}", self.contender, parts.join("；")),
        }
    }

    /// The baselines of one outcome.
    fn part(&self, outcome: Outcome, language: Language) -> Option<String> {
        let of: Vec<&Against> =
            self.against.iter().filter(|against| against.outcome == outcome).collect();
        if of.is_empty() {
            return None;
        }
        let title = self.metric.title(language);
        let better = if self.metric.higher_is_better() {
            language.pick("", "高")
        } else {
            language.pick("lower ", "低")
        };
        let worse = if self.metric.higher_is_better() {
            language.pick("", "低")
        } else {
            language.pick("higher ", "高")
        };
        let each = of.iter().map(|against| {
            let Against { baseline, gain, low, high, .. } = against;
            let size = number(gain.abs(), language);
            let range = format!("[{}, {}]", number(*low, language), number(*high, language));
            let signed = signed(*gain, language);
            match (outcome, language) {
                (Outcome::Beats, Language::En) => {
                    format!("{baseline} by {size} {better}{title} {range}")
                }
                (Outcome::Loses, Language::En) => {
                    format!("{baseline} by {size} {worse}{title} {range}")
                }
                (Outcome::Ties, Language::En) => {
                    format!("{baseline} ({signed} {range}{})", against.doubt(language))
                }
                (Outcome::Beats, Language::Zh) => {
                    format!("{baseline}（{title} {better} {size} {range}）")
                }
                (Outcome::Loses, Language::Zh) => {
                    format!("{baseline}（{title} {worse} {size} {range}）")
                }
                (Outcome::Ties, Language::Zh) => {
                    format!("{baseline}（{signed} {range}{}）", against.doubt(language))
                }
            }
        });
        let each: Vec<String> = each.collect();
        let verb = match outcome {
            Outcome::Beats => language.pick("beats", "胜过 "),
            Outcome::Ties => language.pick("ties with", "与 "),
            Outcome::Loses => language.pick("loses to", "不如 "),
        };
        Some(match (language, outcome) {
            (Language::En, _) => format!("{verb} {}", join(&each, ", ", ", and ")),
            (Language::Zh, Outcome::Ties) => format!("{verb}{}打平", each.join("、")),
            (Language::Zh, _) => format!("{verb}{}", each.join("、")),
        })
    }
}

impl Against {
    /// Said where the interval alone would have promised more than the corrected test keeps.
    fn doubt(&self, language: Language) -> &'static str {
        if self.low > 0.0 || self.high < 0.0 {
            language.pick("; not certain after correction for all pairs", "；校正多重比较后不确定")
        } else {
            ""
        }
    }
}

/// Verdicts by the main metric.
pub(super) fn of(comparison: &Comparison) -> Vec<Verdict> {
    let metric = comparison.params.main;
    let judged = comparison.contenders.iter().filter(|standing| !standing.is_baseline);
    let verdict = |contender: &super::Standing| {
        let is_own = |pair: &&Paired| {
            let second = comparison.standing(&pair.second);
            pair.metric == metric
                && pair.first == contender.name
                && second.is_some_and(|second| second.is_baseline)
        };
        let against = comparison.paired.iter().filter(is_own).map(against).collect();
        Verdict { contender: contender.name.clone(), metric, against }
    };
    judged.map(verdict).collect()
}

fn against(pair: &Paired) -> Against {
    let range = pair.range();
    let (gain, low, high) = if pair.metric.higher_is_better() {
        (pair.difference, range.low, range.high)
    } else {
        (-pair.difference, -range.high, -range.low)
    };
    let (outcome, p_corrected) = (pair.outcome, pair.p_corrected);
    Against { baseline: pair.second.clone(), outcome, gain, low, high, p_corrected }
}

/// Three decimals; a share has no leading zero in English.
pub(super) fn number(value: f64, language: Language) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let digits = format!("{:.3}", value.abs());
    let digits = match (language, digits.strip_prefix('0')) {
        (Language::En, Some(short)) => short.to_owned(),
        _ => digits,
    };
    // A rounded nothing has no sign.
    if value < 0.0 && digits.trim_start_matches('0') != ".000" {
        format!("−{digits}")
    } else {
        digits
    }
}

/// A probability; none is proved to be 0.
pub(super) fn chance(p: f64, language: Language) -> String {
    if p < 0.0005 {
        return language.pick("< .001", "< 0.001").to_owned();
    }
    number(p, language)
}

/// A difference, with its sign.
pub(super) fn signed(value: f64, language: Language) -> String {
    let number = number(value, language);
    if number.starts_with('−') { number } else { format!("+{number}") }
}

fn join(parts: &[String], between: &str, last: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{}{last}{end}", most.join(between)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(metric: Metric) -> Verdict {
        let against = |baseline: &str, outcome, gain, low, high| Against {
            baseline: baseline.into(),
            outcome,
            gain,
            low,
            high,
            p_corrected: 0.2,
        };
        Verdict {
            contender: "average of heads".into(),
            metric,
            against: vec![
                against("RFM + logistic", Outcome::Beats, 0.141, 0.0904, 0.19),
                against("own counts", Outcome::Ties, 0.004, -0.02, 0.03),
            ],
        }
    }

    #[test]
    fn a_verdict_reads_as_a_sentence() {
        let verdict = verdict(Metric::MacroF1);
        assert_eq!(
            verdict.words(Language::En),
            "average of heads beats RFM + logistic by .141 macro-F1 [.090, .190] and ties with own \
             counts (+.004 [−.020, .030])"
        );
        assert_eq!(
            verdict.words(Language::Zh),
            "average of heads 胜过 RFM + logistic（宏平均 F1 高 0.141 [0.090, 0.190]）；与 own \
             counts（+0.004 [−0.020, 0.030]）打平"
        );
    }

    #[test]
    fn losing_and_lower_losses_are_said() {
        let mut verdict = verdict(Metric::LogLoss);
        verdict.against[1] = Against {
            outcome: Outcome::Loses,
            gain: -0.05,
            low: -0.06,
            high: -0.04,
            ..verdict.against[1].clone()
        };
        assert_eq!(
            verdict.words(Language::En),
            "average of heads beats RFM + logistic by .141 lower log loss [.090, .190] and loses to \
             own counts by .050 higher log loss [−.060, −.040]"
        );
        verdict.against[1].outcome = Outcome::Ties;
        assert!(verdict.words(Language::En).contains("not certain after correction"));
        verdict.against.clear();
        assert!(verdict.words(Language::En).contains("no baseline"));
        assert!(verdict.words(Language::Zh).contains("没有可比较的基线"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(-0.0001, Language::En), ".000");
        assert_eq!(
            (number(1.25, Language::En), number(0.5, Language::Zh)),
            ("1.250".into(), "0.500".into())
        );
        assert_eq!(
            (signed(-0.5, Language::En), signed(0.5, Language::En)),
            ("−.500".into(), "+.500".into())
        );
    }
}
