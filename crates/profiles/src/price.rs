use fenqun_base::Catalogue;

use crate::fold::Entry;

/// Money and units of each item over all users, from events before `as_of` alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct ItemSales(Vec<(f64, f64)>);

impl ItemSales {
    pub fn new(n_items: usize) -> Self {
        Self(vec![(0.0, 0.0); n_items])
    }

    /// Adds one user's purchases; users must come in a fixed order.
    pub fn add(&mut self, entries: &[Entry]) {
        for entry in entries {
            if let Some((bought, n_units)) = self.0.get_mut(entry.item as usize) {
                *bought += f64::from(entry.bought);
                *n_units += f64::from(entry.n_units);
            }
        }
    }

    /// Mean price paid for a unit; the list price where nothing was sold, or NaN. Rounded, so that
    /// prices which differ by the rounding of sums alone stand equal.
    fn price(&self, item: usize, list_price: f64) -> f64 {
        match self.0[item] {
            (bought, n_units) if bought > 0.0 && n_units > 0.0 => five_digits(bought / n_units),
            _ if list_price > 0.0 && list_price.is_finite() => five_digits(list_price),
            _ => f64::NAN,
        }
    }
}

/// A positive number to five significant digits.
fn five_digits(number: f64) -> f64 {
    let scale = 10f64.powi(4 - number.log10().floor() as i32);
    let rounded = (number * scale).round() / scale;
    if rounded.is_finite() { rounded } else { number }
}

/// Where each item's price stands among the items of its narrowest category: its mid-rank over
/// their number, so that equal prices stand equal and an only item stands in the middle. Items
/// without a category are ranked among each other; NaN where no price is known.
pub(crate) fn price_levels(
    catalogue: &Catalogue,
    narrowest: &[u32],
    sales: &ItemSales,
) -> Vec<f32> {
    let priced = |(item, code): (usize, &u32)| {
        let price = sales.price(item, catalogue.items[item].price);
        price.is_finite().then_some((*code, price, item))
    };
    let mut items: Vec<(u32, f64, usize)> =
        narrowest.iter().enumerate().filter_map(priced).collect();
    items.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut levels = vec![f32::NAN; catalogue.len()];
    for category in items.chunk_by(|a, b| a.0 == b.0) {
        let mut n_below = 0;
        for equal in category.chunk_by(|a, b| a.1 == b.1) {
            let middle = n_below as f64 + equal.len() as f64 / 2.0;
            let level = (middle / category.len() as f64) as f32;
            equal.iter().for_each(|&(_, _, item)| levels[item] = level);
            n_below += equal.len();
        }
    }
    levels
}

/// Item ids with a known level, and their levels, by id.
pub(crate) fn known_levels(
    catalogue: &Catalogue,
    narrowest: &[u32],
    sales: &ItemSales,
) -> Vec<(String, f32)> {
    let levels = price_levels(catalogue, narrowest, sales);
    let items = catalogue.items.iter().zip(levels).filter(|(_, level)| !level.is_nan());
    let mut known: Vec<(String, f32)> =
        items.map(|(item, level)| (item.id.clone(), level)).collect();
    known.sort_by(|a, b| a.0.cmp(&b.0));
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::Item;

    #[test]
    fn prices_are_ranked_within_the_narrowest_category() {
        let item = |kind: &str, price| Item {
            category: vec!["all".into(), kind.into()],
            price,
            ..Item::default()
        };
        let catalogue = Catalogue {
            items: vec![
                item("tea", 9.0),
                item("tea", f64::NAN),
                item("tea", 2.0),
                item("mug", 500.0),
                item("tea", f64::NAN),
                item("tea", 2.0),
            ],
        };
        let mut sales = ItemSales::new(6);
        let sold = |item, bought, n_units| Entry { item, weight: 1.0, spend: 0.0, bought, n_units };
        sales.add(&[sold(1, 30.0, 2.0)]);
        sales.add(&[sold(1, 10.0, 2.0)]);
        // Tea: 9, 10 (40 / 4), 2, 2; the mug is alone; one price is unknown.
        let levels = price_levels(&catalogue, &catalogue.categories_at(1).0, &sales);
        assert_eq!(levels[..4], [0.625, 0.875, 0.25, 0.5]);
        assert!(levels[4].is_nan());
        assert_eq!(levels[5], 0.25);
    }

    #[test]
    fn prices_that_differ_by_rounding_alone_are_equal() {
        assert_eq!(five_digits(0.1 + 0.2), five_digits(0.3));
        assert_eq!(five_digits(12_345.678), 12_346.0);
        assert_eq!(five_digits(1e-300), 1e-300);
        assert!(five_digits(f64::MAX).is_finite());
    }
}
