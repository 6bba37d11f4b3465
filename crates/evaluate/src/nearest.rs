//! What a misspelt name was meant to be.

/// The rule of a parameter that must be one of `names`, with the nearest one named when it is near.
pub(crate) fn rule_of(found: &str, names: &[&str]) -> String {
    let listed = format!("one of {}", names.join(", "));
    match nearest(found, names) {
        Some(near) => format!("{listed} (did you mean `{near}`?)"),
        None => listed,
    }
}

/// The name that `found` is most like, if it is like any.
pub(crate) fn nearest<'a>(found: &str, names: &[&'a str]) -> Option<&'a str> {
    let likeness = |name: &&str| strsim::jaro_winkler(found, name);
    let best = names.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.75).then_some(*best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_nonsense_is_not() {
        let names = ["learning_rate", "epochs", "l2"];
        assert_eq!(nearest("lerning_rate", &names), Some("learning_rate"));
        assert_eq!(nearest("zzz", &names), None);
        assert!(rule_of("epoch", &names).ends_with("(did you mean `epochs`?)"));
        assert_eq!(rule_of("zzz", &["a"]), "one of a");
    }
}
