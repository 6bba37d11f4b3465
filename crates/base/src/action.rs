use serde::{Deserialize, Serialize};

/// What a user did: the closed list every source's own words are mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Action {
    /// Looked at an item or a page.
    View = 0,
    /// Marked an item as a favourite.
    Favourite = 1,
    /// Put an item into the cart.
    Cart = 2,
    /// Took an item out of the cart.
    Uncart = 3,
    /// Bought an item.
    Purchase = 4,
    /// Sent an item back or had an order cancelled; spend counts negative.
    Refund = 5,
    /// Searched for words.
    Search = 6,
    /// Wrote a review.
    Review = 7,
    /// Visited a shop or a site.
    Visit = 8,
    /// Received or redeemed a coupon.
    Coupon = 9,
    /// Was contacted or contacted the shop.
    Contact = 10,
}

impl Action {
    /// Every action, in the order of its code.
    pub const ALL: [Self; 11] = [
        Self::View,
        Self::Favourite,
        Self::Cart,
        Self::Uncart,
        Self::Purchase,
        Self::Refund,
        Self::Search,
        Self::Review,
        Self::Visit,
        Self::Coupon,
        Self::Contact,
    ];

    /// The action of a code, or `None` for a code that no action has.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The word used in tables and configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Favourite => "favourite",
            Self::Cart => "cart",
            Self::Uncart => "uncart",
            Self::Purchase => "purchase",
            Self::Refund => "refund",
            Self::Search => "search",
            Self::Review => "review",
            Self::Visit => "visit",
            Self::Coupon => "coupon",
            Self::Contact => "contact",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_names_and_serde_agree() {
        for action in Action::ALL {
            assert_eq!(Action::from_code(action as u8), Some(action));
            let word = serde_json::to_string(&action).expect("serialises");
            assert_eq!(word, format!("\"{}\"", action.name()));
        }
        assert_eq!(Action::from_code(11), None);
    }
}
