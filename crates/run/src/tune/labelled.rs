//! Which labels are tuned for, and what a person should know of them.

use std::path::Path;

use fenqun_base::{Labels, Language, Progress};
use fenqun_events::{LabelsConfig, read_labels};

use super::TuneRequest;
use crate::RunError;
use crate::evaluate::{Inputs, Known, join};

/// The labels that are tuned for.
pub(super) fn chosen<'a>(
    request: &'a TuneRequest,
    of_run: &'a [LabelsConfig],
) -> Result<&'a LabelsConfig, RunError> {
    let all = request.labels.as_deref().unwrap_or(of_run);
    let names: Vec<String> = all.iter().map(|labels| format!("`{}`", labels.name)).collect();
    let refused = |reason: String| Err(RunError::Tune { reason });
    match (&request.label_name, all) {
        (_, []) => refused(
            "there are no labels: name some with `--labels FILE --user COLUMN --label COLUMN`, or \
             write [[labels]] into the configuration"
                .to_owned(),
        ),
        (None, [only]) => Ok(only),
        (None, _) => {
            refused(format!("name one of the labels {} with --label-name", names.join(", ")))
        }
        (Some(name), _) => match all.iter().find(|labels| &labels.name == name) {
            Some(labels) => Ok(labels),
            None => refused(format!("there are no labels `{name}`, only {}", names.join(", "))),
        },
    }
}

/// The labels of the run's users, and what a person should know of them.
pub(super) fn read(
    config: &LabelsConfig,
    base: &Path,
    inputs: &Inputs,
    language: Language,
    progress: &Progress,
) -> Result<(Labels, Vec<String>), RunError> {
    let table = read_labels(config, base, &inputs.key()?, progress)?;
    let Known { labels, n_unknown, remarks } = join(&table, &inputs.profiles.users, language);
    if n_unknown == table.users.len() {
        return Err(RunError::Strangers { name: config.name.clone(), n_users: n_unknown });
    }
    Ok((labels, remarks))
}
