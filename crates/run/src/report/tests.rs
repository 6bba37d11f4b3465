//! A made-up run, rendered whole: what must be on the page, and what must never be.

use fenqun_base::Language;
use fenqun_explain::why::ShortRule;
use fenqun_explain::{Card, Distinct, Trait};

use super::script_data::{safe_in_script, script_data};
use super::*;

const TASTES: [(&str, [&str; 4]); 4] = [
    ("Soft drinks & frozen pizza", ["Soft drinks", "Frozen pizza", "Cigarettes", "Candy"]),
    ("Vegetables & fruit", ["Vegetables – all others", "Tropical fruit", "Yogurt", "Salad mix"]),
    (
        "Diapers & baby foods",
        ["Diapers & disposables", "Baby foods", "Fluid milk products", "Cereal"],
    ),
    ("Cat food & pet care", ["Cat food", "Dog foods", "Pet care supplies", "Cat litter"]),
];
const TIERS: [&str; 3] = ["High value", "Middle value", "Low value"];

fn card(tier: usize, taste: usize, n_tastes: usize) -> Card {
    let (taste_name, categories) = TASTES[taste];
    let n_users = [290, 214, 96, 223][taste] - 20 * tier;
    let spend = [4_213_000.0, 1_100_500.0, 190_000.0][tier] * n_users as f64 / 823.0;
    let distinct = |(nth, name): (usize, &&str)| Distinct {
        name: (*name).into(),
        share: 0.14 / (nth + 1) as f64,
        base: 0.05 / (nth + 1) as f64,
        lift: 2.8 - 0.4 * nth as f64,
        reach: 0.5,
        score: 0.1,
    };
    Card {
        segment: (tier * n_tastes + taste) as u32,
        name: format!("{} · {}", TIERS[tier], taste_name.to_lowercase()),
        summary: format!(
            "{n_users} users (9 % of all) bring 21 % of spend. They favour {} (14 % of theirs, 5.0 % on average).",
            categories[0].to_lowercase()
        ),
        tier: Some(tier as u32),
        taste: Some(taste as u32),
        value_tier: Some(TIERS[tier].into()),
        taste_name: Some(taste_name.into()),
        n_users,
        share: n_users as f64 / 2469.0,
        spend,
        spend_share: spend / 5_503_500.0,
        mean_spend: spend / n_users as f64,
        value_basis: "spend".into(),
        categories: categories.iter().enumerate().map(distinct).collect(),
        words: Vec::new(),
        traits: [
            ("comes every 4 days; all users 11 days", -0.61),
            ("shopping trips in the last 28 days: 9; all users 3", 0.44),
            ("31 % of visits between 16 and 20 o'clock; all users 24 %", 0.21),
        ]
        .map(|(text, effect)| Trait {
            feature: "gap_mean".into(),
            text: text.into(),
            value: 4.0,
            average: 11.0,
            effect,
        })
        .to_vec(),
        rule: (taste != 0).then(|| ShortRule {
            rule: "spend_91d > 300 and `spend_share:PRODUCE` > 0.12".into(),
            precision: 0.593,
            recall: 0.71,
            f1: 0.65,
            n_held_out: 1234,
        }),
        typical: (0..5)
            .map(|nth| {
                format!("{:032x}", (0x9e37_79b9_7f4a_7c15u128 * (nth + 7 * tier as u128 + 1)) << 40)
            })
            .collect(),
    }
}

