use serde::{Deserialize, Serialize};

/// `[cleaning]`: the rules a row must pass. Every rule is a switch, a bound or a list of patterns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cleaning {
    /// What counts as the same event told twice.
    pub deduplicate: Deduplicate,
    /// First day that is believed, `YYYY-MM-DD` on the shop's calendar.
    pub not_before: String,
    /// Last day that is believed; empty: the day the run starts.
    pub not_after: String,
    /// Reject purchases and refunds without a price, where a price column is mapped.
    pub reject_missing_price: bool,
    /// Reject purchases and refunds at price 0.
    pub reject_zero_price: bool,
    /// Reject negative prices that are no refund.
    pub reject_negative_price: bool,
    /// Reject purchases and refunds of quantity 0.
    pub reject_zero_quantity: bool,
    /// Largest quantity that is believed, of either sign; 0: any.
    pub max_quantity: f64,
    /// Regular expressions; an item whose id or title matches is a test order. Empty: off.
    pub test_items: Vec<String>,
    /// Regular expressions on item ids that are no products. Empty: off.
    pub non_product_items: Vec<String>,
    /// Regular expressions on titles that are no products. Empty: off.
    pub non_product_titles: Vec<String>,
    /// Who is taken for a robot.
    pub robot: RobotRule,
    /// Largest share of broken rows in a file before the run stops, 0 to 1.
    pub max_faulty: f64,
    /// Memory for events before they go to temporary files, in MiB.
    pub memory_mb: usize,
}

/// When two rows are one event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deduplicate {
    /// By event id where the source has one, else by equal content.
    #[default]
    Auto,
    /// By event id only.
    Id,
    /// By equal content only; the event id is not looked at.
    Exact,
    /// Never: every row is an event.
    Off,
}

/// Users whose clicks no person makes. Only browsing counts (view, favourite, cart, uncart,
/// search, visit): the lines of one order share one time and say nothing about speed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RobotRule {
    /// More browsing events than this on one day; 0: off.
    pub max_events_per_day: u32,
    /// The speed rule looks at users with at least so many browsing events; 0: off.
    pub min_events: u32,
    /// A median gap between browsing events below this many seconds.
    pub median_gap_seconds: f64,
}

impl Default for RobotRule {
    fn default() -> Self {
        Self { max_events_per_day: 5_000, min_events: 500, median_gap_seconds: 1.0 }
    }
}

impl Default for Cleaning {
    fn default() -> Self {
        let owned = |patterns: &[&str]| patterns.iter().map(|&one| one.into()).collect();
        Self {
            deduplicate: Deduplicate::Auto,
            not_before: "1995-01-01".into(),
            not_after: String::new(),
            reject_missing_price: true,
            reject_zero_price: true,
            reject_negative_price: true,
            reject_zero_quantity: true,
            max_quantity: 100_000.0,
            test_items: owned(TEST_ITEMS),
            non_product_items: owned(NON_PRODUCT_ITEMS),
            non_product_titles: owned(NON_PRODUCT_TITLES),
            robot: RobotRule::default(),
            max_faulty: 0.5,
            memory_mb: 512,
        }
    }
}

const TEST_ITEMS: &[&str] = &[
    r"(?i)^test[-_ ]?\d*$",
    r"(?i)^(this is a )?test (product|order|item)\b",
    "^测试(商品|订单|链接)",
];

/// Codes that tills and web shops use for what is no product.
const NON_PRODUCT_ITEMS: &[&str] = &[
    r"(?i)^(POST|POSTAGE|DOT|SHIPPING|FREIGHT|CARRIAGE|DELIVERY)$",
    r"(?i)^(BANK CHARGES|AMAZONFEE|ADJUST\d*|CRUK|MANUAL|DISCOUNT|SAMPLES?)$",
    r"(?i)^gift(_.*)?$",
];

/// Whole titles, so that coffee is no fee and "free postage" no postage.
const NON_PRODUCT_TITLES: &[&str] = &[
    r"(?i)^(dotcom |next day )?(postage|carriage|shipping|delivery|freight)( (charges?|fees?|costs?))?$",
    r"(?i)^(manual|discount|samples?|(bank|amazon|service|handling|processing) (charges?|fees?))$",
    r"(?i)^adjust(ment)?( by .*| bad debt)?$",
    r"(?i)^(dotcomgiftshop )?(gift voucher|gift card)( .{0,2}[\d.]+)?$",
    r"(?i)^(\w+ )?commission$",
    "^补?拍?(邮费|运费|差价|邮差|快递费|手续费|服务费)(补.*|专.*|链接.*|差价.*)?$",
    "^(优惠券|代金券|红包|赠品|礼品卡)$",
];
