//! Foretells the categories of a period that the events of a run hold, and prints how well.
//!
//! ```text
//! cargo run --release -p fenqun-run --example propensity -- RUN/events 2017-12-04T05:00:00Z
//! ```
#![allow(clippy::print_stdout)]

use fenqun_base::{Progress, Seed};
use fenqun_events::EventTable;
use fenqun_profiles::ProfileParams;
use fenqun_run::propensity::{PropensityParams, evaluate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(folder), Some(as_of)) = (words.next(), words.next()) else {
        return Err("usage: propensity RUN/events AS_OF [SEED] [SETTINGS.json]".into());
    };
    let as_of: jiff::Timestamp = as_of.parse()?;
    let seed = Seed(words.next().map_or(Ok(7), |word| word.parse())?);
    let params = match words.next() {
        None => PropensityParams::default(),
        Some(path) => serde_json::from_slice(&std::fs::read(path)?)?,
    };
    let table = EventTable::open(folder.as_ref())?;
    let start = std::time::Instant::now();
    let profiles = ProfileParams::default();
    let (_, report) =
        evaluate(&table, as_of.as_millisecond(), &params, &profiles, seed, &Progress::silent())?;
    println!("{} users, {:.4} of pairs bought", report.n_users, report.bought);
    for way in &report.contenders {
        let [low, high] = way.interval;
        let never = way.never_bought.unwrap_or(f64::NAN);
        print!("{:40} {:.4} [{low:.4}, {high:.4}]  never bought {never:.4}", way.name, way.auroc);
        match way.behind {
            None => println!(),
            Some([difference, low, high]) => {
                println!("  ours {difference:+.4} [{low:+.4}, {high:+.4}]");
            }
        }
    }
    println!("{:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}