/// A run on a grid of three tiers and four tastes.
fn data(language: Language) -> ReportData {
    let segments: Vec<Card> = (0..12).map(|segment| card(segment / 4, segment % 4, 4)).collect();
    let mut state = 88_172_645_463_325_252u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut map = Vec::new();
    for card in &segments {
        let taste = card.taste.unwrap_or(0) as f32;
        for _ in 0..card.n_users {
            let mut normal = || uniform() + uniform() + uniform() - 1.5;
            let (x, y) =
                (normal() + 1.6 * (taste * 1.57).cos(), normal() + 1.6 * (taste * 1.57).sin());
            map.push(MapPoint { x, y, segment: card.segment });
        }
    }
    let mut choice = Vec::new();
    for (candidate, scores) in
        [("categories", [0.93, 0.88, 0.71, 0.66]), ("text", [0.90, 0.91, 0.79, 0.62])]
    {
        for (nth, stability) in scores.into_iter().enumerate() {
            let chosen = candidate == "text" && nth == 1;
            choice.push(ChoicePoint {
                candidate: candidate.into(),
                k: 3 + nth,
                stability,
                silhouette: 0.41 - 0.03 * nth as f64,
                chosen,
            });
        }
    }
    let rejected =
        |reason: &str, text: &str, n| Rejected { reason: reason.into(), text: text.into(), n };
    let stage = |name: &str, seconds| StageTime { name: name.into(), seconds };
    ReportData {
        language,
        title: "Complete Journey".into(),
        currency: "$".into(),
        facts: RunFacts {
            run_id: "2017-12-31-a41f".into(),
            version: "0.1.0".into(),
            seed: 7,
            as_of: "2018-01-01T00:00:00-05:00".into(),
            first_event: "2017-01-01T06:30:26-05:00".into(),
            last_event: "2017-12-31T23:01:20-05:00".into(),
            n_files: 2,
            n_rows: 1_469_307,
            n_events: 1_461_040,
            n_users: 2469,
            n_items: 68_509,
            value_formula:
                "ln(1 + 3·M28 + M84 + ½·M168), M = net spend of the last 28, 84, 168 days".into(),
            more: vec![Named {
                name: "minilm".into(),
                text: "sha256 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
                    .into(),
            }],
            stages: vec![
                stage("events", 1.84),
                stage("profiles", 0.42),
                stage("texts", 21.6),
                stage("segments", 3.1),
                stage("explain", 0.21),
            ],
            config: "[run]\nseed = 7\n\n[segments]\nmethod = \"two_axes\"\n".into(),
        },
        segments,
        map,
        choice,
        stability: Some(StabilityFacts {
            mean: 0.88,
            low: 0.84,
            high: 0.92,
            n_refits: 10,
            least: 0.7,
        }),
        methods: vec![
            Method {
                name: "Value × taste".into(),
                ours: true,
                k: 12,
                stability: Some(0.88),
                spend_explained: Some(0.43),
                mix_explained: Some(0.054),
            },
            Method {
                name: "RFM k-means".into(),
                ours: false,
                k: 12,
                stability: Some(0.58),
                spend_explained: Some(0.425),
                mix_explained: Some(0.023),
            },
        ],
        quality: vec![
            FileQuality {
                file: "transactions.parquet".into(),
                n_in: 1_469_307,
                n_kept: 1_461_040,
                n_duplicate: 317,
                rejected: vec![
                    rejected("price_zero", "the price is zero", 7_912),
                    rejected("non_product", "the line is no product", 38),
                ],
            },
            FileQuality {
                file: "returns.csv".into(),
                n_in: 12_000,
                n_kept: 8_100,
                n_duplicate: 900,
                rejected: vec![
                    rejected("user_missing", "no user is named", 2_700),
                    rejected("time_unparsable", "the time cannot be read", 300),
                ],
            },
        ],
        notes: vec!["23,822 items of the catalogue were never bought and are left out.".into()],
        features: vec![
            TopFeature { name: "spend_28d".into(), strength: 0.61 },
            TopFeature { name: "frequency".into(), strength: 0.44 },
            TopFeature { name: "spend_share:FROZEN GROCERY".into(), strength: 0.19 },
        ],
        evaluations: vec![evaluation()],
        grouping: Some(grouping()),
        tunings: vec![tuning(false), tuning(true)],
    }
}

fn grouping() -> GroupingData {
    let ours = Grouped {
        name: "Value × taste".into(),
        ours: true,
        space: "value and taste".into(),
        n_columns: 4,
        silhouette: Some(0.213),
        n_paired: 2469,
        davies_bouldin: Some(1.31),
        calinski_harabasz: Some(711.2),
    };
    let beside = Grouped {
        name: "RFM k-means".into(),
        ours: false,
        space: "recency, frequency, spend".into(),
        n_columns: 3,
        silhouette: Some(0.31),
        ..ours.clone()
    };
    GroupingData {
        n_users: 2469,
        n_measured: 2469,
        methods: vec![ours, beside],
        agreement: Agreement { adjusted_rand: 0.09, ..Agreement::default() },
        ..GroupingData::default()
    }
}

