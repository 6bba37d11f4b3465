//! Rules about what nobody ever did: true to the letter, and hardly what was meant.

use fenqun_base::Language;
use fenqun_segments::rules::{ACTIONS, EventsIndex, RuleSegments};

/// One sentence for every segment that asks about actions which no event is. Whoever "never
/// visited" is everyone where visits are not recorded.
pub(crate) fn unseen(
    segments: &RuleSegments,
    events: &EventsIndex,
    language: Language,
) -> Vec<String> {
    let seen: Vec<_> = events.actions().collect();
    let function = |action| ACTIONS.iter().find(|known| known.1 == Some(action)).map(|it| it.0);
    let known = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(language.pick(", ", "、"))
    };
    let occurring: Vec<&str> = seen.iter().filter_map(|&action| function(action)).collect();
    let occurring = known(&occurring);
    let mut told = Vec::new();
    for (name, condition) in segments.names().iter().zip(segments.conditions()) {
        let asked = condition.behaviours().into_iter().filter_map(|asked| asked.1.action);
        let mut missing: Vec<&str> =
            asked.filter(|action| !seen.contains(action)).filter_map(function).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            continue;
        }
        let missing = known(&missing);
        told.push(language.pick(
            format!(
                "Warning: segment `{name}` asks about {missing}, and no event of this run is that: \
                 it holds of nobody, and `not` of it of everyone. Events here are {occurring}"
            ),
            format!(
                "警告：分群 `{name}` 询问 {missing}，而本次运行没有这类事件：无人满足，其 `not` 则人人满足。\
                 现有事件：{occurring}"
            ),
        ));
    }
    told
}
