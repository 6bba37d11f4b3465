//! What may change: what somebody named, or what usually does.

use fenqun_base::{Action, Event, NO_CODE};
use fenqun_explain::why::{Deed, Lever, Step, readable};
use fenqun_profiles::FeatureKind;

use super::Shop;
use super::changed::{Handle, Pull};
use crate::RunError;

/// Plain words, with the action that each is about, if it is about one.
const WORDS: [(&str, Option<Action>); 8] = [
    ("spend", None),
    ("visits", None),
    ("absence", None),
    ("views", Some(Action::View)),
    ("favourites", Some(Action::Favourite)),
    ("carts", Some(Action::Cart)),
    ("searches", Some(Action::Search)),
    ("reviews", Some(Action::Review)),
];

/// How many purchases or visits are tried.
const FEW: [f64; 7] = [1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0];
/// How many views are tried, and money in usual lines.
const MANY: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];
/// Days that are waited.
const DAYS: [f64; 8] = [3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 365.0];

/// Numbers of a profile that are what they were, whatever a user does from now on.
const UNCHANGEABLE: [&str; 1] = ["tenure"];

/// Makes levers for one user.
pub(super) struct Levers<'a> {
    shop: &'a Shop,
    row: usize,
    /// The user's usual money of a line, and of a basket.
    line: f64,
    basket: f64,
    has_prices: bool,
    pub has_purchases: bool,
}

impl<'a> Levers<'a> {
    pub fn new(shop: &'a Shop, row: usize, own: &[Event]) -> Self {
        let amounts = own.iter().map(Event::amount).filter(|&amount| amount > 0.0);
        let (sum, n) = amounts.fold((0.0, 0u32), |(sum, n), amount| (sum + amount, n + 1));
        let line = sum / f64::from(n.max(1));
        let column = |name: &str| {
            let column = shop.profiles.feature(name)?;
            Some(f64::from(shop.profiles.values.at(row, column)))
        };
        let has_any = |name: &str| {
            shop.profiles.column(name).is_some_and(|values| values.iter().any(|&n| n > 0.0))
        };
        Self {
            shop,
            row,
            line,
            basket: column("basket_mean").unwrap_or(line),
            has_prices: has_any("basket_mean"),
            has_purchases: has_any("frequency"),
        }
    }

    /// What is tried where nobody named anything: what the value of a user is made of, and the
    /// categories that pull elsewhere.
    pub fn usual(&self, pulling: &[(String, u32)]) -> Vec<Handle> {
        let mut found = Vec::new();
        if self.shop.profiles.value_basis.name() == "spend" {
            found.push(self.spend(None));
        } else if self.has("n_view") {
            found.push(self.act("views", Action::View, None));
        } else {
            found.push(self.visits());
        }
        found.extend(pulling.iter().map(|(name, item)| self.category("category", name, *item)));
        found
    }

    /// The levers of a name.
    ///
    /// # Errors
    /// [`RunError::Score`] for a name that is none, with the nearest that is.
    pub fn named(&self, name: &str) -> Result<Vec<Handle>, RunError> {
        let name = name.trim();
        if let Some((kind @ ("category" | "item" | "spend"), thing)) = name.split_once(':') {
            let (name, item) = self.item_of(kind, thing.trim())?;
            return Ok(vec![match kind {
                "spend" => self.spend(Some((&name, item))),
                _ => self.category(kind, &name, item),
            }]);
        }
        if let Some((word, action)) = WORDS.iter().find(|entry| entry.0 == name) {
            return self.word(word, *action).map(|found| vec![found]);
        }
        let Some(column) = self.shop.profiles.feature(name) else {
            let features = self.shop.profiles.features.iter().map(|it| it.name.as_str());
            let words = WORDS.iter().map(|entry| entry.0).chain(features);
            return Err(refused(format!(
                "--change must be {}, `category:NAME`, `item:ID`, `spend:CATEGORY` or a number of \
                 the profile; `{name}` is none{}",
                WORDS.map(|entry| format!("`{}`", entry.0)).join(", "),
                or_nearest(name, words)
            )));
        };
        if UNCHANGEABLE.contains(&name) {
            return Err(refused(format!(
                "--change {name}: it tells what was, and nothing that a user does changes it"
            )));
        }
        let words = words_of(name);
        if words.is_empty() {
            return Ok(self.differ_as_others_do(column));
        }
        words.iter().map(|word| self.word(word, action_of(word))).collect()
    }

    /// The levers that move a column of a rule; `cuts` are the numbers that it is compared with.
    pub fn of_column(&self, name: &str, cuts: &[f32]) -> Vec<Handle> {
        let words = words_of(name);
        let found = words.iter().filter_map(|word| self.word(word, action_of(word)).ok());
        let found: Vec<Handle> = found.collect();
        let column = self.shop.profiles.feature(name);
        match column.filter(|_| words.is_empty() && !UNCHANGEABLE.contains(&name)) {
            Some(column) => vec![self.differ_by_cuts(column, cuts)],
            None => found,
        }
    }

