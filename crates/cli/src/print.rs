//! Tables for the terminal.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, TableComponent};
use fenqun_base::Language;
use fenqun_events::Ledger;
use fenqun_explain::Card;
use terminal_size::{Width, terminal_size};

/// The segments of a run, most valuable first.
pub fn segments(cards: &[Card], language: Language, currency: &str) -> String {
    let heads = language.pick(
        ["#", "segment", "users", "share", "spend", "of spend", "what sets it apart"],
        ["#", "分群", "用户", "占比", "消费", "消费占比", "特征"],
    );
    let mut table = table(&heads.map(|head| in_activity(head, cards)));
    for card in cards {
        let chosen = if card.categories.is_empty() { &card.words } else { &card.categories };
        let mut apart: Vec<String> =
            chosen.iter().take(2).map(|it| format!("{} ×{:.1}", it.name, it.lift)).collect();
        apart.extend(card.traits.iter().take(1).map(|it| it.text.clone()));
        table.add_row(vec![
            right(card.segment.to_string()),
            Cell::new(&card.name),
            right(thousands(card.n_users as f64)),
            right(percent(card.share)),
            right(format!("{currency}{}", thousands(card.spend))),
            right(percent(card.spend_share)),
            Cell::new(apart.join("; ")),
        ]);
    }
    table.to_string()
}

/// Without prices, value is weighted actions, and the heads say so.
fn in_activity<'a>(head: &'a str, cards: &[Card]) -> &'a str {
    if cards.first().is_none_or(|card| card.value_basis == "spend") {
        return head;
    }
    match head {
        "spend" => "activity",
        "of spend" => "of activity",
        "消费" => "活跃度",
        "消费占比" => "活跃度占比",
        other => other,
    }
}

/// What became of every row, a line a file.
pub fn ledger(ledger: &Ledger) -> String {
    let mut table = table(&["file", "rows", "kept", "duplicate", "rejected", "why"]);
    let total = ledger.total();
    let files = ledger.files.iter().chain((ledger.files.len() > 1).then_some(&total));
    for file in files {
        let reasons: Vec<String> = file
            .n_rejected
            .iter()
            .map(|(reason, &n)| format!("{} {}", reason.name(), thousands(n as f64)))
            .collect();
        table.add_row(vec![
            Cell::new(&file.file),
            right(thousands(file.n_in as f64)),
            right(thousands(file.n_kept as f64)),
            right(thousands(file.n_duplicate as f64)),
            right(thousands(file.n_rejected_total() as f64)),
            Cell::new(reasons.join(", ")),
        ]);
    }
    table.to_string()
}

/// A table with these heads, as wide as the terminal.
pub fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY);
    // Lines between rows would make a table twice as long as what it says.
    table.remove_style(TableComponent::HorizontalLines);
    table.remove_style(TableComponent::MiddleIntersections);
    table.remove_style(TableComponent::LeftBorderIntersections);
    table.remove_style(TableComponent::RightBorderIntersections);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if let Some((Width(width), _)) = terminal_size() {
        table.set_width(width);
    }
    table.set_header(heads.iter().map(Cell::new));
    table
}

/// A number with separators, without decimals.
pub fn thousands(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number <= -0.5 { format!("-{text}") } else { text }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A cell of a number.
pub fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_are_separated() {
        let cases = [(0.0, "0"), (999.4, "999"), (1_469_307.0, "1,469,307"), (-1234.0, "-1,234")];
        for (number, text) in cases {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(thousands(-0.2), "0");
    }
}
