use anyhow::Result;
use fenqun_run::Config;

use crate::arguments::CheckOptions;
use crate::console::Console;
use crate::print;

/// `fenqun check`.
pub fn check(options: &CheckOptions, console: &Console) -> Result<()> {
    let config = Config::load(&options.config)?;
    let ledger = fenqun_run::check(&config, &options.config, console.progress())?;
    if console.is_json() {
        console.say_json(&ledger);
        return Ok(());
    }
    console.say(&print::ledger(&ledger));
    console.say(&format!(
        "{} users seen, {} with clean events",
        print::thousands(ledger.n_users_seen as f64),
        print::thousands(ledger.n_users_kept as f64)
    ));
    for note in &ledger.notes {
        console.say(note);
    }
    Ok(())
}