    fn has(&self, feature: &str) -> bool {
        self.shop.profiles.feature(feature).is_some()
    }

    fn word(&self, word: &str, action: Option<Action>) -> Result<Handle, RunError> {
        let none = |what: &str| refused(format!("--change {word}: no event of this run {what}"));
        match (word, action) {
            ("spend", _) if self.has_prices => Ok(self.spend(None)),
            ("spend", _) => Err(none("has a price")),
            ("absence", _) => Ok(self.absence()),
            (_, None) => Ok(self.visits()),
            (_, Some(action)) if self.has(&format!("n_{}", action.name())) => {
                Ok(self.act(word, action, None))
            }
            (_, Some(action)) => Err(none(&format!("is a {}", action.name()))),
        }
    }

    /// Money: of an item of no taste, so that nothing else changes, or on one category.
    pub fn spend(&self, on: Option<(&str, u32)>) -> Handle {
        let name = on.map_or("spend".to_owned(), |(on, _)| format!("spend:{on}"));
        let deed = Deed::Spend { on: on.map(|(on, _)| on.to_owned()) };
        let unit = if self.line > 0.0 { self.line } else { 1.0 };
        let amounts = MANY.map(|times| two_digits(times * self.line)).to_vec();
        let lever = Lever { name, deed, amounts, unit, step: Step::Any };
        Handle { lever, pull: Pull::Spend { item: on.map_or(NO_CODE, |(_, item)| item) } }
    }

    fn visits(&self) -> Handle {
        // Where nobody does anything but buy, nobody comes without buying.
        let only_buys = self.has_purchases && !self.has("visits");
        let spending = only_buys.then(|| two_digits(self.basket));
        Handle {
            lever: counted("visits".into(), Deed::Come { spending }, &FEW),
            pull: Pull::Come { spending },
        }
    }

    fn absence(&self) -> Handle {
        let lever = counted("absence".into(), Deed::StayAway, &DAYS);
        Handle { lever, pull: Pull::StayAway }
    }

    /// An action, on a category or item or on none.
    pub fn act(&self, name: &str, action: Action, on: Option<(&str, u32)>) -> Handle {
        let deed = Deed::Act { action, on: on.map(|(on, _)| on.to_owned()) };
        let amounts = if action == Action::Purchase { &FEW[..] } else { &MANY };
        let item = on.map_or(NO_CODE, |(_, item)| item);
        Handle { lever: counted(name.to_owned(), deed, amounts), pull: Pull::Do { action, item } }
    }

    /// Purchases of a category; views where nothing is ever bought.
    fn category(&self, kind: &str, name: &str, item: u32) -> Handle {
        let action = if self.has_purchases { Action::Purchase } else { Action::View };
        self.act(&format!("{kind}:{}", readable(name)), action, Some((name, item)))
    }

    /// A number of the profile, towards those that other users have: tenths of them, either way.
    fn differ_as_others_do(&self, column: usize) -> Vec<Handle> {
        let mut all = self.shop.profiles.values.column(column);
        all.sort_by(f32::total_cmp);
        let now = f64::from(self.shop.profiles.values.at(self.row, column));
        let tenth = |at: usize| f64::from(all[at * (all.len() - 1) / 10]) - now;
        let mut away: Vec<f64> = (0..=10).map(tenth).filter(|&by| by != 0.0).collect();
        away.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        away.dedup();
        let [up, down] = [1.0, -1.0]
            .map(|sign| away.iter().copied().filter(|by| by * sign > 0.0).collect::<Vec<f64>>());
        let kind = self.shop.profiles.features[column].kind;
        let step = if kind == FeatureKind::Count { Step::Whole } else { Step::Any };
        let ways = [up, down].into_iter().filter(|way| !way.is_empty());
        ways.map(|amounts| self.differ(column, amounts, step)).collect()
    }

    /// A number of the profile, to either side of what rules compare it with.
    fn differ_by_cuts(&self, column: usize, cuts: &[f32]) -> Handle {
        let now = self.shop.profiles.values.at(self.row, column);
        let is_count = self.shop.profiles.features[column].kind == FeatureKind::Count;
        let beside = |&cut: &f32| match is_count {
            true => [cut - 1.0, cut, cut + 1.0],
            false => [cut.next_down(), cut, cut.next_up()],
        };
        let mut amounts: Vec<f64> = cuts
            .iter()
            .flat_map(beside)
            .filter(|cut| *cut != now)
            .map(|cut| f64::from(cut) - f64::from(now))
            .collect();
        amounts.sort_by(|a, b| a.abs().total_cmp(&b.abs()).then(a.total_cmp(b)));
        amounts.dedup();
        self.differ(column, amounts, Step::Listed)
    }

