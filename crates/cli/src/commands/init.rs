use std::env;

use anyhow::{Context, Result, bail};
use fenqun_run::RunError;
use serde_json::json;

use crate::arguments::InitOptions;
use crate::console::Console;

/// `fenqun init`.
pub fn init(options: &InitOptions, console: &Console) -> Result<()> {
    let path = &options.output;
    if path.exists() && !options.force {
        bail!("{} is there already: choose another with -o, or pass --force", path.display());
    }
    let here = env::current_dir().context("the current folder cannot be found")?;
    let folder = here.join(path.parent().unwrap_or("".as_ref()));
    let proposal = fenqun_events::init(&options.files, &here, &folder).map_err(RunError::from)?;
    fenqun_base::artifact::write_bytes(path, proposal.toml.as_bytes())
        .with_context(|| format!("{} cannot be written", path.display()))?;
    if console.is_json() {
        let row = |finding: &fenqun_events::Finding| json!({ "what": finding.what, "why": finding.why, "sure": finding.sure });
        console.say_json(&proposal.findings.iter().map(row).collect::<Vec<_>>());
        return Ok(());
    }
    for finding in &proposal.findings {
        let mark = if finding.sure { "✓" } else { "?" };
        console.say(&format!("{mark} {}: {}", finding.what, finding.why));
    }
    let n_unsure = proposal.findings.iter().filter(|finding| !finding.sure).count();
    console.say("");
    if n_unsure > 0 {
        console.say(&format!("{n_unsure} of these are guesses, marked ?: please look at them."));
    }
    console.say(&format!("Wrote {}. Next: fenqun run -c {}", path.display(), path.display()));
    Ok(())
}
