//! Which labels are tuned for.

use fenqun_events::LabelsConfig;

use super::TuneRequest;
use crate::RunError;

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
