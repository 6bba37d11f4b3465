//! Times counts of rules over made users: `rules_timing [N_USERS] [EVENTS_PER_USER]`.
//!
//! Users buy items of a catalogue of 20,000 in 100 categories over two years. Prints how long the
//! index takes, and each rule the first time and again.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::time::Instant;

use fenqun_base::{Action, Catalogue, Event, Item, NO_CODE, Rng, Seed, UserId};
use fenqun_segments::rules::{EventsIndexBuilder, FactTable, Rule, members};
use rand::RngExt as _;

const DAY: i64 = 86_400_000;
const N_ITEMS: usize = 20_000;

const RULES: [&str; 15] = [
    "spend_91d > 300",
    "spend_91d > 300 and recency <= 30 and not refund_share > 0.2",
    "spend_91d / visits_91d > spend_28d and visits_91d between 3 and 12",
    "purchased(category = \"category 7\", within = \"90d\", at_least = 2)",
    "purchased(category = \"category 7\", within = \"60d\", at_least = 2)",
    "purchased(category = [\"wide 1\", \"wide 3\"], before = \"180d\") and not purchased(within = \"30d\")",
    "amount(purchased(within = \"90d\")) > 300 or days_since(purchased()) > 200",
    "purchased(category = \"baby\", within = \"90d\", at_least = 2) and spend_91d > 300 \
     and not refund_share > 0.2",
    "count(acted()) > 25",
    "amount(acted()) > 1000",
    "amount(purchased(before = \"90d\", within = \"365d\")) > 500",
    "count(purchased(before = \"90d\", within = \"365d\")) > 9",
    "amount(purchased(category = [\"wide 0\", \"wide 1\", \"wide 2\", \"wide 3\", \"wide 4\", \
     \"wide 5\", \"wide 6\", \"wide 7\", \"wide 8\", \"wide 9\"])) > 1200",
    "purchased(contains = \"thing\", at_least = 24)",
    "days_since(acted(contains = [\"1\", \"2\"], before = \"14d\")) > 200",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: usize| arguments.next().map_or(Ok(usual), |word| word.parse());
    let (n_users, each) = (number(1_000_000)?, number(20)?);
    let mut rng = Seed(7).rng();
    let facts = ["spend_91d", "spend_28d", "visits_91d", "recency", "refund_share"]
        .into_iter()
        .try_fold(FactTable::new(n_users), |table, name| {
            let largest = if name == "refund_share" { 1.0 } else { 500.0 };
            let values = (0..n_users).map(|_| rng.random::<f32>() * largest).collect();
            table.with_numbers(name, values)
        })?;

    let catalogue = catalogue();
    let start = Instant::now();
    let mut builder = EventsIndexBuilder::new(n_users, 730 * DAY, &catalogue, &[]);
    for row in 0..n_users {
        for _ in 0..each {
            builder.push(row, &event(&mut rng));
        }
    }
    let events = builder.finish();
    println!("{n_users} users, {} events", events.n_events());
    println!("index: {:.2} s, the making of events included", start.elapsed().as_secs_f64());
    let facts = facts.with_events(events)?;
    let schema = facts.schema();
    for text in RULES {
        let condition = Rule::parse(text)?.check(&schema)?;
        let mut times = Vec::new();
        let mut n_found = 0;
        for _ in 0..5 {
            let start = Instant::now();
            n_found = members(&condition, &facts, &BTreeMap::new())?.len();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let again = times[1..].iter().copied().fold(0.0, f64::max);
        println!(
            "first {:6.1} ms, again at most {again:5.2} ms, {n_found:7} users: {text}",
            times[0]
        );
    }
    Ok(())
}

fn catalogue() -> Catalogue {
    let item = |code: usize| {
        let narrow =
            if code % 100 == 50 { "baby".into() } else { format!("category {}", code % 100) };
        let category = vec![format!("wide {}", code % 10), narrow];
        let (id, title) = (format!("{code:06}"), format!("thing {code}"));
        Item { id, title, category, price: f64::NAN, ..Item::default() }
    };
    Catalogue { items: (0..N_ITEMS).map(item).collect() }
}

fn event(rng: &mut Rng) -> Event {
    // Squared, so that some items are bought much more often than others.
    let share: f64 = rng.random();
    let action = if rng.random_range(0..50) == 0 { Action::Refund } else { Action::Purchase };
    Event {
        user: UserId([0; 16]),
        time: rng.random_range(0..730 * DAY),
        session: 0,
        quantity: 1.0,
        price: f64::from(rng.random_range(1..10_000u32)) / 100.0,
        discount: 0.0,
        item: (share * share * N_ITEMS as f64) as u32,
        text: NO_CODE,
        attributes: NO_CODE,
        rating: f32::NAN,
        offset_minutes: 0,
        action: action as u8,
        padding: [0; 5],
    }
}
