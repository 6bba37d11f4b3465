//! The data as the page shows it: numbers written out, widths of bars, colours.

use std::fmt::Write as _;

use fenqun_explain::{Card, Distinct, feature_label, numbers};
use serde::Serialize;

use super::colour::colour;
use super::data::{FileQuality, Method, ReportData};
use super::evaluation::{self, EvaluationView};
use super::grouping::{self, GroupingView};
use super::tuning::{self, TuningView};
use super::wording::{self, Headline};

#[derive(Serialize)]
pub(super) struct View<'a> {
    data: &'a ReportData,
    headline: String,
    colours: String,
    tiles: Vec<(&'static str, String)>,
    cards: Vec<CardView<'a>>,
    grid: Option<Grid>,
    in_money: bool,
    n_drawn: String,
    choice: Vec<[String; 5]>,
    stability: Option<StabilityView>,
    methods: Vec<MethodView<'a>>,
    ahead_note: Option<String>,
    grouping: Option<GroupingView<'a>>,
    features: Vec<Bar>,
    files: Vec<FileView<'a>>,
    facts: Vec<(&'static str, String)>,
    stages: Vec<Bar>,
    all_seconds: String,
    evaluations: Vec<EvaluationView<'a>>,
    tunings: Vec<TuningView<'a>>,
}

#[derive(Serialize)]
struct CardView<'a> {
    card: &'a Card,
    n_users: String,
    share: String,
    spend_share: String,
    mean_spend: String,
    share_width: f64,
    spend_width: f64,
    categories: Vec<DistinctView<'a>>,
    typical: Vec<(&'a str, &'a str)>,
}

#[derive(Serialize)]
struct DistinctView<'a> {
    name: &'a str,
    share: String,
    base: String,
    lift: String,
    width: f64,
    mark: f64,
}

/// Tiers × tastes, as places in `cards`.
#[derive(Serialize)]
struct Grid {
    tastes: Vec<String>,
    tiers: Vec<(String, Vec<usize>, String, String)>,
}

#[derive(Serialize)]
struct StabilityView {
    mean: String,
    low: String,
    high: String,
    n_refits: usize,
    is_low: bool,
}

#[derive(Serialize)]
struct MethodView<'a> {
    method: &'a Method,
    cells: [Option<(String, f64, bool)>; 3],
}

#[derive(Serialize)]
struct Bar {
    name: String,
    text: String,
    width: f64,
}

#[derive(Serialize)]
struct FileView<'a> {
    file: &'a str,
    n_in: String,
    adds_up: bool,
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    kind: &'static str,
    text: &'a str,
    n: String,
    share: String,
    width: f64,
}

pub(super) fn view(data: &ReportData) -> View<'_> {
    let in_money = data.segments.first().is_none_or(|card| card.value_basis == "spend");
    let money = |sum: f64| match in_money {
        true => numbers::money(sum, &data.currency),
        false => numbers::count(sum),
    };
    let widest =
        data.segments.iter().map(|card| card.share.max(card.spend_share)).fold(1e-9, f64::max);
    let cards: Vec<CardView<'_>> =
        data.segments.iter().map(|card| card_view(card, widest, &money)).collect();
    let grid = grid(data);
    View {
        data,
        headline: headline(data, in_money),
        colours: colours(&data.segments),
        tiles: tiles(data, in_money, &money),
        cards,
        grid,
        in_money,
        n_drawn: numbers::whole(drawn(data.map.len()) as f64),
        choice: choice(data),
        stability: data.stability.as_ref().map(|stability| StabilityView {
            mean: score(stability.mean),
            low: score(stability.low),
            high: score(stability.high),
            n_refits: stability.n_refits,
            is_low: stability.mean < stability.least,
        }),
        methods: methods(&data.methods),
        ahead_note: ahead_note(data),
        grouping: data.grouping.as_ref().map(|it| grouping::view(it, data.language)),
        features: {
            let named = data.features.iter();
            named
                .map(|feature| Bar {
                    name: feature_label(&feature.name, data.language),
                    text: numbers::percent(feature.strength),
                    width: percent_width(feature.strength),
                })
                .collect()
        },
        files: data.quality.iter().map(file_view).collect(),
        facts: facts(data),
        stages: stages(data),
        all_seconds: seconds(data.facts.stages.iter().map(|stage| stage.seconds).sum()),
        evaluations: evaluation::views(&data.evaluations),
        tunings: tuning::views(&data.tunings, data.language),
    }
}

