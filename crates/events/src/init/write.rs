//! The proposal as commented TOML.

use std::fmt::Write as _;
use std::path::Path;

use fenqun_base::Action;

use super::columns::Roles;
use super::survey::{Questions, Survey, survey};
use super::values::Values;
use super::words::{Field, action_of, is_line_total, plain};
use super::{Finding, Look, Proposal, clock, language, shown, title};
use crate::EventsError;
use crate::config::TimeConfig;
use crate::rules::Cleaning;
use crate::source::{Compression, Dialect, Encoding};
use crate::time::civil_day;

pub(super) fn proposal(
    mut looks: Vec<Look>,
    mut findings: Vec<Finding>,
    folder: &Path,
) -> Result<Proposal, EventsError> {
    let mut text = String::from(
        "# Proposed by `fenqun init`. Lines with `unsure:` are worth a look; then: fenqun run\n",
    );
    let title = title::of(&looks, folder);
    let _ = writeln!(text, "\n# Shown at the head of the report.\ntitle = {}", quoted(&title));
    let priced = |look: &&Look| look.roles.is_events() && look.roles.get(Field::Amount).is_some();
    let n_priced = looks.iter().filter(priced).count();
    let mut bounds: Option<(i64, i64)> = None;
    let mut all_bounded = true;
    for look in looks.iter_mut().filter(|look| look.roles.is_events()) {
        let mut own = look.findings.clone();
        let n_other_priced = n_priced - usize::from(look.roles.get(Field::Amount).is_some());
        let stretch = source(&mut text, look, folder, n_other_priced > 0, &mut own)?;
        match stretch {
            Some((first, last)) => {
                bounds = Some(match bounds {
                    Some((start, end)) => (start.min(first), end.max(last)),
                    None => (first, last),
                });
            }
            None => all_bounded = false,
        }
        findings.extend(own);
    }
    for look in looks.iter().filter(|look| !look.roles.is_events()) {
        let names = files(look, folder);
        if look.roles.is_catalogue() {
            findings.extend(look.findings.iter().cloned());
            findings.push(Finding::sure(names.join(", "), "describes items: used as catalogue"));
            catalogue(&mut text, look, folder);
        } else {
            let why = match look.roles.get(Field::User) {
                Some(_) => "it tells of users but of no events",
                None => "neither events nor descriptions of items were recognised in it",
            };
            findings.push(Finding::sure(format!("{}: not used", names.join(", ")), why));
            let _ = writeln!(text, "\n# Not used: {} ({why}).", names.join(", "));
        }
    }
    cleaning(&mut text, bounds.filter(|_| all_bounded));
    if let Some(finding) = language::chinese(&looks) {
        text.push_str("\n[cards]\n");
        comments(&mut text, [&finding]);
        text.push_str("language = \"zh\"\ncurrency = \"¥\"\n");
        findings.push(finding);
    }
    Ok(Proposal { toml: text, findings })
}

fn comments<'a>(text: &mut String, findings: impl IntoIterator<Item = &'a Finding>) {
    for finding in findings {
        let mark = if finding.sure { "" } else { "unsure: " };
        let line = format!("{mark}{}: {}", finding.what, finding.why);
        let _ = writeln!(text, "# {}", line.replace(char::is_control, " "));
    }
}

/// Writes one `[[source]]`; gives the days of its main stretch where it has one.
fn source(
    text: &mut String,
    look: &mut Look,
    folder: &Path,
    others_have_prices: bool,
    findings: &mut Vec<Finding>,
) -> Result<Option<(i64, i64)>, EventsError> {
    let mut notes: Vec<Finding> = Vec::new();
    let time = clock::time(look, &mut notes);
    let survey = surveyed(look, &time, &mut notes)?;
    let roles = &look.roles;
    let is_mapped = roles.get(Field::Action).is_some();
    let actions = actions(&survey, is_mapped, roles, others_have_prices, &mut notes);
    let refund = refund(&survey, &mut notes);
    let stretch = survey.days.main_stretch().filter(|_| survey.is_whole);
    if let Some(stretch) = stretch {
        let why = format!(
            "{} of {} rows lie outside and will be rejected",
            stretch.n_outside, survey.n_rows
        );
        let (first, last) = (civil_day(stretch.first), civil_day(stretch.last));
        notes.push(Finding::sure(format!("the events lie in {first} .. {last}"), why));
    }

    text.push_str("\n[[source]]\n");
    comments(text, look.findings.iter().chain(&notes));
    header(text, look, folder);
    let _ = writeln!(text, "columns = {}", columns(look));
    text.push_str(&actions);
    let zone = quoted(&time.zone);
    let _ = writeln!(text, "time = {{ format = {}, zone = {zone} }}", quoted(&time.format));
    if let Some(column) = roles.get(Field::Amount) {
        let _ = writeln!(text, "{}", price(look, column));
    }
    text.push_str(&refund);
    findings.extend(notes);
    Ok(stretch.map(|stretch| (stretch.first, stretch.last)))
}

