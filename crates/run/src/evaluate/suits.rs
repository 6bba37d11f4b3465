//! Settings of a task that its question has no use for.

use super::task::{Ask, TaskConfig};
use crate::RunError;

impl TaskConfig {
    /// Refuses settings that the question would pass over: whoever wrote them expects something of
    /// them.
    ///
    /// # Errors
    /// [`RunError::Task`] names the first.
    pub(super) fn suits(&self) -> Result<(), RunError> {
        let is_behaviour = self.ask == Ask::Behaviour;
        let is_pooled = is_behaviour || self.ask == Ask::Categories;
        let unused = [
            (is_behaviour && !self.at.is_empty(), "at"),
            (is_pooled && self.origins.is_some(), "origins"),
            (is_pooled && self.active_within > 0, "active_within"),
            (!is_behaviour && self.head.is_some(), "head"),
            (!is_behaviour && self.n_targets.is_some(), "n_targets"),
            (!is_behaviour && !self.vectors.is_empty(), "vectors"),
        ];
        let Some((_, setting)) = unused.into_iter().find(|(is_unused, _)| *is_unused) else {
            return Ok(());
        };
        let why = match (self.ask, setting) {
            (Ask::Behaviour, "at") => "its windows end where the data of the run end",
            (Ask::Behaviour, "origins") => "it learns from one window",
            (Ask::Behaviour, "active_within") => "it asks of everyone seen in its input",
            (Ask::Categories, "origins") => "it learns from three periods",
            (Ask::Categories, _) => "it asks of everyone seen before the period",
            _ => "only `behaviour` has it",
        };
        let ask = self.ask.name();
        let reason = format!("`{setting}` has no meaning for `{ask}`: {why}; leave it out");
        Err(RunError::Task { name: self.name.clone(), reason })
    }
}

impl Ask {
    /// As configuration spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Spend => "spend",
            Self::Categories => "categories",
            Self::Behaviour => "behaviour",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::HeadChoice;

    /// Sets something.
    type Set = fn(&mut TaskConfig);

    #[test]
    fn a_setting_that_the_question_passes_over_is_refused_by_name() {
        let task = |ask| TaskConfig { ask, ..TaskConfig::default() };
        let set: [(&str, Set); 6] = [
            ("at", |task| task.at = "2026-01-01".to_owned()),
            ("origins", |task| task.origins = Some(5)),
            ("active_within", |task| task.active_within = 30),
            ("head", |task| task.head = Some(HeadChoice::Small)),
            ("n_targets", |task| task.n_targets = Some(100)),
            ("vectors", |task| drop(task.vectors.insert("a".to_owned(), "b".into()))),
        ];
        for ask in [Ask::Inactive, Ask::Spend, Ask::Categories, Ask::Behaviour] {
            assert!(task(ask).suits().is_ok());
            for (name, set) in set {
                let mut task = task(ask);
                set(&mut task);
                let is_used = match ask {
                    Ask::Inactive | Ask::Spend => {
                        ["at", "origins", "active_within"].contains(&name)
                    }
                    Ask::Categories => name == "at",
                    Ask::Behaviour => ["head", "n_targets", "vectors"].contains(&name),
                };
                let said = task.suits().map_err(|error| error.to_string());
                assert_eq!(said.is_ok(), is_used, "{ask:?}, {name}: {said:?}");
                assert!(said.err().is_none_or(|said| said.contains(&format!("`{name}` has no"))));
            }
        }
    }
}
