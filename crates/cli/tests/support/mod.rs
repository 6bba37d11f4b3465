//! A small made shop and a way to run the program on it.
#![allow(dead_code, clippy::expect_used, clippy::unwrap_used, clippy::print_stderr)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What every raw user id of the made shop begins with: nothing after cleaning may hold it.
pub const RAW_ID: &str = "SECRET-PERSON-";

/// A folder to work in, gone after the test.
pub struct Workplace {
    folder: TempDir,
}

/// What the program said and how it ended.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Workplace {
    /// An empty folder, but for a key: a key made by chance would put the users, and with them the
    /// folds and every figure, in another order at each run of the tests.
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("temporary folder") };
        place.write_key("fenqun.key", &"5e".repeat(32));
        place
    }

    /// A key that only its owner may read, from its digits.
    pub fn write_key(&self, name: &str, digits: &str) {
        let path = self.write(name, format!("{digits}\n"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("private");
        }
        #[cfg(not(unix))]
        let _ = path;
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("folder");
        fs::write(&path, bytes).expect("written");
        path
    }

    /// Runs the program here, with an empty cache.
    pub fn fenqun(&self, arguments: &[&str]) -> Said {
        self.command(arguments).env("FENQUN_CACHE", self.path("cache")).said()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fenqun"));
        command.args(arguments).current_dir(self.folder.path());
        for name in
            ["FENQUN_OUT", "FENQUN_SEED", "FENQUN_LANGUAGE", "FENQUN_AS_OF", "FENQUN_CONFIG"]
        {
            command.env_remove(name);
        }
        command
    }
}

/// Ends a command and keeps its words.
pub trait Speak {
    fn said(&mut self) -> Said;
}

impl Speak for Command {
    fn said(&mut self) -> Said {
        let Output { status, stdout, stderr } = self.output().expect("starts");
        Said {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&stdout).into_owned(),
            err: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }
}

impl Said {
    /// The run went well.
    pub fn fine(self) -> Self {
        assert_eq!(self.code, 0, "out: {}\nerr: {}", self.out, self.err);
        self
    }
}

/// Orders of 90 users over half a year: three tastes, very different sums, some dirt.
pub fn orders() -> Vec<String> {
    let mut rows = Vec::new();
    let mut state = 20_260_101_u64;
    let mut next = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let tastes: [&[(&str, &str, &str)]; 3] = [
        &[("T1", "green tea", "Drinks"), ("T2", "black tea", "Drinks"), ("T3", "coffee", "Drinks")],
        &[("P1", "cat food", "Pets"), ("P2", "cat litter", "Pets"), ("P3", "dog toy", "Pets")],
        &[("B1", "baby milk", "Baby"), ("B2", "nappies", "Baby"), ("B3", "baby bottle", "Baby")],
    ];
    for user in 0..90_u64 {
        let own = (user % 3) as usize;
        let n_orders = 2 + user / 6;
        for order in 0..n_orders {
            let day = 1 + next(180);
            let (month, day) = (1 + day / 30 % 6, 1 + day % 28);
            for _ in 0..=next(3) {
                let taste = if next(10) < 8 { own } else { next(3) as usize };
                let (item, title, category) = tastes[taste][next(3) as usize];
                rows.push(format!(
                    "{RAW_ID}{user:03},2026-{month:02}-{day:02} {:02}:15:00,O{user}-{order},{item},{title},{category},{},{}.50",
                    8 + next(12),
                    1 + next(4),
                    2 + next(20),
                ));
            }
        }
    }
    rows
}

/// The orders as a CSV file with a header.
pub fn orders_csv(rows: &[String]) -> String {
    let mut text =
        String::from("customer_id,order_time,order_id,product_id,title,category,quantity,price\n");
    for row in rows {
        writeln!(text, "{row}").expect("a string takes all");
    }
    text
}

/// A finished run of the made shop, in `run`.
pub fn finished() -> Workplace {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.fenqun(&["init", "orders.csv"]).fine();
    place.fenqun(&["run", "--out", "run"]).fine();
    place
}

/// The taste of a user of the made shop as a label; one in seven is labelled amiss: a label that
/// features give away whole would be refused.
pub fn taste(user: usize) -> &'static str {
    ["drinks", "pets", "baby"][(user + user % 7 / 6) % 3]
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Real data that is not part of the repository.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path.canonicalize().expect("exists"));
    }
    eprintln!("SKIPPED: ../shared/data/{name} is absent");
    None
}
