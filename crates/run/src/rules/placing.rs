//! Rules as a way of segmenting: from profiles and events to an assignment.

use fenqun_base::{Assignment, Catalogue};
use fenqun_profiles::Profiles;
use fenqun_segments::rules::{
    Definitions, EventsIndex, EventsIndexBuilder, FactTable, RuleSegments, Schema,
};

use super::DefinitionFiles;
use super::facts::columns_of;
use crate::RunError;

/// Looks up every name in every rule, in what is known of these users and in what the shop sells.
///
/// # Errors
/// [`super::RulesError::Definitions`] with file, line and column of everything that is wrong.
pub(crate) fn check_for(
    files: &DefinitionFiles,
    profiles: &Profiles,
    (catalogue, texts): (&Catalogue, &[String]),
) -> Result<RuleSegments, RunError> {
    let shop = EventsIndexBuilder::new(0, profiles.as_of, catalogue, texts).finish().names();
    files.check_as_segments(&Schema { shop: Some(shop), ..schema(profiles)? })
}

/// The same for definitions that a run kept. They were checked against its shop then; what other
/// events lack (a category that nobody bought) is nobody's now, and no fault.
///
/// # Errors
/// [`RunError::Score`] where the profiles lack a column.
pub(crate) fn check_stored(
    definitions: &Definitions,
    profiles: &Profiles,
) -> Result<RuleSegments, RunError> {
    definitions.check(&schema(profiles)?).map_err(|errors| RunError::Score {
        reason: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    })
}

fn schema(profiles: &Profiles) -> Result<Schema, RunError> {
    Ok(Schema { has_events: true, ..columns_of(profiles)?.schema() })
}

/// Every user in the first segment that fits. `events` is asked only where a rule is about
/// behaviour.
///
/// # Errors
/// What `events` refuses.
pub(crate) fn place(
    segments: &RuleSegments,
    profiles: &Profiles,
    events: impl FnOnce() -> Result<EventsIndex, RunError>,
) -> Result<Assignment, RunError> {
    Ok(segments.assign(&facts_for(segments, profiles, events)?)?)
}

/// What the rules ask of these users.
///
/// # Errors
/// What `events` refuses.
pub(crate) fn facts_for(
    segments: &RuleSegments,
    profiles: &Profiles,
    events: impl FnOnce() -> Result<EventsIndex, RunError>,
) -> Result<FactTable, RunError> {
    let facts = columns_of(profiles)?;
    let asks = segments.conditions().iter().any(|rule| !rule.behaviours().is_empty());
    Ok(if asks { facts.with_events(events()?)? } else { facts })
}
