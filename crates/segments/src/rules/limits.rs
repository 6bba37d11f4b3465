//! What a rule may cost. The bounds are far above what a person writes and far below what could
//! hold up a machine.

/// Longest text of a rule, in bytes.
pub const MAX_LENGTH: usize = 10_000;

/// Deepest nesting of a rule: parentheses, `not`, signs, sums within products.
pub const MAX_DEPTH: usize = 64;

/// Most parts of a rule: comparisons, names, numbers, words of a list.
pub const MAX_PARTS: usize = 2_000;

/// Most questions about behaviour in one rule; each may have to look at every event once.
pub const MAX_BEHAVIOURS: usize = 32;

/// Longest window over behaviour, in days.
pub const MAX_DAYS: u32 = 36_500;

/// Most segments that are defined together.
pub const MAX_DEFINITIONS: usize = 1_000;
