use std::fmt;

use fenqun_base::Language;
use serde::{Deserialize, Serialize};

/// Why a row was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Reason {
    /// More or fewer fields than the header.
    RaggedRow = 1,
    /// A zero byte inside text.
    NulByte,
    /// Bytes that are no text in the file's encoding.
    BadEncoding,
    /// A line that is no JSON object.
    BadJson,
    /// No user.
    UserMissing,
    /// No time.
    TimeMissing,
    /// A time that does not have the stated format.
    TimeUnparsable,
    /// A time outside the stated bounds.
    TimeOutOfRange,
    /// An action word that the mapping does not know.
    ActionUnknown,
    /// An order for trying the shop out.
    TestOrder,
    /// Postage, fees, corrections: lines that are no products.
    NonProduct,
    /// No quantity on a purchase or refund.
    QuantityMissing,
    /// A quantity that is no number.
    QuantityUnparsable,
    /// Quantity 0 on a purchase or refund.
    QuantityZero,
    /// A negative quantity where the mapping does not call it a refund.
    QuantityNegative,
    /// A quantity beyond the stated limit.
    QuantityAbsurd,
    /// No price on a purchase or refund.
    PriceMissing,
    /// A price or discount that is no number.
    PriceUnparsable,
    /// A negative price.
    PriceNegative,
    /// Price 0 on a purchase or refund.
    PriceZero,
    /// NaN or infinity.
    NotFinite,
    /// A rating that is no number.
    RatingUnparsable,
    /// A user too fast or too busy to be a person.
    Robot,
}

impl Reason {
    /// Every reason, in the order in which the rules are tried.
    pub const ALL: [Self; 23] = [
        Self::RaggedRow,
        Self::NulByte,
        Self::BadEncoding,
        Self::BadJson,
        Self::UserMissing,
        Self::TimeMissing,
        Self::TimeUnparsable,
        Self::TimeOutOfRange,
        Self::ActionUnknown,
        Self::TestOrder,
        Self::NonProduct,
        Self::QuantityMissing,
        Self::QuantityUnparsable,
        Self::QuantityZero,
        Self::QuantityNegative,
        Self::QuantityAbsurd,
        Self::PriceMissing,
        Self::PriceUnparsable,
        Self::PriceNegative,
        Self::PriceZero,
        Self::NotFinite,
        Self::RatingUnparsable,
        Self::Robot,
    ];

    /// The reason of a code, `None` for 0 and codes that no reason has.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).wrapping_sub(1)).copied()
    }

    /// The word used in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RaggedRow => "ragged_row",
            Self::NulByte => "nul_byte",
            Self::BadEncoding => "bad_encoding",
            Self::BadJson => "bad_json",
            Self::UserMissing => "user_missing",
            Self::TimeMissing => "time_missing",
            Self::TimeUnparsable => "time_unparsable",
            Self::TimeOutOfRange => "time_out_of_range",
            Self::ActionUnknown => "action_unknown",
            Self::TestOrder => "test_order",
            Self::NonProduct => "non_product",
            Self::QuantityMissing => "quantity_missing",
            Self::QuantityUnparsable => "quantity_unparsable",
            Self::QuantityZero => "quantity_zero",
            Self::QuantityNegative => "quantity_negative",
            Self::QuantityAbsurd => "quantity_absurd",
            Self::PriceMissing => "price_missing",
            Self::PriceUnparsable => "price_unparsable",
            Self::PriceNegative => "price_negative",
            Self::PriceZero => "price_zero",
            Self::NotFinite => "not_finite",
            Self::RatingUnparsable => "rating_unparsable",
            Self::Robot => "robot",
        }
    }

    /// Whether the row itself is broken, as against a sound row that a rule leaves out. Broken
    /// rows count towards `max_faulty`.
    #[must_use]
    pub fn is_fault(self) -> bool {
        matches!(
            self,
            Self::RaggedRow
                | Self::NulByte
                | Self::BadEncoding
                | Self::BadJson
                | Self::TimeMissing
                | Self::TimeUnparsable
                | Self::ActionUnknown
                | Self::QuantityUnparsable
                | Self::PriceUnparsable
                | Self::NotFinite
                | Self::RatingUnparsable
        )
    }

    /// One sentence for a person.
    #[must_use]
    pub fn sentence(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::RaggedRow => ("has more or fewer fields than the header", "字段数与表头不一致"),
            Self::NulByte => ("holds a zero byte", "含有空字节"),
            Self::BadEncoding => ("is no text in the file's encoding", "不符合文件的字符编码"),
            Self::BadJson => ("is no JSON object", "不是 JSON 对象"),
            Self::UserMissing => ("names no user", "缺少用户"),
            Self::TimeMissing => ("has no time", "缺少时间"),
            Self::TimeUnparsable => {
                ("has a time in another format than stated", "时间不符合约定的格式")
            }
            Self::TimeOutOfRange => ("lies outside the stated time bounds", "时间超出约定范围"),
            Self::ActionUnknown => ("has an action word that is not mapped", "行为词没有映射"),
            Self::TestOrder => ("is a test order", "测试订单"),
            Self::NonProduct => {
                ("is postage, a fee or a correction, no product", "邮费、手续费或调整，不是商品")
            }
            Self::QuantityMissing => ("has no quantity", "缺少数量"),
            Self::QuantityUnparsable => ("has a quantity that is no number", "数量不是数字"),
            Self::QuantityZero => ("has quantity 0", "数量为零"),
            Self::QuantityNegative => ("has a negative quantity", "数量为负"),
            Self::QuantityAbsurd => ("has a quantity beyond the stated limit", "数量超出约定上限"),
            Self::PriceMissing => ("has no price", "缺少价格"),
            Self::PriceUnparsable => ("has a price that is no number", "价格不是数字"),
            Self::PriceNegative => ("has a negative price", "价格为负"),
            Self::PriceZero => ("has price 0", "价格为零"),
            Self::NotFinite => ("holds NaN or infinity", "含有 NaN 或无穷大"),
            Self::RatingUnparsable => ("has a rating that is no number", "评分不是数字"),
            Self::Robot => ("belongs to a user too fast or too busy to be a person", "疑似机器人"),
        };
        language.pick(english, chinese)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_names_and_serde_agree() {
        for (index, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index + 1);
            assert_eq!(Reason::from_code(reason as u8), Some(reason));
            let word = serde_json::to_string(&reason).expect("serialises");
            assert_eq!(word, format!("\"{}\"", reason.name()));
        }
        assert_eq!(Reason::from_code(0), None);
        assert_eq!(Reason::from_code(24), None);
    }
}