fn card_view<'a>(card: &'a Card, widest: f64, money: &dyn Fn(f64) -> String) -> CardView<'a> {
    let longest = card
        .categories
        .iter()
        .map(|category| category.share.max(category.base))
        .fold(1e-9, f64::max);
    let category = |category: &'a Distinct| DistinctView {
        name: &category.name,
        share: numbers::percent(category.share),
        base: numbers::percent(category.base),
        lift: numbers::times(category.lift),
        width: percent_width(category.share / longest),
        mark: percent_width(category.base / longest),
    };
    CardView {
        card,
        n_users: numbers::whole(card.n_users as f64),
        share: numbers::percent(card.share),
        spend_share: numbers::percent(card.spend_share),
        mean_spend: money(card.mean_spend),
        share_width: percent_width(card.share / widest),
        spend_width: percent_width(card.spend_share / widest),
        categories: card.categories.iter().map(category).collect(),
        typical: card.typical.iter().map(|user| (user.as_str(), head(user, 8))).collect(),
    }
}

fn head(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or(text, |(at, _)| &text[..at])
}

fn headline(data: &ReportData, in_money: bool) -> String {
    let top_tier: Vec<&Card> = data.segments.iter().filter(|card| card.tier == Some(0)).collect();
    let n_tiers = data.segments.iter().filter_map(|card| card.tier).max().map_or(0, |top| top + 1);
    let by_tiers = n_tiers > 1;
    let chosen: Vec<&Card> = match by_tiers {
        true => top_tier,
        false => {
            data.segments.iter().max_by(|a, b| a.spend.total_cmp(&b.spend)).into_iter().collect()
        }
    };
    let top = chosen.first().map_or("", |card| match by_tiers {
        true => card.value_tier.as_deref().unwrap_or_default(),
        false => card.name.as_str(),
    });
    let headline = Headline {
        n_users: numbers::whole(data.facts.n_users as f64),
        n_segments: data.segments.len(),
        top,
        top_share: numbers::percent(chosen.iter().map(|card| card.share).sum()),
        top_spend: numbers::percent(chosen.iter().map(|card| card.spend_share).sum()),
        by_tiers,
        in_money,
    };
    wording::headline(&headline, data.language)
}

/// Style rules that give every segment its colours, light and dark.
fn colours(cards: &[Card]) -> String {
    let n_tiers = cards.iter().filter_map(|card| card.tier).max().map_or(1, |tier| tier + 1);
    let rules = |dark: bool| {
        let mut text = String::new();
        for (at, card) in cards.iter().enumerate() {
            let taste = card.taste.unwrap_or(card.segment) as usize;
            let tier = card.tier.unwrap_or(0) as usize;
            let colour = colour(taste, tier, n_tiers as usize, dark);
            // Writing to a string cannot fail.
            let _ = write!(text, "--s{at}:{};--t{at}:{};", colour.fill, colour.text);
        }
        text
    };
    let (light, dark) = (rules(false), rules(true));
    format!(
        ":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         @media screen{{:root[data-theme=dark]{{{dark}}}}}"
    )
}

fn tiles(
    data: &ReportData,
    in_money: bool,
    money: &dyn Fn(f64) -> String,
) -> Vec<(&'static str, String)> {
    let facts = &data.facts;
    let spend: f64 = data.segments.iter().map(|card| card.spend).sum();
    let mut tiles = vec![
        ("users_label", numbers::whole(facts.n_users as f64)),
        ("segments", data.segments.len().to_string()),
        (if in_money { "total_spend" } else { "total_activity" }, money(spend)),
        ("events", numbers::whole(facts.n_events as f64)),
    ];
    if facts.n_items > 0 {
        tiles.push(("items", numbers::whole(facts.n_items as f64)));
    }
    if !facts.first_event.is_empty() {
        tiles.push((
            "period",
            format!("{} – {}", head(&facts.first_event, 10), head(&facts.last_event, 10)),
        ));
    }
    tiles
}

fn grid(data: &ReportData) -> Option<Grid> {
    let n_tiers = data.segments.iter().filter_map(|card| card.tier).max()? + 1;
    let n_tastes = data.segments.iter().filter_map(|card| card.taste).max()? + 1;
    let place = |tier: u32, taste: u32| {
        let is_cell = |card: &Card| card.tier == Some(tier) && card.taste == Some(taste);
        data.segments.iter().position(is_cell)
    };
    let mut tiers = Vec::new();
    for tier in 0..n_tiers {
        let places: Vec<usize> =
            (0..n_tastes).map(|taste| place(tier, taste)).collect::<Option<_>>()?;
        let cells = || places.iter().map(|&at| &data.segments[at]);
        let share = numbers::percent(cells().map(|card| card.share).sum());
        let spend_share = numbers::percent(cells().map(|card| card.spend_share).sum());
        let name = cells().next().and_then(|card| card.value_tier.clone()).unwrap_or_default();
        tiers.push((name, places, share, spend_share));
    }
    let name = |taste: u32| data.segments[place(0, taste)?].taste_name.clone();
    let tastes = (0..n_tastes).map(|taste| name(taste).unwrap_or_default()).collect();
    Some(Grid { tastes, tiers })
}

