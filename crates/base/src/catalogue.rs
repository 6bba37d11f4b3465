/// One item of the shop. Strings are empty when the source has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// The source's own item id.
    pub id: String,
    /// What a person would call it.
    pub title: String,
    /// From the widest category to the narrowest, for example department, category, type.
    pub category: Vec<String>,
    /// Brand, or private label against national brand.
    pub brand: String,
    /// List price; NaN when unknown.
    pub price: f64,
}

/// Every item that the kept events or the catalogue file name, sorted by item id.
///
/// An item's code is its row here, so codes do not depend on the order in which rows were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// Items in the order of their ids.
    pub items: Vec<Item>,
}

impl Catalogue {
    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Depth of the deepest category path.
    #[must_use]
    pub fn category_levels(&self) -> usize {
        self.items.iter().map(|item| item.category.len()).max().unwrap_or(0)
    }

    /// For every item the code of its category at `level` (0 is the widest; a shorter path counts
    /// with its last word), and the names of those codes, sorted. Items without a category get
    /// [`crate::NO_CODE`].
    #[must_use]
    pub fn categories_at(&self, level: usize) -> (Vec<u32>, Vec<String>) {
        let name = |item: &Item| item.category.get(level).or(item.category.last()).cloned();
        codes(self.items.iter().map(name))
    }

    /// For every item the code of its text, and the distinct texts, sorted: the title, followed by
    /// the category path from narrow to wide, joined by " · ". Items with neither get
    /// [`crate::NO_CODE`].
    #[must_use]
    pub fn texts(&self) -> (Vec<u32>, Vec<String>) {
        let text = |item: &Item| {
            let mut words: Vec<&str> = vec![item.title.as_str()];
            words.extend(item.category.iter().rev().map(String::as_str));
            words.retain(|word| !word.is_empty());
            words.dedup();
            (!words.is_empty()).then(|| words.join(" · "))
        };
        codes(self.items.iter().map(text))
    }
}

/// Codes of values, numbered in the sorted order of the distinct values.
fn codes(values: impl Iterator<Item = Option<String>>) -> (Vec<u32>, Vec<String>) {
    let values: Vec<Option<String>> = values.collect();
    let mut names: Vec<String> = values.iter().flatten().cloned().collect();
    names.sort_unstable();
    names.dedup();
    let code = |value: &Option<String>| match value {
        Some(value) => names.binary_search(value).map_or(crate::NO_CODE, |at| at as u32),
        None => crate::NO_CODE,
    };
    (values.iter().map(code).collect(), names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, title: &str, category: &[&str]) -> Item {
        Item {
            id: id.into(),
            title: title.into(),
            category: category.iter().map(|word| (*word).into()).collect(),
            ..Item::default()
        }
    }

    #[test]
    fn texts_and_categories_are_coded_in_sorted_order() {
        let items = vec![
            item("1", "Tea", &["Grocery", "Drinks"]),
            item("2", "", &["Grocery"]),
            item("3", "", &[]),
            item("4", "Tea", &["Grocery", "Drinks"]),
        ];
        let catalogue = Catalogue { items };
        let (text_of, texts) = catalogue.texts();
        assert_eq!(texts, ["Grocery", "Tea · Drinks · Grocery"]);
        assert_eq!(text_of, [1, 0, crate::NO_CODE, 1]);
        let (category_of, names) = catalogue.categories_at(1);
        assert_eq!(names, ["Drinks", "Grocery"]);
        assert_eq!(category_of, [0, 1, crate::NO_CODE, 0]);
    }
}
