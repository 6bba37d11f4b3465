use bytemuck::{Pod, Zeroable};

use crate::{Action, UserId};

/// The code of an absent item, text or attribute set.
pub const NO_CODE: u32 = u32::MAX;

/// One canonical event, plain bytes so that millions can be spilled, sorted and folded cheaply.
///
/// Strings are codes into the tables beside it (`Catalogue` for items, string tables for texts and
/// attributes). A missing number is NaN; a missing code is [`NO_CODE`]; a missing session is 0.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Event {
    /// Who.
    pub user: UserId,
    /// When: milliseconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// Basket, order or visit: a keyed hash of the source's own id, 0 when there is none.
    pub session: u64,
    /// Number of units; positive, also for refunds.
    pub quantity: f64,
    /// Price of one unit, in the shop's currency, after discount.
    pub price: f64,
    /// Discount on the whole line, ≥ 0, in the shop's currency.
    pub discount: f64,
    /// Row of the catalogue.
    pub item: u32,
    /// Search words or review text.
    pub text: u32,
    /// Whatever else the mapping keeps.
    pub attributes: u32,
    /// Stars or score of a review.
    pub rating: f32,
    /// Minutes to add to `time` to read it on the shop's wall clock.
    pub offset_minutes: i16,
    /// Code of the [`Action`].
    pub action: u8,
    /// Always zero: padding made explicit, so that equal events have equal bytes.
    pub padding: [u8; 5],
}

impl Event {
    /// What happened. Codes are checked when events are made, so an unknown one reads as a view.
    #[must_use]
    pub fn action(&self) -> Action {
        Action::from_code(self.action).unwrap_or(Action::View)
    }

    /// Signed money of this event: quantity × price for a purchase, its negative for a refund,
    /// 0 for every other action and wherever a number is missing.
    #[must_use]
    pub fn amount(&self) -> f64 {
        let amount = self.quantity * self.price;
        match self.action() {
            Action::Purchase if amount.is_finite() => amount,
            Action::Refund if amount.is_finite() => -amount,
            _ => 0.0,
        }
    }

    /// Milliseconds on the shop's wall clock, for hours and weekdays.
    #[must_use]
    pub fn local_time(&self) -> i64 {
        self.time + i64::from(self.offset_minutes) * 60_000
    }

    /// The item's row in the catalogue, when there is an item.
    #[must_use]
    pub fn item(&self) -> Option<usize> {
        (self.item != NO_CODE).then_some(self.item as usize)
    }
}
