use anyhow::Result;
use fenqun_base::{Language, UserId};
use fenqun_explain::why::{Change, Lever};
use fenqun_explain::{Card, CardParams, numbers};
use fenqun_run::{RunError, Why, open, read_json};

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
    let label = options.label.as_deref();
    let why = fenqun_run::explain_user(&options.run, user, label, console.progress())?;
    match console.is_json() {
        true => console.say_json(&why),
        false => console.say(&told(&why, &cards)),
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

/// A user's segment, the reasons, and what would move the user.
fn told(why: &Why, cards: &CardParams) -> String {
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
    if why.moves.is_empty() {
        let tried = why.tried.iter().map(|lever| amount(lever, cards));
        let tried: Vec<String> = tried.collect();
        lines.push(language.pick(
            format!("Nothing that was tried would move the user: {}", tried.join(", ")),
            format!("尝试过的改变都不会移动该用户：{}", tried.join("、")),
        ));
        return lines.join("\n");
    }
    lines.push(language.pick("What would move the user:", "怎样会移动该用户：").to_owned());
    for (found, name) in &why.moves {
        let changes: Vec<String> =
            found.changes.iter().map(|change| words(change, cards)).collect();
        let changes = changes.join(language.pick(" and ", "并"));
        lines.push(format!("· {changes} → {name}"));
    }
    lines.join("\n")
}

fn words(change: &Change, cards: &CardParams) -> String {
    let (language, number) = (cards.language, numbers::count(change.amount));
    match change.lever.as_str() {
        "spend" => {
            let money = numbers::money(change.amount, &cards.currency);
            language.pick(format!("spending {money} more"), format!("多消费 {money}"))
        }
        name => {
            let more =
                if number == "1" { "once more".into() } else { format!("{number} more times") };
            language.pick(format!("buying {name} {more}"), format!("再买 {name} {number} 次"))
        }
    }
}

/// A lever with the most that was tried of it.
fn amount(lever: &Lever, cards: &CardParams) -> String {
    let most = lever.amounts.last().copied().unwrap_or_default();
    words(&Change { lever: lever.name.clone(), amount: most }, cards)
}
