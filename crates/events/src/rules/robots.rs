use fenqun_base::{Action, Event};

use super::RobotRule;

const DAY: i64 = 86_400_000;

/// Whether one user's events, sorted by time, are a robot's.
pub(crate) fn is_robot(events: &[Event], rule: &RobotRule) -> bool {
    // A user below both thresholds is the common case and needs no further look.
    let smallest = match (rule.max_events_per_day, rule.min_events) {
        (0, 0) => return false,
        (0, n) | (n, 0) => n,
        (a, b) => a.min(b),
    };
    if events.len() < smallest as usize {
        return false;
    }
    let browsing: Vec<&Event> = events.iter().filter(|event| is_browsing(event)).collect();
    too_many_a_day(&browsing, rule) || too_fast(&browsing, rule)
}

fn is_browsing(event: &Event) -> bool {
    use Action::{Cart, Favourite, Search, Uncart, View, Visit};
    matches!(event.action(), View | Favourite | Cart | Uncart | Search | Visit)
}

fn too_many_a_day(browsing: &[&Event], rule: &RobotRule) -> bool {
    let limit = rule.max_events_per_day as usize;
    let day = |event: &&Event| event.local_time().div_euclid(DAY);
    limit > 0 && browsing.chunk_by(|a, b| day(a) == day(b)).any(|run| run.len() > limit)
}

fn too_fast(browsing: &[&Event], rule: &RobotRule) -> bool {
    if rule.min_events == 0 || browsing.len() < rule.min_events.max(2) as usize {
        return false;
    }
    // Times told to the minute, hour or day have gaps of 0 that say nothing about speed.
    let coarse = browsing.iter().filter(|event| event.time % 60_000 == 0).count();
    if coarse * 2 > browsing.len() {
        return false;
    }
    let mut gaps: Vec<i64> = browsing.windows(2).map(|pair| pair[1].time - pair[0].time).collect();
    let middle = gaps.len() / 2;
    let (_, median, _) = gaps.select_nth_unstable(middle);
    (*median as f64) < rule.median_gap_seconds * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn events(n: usize, gap_ms: i64, action: Action) -> Vec<Event> {
        let event = |index: usize| Event {
            time: 1_511_544_070_123 + index as i64 * gap_ms,
            action: action as u8,
            ..Event::zeroed()
        };
        (0..n).map(event).collect()
    }

    #[test]
    fn hundreds_of_clicks_within_a_second_each_are_a_robot() {
        let rule = RobotRule::default();
        assert!(is_robot(&events(500, 300, Action::View), &rule));
        assert!(!is_robot(&events(499, 300, Action::View), &rule));
        assert!(!is_robot(&events(500, 1_500, Action::View), &rule));
    }

    #[test]
    fn the_lines_of_large_orders_are_no_robot() {
        assert!(!is_robot(&events(20_000, 0, Action::Purchase), &RobotRule::default()));
    }

    #[test]
    fn more_events_a_day_than_the_limit_are_a_robot() {
        let rule = RobotRule { max_events_per_day: 10, min_events: 0, ..RobotRule::default() };
        assert!(is_robot(&events(11, 1_000, Action::View), &rule));
        assert!(!is_robot(&events(10, 1_000, Action::View), &rule));
        let off = RobotRule { max_events_per_day: 0, ..rule };
        assert!(!is_robot(&events(1_000, 1, Action::View), &off));
    }

    #[test]
    fn times_told_to_the_day_say_nothing_about_speed() {
        let mut events = events(600, 0, Action::View);
        for event in &mut events {
            event.time -= event.time % DAY;
        }
        assert!(!is_robot(&events, &RobotRule::default()));
    }
}
