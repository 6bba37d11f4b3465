//! Raw records in; clean, pseudonymous, ordered event tables out.
//!
//! Use this room to turn whatever a shop has (CSV, JSONL, Parquet; packed or not; any encoding)
//! into one table of [`fenqun_base::Event`]s. It is no query engine: it makes one pass, knows no
//! joins, and computes nothing about users.
//!
//! ```text
//! files ─▶ source ─▶ mapping ─▶ rules ─▶ pseudonyms ─▶ buckets ─▶ order, deduplicate ─▶ EventTable
//!                                 │                                     │
//!                                 └──▶ rejected.parquet, Ledger ◀───────┘
//! ```
//!
//! - [`init`] looks at files and writes the configuration, saying what it is sure of.
//! - [`clean`] executes it. Every row comes out as kept, duplicate or rejected with a reason:
//!   `n_in = n_kept + n_duplicate + Σ n_rejected(reason)`, file by file, in the [`Ledger`].
//! - [`read_labels`] reads what the shop already knows of its users, under the same pseudonyms.
//! - [`EventTable`] reads the result, a part at a time.
//!
//! Raw user ids exist in this room only, before they are hashed with the [`Key`]: no error, no
//! log line and no file that it writes holds one.
//!
//! ```
//! use fenqun_base::Progress;
//! use fenqun_events::{EventTable, EventsConfig, Key, clean};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let shop = folder.path().join("orders.csv");
//! std::fs::write(&shop, "who,when,what,n,price\nann,2025-03-01 10:00,tea,2,3.50\nbob,,tea,1,3.50\n")?;
//! let config: EventsConfig = toml::from_str(r#"
//!     [[source]]
//!     files = ["orders.csv"]
//!     action = "purchase"
//!     columns = { user_id = "who", event_time = "when", item_id = "what", quantity = "n", amount = "price" }
//! "#)?;
//! let key = Key::open_or_create(&folder.path().join("key"))?;
//! let out = folder.path().join("events");
//! let cleaned = clean(&config, folder.path(), &key, &out, &Progress::silent())?;
//! assert_eq!(cleaned.ledger.total().n_kept, 1);
//! let table = EventTable::open(&out)?;
//! assert_eq!(table.part(0)?[0].amount(), 7.0);
//! # Ok(())
//! # }
//! ```

mod clean;
mod config;
mod error;
mod init;
mod intern;
mod labels;
mod ledger;
mod mapping;
mod pseudonym;
mod rules;
pub mod source;
mod spill;
mod table;
mod time;

pub use clean::{Cleaned, clean};
pub use config::{
    CatalogueConfig, Columns, EventsConfig, ItemColumns, Names, PriceConfig, PriceOf, RefundConfig,
    SourceConfig, TimeConfig,
};
pub use error::{EventsError, TooManyFaults};
pub use init::{Finding, Proposal, init};
pub use labels::{LabelColumns, LabelLedger, LabelTable, LabelsConfig, read_labels};
pub use ledger::{FileLedger, Ledger};
pub use pseudonym::Key;
pub use rules::{Cleaning, Deduplicate, Reason, RobotRule};
pub use table::{EventTable, read_catalogue};
