//! BG/NBD on CDNOW, the data of its paper, against the paper and against `lifetimes` 0.11.3.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use fenqun_run::packages;
use fenqun_segments::lifetime::{BgNbd, BgNbdModel, GammaGamma, History, Spending};
use jiff::civil::Date;

/// The folder of the data, where they are in the cache.
fn folder() -> Option<PathBuf> {
    let folder = packages::find("cdnow")?.folder(&packages::cache_folder());
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: data/cdnow is not in the cache");
    None
}

/// Days and money of every customer's orders, one entry a day.
fn orders() -> Option<Vec<BTreeMap<Date, f64>>> {
    let text = std::fs::read_to_string(folder()?.join("CDNOW_master.txt")).expect("file");
    let mut orders: BTreeMap<&str, BTreeMap<Date, f64>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let day = Date::strptime("%Y%m%d", fields[1]).expect("day");
        *orders.entry(fields[0]).or_default().entry(day).or_default() +=
            fields[3].parse::<f64>().expect("money");
    }
    Some(orders.into_values().collect())
}

fn days(from: Date, to: Date) -> f64 {
    f64::from((to - from).get_days())
}

/// The share of pairs of a customer who came back and one who did not that the score orders right.
fn auroc(scores: &[f64], came: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let (mut ranks, mut start) = (0.0, 0);
    while start < order.len() {
        let equals = order[start..].iter().take_while(|&&at| scores[at] == scores[order[start]]);
        let end = start + equals.count();
        let n_came = order[start..end].iter().filter(|&&at| came[at]).count() as f64;
        ranks += n_came * (start + end + 1) as f64 / 2.0;
        start = end;
    }
    let n_came = came.iter().filter(|&&came| came).count() as f64;
    (ranks - n_came * (n_came + 1.0) / 2.0) / (n_came * (came.len() as f64 - n_came))
}

#[test]
fn customers_of_cdnow_come_back_as_often_as_expected() {
    let Some(orders) = orders() else { return };
    assert_eq!(orders.len(), 23_570);
    let until = Date::constant(1997, 9, 30);
    let mut histories = Vec::new();
    let mut spends = Vec::new();
    let mut actual = Vec::new();
    for orders in &orders {
        let seen: Vec<(Date, f64)> =
            orders.range(..=until).map(|(day, money)| (*day, *money)).collect();
        let (first, last) = (seen[0].0, seen[seen.len() - 1].0);
        let repeats = (seen.len() - 1) as f64;
        histories.push(History { repeats, last: days(first, last), age: days(first, until) });
        let money: f64 = seen[1..].iter().map(|(_, money)| money).sum();
        spends.push(Spending { purchases: repeats, mean: money / repeats.max(1.0) });
        actual.push((orders.len() - seen.len()) as f64);
    }
    let model = BgNbd {}.fit(&histories).expect("converges");
    let check = model.convergence().expect("fitted");
    eprintln!("BG/NBD {:?}: {check}", model.parameters());
    let expected = model.expected_of_all(&histories, 273.0);
    let n = expected.len() as f64;
    let errors: Vec<f64> = expected.iter().zip(&actual).map(|(a, b)| (a - b).abs()).collect();
    let mae = errors.iter().sum::<f64>() / n;
    let rmse = (errors.iter().map(|error| error * error).sum::<f64>() / n).sqrt();
    let came: Vec<bool> = actual.iter().map(|&actual| actual > 0.0).collect();
    let auroc = auroc(&expected, &came);
    eprintln!("MAE {mae:.4}, RMSE {rmse:.4}, AUROC {auroc:.4}");
    assert!(mae < 0.8195 && rmse < 1.7335 && auroc > 0.7625);
    // What `lifetimes` finds, by another optimiser and another formula of the expectation.
    let near = |found: f64, known: f64| (found / known - 1.0).abs() < 1e-4;
    let known = [0.251_624_01, 33.522_616_2, 0.723_433_04, 2.161_086_97];
    assert!(model.parameters().iter().zip(known).all(|(found, known)| near(*found, known)));
    assert!(near(mae, 0.818_742_29) && near(rmse, 1.732_911_23) && near(auroc, 0.762_986_41));
    let money = GammaGamma {}.fit(&spends).expect("converges");
    eprintln!("Gamma-Gamma {:?}: {}", money.parameters(), money.convergence().expect("fitted"));
    let known = [6.275_358_59, 3.624_450_21, 14.983_688_96];
    let likelihood = money.convergence().expect("fitted").log_likelihood / 9450.0;
    assert!((likelihood + 4.313_595_37).abs() < 1e-6, "{likelihood}");
    assert!(
        money
            .parameters()
            .iter()
            .zip(known)
            .all(|(found, known)| (found / known - 1.0).abs() < 1e-2)
    );
}

/// Table 2 of Fader, Hardie and Lee (2005): the tenth of the customers, in weeks.
#[test]
fn the_parameters_of_the_paper_are_found_again() {
    let Some(folder) = folder() else { return };
    let text = std::fs::read_to_string(folder.join("cdnow_customers_summary.csv")).expect("file");
    let histories: Vec<History> = text
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<f64> = line.split(',').map(|it| it.parse().expect("number")).collect();
            History { repeats: fields[1], last: fields[2], age: fields[3] }
        })
        .collect();
    assert_eq!(histories.len(), 2357);
    let model: BgNbdModel = BgNbd {}.fit(&histories).expect("converges");
    let check = model.convergence().expect("fitted");
    eprintln!("{:?}: {check}", model.parameters());
    for (found, known) in model.parameters().iter().zip([0.243, 4.414, 0.793, 2.426]) {
        assert!((found - known).abs() < 0.001, "{found} {known}");
    }
    assert!((check.log_likelihood + 9582.4).abs() < 0.1, "{check}");
}
