use regex::RegexSet;

use super::{Cleaning, Reason};
use crate::EventsError;

/// The patterns for test orders and non-products, compiled once and asked once an item or title.
pub(crate) struct ItemRules {
    test: RegexSet,
    non_product_items: RegexSet,
    non_product_titles: RegexSet,
}

impl ItemRules {
    pub(crate) fn new(cleaning: &Cleaning) -> Result<Self, EventsError> {
        let compile = |field: &'static str, patterns: &[String]| {
            RegexSet::new(patterns).map_err(|error| EventsError::Config {
                field: format!("cleaning.{field}"),
                rule: "a list of regular expressions".into(),
                found: error.to_string(),
            })
        };
        Ok(Self {
            test: compile("test_items", &cleaning.test_items)?,
            non_product_items: compile("non_product_items", &cleaning.non_product_items)?,
            non_product_titles: compile("non_product_titles", &cleaning.non_product_titles)?,
        })
    }

    /// What an item id alone says: 0 for nothing, else the code of the reason.
    pub(crate) fn item(&self, id: &str) -> u8 {
        if self.test.is_match(id) {
            Reason::TestOrder as u8
        } else if self.non_product_items.is_match(id) {
            Reason::NonProduct as u8
        } else {
            0
        }
    }

    /// What a title alone says.
    pub(crate) fn title(&self, title: &str) -> u8 {
        if title.is_empty() {
            0
        } else if self.test.is_match(title) {
            Reason::TestOrder as u8
        } else if self.non_product_titles.is_match(title) {
            Reason::NonProduct as u8
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> ItemRules {
        ItemRules::new(&Cleaning::default()).expect("the defaults compile")
    }

    #[test]
    fn codes_and_titles_of_postage_and_corrections_are_no_products() {
        let rules = rules();
        for id in ["POST", "DOT", "BANK CHARGES", "AMAZONFEE"] {
            assert_eq!(rules.item(id), Reason::NonProduct as u8, "{id}");
        }
        for id in ["ADJUST", "ADJUST2", "CRUK", "gift_0001_30", "GIFT"] {
            assert_eq!(rules.item(id), Reason::NonProduct as u8, "{id}");
        }
        for title in
            ["POSTAGE", "Manual", "Bank Charges", "运费", "补差价", "邮费补拍", "补差价专用链接"]
        {
            assert_eq!(rules.title(title), Reason::NonProduct as u8, "{title}");
        }
        assert_eq!(rules.item("TEST001"), Reason::TestOrder as u8);
        assert_eq!(rules.title("This is a test product."), Reason::TestOrder as u8);
    }

    #[test]
    fn real_products_that_look_like_codes_are_kept() {
        let rules = rules();
        for id in [
            "DCGS0058",
            "DCGSSGIRL",
            "PADS",
            "SP1002",
            "85048",
            "79323P",
            "C123",
            "C2",
            "M",
            "giftbag",
        ] {
            assert_eq!(rules.item(id), 0, "{id}");
        }
        for title in [
            "COFFEE",
            "PREGNANCY TEST KITS",
            "连衣裙 夏季 包邮 免运费",
            "GIFT BAG LARGE SPOT",
            "TESTED PAPER",
            "MANUAL COFFEE GRINDER",
            "DISCOUNT CAT FOOD",
        ] {
            assert_eq!(rules.title(title), 0, "{title}");
        }
    }

    #[test]
    fn a_broken_pattern_names_its_field() {
        let cleaning = Cleaning { test_items: vec!["(".into()], ..Cleaning::default() };
        let error = ItemRules::new(&cleaning).err().expect("refused").to_string();
        assert!(error.contains("cleaning.test_items"), "{error}");
    }
}
