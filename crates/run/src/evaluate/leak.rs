//! Labels that stand among the features, such as a column copied into the events.

use fenqun_base::{Labels, Seed};
use fenqun_evaluate::leaks::{self, LeakBounds};
use fenqun_profiles::Profiles;

use crate::RunError;

/// Refuses labels that a single feature gives away, by the feature's name, unless it is allowed to.
pub(crate) fn refuse(
    profiles: &Profiles,
    labels: &Labels,
    allowed: &[String],
    seed: Seed,
) -> Result<(), RunError> {
    let names: Vec<String> = profiles.features.iter().map(|feature| feature.name.clone()).collect();
    let bounds = LeakBounds { allowed: allowed.to_vec(), ..LeakBounds::default() };
    Ok(leaks::check(&profiles.values, &names, labels, &bounds, seed.derive("leaks"))?)
}
