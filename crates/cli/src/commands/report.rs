use anyhow::Result;

use crate::arguments::ReportOptions;
use crate::console::Console;

/// `fenqun report`.
pub fn report(options: &ReportOptions, console: &Console) -> Result<()> {
    let path = fenqun_run::report_again(&options.run, options.output.as_deref())?;
    console.say(&path.display().to_string());
    Ok(())
}
