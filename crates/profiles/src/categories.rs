use fenqun_base::{Catalogue, NO_CODE};

/// The codes of every item's widest and narrowest category, looked up once a build.
pub(crate) struct Categories {
    pub n_levels: usize,
    /// For every item its code, and the names of the codes.
    pub widest: (Vec<u32>, Vec<String>),
    pub narrowest: (Vec<u32>, Vec<String>),
}

impl Categories {
    /// Those of a catalogue, read as having so many levels.
    pub fn of(catalogue: &Catalogue, n_levels: usize) -> Self {
        let at = |level| match n_levels {
            0 => (vec![NO_CODE; catalogue.len()], Vec::new()),
            _ => catalogue.categories_at(level),
        };
        Self { n_levels, widest: at(0), narrowest: at(n_levels.saturating_sub(1)) }
    }
}
