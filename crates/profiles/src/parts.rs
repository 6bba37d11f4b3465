use fenqun_base::{Catalogue, Event, NO_CODE};
use fenqun_events::EventTable;

use crate::error::ProfilesError;

/// Events in parts, as [`crate::build`] reads them: sorted by user and time, each user in exactly
/// one part, parts in the order of their users.
pub trait Parts: Sync {
    /// Number of parts.
    fn n_parts(&self) -> usize;

    /// The events of one part.
    ///
    /// # Errors
    /// Whatever stops the part from being read.
    fn part(&self, index: usize) -> Result<Vec<Event>, ProfilesError>;

    /// The items that events name by their row.
    fn catalogue(&self) -> &Catalogue;

    /// The code of the channel (app, site, shop) that each code of `Event::attributes` names;
    /// [`fenqun_base::NO_CODE`] for none. Empty where nothing is known of channels.
    fn channels(&self) -> Vec<u32> {
        Vec::new()
    }
}

impl Parts for EventTable {
    fn n_parts(&self) -> usize {
        self.n_parts()
    }

    fn part(&self, index: usize) -> Result<Vec<Event>, ProfilesError> {
        Ok(self.part(index)?)
    }

    fn catalogue(&self) -> &Catalogue {
        self.catalogue()
    }

    fn channels(&self) -> Vec<u32> {
        channels(self.attributes())
    }
}

/// Reads the channel out of each attribute set, a JSON object; codes are those of the sorted names.
fn channels(attributes: &[String]) -> Vec<u32> {
    let channel = |text: &String| -> Option<String> {
        match serde_json::from_str::<serde_json::Value>(text).ok()?.get("channel")? {
            serde_json::Value::String(word) => Some(word.clone()),
            other => Some(other.to_string()),
        }
    };
    let named: Vec<Option<String>> = attributes.iter().map(channel).collect();
    let mut names: Vec<&String> = named.iter().flatten().collect();
    names.sort_unstable();
    names.dedup();
    let code = |name: &Option<String>| {
        let at = name.as_ref().and_then(|name| names.binary_search(&name).ok());
        at.map_or(NO_CODE, |at| at as u32)
    };
    named.iter().map(code).collect()
}

/// Events that are at hand.
#[derive(Clone, Debug, Default)]
pub struct EventsInMemory {
    /// Sorted as [`Parts`] asks.
    pub parts: Vec<Vec<Event>>,
    /// The items that events name by their row.
    pub catalogue: Catalogue,
}

impl Parts for EventsInMemory {
    fn n_parts(&self) -> usize {
        self.parts.len()
    }

    fn part(&self, index: usize) -> Result<Vec<Event>, ProfilesError> {
        Ok(self.parts[index].clone())
    }

    fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_coded_in_the_order_of_their_names() {
        let attributes = [r#"{"channel":"web"}"#, r#"{"page":"3"}"#, r#"{"channel":"app"}"#, "{"];
        let codes = channels(&attributes.map(str::to_owned));
        assert_eq!(codes, [1, NO_CODE, 0, NO_CODE]);
    }
}
