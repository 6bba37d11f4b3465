use anyhow::Result;
use serde_json::json;

use crate::arguments::ReportOptions;
use crate::console::Console;

/// `fenqun report`.
pub fn report(options: &ReportOptions, console: &Console) -> Result<()> {
    let path = fenqun_run::report_again(&options.run, options.output.as_deref())?;
    if console.is_json() {
        console.say_json(&json!({ "report": path }));
    } else {
        console.say(&path.display().to_string());
    }
    Ok(())
}
