//! What a finished run knows of its users, as rules ask for it.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Float32Type};
use fenqun_base::{Catalogue, Event, Language, NO_CODE, Progress, Unit, UserId};
use fenqun_events::EventTable;
use fenqun_profiles::{Profiles, Shop};
use fenqun_segments::rules::{
    EventsIndex, EventsIndexBuilder, FactTable, Rule, RuleSegments, Schema,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::DefinitionFiles;
use super::told::ToldLabel;
use super::unseen::unseen;
use crate::artifacts::read_segments;
use crate::steps::models::Models;
use crate::{RunError, directory};

/// The facts of a finished run. Events are read only once a rule asks about behaviour, and what
/// heads told of a label once a rule asks for that label.
pub struct RunFacts {
    folder: PathBuf,
    users: Vec<UserId>,
    table: FactTable,
    as_of: i64,
    names: Schema,
    told: Vec<ToldLabel>,
    has_events: bool,
}

impl RunFacts {
    /// Opens a finished run: the columns of its profiles, the segments it found, and the names of
    /// what heads told of its users and of what the shop sells.
    ///
    /// # Errors
    /// [`RunError::NoRun`], [`RunError::NewerFormat`], [`RunError::Read`], [`RunError::Broken`].
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let manifest = directory::open(folder)?;
        let as_of = manifest.as_of_time(folder)?;
        let (users, columns) = profiles(&folder.join("profiles.parquet"))?;
        let mut table = FactTable::new(users.len());
        for (name, values) in columns {
            table = table.with_numbers(&name, values)?;
        }
        // What an older run left out is not known, and a rule that asks for it is told so.
        if let Ok(shop) = Models::of_run(folder).read::<Shop>("shop") {
            table = table.with_zeros(shop.zero_features());
        }
        let path = folder.join("segments.parquet");
        let found = read_segments(&path)?;
        if found.users != users {
            let reason = "it holds other users than profiles.parquet".to_owned();
            return Err(RunError::Broken { path, reason });
        }
        let mut numbers = found.segments;
        for (number, _) in numbers.iter_mut().zip(&found.unassigned).filter(|row| *row.1) {
            *number = NO_CODE;
        }
        let table = table.with_segments(&numbers, &found.names, found.scores)?;
        let mut facts = Self {
            folder: folder.to_owned(),
            users,
            table,
            as_of,
            names: Schema::default(),
            told: ToldLabel::all(folder)?,
            has_events: false,
        };
        // The names are known from the catalogue: no event need be read for them.
        let events = facts.events()?;
        let builder = EventsIndexBuilder::new(0, facts.as_of, events.catalogue(), events.texts());
        facts.names = facts.table.schema();
        facts.names.has_events = true;
        facts.names.shop = Some(builder.finish().names());
        for label in &facts.told {
            label.name_columns(&mut facts.names);
        }
        Ok(facts)
    }

    /// Looks up every name in every rule, and reads what heads told of the labels that rules ask
    /// for and that were not read yet.
    ///
    /// # Errors
    /// [`RulesError::Definitions`](super::RulesError::Definitions) with every rule that this run
    /// cannot answer; [`RunError::Read`] and [`RunError::Broken`] for the file of a label.
    pub fn check(&mut self, files: &DefinitionFiles) -> Result<RuleSegments, RunError> {
        let columns: BTreeSet<&str> =
            files.definitions().rules().iter().flat_map(Rule::columns).collect();
        for label in &mut self.told {
            if columns.iter().any(|column| label.holds(column)) {
                label.read(&self.users, &mut self.table, &mut self.names)?;
            }
        }
        files.check(&self.names)
    }

    /// Pseudonyms, ascending: row `r` of the facts is `users()[r]`.
    #[must_use]
    pub fn users(&self) -> &[UserId] {
        &self.users
    }

    /// The facts that these segments ask for: reads the events when one asks about behaviour, and
    /// has not read them yet.
    ///
    /// # Errors
    /// What the room `events` refuses; [`RunError::Interrupted`].
    pub fn prepared(
        &mut self,
        segments: &RuleSegments,
        progress: &Progress,
    ) -> Result<&FactTable, RunError> {
        let asks = segments.conditions().iter().any(|rule| !rule.behaviours().is_empty());
        if asks && !self.has_events {
            let index = index_events(&self.events()?, &self.users, self.as_of, progress)?;
            self.table = std::mem::take(&mut self.table).with_events(index)?;
            self.has_events = true;
        }
        Ok(&self.table)
    }

    /// What a person should know before relying on these rules: actions they ask about that no event
    /// of the run is.
    ///
    /// # Errors
    /// What [`Self::check`] and [`Self::prepared`] refuse.
    pub fn warnings(
        &mut self,
        files: &DefinitionFiles,
        progress: &Progress,
    ) -> Result<Vec<String>, RunError> {
        let segments = self.check(files)?;
        let facts = self.prepared(&segments, progress)?;
        Ok(facts.events().map_or(Vec::new(), |events| unseen(&segments, events, Language::En)))
    }

    fn events(&self) -> Result<EventTable, RunError> {
        Ok(EventTable::open(&self.folder.join("events"))?)
    }
}