/// Twelve points in order, or nine on a third of the labels and the best three on all.
fn tuning(is_halving: bool) -> TuningData {
    let value = |nth: usize| 0.36 + 0.05 * ((nth * 7 + 3) % 11) as f64 / 10.0;
    let trial = |nth: usize, budget: f64, value: f64| TrialData {
        number: nth + 1,
        budget,
        value: Some(value),
        values: ["0.132", "balanced", "0.75"].map(str::to_owned).to_vec(),
        ..TrialData::default()
    };
    let mut trials: Vec<TrialData> = (0..9)
        .map(|nth| match is_halving {
            true => trial(nth, 1.0 / 3.0, value(nth) - 0.04),
            false => trial(nth, 1.0, value(nth)),
        })
        .collect();
    let last = |nth| match is_halving {
        true => trial(nth, 1.0, value(nth)),
        false => trial(9 + nth, 1.0, value(nth + 4) - 0.01),
    };
    trials.extend([1, 4, 7].map(last));
    let best = trials.iter().enumerate().filter(|(_, it)| it.budget == 1.0);
    let best = best.max_by(|a, b| a.1.value.partial_cmp(&b.1.value).expect("numbers"));
    let evaluated = evaluation();
    let two = [("tuned", true), ("untuned", false)].into_iter().zip(evaluated.methods);
    TuningData {
        name: "household".into(),
        method: if is_halving { "perceptron" } else { "softmax" }.into(),
        protocol: "801 labelled users, 4 classes; trials judged in 3 inner folds.".into(),
        verdict: vec!["tuned ties with untuned (+.011 [−.010, .031]).".into()],
        metric: "macro-F1".into(),
        until: is_halving.then_some(0.42),
        settings: ["head.settings.c", "head.settings.class_weights", "head.blocks.graph.weight"]
            .map(str::to_owned)
            .to_vec(),
        best: best.map(|(at, _)| at),
        trials,
        compared: (!is_halving).then(|| EvaluationData {
            metrics: evaluated.metrics,
            lower_is_better: evaluated.lower_is_better,
            methods: two
                .map(|((name, ours), method)| EvaluatedMethod { name: name.into(), ours, ..method })
                .collect(),
            ..EvaluationData::default()
        }),
        head: "[head]\nmethod = \"softmax\"\n".into(),
        ..TuningData::default()
    }
}

