//! A beam search for a conjunction of conditions with the best F1, over bitsets of users.

/// Users of a set, 64 a word.
pub(super) type Bits = Vec<u64>;

/// How much better a longer rule must be before it is worth its length.
const WORTH: f64 = 0.01;

/// Which users fulfil something.
pub(super) fn bits(n_users: usize, holds: impl Fn(usize) -> bool) -> Bits {
    let mut bits = vec![0u64; n_users.div_ceil(64)];
    for user in (0..n_users).filter(|&user| holds(user)) {
        bits[user / 64] |= 1 << (user % 64);
    }
    bits
}

/// A conjunction under way.
struct State {
    holds: Bits,
    conditions: Vec<usize>,
    f1: f64,
}

/// The conditions of the conjunction with the best F1 for `members`, in the order found; a longer
/// one only where it is worth it. `of_what` names what each condition is about: no two conditions
/// of a rule bound one thing from the same side.
pub(super) fn best(
    members: &Bits,
    conditions: &[Bits],
    of_what: &[(usize, bool)],
    n_conditions: usize,
    beam: usize,
) -> (Vec<usize>, f64) {
    let n_members = count(members);
    let mut kept = vec![State { holds: Bits::new(), conditions: Vec::new(), f1: 0.0 }];
    let mut found: (Vec<usize>, f64) = (Vec::new(), 0.0);
    for _ in 0..n_conditions {
        let mut next: Vec<(f64, usize, usize)> = Vec::new();
        for (from, state) in kept.iter().enumerate() {
            for (condition, holds) in conditions.iter().enumerate() {
                let same = |&used: &usize| of_what[used] == of_what[condition];
                if state.conditions.iter().any(same) {
                    continue;
                }
                let f1 = match state.conditions.is_empty() {
                    true => f1(members, holds, holds, n_members),
                    false => f1(members, &state.holds, holds, n_members),
                };
                if f1 > state.f1 {
                    next.push((f1, from, condition));
                }
            }
        }
        next.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        next.truncate(beam);
        let state = |&(f1, from, condition): &(f64, usize, usize)| {
            let own = &kept[from];
            let holds = match own.conditions.is_empty() {
                true => conditions[condition].clone(),
                false => and(&own.holds, &conditions[condition]),
            };
            let mut chain = own.conditions.clone();
            chain.push(condition);
            State { holds, conditions: chain, f1 }
        };
        let states: Vec<State> = next.iter().map(state).collect();
        let Some(first) = states.first() else { break };
        if first.f1 > found.1 + WORTH || found.0.is_empty() {
            found = (first.conditions.clone(), first.f1);
        }
        kept = states;
    }
    found
}

/// F1 of the users in both `one` and `other` as a guess of `members`.
fn f1(members: &Bits, one: &Bits, other: &Bits, n_members: u64) -> f64 {
    let (mut hits, mut guessed) = (0u64, 0u64);
    for ((member, a), b) in members.iter().zip(one).zip(other) {
        let both = a & b;
        guessed += u64::from(both.count_ones());
        hits += u64::from((both & member).count_ones());
    }
    2.0 * hits as f64 / (guessed + n_members).max(1) as f64
}

fn and(one: &Bits, other: &Bits) -> Bits {
    one.iter().zip(other).map(|(a, b)| a & b).collect()
}

fn count(bits: &Bits) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_conjunction_is_found_and_no_condition_is_added_for_nothing() {
        // 100 users; members lie in 30..60.
        let members = bits(100, |user| (30..60).contains(&user));
        let above: Vec<Bits> = [10, 30, 50].map(|cut| bits(100, |user| user >= cut)).into();
        let below: Vec<Bits> = [60, 90].map(|cut| bits(100, |user| user < cut)).into();
        let conditions: Vec<Bits> = above.into_iter().chain(below).collect();
        let of_what = [(0, true), (0, true), (0, true), (0, false), (0, false)];
        let (found, f1) = best(&members, &conditions, &of_what, 3, 4);
        let mut sorted = found.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [1, 3], "{found:?}");
        assert!((f1 - 1.0).abs() < 1e-12);
        assert_eq!(best(&members, &[], &[], 3, 4), (Vec::new(), 0.0));
    }
}