fn drawn(n_points: usize) -> usize {
    let stride = n_points.div_ceil(super::MOST_POINTS).max(1);
    n_points.div_ceil(stride)
}

fn choice(data: &ReportData) -> Vec<[String; 5]> {
    let row = |point: &super::ChoicePoint| {
        [
            wording::term(&point.candidate, data.language).to_owned(),
            point.k.to_string(),
            score(point.stability),
            score(point.silhouette),
            if point.chosen { "✓" } else { "" }.to_owned(),
        ]
    };
    data.choice.iter().map(row).collect()
}

fn methods(methods: &[Method]) -> Vec<MethodView<'_>> {
    let column = |read: fn(&Method) -> Option<f64>| {
        let best = methods.iter().filter_map(read).fold(f64::NEG_INFINITY, f64::max);
        move |method: &Method| {
            read(method).map(|number| {
                let width = if best > 0.0 { percent_width(number / best) } else { 0.0 };
                (score(number), width, number >= best)
            })
        }
    };
    let stability = column(|method| method.stability);
    let spend = column(|method| method.spend_explained);
    let mix = column(|method| method.mix_explained);
    let view =
        |method| MethodView { method, cells: [stability(method), spend(method), mix(method)] };
    methods.iter().map(view).collect()
}

/// What the explained shares are of.
fn ahead_note(data: &ReportData) -> Option<String> {
    let days = data.ahead_days;
    (days > 0).then(|| {
        data.language.pick(
            format!(
                "Explained: of the last {days} days, by groups found in what came before them. Spend \
                 is ln(1 + spend) of every user; category mix the square roots of the shares of the \
                 ten most bought categories (items, where there are none)."
            ),
            format!(
                "解释度：用最后 {days} 天之前的数据分群，看其能解释这 {days} 天的多少。消费取全体用户的 ln(1 + 消费)；\
                 品类构成取购买最多的十个品类（无品类时为商品）占比的平方根。"
            ),
        )
    })
}

fn file_view(quality: &FileQuality) -> FileView<'_> {
    let n_in = quality.n_in.max(1) as f64;
    let part = |kind, text, n: u64| Part {
        kind,
        text,
        n: numbers::whole(n as f64),
        share: fine_percent(n as f64 / n_in),
        width: percent_width(n as f64 / n_in),
    };
    let mut parts =
        vec![part("kept", "", quality.n_kept), part("duplicate", "", quality.n_duplicate)];
    let mut rejected: Vec<_> = quality.rejected.iter().filter(|entry| entry.n > 0).collect();
    rejected.sort_by(|a, b| b.n.cmp(&a.n).then(a.reason.cmp(&b.reason)));
    for entry in &rejected {
        let text = if entry.text.is_empty() { &entry.reason } else { &entry.text };
        parts.push(part("rejected", text, entry.n));
    }
    let n_rejected: u64 = quality.rejected.iter().map(|entry| entry.n).sum();
    let adds_up = quality.n_in == quality.n_kept + quality.n_duplicate + n_rejected;
    FileView { file: &quality.file, n_in: numbers::whole(quality.n_in as f64), adds_up, parts }
}

fn facts(data: &ReportData) -> Vec<(&'static str, String)> {
    let facts = &data.facts;
    let all = [
        ("run_id", facts.run_id.clone()),
        ("version", facts.version.clone()),
        ("seed", facts.seed.to_string()),
        ("as_of", facts.as_of.clone()),
        ("files", facts.n_files.to_string()),
        ("rows_read", numbers::whole(facts.n_rows as f64)),
        ("value_by", facts.value_formula.clone()),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn stages(data: &ReportData) -> Vec<Bar> {
    let longest = data.facts.stages.iter().map(|stage| stage.seconds).fold(1e-9, f64::max);
    let stages = data.facts.stages.iter();
    stages
        .map(|stage| Bar {
            name: wording::term(&stage.name, data.language).to_owned(),
            text: seconds(stage.seconds),
            width: percent_width(stage.seconds / longest),
        })
        .collect()
}

fn seconds(seconds: f64) -> String {
    if seconds >= 9.95 { format!("{seconds:.0}") } else { format!("{seconds:.2}") }
}

/// A score with two digits; three below a tenth.
fn score(number: f64) -> String {
    if number.abs() < 0.0995 && number != 0.0 {
        format!("{number:.3}")
    } else {
        format!("{number:.2}")
    }
}

/// A share with one digit after the point: in the quality of data the last percent counts.
fn fine_percent(share: f64) -> String {
    if share > 0.0995 && share < 1.0 {
        format!("{:.1} %", (share * 1000.0).floor() / 10.0)
    } else {
        numbers::percent(share)
    }
}

/// A share as a width in percent, one digit after the point.
fn percent_width(share: f64) -> f64 {
    if share.is_finite() { (share.clamp(0.0, 1.0) * 1000.0).round() / 10.0 } else { 0.0 }
}
