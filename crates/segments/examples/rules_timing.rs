//! Times counts of rules over made users: `rules_timing [N_USERS] [EVENTS_PER_USER] [FOLDER]`.
//!
//! Users buy items of a catalogue of 20,000 in 100 categories over two years. Prints lines of JSON:
//! how long the index takes, then each rule the first time and again. `FOLDER` receives the events
//! and the columns of facts, little-endian, so that another program can count the same users.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use fenqun_base::{Action, Catalogue, Event, Item, NO_CODE, Rng, Seed, UserId};
use fenqun_segments::rules::{EventsIndexBuilder, FactTable, Rule, members};
use rand::RngExt as _;
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

const DAY: i64 = 86_400_000;
const N_ITEMS: usize = 20_000;
const N_DAYS: i64 = 730;

/// Users whose events are made together: making them is not timed.
const TOGETHER: usize = 10_000;

const FACTS: [&str; 5] = ["spend_91d", "spend_28d", "visits_91d", "recency", "refund_share"];

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
    "purchased(contains = \"thing\", at_least = 20)",
    "days_since(acted(contains = [\"1\", \"2\"], before = \"14d\")) > 200",
];

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: usize| arguments.next().map_or(Ok(usual), |word| word.parse());
    let (n_users, each) = (number(1_000_000)?, number(20)?);
    let folder = arguments.next();
    let folder = folder.as_deref().map(Path::new);
    let mut rng = Seed(7).rng();
    let mut facts = FactTable::new(n_users);
    for name in FACTS {
        let largest = if name == "refund_share" { 1.0 } else { 500.0 };
        let values: Vec<f32> = (0..n_users).map(|_| rng.random::<f32>() * largest).collect();
        if let Some(folder) = folder {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            std::fs::write(folder.join(format!("{name}.f32")), bytes.collect::<Vec<u8>>())?;
        }
        facts = facts.with_numbers(name, values)?;
    }

    let catalogue = catalogue();
    let mut files = folder.map(Files::create).transpose()?;
    let start = Instant::now();
    let mut builder = EventsIndexBuilder::new(n_users, N_DAYS * DAY, &catalogue, &[]);
    let mut taken: Duration = start.elapsed();
    for from in (0..n_users).step_by(TOGETHER) {
        let rows = (from..n_users.min(from + TOGETHER)).flat_map(|row| (0..each).map(move |_| row));
        let events: Vec<(usize, Event)> = rows.map(|row| (row, event(&mut rng))).collect();
        if let Some(files) = &mut files {
            events.iter().try_for_each(|(row, event)| files.write(*row, event))?;
        }
        let start = Instant::now();
        events.iter().for_each(|(row, event)| builder.push(*row, event));
        taken += start.elapsed();
    }
    files.map_or(Ok(()), Files::finish)?;
    let start = Instant::now();
    let events = builder.finish();
    taken += start.elapsed();
    let (n_events, index_seconds) = (events.n_events(), taken.as_secs_f64());
    let whole = json!({ "n_users": n_users, "n_events": n_events, "index_seconds": index_seconds });
    println!("{whole}");
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
        // Later counts of the same rule find its answers kept.
        let again = times[1..].iter().copied().fold(0.0, f64::max);
        let (first, rule) = (times[0], text);
        println!("{}", json!({ "rule": rule, "first": first, "again": again, "found": n_found }));
    }
    Ok(())
}

/// The events, one file a column.
struct Files {
    users: BufWriter<File>,
    times: BufWriter<File>,
    prices: BufWriter<File>,
    items: BufWriter<File>,
    actions: BufWriter<File>,
}

impl Files {
    fn create(folder: &Path) -> std::io::Result<Self> {
        let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
        Ok(Self {
            users: file("user.u32")?,
            times: file("time.i64")?,
            prices: file("price.f64")?,
            items: file("item.u32")?,
            actions: file("action.u8")?,
        })
    }

    fn write(&mut self, row: usize, event: &Event) -> std::io::Result<()> {
        self.users.write_all(&(row as u32).to_le_bytes())?;
        self.times.write_all(&event.time.to_le_bytes())?;
        self.prices.write_all(&event.price.to_le_bytes())?;
        self.items.write_all(&event.item.to_le_bytes())?;
        self.actions.write_all(&[event.action])
    }

    /// Dropped writers would keep an error to themselves.
    fn finish(self) -> std::io::Result<()> {
        let files = [self.users, self.times, self.prices, self.items, self.actions];
        files.into_iter().try_for_each(|mut file| file.flush())
    }
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
        time: rng.random_range(0..N_DAYS * DAY),
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
