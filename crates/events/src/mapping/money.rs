//! Passes for quantity, price, discount and rating, and the rules on them.

use arrow::array::Array;
use fenqun_base::Action;

use super::column::{Column, present};
use super::number::parse_number;
use super::rows::Rows;
use super::{Batch, Plan};
use crate::config::PriceOf;
use crate::rules::{Cleaning, Reason};

/// What a numeric field holds.
enum Value {
    Absent,
    Unreadable,
    Is(f64),
}

fn value(column: &Column, row: usize, decimal: char) -> Value {
    match column {
        Column::Number(values) if values.is_valid(row) => Value::Is(values.value(row)),
        Column::Integer(values) if values.is_valid(row) => Value::Is(values.value(row) as f64),
        // "nan" is a number here, and one with a rule of its own: only emptiness is absence.
        Column::Text(values) if values.is_valid(row) => {
            let text = values.value(row);
            match parse_number(text, decimal) {
                Some(number) => Value::Is(number),
                None if present(values, row).is_none() => Value::Absent,
                None => Value::Unreadable,
            }
        }
        Column::Time { values, .. } if values.is_valid(row) => Value::Unreadable,
        _ => Value::Absent,
    }
}

const PURCHASE: u8 = Action::Purchase as u8;
const REFUND: u8 = Action::Refund as u8;

fn moves_money(action: u8) -> bool {
    action == PURCHASE || action == REFUND
}

/// Quantities become positive; a negative one may turn a purchase into a refund.
pub(crate) fn quantities(rows: &mut Rows, plan: &Plan, cleaning: &Cleaning, batch: &Batch<'_>) {
    let Some(column) = plan.quantity else { return };
    for row in 0..rows.len() {
        if !rows.is_sound(row) {
            continue;
        }
        let money = moves_money(rows.action[row]);
        let quantity = match value(&batch.columns[column], row, plan.price.decimal) {
            Value::Is(number) if number.is_finite() => number,
            Value::Is(_) => {
                rows.refuse(row, Reason::NotFinite, column);
                continue;
            }
            Value::Unreadable => {
                rows.refuse(row, Reason::QuantityUnparsable, column);
                continue;
            }
            Value::Absent if money => {
                rows.refuse(row, Reason::QuantityMissing, column);
                continue;
            }
            Value::Absent => continue,
        };
        if quantity < 0.0 && rows.action[row] == PURCHASE {
            if plan.refund.negative_quantity {
                rows.action[row] = REFUND;
            } else {
                rows.refuse(row, Reason::QuantityNegative, column);
                continue;
            }
        }
        if quantity == 0.0 && money && cleaning.reject_zero_quantity {
            rows.refuse(row, Reason::QuantityZero, column);
        } else if cleaning.max_quantity > 0.0 && quantity.abs() > cleaning.max_quantity {
            rows.refuse(row, Reason::QuantityAbsurd, column);
        } else {
            rows.quantity[row] = quantity.abs();
        }
    }
}

/// Unit prices in the shop's currency after discount, and discounts of the line.
pub(crate) fn prices(rows: &mut Rows, plan: &Plan, cleaning: &Cleaning, batch: &Batch<'_>) {
    discounts(rows, plan, batch);
    let Some(column) = plan.amount else { return };
    for row in 0..rows.len() {
        if !rows.is_sound(row) {
            continue;
        }
        let money = moves_money(rows.action[row]);
        let mut amount = match value(&batch.columns[column], row, plan.price.decimal) {
            Value::Is(number) if number.is_finite() => number * plan.price.unit,
            Value::Is(_) => {
                rows.refuse(row, Reason::NotFinite, column);
                continue;
            }
            Value::Unreadable => {
                rows.refuse(row, Reason::PriceUnparsable, column);
                continue;
            }
            Value::Absent => {
                if money && cleaning.reject_missing_price {
                    rows.refuse(row, Reason::PriceMissing, column);
                }
                continue;
            }
        };
        if amount < 0.0 {
            let is_refund = rows.action[row] == REFUND;
            if is_refund || (plan.refund.negative_amount && rows.action[row] == PURCHASE) {
                rows.action[row] = REFUND;
                amount = -amount;
            } else if cleaning.reject_negative_price {
                rows.refuse(row, Reason::PriceNegative, column);
                continue;
            }
        }
        if amount == 0.0 && money && cleaning.reject_zero_price {
            rows.refuse(row, Reason::PriceZero, column);
            continue;
        }
        rows.price[row] = unit_price(plan, amount, rows.quantity[row], rows.discount[row]);
    }
}

fn unit_price(plan: &Plan, amount: f64, quantity: f64, discount: f64) -> f64 {
    // Quantity 0 is let through only where the rule is switched off; the line is then one unit.
    let units = if quantity == 0.0 { 1.0 } else { quantity };
    let price = match plan.price.of {
        PriceOf::Unit => amount,
        PriceOf::Line => amount / units,
    };
    if plan.price.before_discount { (price - discount / units).max(0.0) } else { price + 0.0 }
}

fn discounts(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>) {
    for &column in &plan.discount {
        for row in 0..rows.len() {
            if !rows.is_sound(row) {
                continue;
            }
            match value(&batch.columns[column], row, plan.price.decimal) {
                Value::Is(number) if number.is_finite() => {
                    rows.discount[row] += number.abs() * plan.price.unit;
                }
                Value::Is(_) => rows.refuse(row, Reason::NotFinite, column),
                Value::Unreadable => rows.refuse(row, Reason::PriceUnparsable, column),
                Value::Absent => {}
            }
        }
    }
}

pub(crate) fn ratings(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>) {
    let Some(column) = plan.rating else { return };
    for row in 0..rows.len() {
        if !rows.is_sound(row) {
            continue;
        }
        match value(&batch.columns[column], row, plan.price.decimal) {
            Value::Is(number) if number.is_finite() => rows.rating[row] = number as f32,
            Value::Is(_) => rows.refuse(row, Reason::NotFinite, column),
            Value::Unreadable => rows.refuse(row, Reason::RatingUnparsable, column),
            Value::Absent => {}
        }
    }
}
