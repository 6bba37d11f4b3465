//! A made-up shop of any size, for benchmarks: the same seed gives the same bytes.
//!
//! Users come as often as Zipf's law says, in groups with a taste of their own; departments have
//! seasons, items have prices, popularity and weeks of discount; purchases are sent back, and one
//! row in a hundred is spoilt the way real exports are: no user, an impossible time, a price of
//! zero, a row twice. Rows are made in the order of time and written as they are made, so the
//! memory needed does not grow with their number.
//!
//! Writes `events-1-of-8.csv` to `events-8-of-8.csv` and `items.csv`.

mod calendar;
mod items;
mod random;
mod visits;
mod words;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use calendar::{Day, days, second_of_day};
use items::{Items, item_id};
use random::{Random, mix};
use visits::{Line, Visits};

const N_FILES: u64 = 8;

/// Users for so many rows: a few dozen rows each on average, most have far fewer.
const ROWS_PER_USER: u64 = 60;

const HEADER: &str =
    "event_id,event_time,user_id,session_id,action,item_id,quantity,price,discount,channel";

/// Writes a shop of exactly `n_events` rows into the folder `out`.
pub fn generate(n_events: u64, out: &Path, seed: u64) -> Result<()> {
    ensure!(n_events > 0, "a shop needs at least one event");
    fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let mut random = Random(mix(seed));
    let items = Items::write(&out.join("items.csv"), &mut random)?;
    let n_users = (n_events / ROWS_PER_USER).max(10) as usize;
    let mut visits = Visits::new(&items, n_users);
    let mut rows = Rows { out, n_events, n_written: 0, file: None };
    let days = days();
    let whole: f64 = days.iter().map(|day| day.weight).sum();
    let mut done = 0.0;
    let mut lines = Vec::new();
    for (number, day) in days.iter().enumerate() {
        let first = rows.n_written;
        done += day.weight / whole;
        let last = if number + 1 == days.len() {
            n_events
        } else {
            ((n_events as f64 * done) as u64).min(n_events)
        };
        while rows.n_written < last {
            let share = (rows.n_written - first) as f64 / (last - first) as f64;
            let start = second_of_day(share);
            lines.clear();
            visits.next(number, day.month, &mut random, &mut lines);
            for line in &lines {
                rows.write(line, day, start, &mut random)?;
            }
        }
    }
    rows.finish()
}

/// Writes rows, each into the file it belongs to.
struct Rows<'a> {
    out: &'a Path,
    n_events: u64,
    n_written: u64,
    file: Option<BufWriter<File>>,
}

impl Rows<'_> {
    /// Writes one line, spoilt or not, and once in 250 lines a second time; nothing once there
    /// are enough.
    fn write(&mut self, line: &Line, day: &Day, start: u32, random: &mut Random) -> Result<()> {
        let second = (start + line.after).min(86_399);
        let spoilt = random.below(500);
        let user = if spoilt == 0 { String::new() } else { format!("u{}", user_id(line.user)) };
        let time = match spoilt {
            1 => "0000-00-00 00:00:00".to_owned(),
            _ => {
                let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
                format!("{} {hour:02}:{minute:02}:{second:02}", day.date)
            }
        };
        let cents = if spoilt == 2 && line.action == "purchase" { 0 } else { line.cents };
        let (item, quantity, off) = (item_id(line.item), line.quantity, line.discount_cents);
        let id = self.n_written;
        let n_copies = if random.below(250) == 0 { 2 } else { 1 };
        for _ in 0..n_copies {
            if self.n_written == self.n_events {
                return Ok(());
            }
            writeln!(
                self.file()?,
                "e{id},{time},{user},s{},{},{item},{quantity},{}.{:02},{}.{:02},{}",
                line.session,
                line.action,
                cents / 100,
                cents % 100,
                off / 100,
                off % 100,
                line.channel
            )?;
            self.n_written += 1;
        }
        Ok(())
    }

    /// The file of the next row; files are equally long.
    fn file(&mut self) -> Result<&mut BufWriter<File>> {
        let number = |row: u64| row * N_FILES / self.n_events;
        let begins = self.n_written == 0 || number(self.n_written) != number(self.n_written - 1);
        if begins {
            let name = format!("events-{}-of-{N_FILES}.csv", number(self.n_written) + 1);
            self.close()?;
            let path = self.out.join(name);
            let file = File::create(&path).with_context(|| path.display().to_string())?;
            let mut file = BufWriter::with_capacity(1 << 20, file);
            writeln!(file, "{HEADER}")?;
            self.file = Some(file);
        }
        self.file.as_mut().context("a file is open once a row was begun")
    }

    fn close(&mut self) -> Result<()> {
        match self.file.take() {
            Some(mut file) => Ok(file.flush()?),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<()> {
        self.close()
    }
}

/// Ids as shops give them: distinct, and saying nothing of how often somebody comes.
fn user_id(user: u64) -> u64 {
    // Multiplying by an odd number is one to one below a power of two.
    10_000_000 + (user.wrapping_mul(0x9E37_79B1) & 0x3FF_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn shop(n_events: u64, seed: u64) -> Vec<String> {
        let folder = std::env::temp_dir().join(format!(
            "fenqun-shop-{}-{n_events}-{seed}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        generate(n_events, &folder, seed).expect("generates");
        let names = (1..=N_FILES).map(|number| format!("events-{number}-of-{N_FILES}.csv"));
        let files: Vec<String> = names
            .chain(["items.csv".to_owned()])
            .map(|name| fs::read_to_string(folder.join(name)).expect("is there"))
            .collect();
        fs::remove_dir_all(&folder).expect("removed");
        files
    }

    #[test]
    fn there_are_exactly_as_many_rows_as_asked_for() {
        let files = shop(10_007, 1);
        let n_rows: usize = files[..8].iter().map(|file| file.lines().count() - 1).sum();
        assert_eq!(n_rows, 10_007);
        assert_eq!(files[8].lines().count(), items::N_ITEMS + 1);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert!(shop(3000, 5) == shop(3000, 5));
        assert!(shop(3000, 5) != shop(3000, 6));
    }

    #[test]
    fn a_shop_has_every_action_and_every_kind_of_dirt() {
        let files = shop(50_000, 2);
        let rows: Vec<Vec<&str>> = files[..8]
            .iter()
            .flat_map(|file| file.lines().skip(1))
            .map(|row| row.split(',').collect())
            .collect();
        let actions: BTreeSet<&str> = rows.iter().map(|row| row[4]).collect();
        assert_eq!(actions, BTreeSet::from(["cart", "purchase", "refund", "view"]));
        let n_with =
            |spoilt: &dyn Fn(&[&str]) -> bool| rows.iter().filter(|row| spoilt(row)).count();
        assert!(n_with(&|row| row[2].is_empty()) > 10);
        assert!(n_with(&|row| row[1].starts_with("0000")) > 10);
        assert!(n_with(&|row| row[7] == "0.00") > 10);
        let distinct: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
        assert!(rows.len() - distinct.len() > 50, "rows come twice");
        let n_users = rows.iter().map(|row| row[2]).collect::<BTreeSet<_>>().len();
        assert!(n_users > 400, "{n_users} of 833 users came");
    }
}
