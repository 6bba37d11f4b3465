use anyhow::Result;
use fenqun_base::{Language, UserId};
use fenqun_explain::why::{Lever, Move};
use fenqun_explain::{Card, CardParams, numbers};
use fenqun_run::{ExplainRequest, RunError, Why, open, read_json};

use crate::arguments::ExplainOptions;
use crate::console::Console;

/// Where a score is no sum, in both languages.
const NO_REASONS: [&str; 2] = [
    "There are no reasons to tell: what decided is no sum over things with names.",
    "没有可说明的原因：起决定作用的不是具名特征之和。",
];

/// `fenqun explain`.
pub fn explain(options: &ExplainOptions, console: &Console) -> Result<()> {
    let cards = open(&options.run)?.config.cards;
    let language = cards.language;
    if let Some(number) = options.segment {
        let all: Vec<Card> = read_json(&options.run.join("cards.json"))?;
        let card = all.get(number).ok_or_else(|| RunError::Score {
            reason: format!("--segment must be below {}, the segments of this run", all.len()),
        })?;
        match console.is_json() {
            true => console.say_json(card),
            false => console.say(&segment(card, language)),
        }
        return Ok(());
    }
    let digits = options.user.as_deref().unwrap_or_default();
    let user = UserId::parse(digits).ok_or_else(|| RunError::Score {
        reason: "--user must be a pseudonym: 32 hexadecimal digits of segments.parquet".to_owned(),
    })?;
    let request = ExplainRequest {
        run: options.run.clone(),
        user,
        label: options.label.clone(),
        change: options.change.clone(),
        to: options.to.clone(),
    };
    let why = fenqun_run::explain_user(&request, console.progress())?;
    match console.is_json() {
        true => console.say_json(&why),
        false => {
            let mut lines = told(&why, &cards);
            lines.extend(moves(&why, !options.change.is_empty(), &cards));
            console.say(&lines.join("\n"));
        }
    }
    Ok(())
}

/// A segment's name, its sentence, and the rule that tells it.
fn segment(card: &Card, language: Language) -> String {
    let mut lines = vec![format!("{} {}", card.segment, card.name), card.summary.clone()];
    lines.extend(card.traits.iter().map(|told| format!("· {}", told.text)));
    lines.push(match &card.rule {
        None => language.pick("No short rule tells it.", "没有简短规则能描述该分群。").to_owned(),
        Some(rule) => {
            let [precision, recall] = [rule.precision, rule.recall].map(numbers::percent);
            let n = numbers::whole(rule.n_held_out as f64);
            language.pick(
                format!(
                    "Rule: {}\n  {precision} of the users it names are in the segment, it names \
                     {recall} of the segment (F1 {:.2}, on {n} users not used to find it)",
                    rule.rule, rule.f1
                ),
                format!(
                    "规则：{}\n  命中用户中 {precision} 属于该分群，覆盖该分群的 {recall}（F1 {:.2}，\
                     在未用于寻找规则的 {n} 位用户上）",
                    rule.rule, rule.f1
                ),
            )
        }
    });
    lines.join("\n")
}

/// A user's segment and the reasons.
fn told(why: &Why, cards: &CardParams) -> Vec<String> {
    let language = cards.language;
    let name = &why.name;
    let mut lines = vec![match (&why.label, why.segment) {
        (Some(label), _) => {
            let share = |(class, share): &(String, f32)| {
                format!("{class} {}", numbers::percent(f64::from(*share)))
            };
            let shares: Vec<String> = why.probabilities.iter().map(share).collect();
            let shares = shares.join(language.pick(", ", "，"));
            language.pick(
                format!("{}: {label} = {name} ({shares})", why.user),
                format!("{}：{label} = {name}（{shares}）", why.user),
            )
        }
        (None, Some(number)) => format!("{}: {number} {name} ({:.2})", why.user, why.score),
        (None, None) => language.pick(
            format!("{}: in no segment; the nearest is {name}", why.user),
            format!("{}：不属于任何分群，最接近 {name}", why.user),
        ),
    }];
    let likeliest = why.probabilities.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((class, _)) = likeliest.filter(|(class, _)| class != name) {
        lines.push(language.pick(
            format!(
                "{class} is likelier; {name} is told because the head decides for an even score over \
                 classes, which names rare ones sooner"
            ),
            format!("{class} 的概率更高；判为 {name} 是因为模型以各类得分均衡为目标，会更早判定少见的类别"),
        ));
    }
    if why.reasons.is_empty() {
        lines.push(language.pick(NO_REASONS[0], NO_REASONS[1]).to_owned());
    } else {
        lines.push(language.pick("Because:", "原因：").to_owned());
        lines.extend(why.reasons.iter().map(|reason| format!("· {}", reason.text)));
    }
    lines
}

/// What would move the user. Where somebody named what may change, also what would not do alone.
fn moves(why: &Why, is_named: bool, cards: &CardParams) -> Vec<String> {
    let language = cards.language;
    let and = language.pick(" and ", "，并");
    let most =
        |lever: &Lever| lever.deed.told(lever.amounts.last().copied().unwrap_or_default(), cards);
    let moves = match &why.wanted {
        Some(name) => {
            language.pick(format!("move the user to {name}"), format!("把该用户移到 {name}"))
        }
        None => language.pick("move the user", "移动该用户").to_owned(),
    };
    if why.tried.is_empty() {
        return vec![language.pick(
            format!(
                "There was nothing to try that could {moves}: name what may change with --change"
            ),
            format!("没有可尝试的改变能{moves}：请用 --change 指定可以改变什么"),
        )];
    }
    if why.moves.is_empty() {
        let alone = if why.tried.len() > 1 {
            language.pick(", alone or together", "，单独或一起都不行")
        } else {
            ""
        };
        let head = language.pick(
            format!("Nothing that was tried would {moves}{alone}. At most this was tried:"),
            format!("尝试过的改变都不会{moves}{alone}。尝试的上限："),
        );
        let mut lines = vec![head];
        lines.extend(why.tried.iter().map(|lever| format!("· {}", most(lever))));
        if !is_named {
            let others = ["Name other changes with --change.", "可用 --change 指定其他改变。"];
            lines.push(language.pick(others[0], others[1]).to_owned());
        }
        return lines;
    }
    let head = language.pick(format!("What would {moves}:"), format!("怎样会{moves}："));
    let mut lines = vec![head];
    for (found, name) in &why.moves {
        let told = found.changes.iter().map(|change| change.deed.told(change.amount, cards));
        lines.push(format!("· {} → {name}", told.collect::<Vec<_>>().join(and)));
    }
    let moves_alone = |lever: &&Lever| {
        let is_it = |found: &(Move, String)| {
            found.0.changes.len() == 1 && found.0.changes[0].lever == lever.name
        };
        why.moves.iter().any(is_it)
    };
    let not: Vec<String> = why.tried.iter().filter(|lever| !moves_alone(lever)).map(most).collect();
    if is_named && !not.is_empty() {
        let not = not.join(language.pick("; ", "；"));
        lines.push(language.pick(
            format!("Not even this would do alone: {not}"),
            format!("单独这样做还不够：{not}"),
        ));
    }
    lines
}