    fn differ(&self, column: usize, amounts: Vec<f64>, step: Step) -> Handle {
        let profiles = &self.shop.profiles;
        let feature = profiles.features[column].clone();
        let (values, n_users) = (profiles.values.column(column), profiles.n_users() as f64);
        let mean = values.iter().map(|&it| f64::from(it)).sum::<f64>() / n_users;
        let squares = values.iter().map(|&it| (f64::from(it) - mean).powi(2)).sum::<f64>();
        let spread = (squares / n_users).sqrt();
        let unit = if spread > 0.0 { spread } else { 1.0 };
        let now = f64::from(profiles.values.at(self.row, column));
        let name = feature.name.clone();
        let lever = Lever { name, deed: Deed::Differ { feature, now }, amounts, unit, step };
        Handle { lever, pull: Pull::Differ { column } }
    }

    /// The name of a category or item as the shop wrote it, and the item of it that most is done to.
    fn item_of(&self, kind: &str, thing: &str) -> Result<(String, u32), RunError> {
        let wanted = thing.to_lowercase();
        let is_it =
            |name: &str| name.to_lowercase() == wanted || readable(name).to_lowercase() == wanted;
        let items = &self.shop.table.catalogue().items;
        let names = |item: &'a fenqun_base::Item| -> Vec<&'a String> {
            match kind {
                "item" => vec![&item.id, &item.title],
                _ => item.category.iter().rev().collect(),
            }
        };
        let matching = |at: &usize| names(&items[*at]).into_iter().any(|name| is_it(name));
        let found = self.shop.most_dealt_with((0..items.len()).filter(matching));
        let Some(found) = found else {
            let mut known: Vec<String> =
                items.iter().flat_map(names).map(|it| readable(it)).collect();
            known.sort_unstable();
            known.dedup();
            let what = if kind == "item" { "item" } else { "category" };
            return Err(refused(format!(
                "--change {kind}:{thing}: no {what} of this run is called so{}",
                or_nearest(thing, known.iter().map(String::as_str))
            )));
        };
        let called = names(&items[found]).into_iter().find(|name| is_it(name));
        let called = match (kind, called) {
            ("item", _) if !items[found].title.is_empty() => items[found].title.clone(),
            (_, called) => called.cloned().unwrap_or_default(),
        };
        Ok((called, found as u32))
    }
}

impl Shop {
    /// Of these items the one that most is done to.
    pub(super) fn most_dealt_with(&self, items: impl Iterator<Item = usize>) -> Option<usize> {
        let mut sums = vec![0.0f64; self.table.catalogue().len()];
        for row in 0..self.profiles.n_users() {
            self.profiles.items.entries(row).for_each(|(item, n)| sums[item] += f64::from(n));
        }
        items.max_by(|&a, &b| sums[a].total_cmp(&sums[b]).then(b.cmp(&a)))
    }
}

/// What a user can do about a number of the profile.
fn words_of(feature: &str) -> &'static [&'static str] {
    let is_window = |start: &str| {
        let days = feature.strip_prefix(start).and_then(|rest| rest.strip_suffix('d'));
        days.is_some_and(|days| !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit()))
    };
    match feature {
        "spend" => &["spend"],
        "value_score" => &["spend", "visits", "absence"],
        "recency" | "purchase_recency" => &["visits", "absence"],
        "visits" | "frequency" | "lines" | "active_fortnights" => &["visits"],
        "n_view" => &["views"],
        "n_favourite" => &["favourites"],
        "n_cart" => &["carts"],
        "n_search" => &["searches"],
        "n_review" => &["reviews"],
        _ if is_window("spend_") || is_window("trend_spend_") => &["spend", "absence"],
        _ if ["visits_", "frequency_", "trend_visits_"].into_iter().any(is_window) => {
            &["visits", "absence"]
        }
        _ => &[],
    }
}

fn action_of(word: &str) -> Option<Action> {
    WORDS.iter().find(|entry| entry.0 == word).and_then(|entry| entry.1)
}

/// A lever of whole numbers, each of which counts one.
fn counted(name: String, deed: Deed, amounts: &[f64]) -> Lever {
    Lever { name, deed, amounts: amounts.to_vec(), unit: 1.0, step: Step::Whole }
}

pub(super) fn refused(reason: String) -> RunError {
    RunError::Score { reason }
}

/// The name most like another, to be put after what was refused; empty where none is like it.
pub(super) fn or_nearest<'n>(found: &str, names: impl Iterator<Item = &'n str>) -> String {
    let found = found.to_lowercase();
    let like = |name: &str| strsim::jaro_winkler(&found, &name.to_lowercase());
    let near = names.map(|name| (like(name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((likeness, name)) if likeness > 0.75 => format!(" (did you mean `{name}`?)"),
        _ => String::new(),
    }
}

/// A sum of money as a person would say it.
fn two_digits(number: f64) -> f64 {
    if number <= 0.0 || !number.is_finite() {
        return 1.0;
    }
    let scale = 10f64.powi(1 - number.log10().floor() as i32);
    (number * scale).round() / scale
}