/// Looks at the whole files; once more in another encoding where the first look says so.
fn surveyed(
    look: &mut Look,
    time: &TimeConfig,
    notes: &mut Vec<Finding>,
) -> Result<Survey, EventsError> {
    let first = ask(look, time)?;
    let n_bad = first.n_bad_encoding;
    let is_utf8 = look.sniffed.dialect.encoding == Encoding::Utf8;
    if n_bad == 0 || !is_utf8 || look.sniffed.dialect.compression != Compression::None {
        return Ok(first);
    }
    let Some(encoding) = look.files.iter().find_map(|file| super::encoding::of_whole(file)) else {
        return Ok(first);
    };
    look.sniffed.dialect.encoding = encoding;
    let second = ask(look, time)?;
    if second.n_bad_encoding >= n_bad {
        look.sniffed.dialect.encoding = Encoding::Utf8;
        return Ok(first);
    }
    let why = format!("the beginning is ASCII, but {n_bad} rows further on are no UTF-8");
    notes.push(Finding::unsure(format!("encoding is {encoding}"), why));
    Ok(second)
}

fn ask(look: &Look, time: &TimeConfig) -> Result<Survey, EventsError> {
    let name =
        |field: Field| look.roles.get(field).map(|column| look.sniffed.columns[column].as_str());
    let asked = Questions {
        time: name(Field::Time).unwrap_or(""),
        action: name(Field::Action),
        session: name(Field::Session),
        quantity: name(Field::Quantity),
        amount: name(Field::Amount),
    };
    survey(&look.files, &look.sniffed.dialect, time, &asked)
}

fn header(text: &mut String, look: &Look, folder: &Path) {
    let files: Vec<String> = files(look, folder).iter().map(|file| quoted(file)).collect();
    let _ = writeln!(text, "files = [{}]", files.join(", "));
    let _ = writeln!(text, "dialect = {}", dialect(&look.sniffed.dialect));
}

fn files(look: &Look, folder: &Path) -> Vec<String> {
    look.files.iter().map(|file| shown(file, folder)).collect()
}

/// The columns of an inline table, each field on its own.
fn columns(look: &Look) -> String {
    const SINGLE: [(&str, Field); 12] = [
        ("user_id", Field::User),
        ("event_time", Field::Time),
        ("event_id", Field::EventId),
        ("session_id", Field::Session),
        ("item_id", Field::Item),
        ("action", Field::Action),
        ("quantity", Field::Quantity),
        ("amount", Field::Amount),
        ("title", Field::Title),
        ("brand", Field::Brand),
        ("text", Field::Text),
        ("rating", Field::Rating),
    ];
    const SEVERAL: [(&str, Field); 3] = [
        ("discount", Field::Discount),
        ("category", Field::Category),
        ("attributes", Field::Attribute),
    ];
    let name = |column: usize| quoted(&look.sniffed.columns[column]);
    let mut entries = Vec::new();
    for (key, field) in SINGLE.into_iter().chain([("channel", Field::Channel)]) {
        if let Some(column) = look.roles.get(field) {
            entries.push(format!("{key} = {}", name(column)));
        }
    }
    for (key, field) in SEVERAL {
        let names: Vec<String> = look.roles.all(field).into_iter().map(name).collect();
        if !names.is_empty() {
            entries.push(format!("{key} = [{}]", names.join(", ")));
        }
    }
    format!("{{ {} }}", entries.join(", "))
}

fn catalogue(text: &mut String, look: &Look, folder: &Path) {
    let name = |column: usize| quoted(&look.sniffed.columns[column]);
    let single = [
        ("item_id", Field::Item),
        ("title", Field::Title),
        ("brand", Field::Brand),
        ("price", Field::Amount),
    ];
    let mut entries = Vec::new();
    for (key, field) in single {
        if let Some(column) = look.roles.get(field) {
            entries.push(format!("{key} = {}", name(column)));
        }
    }
    let categories: Vec<String> = look.roles.all(Field::Category).into_iter().map(name).collect();
    if !categories.is_empty() {
        entries.push(format!("category = [{}]", categories.join(", ")));
    }
    text.push_str("\n[[catalogue]]\n");
    comments(text, &look.findings);
    header(text, look, folder);
    let _ = writeln!(text, "columns = {{ {} }}", entries.join(", "));
}

