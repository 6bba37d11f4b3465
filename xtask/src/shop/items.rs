use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;

use super::random::Random;
use super::words::{BRANDS, COLOURS, DEPARTMENTS, STYLES};

pub const N_ITEMS: usize = 20_000;

/// Items by department, the popular ones first, and their list prices in cents.
pub struct Items {
    pub by_department: Vec<Vec<u32>>,
    pub cents: Vec<u32>,
}

impl Items {
    /// Makes all items and writes them as the shop's catalogue file.
    pub fn write(path: &Path, random: &mut Random) -> Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        writeln!(file, "item_id,title,department,category,kind,brand,list_price")?;
        let mut items = Self {
            by_department: vec![Vec::new(); DEPARTMENTS.len()],
            cents: Vec::with_capacity(N_ITEMS),
        };
        for number in 0..N_ITEMS as u32 {
            let department = random.below(DEPARTMENTS.len());
            let words = &DEPARTMENTS[department];
            let (category, kinds) = random.pick(words.4);
            let kind = random.pick(kinds);
            let brand = random.pick(BRANDS);
            let title = format!("{brand} {} {kind} {}", random.pick(STYLES), random.pick(COLOURS));
            // Log-normal in effect: a product of three uniform factors.
            let spread = (0..3).map(|_| 0.45 + 1.1 * random.unit()).product::<f64>();
            let cents = (words.3 * spread * 100.0).max(45.0) as u32;
            items.by_department[department].push(number);
            items.cents.push(cents);
            writeln!(
                file,
                "{},\"{title}\",{},{category},{kind},\"{brand}\",{}.{:02}",
                item_id(number),
                words.0,
                cents / 100,
                cents % 100
            )?;
        }
        file.flush()?;
        Ok(items)
    }
}

/// The id that files name an item by.
pub fn item_id(number: u32) -> u32 {
    100_000 + number
}
