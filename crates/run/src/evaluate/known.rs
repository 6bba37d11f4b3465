//! Labels from a file, joined with the users of a run.

use std::path::Path;

use fenqun_base::{Labels, Language, Progress, UserId};
use fenqun_events::{LabelLedger, LabelTable, LabelsConfig, read_labels};
use fenqun_profiles::Profiles;

use super::inputs::Inputs;
use crate::RunError;

/// Places that are named before the rest is only counted.
const MOST_NAMED: usize = 5;

/// What is known of the users of a run.
pub(crate) struct Known {
    /// One entry a user of the run.
    pub labels: Labels,
    /// The group of each, where the file has groups; of no meaning for users without a label.
    pub groups: Option<Vec<u64>>,
    /// Users of the file that the run does not know.
    pub n_unknown: usize,
    /// What a person should know, in sentences.
    pub remarks: Vec<String>,
    /// What became of every row.
    pub ledger: LabelLedger,
}

impl Known {
    /// Groups of labelled users, where the file has groups.
    pub fn n_groups(&self) -> Option<usize> {
        let groups = self.groups.as_ref()?;
        let mut own: Vec<u64> = self.labels.labelled().iter().map(|&row| groups[row]).collect();
        own.sort_unstable();
        own.dedup();
        Some(own.len())
    }
}

/// Reads labels and joins them with the users of a run.
///
/// # Errors
/// [`RunError::Strangers`] when the run knows none of the labelled users; what reading labels and
/// the key refuse.
pub(crate) fn read_known(
    config: &LabelsConfig,
    base: &Path,
    inputs: &Inputs,
    profiles: &Profiles,
    language: Language,
    progress: &Progress,
) -> Result<Known, RunError> {
    let table = read_labels(config, base, &inputs.manifest.key(None)?, progress)?;
    let known = join(&table, &profiles.users, language);
    if known.n_unknown == table.users.len() {
        let n_users = known.n_unknown;
        return Err(RunError::Strangers { name: config.name.clone(), n_users });
    }
    Ok(known)
}

/// Joins by pseudonym; `users` are in ascending order.
fn join(table: &LabelTable, users: &[UserId], language: Language) -> Known {
    let mut words: Vec<Option<&str>> = vec![None; users.len()];
    let mut groups = table.groups.as_ref().map(|_| vec![0; users.len()]);
    let mut unknown = Vec::new();
    for (at, (user, word)) in table.users.iter().zip(&table.words).enumerate() {
        let Ok(row) = users.binary_search(user) else {
            unknown.push(table.places[at]);
            continue;
        };
        words[row] = Some(word);
        if let (Some(groups), Some(named)) = (&mut groups, &table.groups) {
            groups[row] = named[at];
        }
    }
    let labels = Labels::from_words(&words);
    let mut remarks = Vec::new();
    if !unknown.is_empty() {
        remarks.push(unknown_users(table, &mut unknown, language));
    }
    let ledger = &table.ledger;
    let left_out = [
        (ledger.n_without_label, "rows without a label", "行没有标签"),
        (ledger.n_without_user, "rows without a user", "行没有用户"),
        (ledger.n_malformed, "rows that cannot be taken apart", "行无法解析"),
        (ledger.n_repeated, "rows that repeat another", "行与其他行重复"),
    ];
    for (n, en, zh) in left_out.into_iter().filter(|entry| entry.0 > 0) {
        remarks
            .push(language.pick(format!("{n} {en} are left out."), format!("{n} {zh}，已忽略。")));
    }
    if ledger.n_without_group > 0 {
        let n = ledger.n_without_group;
        remarks.push(language.pick(
            format!("{n} users of the file have no group: each is a group of their own."),
            format!("文件中有 {n} 位用户没有分组，各自单独成组。"),
        ));
    }
    Known { labels, groups, n_unknown: unknown.len(), remarks, ledger: table.ledger.clone() }
}

/// Users without events cannot be told anything of; the file says where they stand.
fn unknown_users(table: &LabelTable, places: &mut [(usize, u64)], language: Language) -> String {
    places.sort_unstable();
    let n_unknown = places.len();
    let named: Vec<String> = places
        .iter()
        .take(MOST_NAMED)
        .map(|&(file, line)| {
            let file = table.files.get(file).map_or("", String::as_str);
            language.pick(format!("{file}, line {line}"), format!("{file} 第 {line} 行"))
        })
        .collect();
    let more = n_unknown.saturating_sub(MOST_NAMED);
    let (named, total) = (named.join("; "), table.users.len());
    match language {
        Language::En => {
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            format!(
                "{n_unknown} of {total} labelled users have no events in this run and are left \
                 out ({named}{more})."
            )
        }
        Language::Zh => {
            let more = if more > 0 { format!("；另有 {more} 处") } else { String::new() };
            format!(
                "{total} 位有标签的用户中，{n_unknown} 位在本次运行中没有事件，已忽略（{named}{more}）。"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::NO_CODE;

    #[test]
    fn unknown_users_are_counted_and_named_by_their_lines() {
        let user = |byte: u8| UserId([byte; 16]);
        let table = LabelTable {
            users: (1..=9).map(user).collect(),
            words: (1..=9).map(|n| if n < 3 { "low" } else { "high" }.to_owned()).collect(),
            places: (1..=9).map(|n| (0, 1 + n)).collect(),
            files: vec!["tiers.csv".into()],
            ..LabelTable::default()
        };
        let groups = Some((1..=9).map(|n| n / 3).collect());
        let table = LabelTable { groups, ..table };
        let known = join(&table, &[user(2), user(3), user(200)], Language::En);
        assert_eq!(known.groups, Some(vec![0, 1, 0]));
        assert_eq!(known.labels.classes, ["high", "low"]);
        assert_eq!(known.labels.codes, [1, 0, NO_CODE]);
        assert_eq!(known.n_unknown, 7);
        let said = &known.remarks[0];
        assert!(said.starts_with("7 of 9 labelled users have no events"), "{said}");
        assert!(said.contains("tiers.csv, line 2;") && said.contains("and 2 more"), "{said}");
        assert!(join(&table, &[user(2)], Language::Zh).remarks[0].contains("8 位"));
    }
}
