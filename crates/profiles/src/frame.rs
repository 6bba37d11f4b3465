use fenqun_base::{DataError, NO_CODE};

use crate::behaviour::{Column, columns};
use crate::params::ProfileParams;
use crate::visit::DAY;

/// What all folds of one build share: the time before which they look, and the features they
/// compute.
#[derive(Clone)]
pub struct Frame {
    pub(crate) as_of: i64,
    pub(crate) params: ProfileParams,
    pub(crate) columns: Vec<Column>,
    /// Lengths of the windows in milliseconds.
    pub(crate) windows: Vec<i64>,
    /// What an event of each action adds to the interaction with its item.
    pub(crate) weights: [f64; 11],
    /// For every code of `Event::attributes` the code of the channel it names, or `NO_CODE`; empty
    /// where nothing is known of channels.
    pub(crate) channel_of: Vec<u32>,
}

impl Frame {
    /// A frame that ends just before `as_of`, in milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for a parameter outside its rule.
    pub fn new(as_of: i64, params: &ProfileParams) -> Result<Self, DataError> {
        params.check()?;
        Ok(Self {
            as_of,
            columns: columns(params),
            windows: params.windows_days.iter().map(|&days| i64::from(days) * DAY).collect(),
            weights: params.weights(),
            params: params.clone(),
            channel_of: Vec::new(),
        })
    }

    /// The same, for a shop whose events name the channel they came through: the code of the
    /// channel for every code of `Event::attributes`, [`fenqun_base::NO_CODE`] for none.
    #[must_use]
    pub fn with_channels(mut self, channel_of: Vec<u32>) -> Self {
        self.channel_of = channel_of;
        self
    }

    /// Whether the shop has two channels at least: one alone says nothing of anybody.
    pub(crate) fn has_channels(&self) -> bool {
        let mut named = self.channel_of.iter().filter(|&&code| code != NO_CODE);
        let first = named.next();
        named.any(|code| Some(code) != first)
    }

    /// The time that every event of these folds lies before.
    #[must_use]
    pub fn as_of(&self) -> i64 {
        self.as_of
    }
}
