//! Small shops for tests.

// Each test file is a program of its own and uses its part of this.
#![allow(dead_code)]

use fenqun_base::{Action, Catalogue, Event, Item, NO_CODE, UserId};

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// The user number `n`; users sort by their number.
pub fn user(n: u8) -> UserId {
    let mut bytes = [0; 16];
    bytes[0] = n;
    UserId(bytes)
}

/// One unit of nothing in particular, for nothing.
pub fn event(user: UserId, time: i64, action: Action) -> Event {
    Event {
        user,
        time,
        session: 0,
        quantity: 1.0,
        price: f64::NAN,
        discount: 0.0,
        item: NO_CODE,
        text: NO_CODE,
        attributes: NO_CODE,
        rating: f32::NAN,
        offset_minutes: 0,
        action: action as u8,
        padding: [0; 5],
    }
}

/// An item with its categories from wide to narrow.
pub fn item(id: &str, category: &[&str], brand: &str) -> Item {
    Item {
        id: id.into(),
        category: category.iter().map(|word| (*word).into()).collect(),
        brand: brand.into(),
        price: f64::NAN,
        ..Item::default()
    }
}

/// `n_items` items in four wide and eight narrow categories, a third of them private label.
pub fn catalogue(n_items: u32) -> Catalogue {
    let one = |n: u32| {
        let brand = if n.is_multiple_of(3) { "own" } else { "national" };
        item(&format!("{n:03}"), &[&format!("w{}", n % 4), &format!("n{}", n % 8)], brand)
    };
    Catalogue { items: (0..n_items).map(one).collect() }
}
