//! A small shop in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use fenqun_base::{Event, Progress};
use fenqun_events::{Cleaned, EventTable, EventsConfig, EventsError, FileLedger, Key, clean};
use tempfile::TempDir;

pub const HEADER: &str = "who,when,order,what,title,n,price";

pub const CONFIG: &str = r#"
[[source]]
files = ["*.csv"]
action = "purchase"
columns = { user_id = "who", event_time = "when", session_id = "order", item_id = "what", title = "title", quantity = "n", amount = "price" }
refund = { session_prefix = "C", negative_quantity = true }

[cleaning]
not_after = "2026-01-01"
"#;

pub struct Shop {
    folder: TempDir,
}

/// The part of a configuration that this room reads; `init` writes title and cards too.
pub fn events_part(config: &str) -> EventsConfig {
    let mut table: toml::Table = config.parse().unwrap_or_else(|error| panic!("{error}\n{config}"));
    table.remove("title");
    table.remove("cards");
    table.try_into().unwrap_or_else(|error| panic!("{error}\n{config}"))
}

impl Shop {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("temporary folder") }
    }

    pub fn with(rows: &[&str]) -> Self {
        let shop = Self::new();
        shop.write("orders.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
        shop
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, content).expect("written");
        path
    }

    pub fn out(&self) -> PathBuf {
        self.path().join("out")
    }

    pub fn try_clean(&self, config: &str) -> Result<Cleaned, EventsError> {
        let config = events_part(config);
        let key = Key::from_bytes([7; 32]);
        clean(&config, self.path(), &key, &self.out(), &Progress::silent())
    }

    pub fn clean(&self, config: &str) -> Cleaned {
        let cleaned = self.try_clean(config).expect("cleans");
        cleaned.ledger.check().expect("every row is accounted for");
        cleaned
    }

    pub fn total(&self, config: &str) -> FileLedger {
        self.clean(config).ledger.total()
    }

    pub fn table(&self) -> EventTable {
        EventTable::open(&self.out()).expect("opens")
    }

    pub fn events(&self) -> Vec<Event> {
        let table = self.table();
        (0..table.n_parts()).flat_map(|part| table.part(part).expect("reads")).collect()
    }

    /// Every file of the table with its bytes, by name.
    pub fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(self.out())
            .expect("folder")
            .map(|entry| {
                let path = entry.expect("entry").path();
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, fs::read(&path).expect("reads"))
            })
            .collect();
        files.sort();
        files
    }

    /// The files that hold events and what they point to.
    pub fn table_bytes(&self) -> Vec<(String, Vec<u8>)> {
        let is_table =
            |file: &(String, Vec<u8>)| file.0.ends_with(".parquet") && file.0 != "rejected.parquet";
        self.bytes().into_iter().filter(is_table).collect()
    }
}
