//! A tuning in sentences: how it was measured, and what comes out.

use fenqun_base::{Labels, Language, Seed};
use fenqun_evaluate::search::Tuned;

use super::TuneConfig;
use super::search::Judged;

/// How it was measured, in one sentence.
pub(super) fn protocol(
    labels: &Labels,
    n_groups: Option<usize>,
    config: &TuneConfig,
    seed: Seed,
    language: Language,
) -> String {
    let (n, classes) = (labels.labelled().len(), labels.n_classes());
    let TuneConfig { folds, outer_folds, .. } = config;
    let groups = n_groups.map_or(String::new(), |n| {
        language.pick(
            format!(" in {n} groups that no fold takes apart"),
            format!("（分属 {n} 组，同组用户不分到两侧）"),
        )
    });
    language.pick(
        format!(
            "{n} labelled users{groups}, {classes} classes; trials judged in {folds} inner folds, tuning \
             judged in {outer_folds} outer folds, seed {}; vectors fitted without labels on all \
             users.",
            seed.0
        ),
        format!(
            "{n} 位有标签的用户{groups}，{classes} 类；每次尝试用 {folds} 折内层交叉验证评判，调参本身用 \
             {outer_folds} 折外层交叉验证评判，随机种子 {}；用户向量在全部用户上无监督拟合。",
            seed.0
        ),
    )
}

/// What comes out: the target, what to expect, who wins.
pub(super) fn verdicts(search: &Tuned, judged: Option<&Judged>, language: Language) -> Vec<String> {
    let full_stop = language.pick(".", "。");
    let mut said = vec![format!("{}{full_stop}", search.words(language))];
    let Some(Judged { nested, comparison, .. }) = judged else {
        let unknown = language.pick(
            "Without outer folds nobody can say what tuning was worth: the best of many trials \
             flatters itself.",
            "没有外层交叉验证，无法说明调参的真实价值：多次尝试中的最好值偏于乐观。",
        );
        said.push(unknown.to_owned());
        return said;
    };
    said.push(format!("{}{full_stop}", nested.words(language)));
    if let Some(target) = search.until.filter(|_| search.met == Some(true)) {
        let falls_short = match search.lower_is_better {
            true => nested.outer > target,
            false => nested.outer < target,
        };
        if falls_short {
            let metric = &search.metric;
            said.push(language.pick(
                format!("{metric}={target} was met inside the search only, not on new users."),
                format!("{metric}={target} 只在搜索内部达到，在新用户上没有达到。"),
            ));
        }
    }
    let verdicts = comparison.verdicts();
    said.extend(verdicts.iter().map(|verdict| format!("{}{full_stop}", verdict.words(language))));
    said
}