fn actions(
    survey: &Survey,
    is_mapped: bool,
    roles: &Roles,
    others_have_prices: bool,
    notes: &mut Vec<Finding>,
) -> String {
    if !is_mapped {
        let has_money = roles.get(Field::Amount).is_some()
            || roles.get(Field::Quantity).is_some()
            || roles.get(Field::Session).is_some();
        let (action, why) = match (has_money, roles.get(Field::Text).is_some()) {
            (true, _) => (Action::Purchase, "rows have a price, a quantity or an order"),
            (false, true) => (Action::Review, "rows have a text and no price"),
            (false, false) => (Action::View, "rows have neither price nor quantity nor order"),
        };
        let what = format!("every row is a {}", action.name());
        notes.push(Finding { what, why: why.into(), sure: has_money });
        return format!("action = \"{}\"\n", action.name());
    }
    let mut entries = Vec::new();
    for (word, n) in &survey.words {
        match action_of(word) {
            Some(action) => {
                let is_repeated = roles.get(Field::Amount).is_none() || plain(word) == "checkout";
                if action == Action::Purchase && others_have_prices && is_repeated {
                    notes.push(Finding::unsure(
                        format!("the action word `{word}` ({n} rows) is a purchase"),
                        "it may repeat purchases of an order file, which has prices; if so, say \
                         \"cart\" instead",
                    ));
                }
                entries.push(format!("{} = \"{}\"", quoted(word), action.name()));
            }
            None => notes.push(Finding::unsure(
                format!("the action word `{word}` ({n} rows) is not mapped"),
                "say in `actions` what it means, or its rows are rejected",
            )),
        }
    }
    format!("actions = {{ {} }}\n", entries.join(", "))
}

fn refund(survey: &Survey, notes: &mut Vec<Finding>) -> String {
    let mut entries = Vec::new();
    if let Some(letter) = survey.refund_letter() {
        let n = survey.by_letter.get(&letter).copied().unwrap_or(0);
        let what = format!("orders beginning with {letter} are refunds");
        notes.push(Finding::sure(what, format!("nearly all of their {n} rows are negative")));
        entries.push(format!("session_prefix = {}", quoted(&letter.to_string())));
    }
    if survey.n_negative_quantity > 0 {
        let why = format!("{} rows have one", survey.n_negative_quantity);
        notes.push(Finding::sure("a negative quantity is a refund", why));
        entries.push("negative_quantity = true".into());
    } else if survey.n_negative_amount > 0 {
        let why =
            format!("{} rows have one, and no quantity is negative", survey.n_negative_amount);
        notes.push(Finding::unsure("a negative amount is a refund", why));
        entries.push("negative_amount = true".into());
    }
    if entries.is_empty() {
        String::new()
    } else {
        format!("refund = {{ {} }}\n", entries.join(", "))
    }
}

fn price(look: &Look, column: usize) -> String {
    let name = &look.sniffed.columns[column];
    let of = if look.sniffed.dialect.header && is_line_total(name) { "line" } else { "unit" };
    let comma = Values::new(&look.sniffed.sample, column).use_decimal_comma();
    let decimal = if comma { ", decimal = \",\"" } else { "" };
    format!("price = {{ of = \"{of}\"{decimal} }}")
}

fn cleaning(text: &mut String, bounds: Option<(i64, i64)>) {
    let defaults = Cleaning::default();
    text.push_str("\n[cleaning]\n");
    if let Some((first, last)) = bounds {
        text.push_str(
            "# The main stretch of the times found; widen it before new files are added.\n",
        );
        let _ = writeln!(text, "not_before = \"{}\"", civil_day(first));
        let _ = writeln!(text, "not_after = \"{}\"", civil_day(last));
    }
    text.push_str("# Equal rows are one event: \"auto\", \"id\", \"exact\" or \"off\".\n");
    text.push_str("deduplicate = \"auto\"\n");
    text.push_str("# The run stops when a larger share of a file's rows is broken.\n");
    let _ = writeln!(text, "max_faulty = {:?}", defaults.max_faulty);
    let lists = [
        ("test_items", &defaults.test_items, "Items whose id or title matches are test orders."),
        ("non_product_items", &defaults.non_product_items, "Item ids that are no products."),
        ("non_product_titles", &defaults.non_product_titles, "Titles that are no products."),
    ];
    for (name, patterns, comment) in lists {
        let _ = writeln!(text, "# {comment}\n{name} = [");
        for pattern in patterns {
            let _ = writeln!(text, "    '{pattern}',");
        }
        text.push_str("]\n");
    }
}

fn dialect(dialect: &Dialect) -> String {
    let mut entries = Vec::new();
    if let Ok(toml::Value::Table(table)) = toml::Value::try_from(dialect) {
        entries.extend(table.iter().map(|(key, value)| format!("{key} = {value}")));
    }
    format!("{{ {} }}", entries.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.into()).to_string()
}
