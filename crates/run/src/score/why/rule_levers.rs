//! What could bring a user into segments by rules: the columns and the behaviour that they ask for.

use std::collections::BTreeMap;

use fenqun_base::{Action, Item};
use fenqun_segments::rules::{Behaviour, Condition, Definitions, Measure, Quantity};

use super::Shop;
use super::changed::Handle;
use super::levers::Levers;
use crate::{RunError, rules};

/// Most levers taken from rules: pairs of them are tried as well.
const MOST_LEVERS: usize = 8;

/// What conditions ask for, in their order.
#[derive(Default)]
struct Asked<'a> {
    columns: Vec<&'a str>,
    /// Numbers that each column is compared with.
    cuts: BTreeMap<&'a str, Vec<f32>>,
    behaviours: Vec<(Measure, &'a Behaviour)>,
}

impl Shop {
    /// Levers of the rule of the wanted segment, or of all rules but the own.
    pub(super) fn levers_of_rules(
        &self,
        definitions: &Definitions,
        levers: &Levers<'_>,
        own: Option<u32>,
        wanted: Option<u32>,
    ) -> Result<Vec<Handle>, RunError> {
        let segments = rules::check_stored(definitions, &self.profiles)?;
        let names = segments.names();
        let mut asked = Asked::default();
        for (at, condition) in segments.conditions().iter().enumerate() {
            let number = Some(at as u32);
            let is_asked = match wanted {
                Some(_) => number == wanted,
                None => number != own,
            };
            if is_asked {
                asked.add(condition, &|name| {
                    let at = names.iter().position(|known| known == name)?;
                    Some(&segments.conditions()[at])
                });
            }
        }
        let mut found: Vec<Handle> = Vec::new();
        let none = Vec::new();
        for column in &asked.columns {
            found.extend(levers.of_column(column, asked.cuts.get(column).unwrap_or(&none)));
        }
        for (measure, behaviour) in &asked.behaviours {
            found.extend(self.lever_of(levers, *measure, behaviour));
        }
        let mut names: Vec<String> = Vec::new();
        found.retain(|handle| {
            let is_new = !names.contains(&handle.lever.name);
            names.push(handle.lever.name.clone());
            is_new
        });
        found.truncate(MOST_LEVERS);
        Ok(found)
    }

    /// More of what a rule asks of events.
    fn lever_of(
        &self,
        levers: &Levers<'_>,
        measure: Measure,
        behaviour: &Behaviour,
    ) -> Option<Handle> {
        let action = behaviour.action.unwrap_or(match levers.has_purchases {
            true => Action::Purchase,
            false => Action::View,
        });
        let Behaviour { categories, items, brands, contains, .. } = behaviour;
        let named = [categories, items, brands, contains].into_iter().find_map(|it| it.first());
        let on = match named {
            None => None,
            Some(name) => {
                let all = &self.table.catalogue().items;
                let fits = |&at: &usize| matches(behaviour, &all[at]);
                Some((name.as_str(), self.most_dealt_with((0..all.len()).filter(fits))? as u32))
            }
        };
        if measure == Measure::Amount && action == Action::Purchase {
            return Some(levers.spend(on));
        }
        let name = match on {
            None => action.name().to_owned(),
            Some((on, _)) => format!("{}:{on}", action.name()),
        };
        Some(levers.act(&name, action, on))
    }
}

impl<'a> Asked<'a> {
    fn add(&mut self, condition: &'a Condition, segment: &impl Fn(&str) -> Option<&'a Condition>) {
        match condition {
            Condition::Not(inner) => self.add(inner, segment),
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| self.add(part, segment));
            }
            Condition::Compare(left, _, right) => {
                let (left_cut, right_cut) = (number(left), number(right));
                self.add_quantity(left, &right_cut);
                self.add_quantity(right, &left_cut);
            }
            Condition::OneOf(value, numbers) => self.add_quantity(value, numbers),
            // References never lead in a circle.
            Condition::Segment(name) => {
                segment(name).into_iter().for_each(|other| self.add(other, segment));
            }
            Condition::Always(_) | Condition::Word(..) => {}
        }
    }

    fn add_quantity(&mut self, quantity: &'a Quantity, cuts: &[f32]) {
        match quantity {
            Quantity::Number(_) => {}
            Quantity::Column(name) => {
                if !self.columns.contains(&name.as_str()) {
                    self.columns.push(name);
                }
                self.cuts.entry(name).or_default().extend(cuts);
            }
            Quantity::Measure(measure, behaviour) => {
                if !self.behaviours.contains(&(*measure, behaviour)) {
                    self.behaviours.push((*measure, behaviour));
                }
            }
            Quantity::Negative(inner) => self.add_quantity(inner, &[]),
            Quantity::Arithmetic(first, rest) => {
                self.add_quantity(first, &[]);
                rest.iter().for_each(|(_, other)| self.add_quantity(other, &[]));
            }
        }
    }
}

fn number(quantity: &Quantity) -> Vec<f32> {
    match quantity {
        Quantity::Number(number) => vec![*number],
        Quantity::Negative(inner) => number(inner).into_iter().map(|it| -it).collect(),
        _ => Vec::new(),
    }
}

/// Whether an item is among those that a rule names.
fn matches(behaviour: &Behaviour, item: &Item) -> bool {
    let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    let among = |wanted: &[String], is_it: &dyn Fn(&String) -> bool| {
        wanted.is_empty() || wanted.iter().any(is_it)
    };
    let title = item.title.to_lowercase();
    among(&behaviour.categories, &|name| item.category.iter().any(|own| same(own, name)))
        && among(&behaviour.items, &|id| item.id == *id)
        && among(&behaviour.brands, &|brand| same(&item.brand, brand))
        && among(&behaviour.contains, &|word| title.contains(&word.to_lowercase()))
}
