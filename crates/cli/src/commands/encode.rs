use anyhow::Result;
use serde_json::json;

use crate::arguments::EncodeOptions;
use crate::console::Console;

/// `fenqun encode`.
pub fn encode(options: &EncodeOptions, console: &Console) -> Result<()> {
    let shape = fenqun_run::encode_file(
        &options.texts,
        &options.model,
        &options.out,
        !options.no_cache,
        console.progress(),
    )?;
    if console.is_json() {
        let (n_texts, width) = shape;
        console.say_json(&json!({ "vectors": options.out, "n_texts": n_texts, "width": width }));
    } else {
        let path = options.out.display();
        console.say(&format!("{path}: {} texts × {} numbers", shape.0, shape.1));
    }
    Ok(())
}
