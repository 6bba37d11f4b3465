//! From columns to canonical events: each field in its own pass over a batch.
//!
//! A pass looks only at rows that no earlier pass refused, so that the first rule that applies is
//! the one counted. No pass allocates a row at a time: text is looked at where the reader left it,
//! distinct strings are kept once.

mod column;
mod fields;
mod items;
mod money;
mod number;
mod plan;
mod rejected;
mod rows;

use fenqun_base::{Event, NO_CODE};

pub(crate) use column::{Column, canonical_id, is_nothing, present};
pub(crate) use items::{Detail, Items};
pub(crate) use number::parse_number;
pub(crate) use plan::Plan;
pub(crate) use rejected::{Rejected, RobotRow};
use rows::Rows;

use crate::clean::faults::Faults;
use crate::intern::Strings;
use crate::pseudonym::{Key, Users};
use crate::rules::{Cleaning, Deduplicate, ItemRules, Reason};
use crate::spill::Record;
use crate::{EventsError, ledger::FileLedger};

/// Everything that grows while rows are mapped.
pub(crate) struct Mapper {
    pub(crate) key: Key,
    pub(crate) users: Users,
    pub(crate) items: Items,
    pub(crate) texts: Strings,
    pub(crate) attributes: Strings,
    cleaning: Cleaning,
    rows: Rows,
}

/// One batch on its way.
pub(crate) struct Batch<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) lines: &'a [u64],
    /// Number of the file in the ledger.
    pub(crate) file: u32,
}

impl Mapper {
    pub(crate) fn new(key: &Key, cleaning: &Cleaning) -> Result<Self, EventsError> {
        Ok(Self {
            key: key.clone(),
            users: Users::new(key),
            items: Items::new(ItemRules::new(cleaning)?),
            texts: Strings::default(),
            attributes: Strings::default(),
            cleaning: cleaning.clone(),
            rows: Rows::default(),
        })
    }

    /// Maps a batch: sound rows go to `keep`, the others to the ledger and to `rejected`.
    pub(crate) fn map(
        &mut self,
        plan: &mut Plan,
        batch: &Batch<'_>,
        ledger: &mut FileLedger,
        rejected: &mut Rejected,
        faults: &mut Faults,
        mut keep: impl FnMut(Record) -> Result<(), EventsError>,
    ) -> Result<(), EventsError> {
        let (rows, cleaning) = (&mut self.rows, &self.cleaning);
        rows.reset(batch.lines.len());
        ledger.n_in += batch.lines.len() as u64;

        fields::users(rows, plan, batch, &mut self.users);
        fields::times(rows, plan, batch);
        fields::actions(rows, plan, batch);
        fields::sessions(rows, plan, batch, &self.key);
        items::items(rows, plan, batch, &mut self.items);
        money::quantities(rows, plan, cleaning, batch);
        money::prices(rows, plan, cleaning, batch);
        money::ratings(rows, plan, batch);
        fields::texts(rows, plan, batch, &mut self.texts);
        fields::attributes(rows, plan, batch, &mut self.attributes);
        if matches!(cleaning.deduplicate, Deduplicate::Auto | Deduplicate::Id) {
            fields::event_ids(rows, plan, batch, &self.key);
        }

        for row in 0..rows.len() {
            if let Some(reason) = Reason::from_code(rows.fault[row]) {
                ledger.reject(reason);
                note(faults, rows, plan, batch, row, reason);
                continue;
            }
            let item = rows.item[row];
            if item != NO_CODE {
                self.items.mark_used(item);
            }
            keep(Record {
                event: Event {
                    user: self.users.pseudonym(rows.user[row]),
                    time: rows.time[row],
                    session: rows.session[row],
                    quantity: rows.quantity[row],
                    price: rows.price[row],
                    discount: rows.discount[row],
                    item,
                    text: rows.text[row],
                    attributes: rows.attributes[row],
                    rating: rows.rating[row],
                    offset_minutes: rows.offset[row],
                    action: rows.action[row],
                    padding: [0; 5],
                },
                id: rows.id[row],
                line: batch.lines[row],
                file: batch.file,
                detail: rows.detail[row],
            })?;
        }
        rejected.batch(rows, plan, batch, &self.users)
    }
}

/// Keeps an example of what is wrong. Only broken rows are kept so, and a row without a user is
/// not broken: no value of the user column gets here.
fn note(
    faults: &mut Faults,
    rows: &Rows,
    plan: &Plan,
    batch: &Batch<'_>,
    row: usize,
    reason: Reason,
) {
    let Some(column) = usize::from(rows.fault_column[row]).checked_sub(1) else { return };
    let value = || {
        let mut buffer = String::new();
        batch.columns[column].text(row, &mut buffer).map(str::to_owned)
    };
    let name = plan.names[column].as_str();
    faults.note(batch.file as usize, reason, batch.lines[row], Some(name), value);
}
