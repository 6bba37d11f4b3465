//! Strings as codes: each distinct string is kept once, in the order in which it came; codes are
//! renamed to the sorted order at the end, so that results do not depend on the order of rows.

use rustc_hash::FxHashMap;

#[derive(Default)]
pub(crate) struct Strings {
    codes: FxHashMap<Box<str>, u32>,
}

impl Strings {
    /// The code of a string, and whether it is new.
    pub(crate) fn code(&mut self, text: &str) -> (u32, bool) {
        if let Some(&code) = self.codes.get(text) {
            return (code, false);
        }
        let code = self.codes.len() as u32;
        self.codes.insert(text.into(), code);
        (code, true)
    }

    /// The strings for which `keep(code)` holds, sorted, and for every code its rank among them
    /// ([`fenqun_base::NO_CODE`] for what is not kept).
    pub(crate) fn ranked(&self, keep: impl Fn(u32) -> bool) -> (Vec<&str>, Vec<u32>) {
        let mut kept: Vec<(&str, u32)> = self
            .codes
            .iter()
            .map(|(text, &code)| (&**text, code))
            .filter(|&(_, c)| keep(c))
            .collect();
        kept.sort_unstable();
        let mut ranks = vec![fenqun_base::NO_CODE; self.codes.len()];
        for (rank, &(_, code)) in kept.iter().enumerate() {
            ranks[code as usize] = rank as u32;
        }
        (kept.into_iter().map(|(text, _)| text).collect(), ranks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_do_not_depend_on_the_order_of_arrival() {
        let mut strings = Strings::default();
        for text in ["tea", "cup", "tea", "pot", "bin"] {
            strings.code(text);
        }
        assert_eq!(strings.code("pot"), (2, false));
        let (sorted, ranks) = strings.ranked(|code| code != 3);
        assert_eq!(sorted, ["cup", "pot", "tea"]);
        assert_eq!(ranks, [2, 0, 1, fenqun_base::NO_CODE]);
    }
}