/// The events of some users before a time, ready to be asked about. `users` are ascending.
///
/// # Errors
/// What the room `events` refuses; [`RunError::Interrupted`].
pub fn index_events(
    events: &EventTable,
    users: &[UserId],
    as_of: i64,
    progress: &Progress,
) -> Result<EventsIndex, RunError> {
    let step = progress.begin("indexing events", events.n_parts() as u64, Unit::Count);
    let parts = (0..events.n_parts()).map(|part| {
        progress.check()?;
        step.advance(1);
        Ok(events.part(part)?)
    });
    index_parts(parts, (events.catalogue(), events.texts()), users, as_of)
}

/// The same for parts that are at hand one by one; `catalogue` and `texts` are what the events
/// point to.
pub(crate) fn index_parts(
    parts: impl Iterator<Item = Result<Vec<Event>, RunError>>,
    (catalogue, texts): (&Catalogue, &[String]),
    users: &[UserId],
    as_of: i64,
) -> Result<EventsIndex, RunError> {
    let mut builder = EventsIndexBuilder::new(users.len(), as_of, catalogue, texts);
    for events in parts {
        for of_user in events?.chunk_by(|a: &Event, b: &Event| a.user == b.user) {
            if let Ok(row) = users.binary_search(&of_user[0].user) {
                of_user.iter().for_each(|event| builder.push(row, event));
            }
        }
    }
    Ok(builder.finish())
}

/// The facts of profiles that are still in memory: the same columns that [`RunFacts`] reads from a
/// finished run, and so the same answers.
///
/// # Errors
/// [`RunError::Data`] for events of other users.
pub fn facts_of(profiles: &Profiles, events: EventsIndex) -> Result<FactTable, RunError> {
    Ok(columns_of(profiles)?.with_events(events)?)
}

/// The same without events.
pub(crate) fn columns_of(profiles: &Profiles) -> Result<FactTable, RunError> {
    let mut table = FactTable::new(profiles.n_users());
    for (column, feature) in profiles.features.iter().enumerate() {
        table = table.with_numbers(&feature.name, profiles.values.column(column))?;
    }
    let table = table.with_zeros(profiles.shop.zero_features());
    Ok(table.with_numbers("value_score", profiles.value_score.clone())?)
}

type Columns = Vec<(String, Vec<f32>)>;

/// Pseudonyms and columns of `profiles.parquet`.
fn profiles(path: &Path) -> Result<(Vec<UserId>, Columns), RunError> {
    let broken = |reason: String| RunError::Broken { path: path.to_owned(), reason };
    let file = File::open(path).map_err(RunError::reading(path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| broken(error.to_string()))?;
    let fields = reader.schema().fields().iter();
    let mut columns: Columns = fields
        .filter(|field| field.data_type() == &DataType::Float32)
        .map(|field| (field.name().clone(), Vec::new()))
        .collect();
    let reader = reader.build().map_err(|error| broken(error.to_string()))?;
    let mut users = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| broken(error.to_string()))?;
        let digits = batch.column_by_name("user").and_then(|column| column.as_string_opt::<i32>());
        for digits in digits.ok_or_else(|| broken("column `user` is missing".into()))?.iter() {
            let user = digits.and_then(UserId::parse);
            users.push(user.ok_or_else(|| broken("no pseudonym".into()))?);
        }
        for (name, values) in &mut columns {
            let column = batch.column_by_name(name);
            let column = column.and_then(|column| column.as_primitive_opt::<Float32Type>());
            let column = column.ok_or_else(|| broken(format!("column `{name}` is no number")))?;
            values.extend(column.iter().map(|value| value.unwrap_or(f32::NAN)));
        }
    }
    if !users.is_sorted() {
        return Err(broken("its users are not in order".into()));
    }
    Ok((users, columns))
}
