use std::cmp::Ordering;

use bytemuck::{Pod, Zeroable};
use fenqun_base::Event;

/// An event with what is needed until it is settled: where it came from, and how the source named
/// and described it. Plain bytes, like the event.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Record {
    pub(crate) event: Event,
    /// Keyed hash of the event id; zero when there is none.
    pub(crate) id: [u64; 2],
    pub(crate) line: u64,
    /// Number of the file in the ledger.
    pub(crate) file: u32,
    /// Code of title, brand and category as the row told them.
    pub(crate) detail: u32,
}

impl Record {
    /// Compares everything but the place. NaN equals itself here, and no order depends on how rows
    /// were stored, once codes are ranks.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.event, &other.event);
        (a.user.cmp(&b.user))
            .then_with(|| a.time.cmp(&b.time))
            .then_with(|| a.session.cmp(&b.session))
            .then_with(|| a.action.cmp(&b.action))
            .then_with(|| a.item.cmp(&b.item))
            .then_with(|| a.quantity.total_cmp(&b.quantity))
            .then_with(|| a.price.total_cmp(&b.price))
            .then_with(|| a.discount.total_cmp(&b.discount))
            .then_with(|| a.text.cmp(&b.text))
            .then_with(|| a.attributes.cmp(&b.attributes))
            .then_with(|| a.rating.total_cmp(&b.rating))
            .then_with(|| a.offset_minutes.cmp(&b.offset_minutes))
            .then_with(|| self.detail.cmp(&other.detail))
            .then_with(|| self.id.cmp(&other.id))
    }

    /// Where the row stood.
    pub(crate) fn place(&self) -> (u32, u64) {
        (self.file, self.line)
    }
}
