//! Items and what is told of them: title, brand, price, category path.

use arrow::array::Array;
use fenqun_base::NO_CODE;
use rustc_hash::FxHashMap;

use super::column::{Column, canonical_id};
use super::rows::Rows;
use super::{Batch, Plan};
use crate::intern::Strings;
use crate::rules::{ItemRules, Reason};

/// Stands between the parts of a detail; no field may hold it.
const SEPARATOR: char = '\u{1f}';

/// Every item and every way it is described, each once, with what the rules say of it.
pub(crate) struct Items {
    rules: ItemRules,
    ids: Strings,
    by_number: FxHashMap<i64, u32>,
    item_faults: Vec<u8>,
    used: Vec<bool>,
    details: Strings,
    detail_faults: Vec<u8>,
    /// Votes of the catalogue files: item and detail.
    pub(crate) catalogue: Vec<(u32, u32)>,
}

/// A description taken apart again.
pub(crate) struct Detail<'a> {
    pub(crate) title: &'a str,
    pub(crate) brand: &'a str,
    pub(crate) price: &'a str,
    /// The category path, its words separated as [`Detail::words`] separates them.
    pub(crate) category: &'a str,
}

impl<'a> Detail<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        let mut parts = text.splitn(4, SEPARATOR);
        let mut next = || parts.next().unwrap_or("");
        Self { title: next(), brand: next(), price: next(), category: next() }
    }

    /// The words of a category path, from the widest to the narrowest; an empty level is left out.
    pub(crate) fn words(category: &str) -> Vec<String> {
        category.split(SEPARATOR).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// Writes a description in its one canonical form; empty when nothing is known.
    pub(crate) fn write<'b>(to: &mut String, parts: impl Iterator<Item = &'b str>) {
        to.clear();
        for (index, part) in parts.enumerate() {
            if index > 0 {
                to.push(SEPARATOR);
            }
            if part.bytes().all(|byte| byte >= b' ') {
                to.push_str(part);
            } else {
                to.extend(part.chars().map(|c| if c.is_control() { ' ' } else { c }));
            }
        }
        to.truncate(to.trim_end_matches(SEPARATOR).len());
    }
}

impl Items {
    pub(crate) fn new(rules: ItemRules) -> Self {
        Self {
            rules,
            ids: Strings::default(),
            by_number: FxHashMap::default(),
            item_faults: Vec::new(),
            used: Vec::new(),
            details: Strings::default(),
            detail_faults: Vec::new(),
            catalogue: Vec::new(),
        }
    }

    pub(crate) fn text(&mut self, id: &str) -> u32 {
        let (code, is_new) = self.ids.code(id);
        if is_new {
            self.item_faults.push(self.rules.item(id));
            self.used.push(false);
        }
        code
    }

    fn number(&mut self, id: i64) -> u32 {
        if let Some(&code) = self.by_number.get(&id) {
            return code;
        }
        let code = self.text(&id.to_string());
        self.by_number.insert(id, code);
        code
    }

    pub(crate) fn detail(&mut self, detail: &str) -> u32 {
        let (code, is_new) = self.details.code(detail);
        if is_new {
            self.detail_faults.push(self.rules.title(Detail::parse(detail).title));
        }
        code
    }

    /// A row of a catalogue file. Its title speaks for the item wherever the item occurs.
    pub(crate) fn describe(&mut self, item: u32, detail: u32) {
        let fault = self.detail_faults[detail as usize];
        if fault != 0 && self.item_faults[item as usize] == 0 {
            self.item_faults[item as usize] = fault;
        }
        self.catalogue.push((item, detail));
    }

    pub(crate) fn mark_used(&mut self, item: u32) {
        self.used[item as usize] = true;
    }

    pub(crate) fn is_used(&self, item: u32) -> bool {
        self.used[item as usize]
    }

    /// Items of the catalogue files that no sound row names.
    pub(crate) fn n_unused(&self) -> usize {
        let mut unused: Vec<u32> =
            self.catalogue.iter().map(|vote| vote.0).filter(|&item| !self.is_used(item)).collect();
        unused.sort_unstable();
        unused.dedup();
        unused.len()
    }

    /// Ids of the items of sound rows, sorted, and the rank of every code among them.
    pub(crate) fn ranked(&self) -> (Vec<&str>, Vec<u32>) {
        self.ids.ranked(|code| self.is_used(code))
    }

    /// All descriptions sorted, and the rank of every code.
    pub(crate) fn ranked_details(&self) -> (Vec<&str>, Vec<u32>) {
        self.details.ranked(|_| true)
    }
}

pub(crate) fn items(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>, items: &mut Items) {
    let Some(column) = plan.item else { return };
    let refuse = |rows: &mut Rows, row: usize, code: u8, column: usize| {
        if let Some(reason) = Reason::from_code(code) {
            rows.refuse(row, reason, column);
        }
    };
    let mut buffer = String::new();
    for row in 0..rows.len() {
        if !rows.is_sound(row) {
            continue;
        }
        let code = match &batch.columns[column] {
            Column::Integer(values) if values.is_valid(row) => items.number(values.value(row)),
            other => match other.text(row, &mut buffer) {
                Some(id) => items.text(canonical_id(id)),
                None => continue,
            },
        };
        rows.item[row] = code;
        refuse(rows, row, items.item_faults[code as usize], column);
    }
    if plan.title.is_none() && plan.brand.is_none() && plan.category.is_empty() {
        return;
    }
    describe(rows, plan, batch, items, refuse);
}

fn describe(
    rows: &mut Rows,
    plan: &Plan,
    batch: &Batch<'_>,
    items: &mut Items,
    refuse: impl Fn(&mut Rows, usize, u8, usize),
) {
    let mut buffers: Vec<String> = vec![String::new(); 2 + plan.category.len()];
    let mut detail = String::new();
    for row in 0..rows.len() {
        if !rows.is_sound(row) || rows.item[row] == NO_CODE {
            continue;
        }
        let (first, rest) = buffers.split_at_mut(1);
        let (second, rest) = rest.split_at_mut(1);
        let title = read(batch, plan.title, row, &mut first[0]);
        let brand = read(batch, plan.brand, row, &mut second[0]);
        let category = plan
            .category
            .iter()
            .zip(rest)
            .map(|(&column, buffer)| read(batch, Some(column), row, buffer));
        Detail::write(&mut detail, [title, brand, ""].into_iter().chain(category));
        if detail.is_empty() {
            continue;
        }
        let code = items.detail(&detail);
        rows.detail[row] = code;
        let fault = items.detail_faults[code as usize];
        if fault != 0 {
            refuse(rows, row, fault, plan.title.unwrap_or(0));
        }
    }
}

fn read<'a>(
    batch: &'a Batch<'_>,
    column: Option<usize>,
    row: usize,
    buffer: &'a mut String,
) -> &'a str {
    column.and_then(|column| batch.columns[column].text(row, buffer)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_taken_apart_as_it_was_put_together() {
        let mut text = String::new();
        let parts = ["Tea\u{1f}pot\n", "Acme", "", "Grocery", "", "Drinks"];
        Detail::write(&mut text, parts.into_iter());
        let detail = Detail::parse(&text);
        assert_eq!((detail.title, detail.brand, detail.price), ("Tea pot ", "Acme", ""));
        assert_eq!(Detail::words(detail.category), ["Grocery", "Drinks"]);
        Detail::write(&mut text, ["", "", ""].into_iter());
        assert_eq!(text, "");
        Detail::write(&mut text, ["Tea", "", ""].into_iter());
        assert_eq!(text, "Tea");
        assert_eq!(Detail::parse(&text).title, "Tea");
    }
}
