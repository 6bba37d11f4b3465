//! The grid: which cell has which name.

use fenqun_base::Language;
use serde::{Deserialize, Serialize};

/// The named segments, from the best to the lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmSegment {
    /// Bought just now, and buy most.
    Champions,
    /// Buy often, not long ago.
    Loyal,
    /// Bought lately, more than once or twice.
    PotentialLoyalists,
    /// Bought just now, hardly ever before.
    New,
    /// Bought lately, hardly ever before.
    Promising,
    /// Middling in everything.
    NeedAttention,
    /// Seldom, and not lately.
    AboutToSleep,
    /// Came often, and have stayed away.
    AtRisk,
    /// Were among the best, and have stayed away.
    CannotLose,
    /// Seldom, and long ago.
    Hibernating,
    /// Seldom, and longest ago.
    Lost,
}

impl RfmSegment {
    /// Every segment; the place in this list is its number.
    pub const ALL: [Self; 11] = [
        Self::Champions,
        Self::Loyal,
        Self::PotentialLoyalists,
        Self::New,
        Self::Promising,
        Self::NeedAttention,
        Self::AboutToSleep,
        Self::AtRisk,
        Self::CannotLose,
        Self::Hibernating,
        Self::Lost,
    ];

    /// The segment of a cell; scores outside 1..=5 count as the nearest score.
    #[must_use]
    pub fn of(recency: u8, second: u8) -> Self {
        match (recency, second) {
            (5.., 4..) => Self::Champions,
            (3..=4, 4..) => Self::Loyal,
            (4.., 2..=3) => Self::PotentialLoyalists,
            (5.., ..2) => Self::New,
            (4, ..2) => Self::Promising,
            (3, 3) => Self::NeedAttention,
            (3, ..3) => Self::AboutToSleep,
            (..3, 5..) => Self::CannotLose,
            (..3, 3..=4) => Self::AtRisk,
            (2, ..3) => Self::Hibernating,
            (..2, ..3) => Self::Lost,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Champions => ("Champions", "冠军用户"),
            Self::Loyal => ("Loyal", "忠诚用户"),
            Self::PotentialLoyalists => ("Potential loyalists", "潜在忠诚用户"),
            Self::New => ("New", "新用户"),
            Self::Promising => ("Promising", "有潜力的用户"),
            Self::NeedAttention => ("Need attention", "需要关注的用户"),
            Self::AboutToSleep => ("About to sleep", "即将沉睡的用户"),
            Self::AtRisk => ("At risk", "有流失风险的用户"),
            Self::CannotLose => ("Can't lose", "不能失去的用户"),
            Self::Hibernating => ("Hibernating", "沉睡用户"),
            Self::Lost => ("Lost", "已流失用户"),
        };
        language.pick(english, chinese)
    }
}
