//! Everything a person sees: progress on stderr and only on a terminal, results on stdout.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fenqun_base::{ErrorKind, Progress, Sink, Unit};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use tracing_subscriber::EnvFilter;

use crate::arguments::Format;

/// Where words, results and bars go.
pub struct Console {
    format: Format,
    progress: Progress,
}

impl Console {
    /// Listens for Ctrl-C from here on: the first one asks the run to stop, the second leaves.
    pub fn new(format: Format, quiet: bool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        // Without a handler Ctrl-C still ends the program, only less politely.
        let _ = ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::SeqCst) {
                std::process::exit(i32::from(ErrorKind::Interrupted.exit_code()));
            }
        });
        // Warnings of the rooms; FENQUN_LOG=debug shows more.
        let filter = EnvFilter::try_from_env("FENQUN_LOG").unwrap_or_else(|_| "warn".into());
        let log = tracing_subscriber::fmt().with_writer(std::io::stderr).without_time();
        log.with_target(false).with_env_filter(filter).init();
        let shown = !quiet && std::io::stderr().is_terminal();
        let sink = Arc::new(Bars::new(shown));
        Self { format, progress: Progress::new(sink, stop) }
    }

    /// What long steps report to.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Whether results are for programs.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// A result, on stdout. A reader that went away is no fault.
    pub fn say(&self, words: &str) {
        let _ = writeln!(std::io::stdout(), "{words}");
    }

    /// A result as JSON, on stdout.
    pub fn say_json(&self, value: &impl serde::Serialize) {
        self.say(&serde_json::to_string_pretty(value).unwrap_or_default());
    }

    /// A remark beside the result, on stderr; programs are not bothered.
    pub fn note(&self, words: &str) {
        if self.format == Format::Text {
            let _ = writeln!(std::io::stderr(), "{words}");
        }
    }

    /// The failure that ends the program.
    pub fn error(&self, error: &anyhow::Error, kind: ErrorKind) {
        let words = words(error);
        let _ = match self.format {
            Format::Text => {
                let head = if kind == ErrorKind::Interrupted { "stopped" } else { "error" };
                writeln!(std::io::stderr(), "{head}: {words}")
            }
            Format::Json => {
                let value = serde_json::json!({ "error": words, "exit_code": kind.exit_code() });
                writeln!(std::io::stderr(), "{value}")
            }
        };
    }
}

/// The error and its causes, without those that it quotes already.
fn words(error: &anyhow::Error) -> String {
    let mut words = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !words.contains(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

/// One bar a step; only steps that last are ever seen.
struct Bars {
    screen: MultiProgress,
    bars: Mutex<Vec<Option<ProgressBar>>>,
}

impl Bars {
    fn new(shown: bool) -> Self {
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { screen: MultiProgress::with_draw_target(target), bars: Mutex::default() }
    }

    fn with(&self, step: usize, change: impl FnOnce(&ProgressBar)) {
        if let Ok(bars) = self.bars.lock()
            && let Some(Some(bar)) = bars.get(step)
        {
            change(bar);
        }
    }
}

impl Sink for Bars {
    fn begin(&self, what: &str, total: u64, unit: Unit) -> usize {
        let template = match (total, unit) {
            (0, _) => "{spinner} {msg} {elapsed}",
            (_, Unit::Bytes) => {
                "{msg:28} {bar:28} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left"
            }
            (_, Unit::Count) => "{msg:28} {bar:28} {human_pos}/{human_len} {rate}, {eta} left",
        };
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("rate", |state: &ProgressState, to: &mut dyn fmt::Write| {
                // A bar that cannot be written is not worth an error.
                let _ = write!(to, "{:.0}/s", state.per_sec());
            })
            .progress_chars("━╸─");
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        let bar = self.screen.add(bar.with_style(style).with_message(what.to_owned()));
        bar.enable_steady_tick(Duration::from_millis(200));
        let Ok(mut bars) = self.bars.lock() else { return usize::MAX };
        bars.push(Some(bar));
        bars.len() - 1
    }

    fn advance(&self, step: usize, n: u64) {
        self.with(step, |bar| bar.inc(n));
    }

    fn end(&self, step: usize) {
        self.with(step, ProgressBar::finish_and_clear);
        if let Ok(mut bars) = self.bars.lock()
            && let Some(bar) = bars.get_mut(step)
        {
            *bar = None;
        }
    }
}
