//! Names of the columns of counts: what lets a fitted model read another catalogue of the same shop.

use fenqun_base::{Catalogue, DataError, ModelState, NO_CODE, SparseMatrix, Stored};
use serde::{Deserialize, Serialize};

/// What a group of columns counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Counted {
    /// Items, by their ids.
    Items,
    /// Categories at a level, by their names; 0 is the widest.
    Categories(usize),
}

/// Groups of named columns side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Columns {
    groups: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    counted: Counted,
    /// Sorted.
    names: Vec<String>,
}

impl Columns {
    /// Every item or category of a catalogue.
    pub fn all(catalogue: &Catalogue, counted: Counted) -> Self {
        let names = match counted {
            Counted::Items => {
                let mut names: Vec<String> =
                    catalogue.items.iter().map(|item| item.id.clone()).collect();
                names.sort_unstable();
                names
            }
            Counted::Categories(level) => catalogue.categories_at(level).1,
        };
        Self { groups: vec![Group { counted, names }] }
    }

    /// Those that at least `min_users` users have.
    pub fn common(
        catalogue: &Catalogue,
        items: &SparseMatrix,
        counted: Counted,
        min_users: u32,
    ) -> Result<Self, DataError> {
        let mut columns = Self::all(catalogue, counted);
        let users = columns.counts(catalogue, items)?.column_rows();
        let mut users = users.into_iter();
        columns.groups[0].names.retain(|_| users.next().is_some_and(|n| n >= min_users));
        Ok(columns)
    }

    /// Columns side by side.
    pub fn beside(parts: Vec<Self>) -> Self {
        Self { groups: parts.into_iter().flat_map(|part| part.groups).collect() }
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().flat_map(|group| group.names.iter().map(String::as_str))
    }

    /// What each column counts, with its name, in order.
    pub fn counted(&self) -> impl Iterator<Item = (Counted, &str)> {
        self.groups
            .iter()
            .flat_map(|group| group.names.iter().map(|name| (group.counted, name.as_str())))
    }

    /// For every item of a catalogue its column in the first group, or [`NO_CODE`].
    pub fn of_items(&self, catalogue: &Catalogue) -> Vec<u32> {
        self.groups
            .first()
            .map_or(vec![NO_CODE; catalogue.len()], |group| group.codes(catalogue, 0))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.groups.iter().map(|group| group.names.len()).sum()
    }

    /// Users × these columns out of users × the items of a catalogue; what has no column here is
    /// left out. The sums are those of the fit to the last bit wherever the items of a user come in
    /// the same order, and catalogues are sorted by id.
    pub fn counts(
        &self,
        catalogue: &Catalogue,
        items: &SparseMatrix,
    ) -> Result<SparseMatrix, DataError> {
        if items.n_columns() != catalogue.len() {
            let (expected, found) = (catalogue.len(), items.n_columns());
            return Err(DataError::WrongLength { what: "items of the catalogue", expected, found });
        }
        let mut first = 0;
        let mut codes = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            codes.push(group.codes(catalogue, first));
            first += group.names.len() as u32;
        }
        let mut counts = SparseMatrix::with_width(self.len());
        let mut entries = Vec::new();
        for row in 0..items.n_rows() {
            entries.clear();
            for codes in &codes {
                let coded = items.entries(row).map(|(item, value)| (codes[item], value));
                entries.extend(coded.filter(|&(code, _)| code != NO_CODE));
            }
            counts.push_row(&mut entries)?;
        }
        Ok(counts)
    }
}

impl Group {
    /// For every item its column, counted from `first`.
    fn codes(&self, catalogue: &Catalogue, first: u32) -> Vec<u32> {
        let column =
            |name: &String| self.names.binary_search(name).map_or(NO_CODE, |at| first + at as u32);
        match self.counted {
            Counted::Items => catalogue.items.iter().map(|item| column(&item.id)).collect(),
            Counted::Categories(level) => {
                let (code_of, names) = catalogue.categories_at(level);
                let columns: Vec<u32> = names.iter().map(column).collect();
                let of = |&code: &u32| columns.get(code as usize).copied().unwrap_or(NO_CODE);
                code_of.iter().map(of).collect()
            }
        }
    }
}

impl Stored for Columns {
    const NAME: &'static str = "columns";

    fn state(&self) -> ModelState {
        ModelState::new(self)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let columns: Self = state.read_config(Self::NAME)?;
        if columns.groups.iter().any(|group| !group.names.is_sorted()) {
            let reason = "names must be sorted".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::Item;

    fn catalogue(items: &[(&str, &str)]) -> Catalogue {
        let item = |&(id, kind): &(&str, &str)| Item {
            id: id.into(),
            category: vec!["all".into(), kind.into()],
            ..Item::default()
        };
        Catalogue { items: items.iter().map(item).collect() }
    }

    #[test]
    fn counts_are_found_again_in_another_catalogue() {
        let fitted = catalogue(&[("a", "tea"), ("b", "mugs"), ("c", "tea")]);
        let mut items = SparseMatrix::with_width(3);
        items.push_row(&mut [(0, 1.0), (1, 2.0), (2, 4.0)]).expect("fits");
        items.push_row(&mut [(0, 1.0)]).expect("fits");
        let columns = Columns::beside(vec![
            Columns::common(&fitted, &items, Counted::Items, 2).expect("fits"),
            Columns::all(&fitted, Counted::Categories(1)),
        ]);
        let counts = columns.counts(&fitted, &items).expect("fits");
        // Item a, then mugs and tea.
        assert_eq!(counts.row(0), (&[0, 1, 2][..], &[1.0, 2.0, 5.0][..]));

        let other = catalogue(&[("0", "cake"), ("a", "tea"), ("c", "tea")]);
        let mut items = SparseMatrix::with_width(3);
        items.push_row(&mut [(0, 9.0), (1, 1.0), (2, 4.0)]).expect("fits");
        let counts = columns.counts(&other, &items).expect("fits");
        assert_eq!(counts.row(0), (&[0, 2][..], &[1.0, 5.0][..]));
        assert_eq!(Columns::from_state(&columns.state()), Ok(columns.clone()));
        assert!(columns.counts(&catalogue(&[]), &items).is_err());
    }
}
