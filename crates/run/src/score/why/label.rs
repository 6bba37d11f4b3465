//! Why a user is told a class of a label.

use std::collections::BTreeMap;

use fenqun_base::{Catalogue, Contributions, Matrix, NO_CODE};
use fenqun_explain::why::{Part, Thing};

use super::Shop;
use crate::RunError;
use crate::heads::{Span, Teller};
use crate::steps::blocks::{Columns, Counted, Source, Sources};
use crate::steps::texts::Texts;

/// What a head says of one user.
pub(super) struct ToldOf {
    pub parts: Vec<Part>,
    /// One a class.
    pub probabilities: Vec<f32>,
    /// The likeliest class but the one told.
    pub rival: u32,
}

impl Shop {
    /// Parts of the score of class `own` less that of its rival.
    pub(super) fn label_parts(
        &self,
        teller: &Teller,
        row: usize,
        own: u32,
    ) -> Result<ToldOf, RunError> {
        let user = teller.data(self.sight())?.select_rows(&[row]);
        let probabilities = teller.head().probabilities(&user)?.into_values();
        let others = (0..probabilities.len()).filter(|&class| class != own as usize);
        let rival = others
            .max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]).then(b.cmp(&a)))
            .unwrap_or(own as usize);
        let parts = match teller.head().contributions(user.row(0))? {
            Some(found) => self.parts_between(teller, &found, row, own as usize, rival)?,
            None => Vec::new(),
        };
        Ok(ToldOf { parts, probabilities, rival: rival as u32 })
    }

    fn parts_between(
        &self,
        teller: &Teller,
        found: &Contributions,
        row: usize,
        own: usize,
        rival: usize,
    ) -> Result<Vec<Part>, RunError> {
        let difference = |of: &Matrix, column: usize| {
            f64::from(of.at(own, column)) - f64::from(of.at(rival, column))
        };
        let things = Things::of(self.table.catalogue(), self.texts.as_ref());
        let mut bought = vec![0.0; things.names.len()];
        let mut parts = Vec::new();
        let mut first = 0;
        for (span, factor) in teller.spans() {
            let sources = match span {
                Span::Features => None,
                Span::Block(block) => block.sources(self.sight())?,
            };
            match sources {
                None => {
                    let features = &self.profiles.features;
                    parts.extend(features.iter().enumerate().filter_map(|(at, feature)| {
                        let amount = difference(&found.amounts, first + at);
                        self.feature(row, own as u32, &feature.name, amount)
                    }));
                    first += features.len();
                }
                Some(sources) => {
                    let width = sources.steps.n_columns();
                    let slopes: Vec<f64> = (first..first + width)
                        .map(|column| f64::from(factor) * difference(&found.slopes, column))
                        .collect();
                    for (source, amount) in parts_along(&sources, row, &slopes) {
                        if let Some(thing) = things.of_source(&sources.names[source]) {
                            bought[thing] += amount;
                        }
                    }
                    first += width;
                }
            }
        }
        let counts = things.columns.counts(self.table.catalogue(), &self.profiles.items)?;
        let mut value = vec![0.0; bought.len()];
        counts.entries(row).for_each(|(thing, n)| value[thing] = f64::from(n));
        let members = self.assignment.members(own);
        let mut average = vec![0.0; bought.len()];
        for &member in &members {
            for (thing, n) in counts.entries(member) {
                average[thing] += f64::from(n) / members.len() as f64;
            }
        }
        let part = |(thing, amount): (usize, f64)| Part {
            thing: Thing::Bought(things.names[thing].clone()),
            amount,
            value: value[thing],
            average: average[thing],
        };
        parts.extend(bought.into_iter().enumerate().filter(|part| part.1 != 0.0).map(part));
        Ok(parts)
    }
}

/// How much each source of a block adds along a direction for one user beyond the mean of all users.
fn parts_along(sources: &Sources, row: usize, slopes: &[f64]) -> Vec<(usize, f64)> {
    let n_users = sources.shares.n_rows();
    let mut apart = vec![0.0; sources.shares.n_columns()];
    for user in 0..n_users {
        for (source, share) in sources.shares.entries(user) {
            apart[source] -= f64::from(share) / n_users as f64;
        }
    }
    sources.shares.entries(row).for_each(|(source, share)| apart[source] += f64::from(share));
    let along = |source: usize| -> f64 {
        let steps = sources.steps.row(source).iter();
        steps.zip(slopes).map(|(&step, slope)| f64::from(step) * slope).sum()
    };
    let moved = apart.into_iter().enumerate().filter(|(_, apart)| *apart != 0.0);
    moved.map(|(source, apart)| (source, apart * along(source))).collect()
}

/// What purchases are told as: categories, or items where there are none.
struct Things {
    columns: Columns,
    names: Vec<String>,
    at: BTreeMap<(Option<usize>, String), usize>,
    /// The narrowest thing of every item.
    of_item: Vec<u32>,
    /// Rows of the catalogue by id, and the first item of every text.
    items: BTreeMap<String, usize>,
    item_of_text: Vec<Option<usize>>,
}

impl Things {
    fn of(catalogue: &Catalogue, texts: Option<&Texts>) -> Self {
        let n_levels = catalogue.category_levels();
        let levels = usize::from(n_levels > 1)..n_levels;
        let columns = match n_levels {
            0 => Columns::all(catalogue, Counted::Items),
            _ => Columns::beside(
                // The narrowest first: items are told by it.
                levels.rev().map(|it| Columns::all(catalogue, Counted::Categories(it))).collect(),
            ),
        };
        let key = |counted: Counted, name: &str| (level(counted), name.to_owned());
        let at = columns.counted().enumerate();
        let at = at.map(|(at, (counted, name))| (key(counted, name), at)).collect();
        let rows = catalogue.items.iter().enumerate();
        let items: BTreeMap<String, usize> =
            rows.map(|(row, item)| (item.id.clone(), row)).collect();
        let mut names: Vec<String> = columns.names().map(str::to_owned).collect();
        let mut item_of_text = Vec::new();
        if let Some(texts) = texts {
            item_of_text = vec![None; texts.read.len()];
            for (item, &text) in texts.text_of.iter().enumerate() {
                let Some(first) = item_of_text.get_mut(text as usize) else { continue };
                first.get_or_insert(item);
                if n_levels == 0
                    && let Some(&row) = items.get(&catalogue.items[item].id)
                {
                    names[row].clone_from(&texts.read[text as usize]);
                }
            }
        }
        let of_item = columns.of_items(catalogue);
        Self { columns, names, at, of_item, items, item_of_text }
    }

    fn of_source(&self, source: &Source) -> Option<usize> {
        let of_item = |item: usize| {
            let thing = self.of_item.get(item).copied().filter(|&code| code != NO_CODE);
            thing.map(|code| code as usize)
        };
        match source {
            Source::Counted(Counted::Items, id) => of_item(*self.items.get(id)?),
            Source::Counted(counted, name) => {
                self.at.get(&(level(*counted), name.clone())).copied()
            }
            Source::Text(text) => of_item((*self.item_of_text.get(*text)?)?),
        }
    }
}

fn level(counted: Counted) -> Option<usize> {
    match counted {
        Counted::Items => None,
        Counted::Categories(level) => Some(level),
    }
}