fn evaluation() -> EvaluationData {
    let figure = |mean: f64| Some(Figure { mean, low: mean - 0.021, high: mean + 0.024 });
    let method = |name: &str, ours, figures: [f64; 3]| EvaluatedMethod {
        name: name.into(),
        ours,
        figures: figures.map(figure).to_vec(),
    };
    let curve = |name: &str, ours, figures: [f64; 5]| LearningCurve {
        name: name.into(),
        ours,
        points: [(0.05, 32), (0.1, 64), (0.25, 160), (0.5, 320), (1.0, 641)]
            .into_iter()
            .zip(figures)
            .map(|((share, n), mean)| (share, n, mean, mean - 0.03, mean + 0.03))
            .collect(),
    };
    let point = |(predicted, observed, n)| CalibrationPoint { predicted, observed, n };
    EvaluationData {
        name: "household".into(),
        protocol: "801 users, 4 classes, 3 × 5 stratified folds, seed 7".into(),
        verdict: vec![
            "fenqun beats aggregates + trees by .053 macro-F1 [.021, .086].".into(),
            "fenqun ties with own counts + logistic (+.011 [−.010, .031]).".into(),
        ],
        metrics: ["macro-F1", "AUROC", "accuracy"].map(str::to_owned).to_vec(),
        lower_is_better: vec![false; 3],
        methods: vec![
            method("fenqun: blend", true, [0.404, 0.675, 0.452]),
            method("aggregates + trees", false, [0.351, 0.637, 0.431]),
            method("own counts + logistic", false, [0.393, 0.659, 0.441]),
            method("RFM + logistic", false, [0.26, 0.58, 0.37]),
            method("majority", false, [0.122, 0.5, 0.322]),
        ],
        classes: ["1 adult, kids", "1 adult, no kids", "2 adults, kids", "2 adults, no kids"]
            .map(str::to_owned)
            .to_vec(),
        confusion: vec![
            vec![31.0, 18.0, 30.0, 14.0],
            vec![22.0, 121.0, 31.0, 81.0],
            vec![24.0, 26.0, 98.0, 47.0],
            vec![17.0, 77.0, 48.0, 116.0],
        ],
        calibration: [(0.06, 0.07, 410), (0.21, 0.2, 1310), (0.34, 0.36, 900), (0.58, 0.52, 310)]
            .map(point)
            .to_vec(),
        tables: vec![PlainTable {
            title: "Score · novelty".into(),
            heads: vec!["vectors".into(), "propensity".into()],
            rows: vec![vec!["counts".into(), "0.691 · 0.024".into()]],
        }],
        calibration_error: Some(0.021),
        learning: vec![
            curve("fenqun: blend", true, [0.25, 0.29, 0.34, 0.375, 0.404]),
            curve("aggregates + trees", false, [0.21, 0.25, 0.3, 0.33, 0.351]),
        ],
        lift_class: "2 adults, kids".into(),
        lift: vec![(0.1, 0.24, 2.4), (0.2, 0.4, 2.0), (0.5, 0.75, 1.5), (1.0, 1.0, 1.0)],
    }
}

#[test]
fn the_page_holds_every_segment_and_loads_nothing() {
    for language in [Language::En, Language::Zh] {
        let data = data(language);
        let page = render(&data).expect("renders");
        for card in &data.segments {
            let name = card.name.replace('&', "&amp;");
            assert!(page.contains(&name), "{name}");
            assert!(page.contains(&format!("id=\"segment-{}\"", card.segment)));
        }
        for forbidden in ["src=\"", "<link", "@import", "http://", "https://"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert!(
            page.contains("default-src &#x27;none&#x27;") || page.contains("default-src 'none'")
        );
        assert!(page.contains("1,469,307"));
        assert!(page.contains("spend_91d &gt; 300") && page.contains(" 59 %"));
        assert!(page.contains("<h4>Score · novelty</h4>") && page.contains("0.691 · 0.024"));
        // A folder to look at the pages in may be named; otherwise they vanish with the test.
        let folder = tempfile::tempdir().expect("temporary folder");
        let shown = std::env::var_os("FENQUN_SHOW_REPORT").map(std::path::PathBuf::from);
        let place = shown.as_deref().unwrap_or(folder.path());
        let file = place.join(format!("report.{}.html", language.pick("en", "zh")));
        std::fs::write(&file, &page).expect("written");
        assert!(std::fs::metadata(&file).expect("is there").len() < 1_500_000);
    }
}

#[test]
fn the_page_says_how_tight_segments_are_and_that_spaces_differ() {
    let mut data = data(Language::En);
    let page = render(&data).expect("renders");
    for said in ["0.21", "1.31", "711", "Are these just RFM again?", "in its own space"] {
        assert!(page.contains(said), "{said}");
    }
    if let Some(grouping) = &mut data.grouping {
        grouping.is_same_space = true;
    }
    let page = render(&data).expect("renders");
    assert!(page.contains("measured in the same columns") && !page.contains("in its own space"));
    data.grouping = None;
    assert!(!render(&data).expect("renders").contains("Are these just RFM again?"));
}

#[test]
fn a_tuning_shows_its_search_its_best_trials_and_what_it_was_worth() {
    let page = render(&data(Language::En)).expect("renders");
    let is_tuning = |text: &&str| text.starts_with(" class=\"panel evaluation tuning\"");
    let sections: Vec<&str> = page.split("<article").filter(is_tuning).collect();
    assert_eq!(sections.len(), 2);
    let (random, halving) = (sections[0], sections[1]);
    assert!(random.contains("tuned ties with untuned") && random.contains("class=\"forest\""));
    assert!(random.contains("title=\"head.settings.c\"><code>settings.<wbr>c<wbr></code>"));
    assert!(!random.contains("Of the labels") && halving.contains("Of the labels"));
    // Outer folds were not asked for: nothing is compared.
    assert!(halving.contains("33 % of labels") && !halving.contains("class=\"forest\""));
    assert_eq!(page.matches("<svg class=\"search\"").count(), 2);
    let without = ReportData { tunings: Vec::new(), ..data(Language::En) };
    assert!(!render(&without).expect("renders").contains("id=\"tuning\""));
}

#[test]
fn flat_segments_are_tiles() {
    let mut data = data(Language::En);
    for card in &mut data.segments {
        (card.tier, card.taste, card.value_tier, card.taste_name) = (None, None, None, None);
    }
    let page = render(&data).expect("renders");
    assert!(page.contains("<div class=\"cells\">") && !page.contains("<table class=\"grid\">"));
    assert_eq!(page.matches("<a class=\"cell\"").count(), 12);
}

#[test]
fn hostile_text_stays_text() {
    let mut data = data(Language::En);
    let hostile = "</script><script>alert(1)</script>\u{2028}\"'&";
    data.title = hostile.into();
    data.segments[0].name = hostile.into();
    data.choice[0].candidate = hostile.into();
    data.quality[0].file = hostile.into();
    data.evaluations[0].name = hostile.into();
    data.evaluations[0].classes[0] = hostile.into();
    data.evaluations[0].learning[0].name = hostile.into();
    data.evaluations[0].tables[0].title = hostile.into();
    data.evaluations[0].tables[0].rows[0][0] = hostile.into();
    data.tunings[0].name = hostile.into();
    data.tunings[0].settings[0] = hostile.into();
    data.tunings[0].trials[0].values[1] = hostile.into();
    data.tunings[0].trials[0].reason = hostile.into();
    data.tunings[0].head = hostile.into();
    if let Some(grouping) = &mut data.grouping {
        grouping.methods[0].name = hostile.into();
        grouping.methods[0].space = hostile.into();
    }
    let page = render(&data).expect("renders");
    assert!(!page.contains("<script>alert"));
    let json = script_data(&data).expect("written");
    assert!(!json.contains('<') && !json.contains('\u{2028}'));
    let read: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
    assert_eq!(read["segments"][0]["name"], hostile);
    assert_eq!(safe_in_script("</a>&"), "\\u003c/a\\u003e\\u0026");
}

#[test]
fn a_large_map_is_thinned_evenly() {
    let mut data = data(Language::En);
    let point = |nth: u32| MapPoint { x: nth as f32, y: 0.0, segment: nth % 12 };
    data.map = (0..50_001).map(point).collect();
    data.map.push(MapPoint { x: f32::NAN, y: 0.0, segment: 0 });
    let json = script_data(&data).expect("written");
    let read: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
    let segments = read["segments"].as_array().expect("list");
    let n_points: usize =
        segments.iter().map(|segment| segment["points"].as_array().map_or(0, Vec::len) / 2).sum();
    assert_eq!(n_points, 16_667);
}

#[test]
fn a_run_without_anything_still_renders() {
    let page = render(&ReportData::default()).expect("renders");
    assert!(page.contains("<main"));
}

#[test]
fn rows_that_do_not_add_up_are_shown_as_such() {
    let mut data = data(Language::En);
    assert!(!render(&data).expect("renders").contains("does not add up"));
    data.quality[0].n_kept -= 1;
    assert!(render(&data).expect("renders").contains("does not add up"));
}

#[test]
fn unstable_segments_carry_a_warning() {
    let mut data = data(Language::En);
    assert!(!render(&data).expect("renders").contains("class=\"warning\""));
    data.stability =
        Some(StabilityFacts { mean: 0.5, low: 0.4, high: 0.6, n_refits: 10, least: 0.7 });
    assert!(render(&data).expect("renders").contains("class=\"warning\""));
}
