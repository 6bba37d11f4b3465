use fenqun_base::NO_CODE;

use crate::rules::Reason;

/// The canonical fields of one batch, a column each; kept between batches to spare allocations.
#[derive(Default)]
pub(crate) struct Rows {
    /// Code of the reason to reject the row, 0 while there is none.
    pub(crate) fault: Vec<u8>,
    /// 1 + the number of the column at fault, 0 where no column is.
    pub(crate) fault_column: Vec<u16>,
    pub(crate) user: Vec<u32>,
    pub(crate) time: Vec<i64>,
    pub(crate) offset: Vec<i16>,
    pub(crate) action: Vec<u8>,
    pub(crate) session: Vec<u64>,
    pub(crate) item: Vec<u32>,
    pub(crate) detail: Vec<u32>,
    pub(crate) quantity: Vec<f64>,
    pub(crate) price: Vec<f64>,
    pub(crate) discount: Vec<f64>,
    pub(crate) rating: Vec<f32>,
    pub(crate) text: Vec<u32>,
    pub(crate) attributes: Vec<u32>,
    pub(crate) id: Vec<[u64; 2]>,
}

impl Rows {
    /// Makes room for `n` rows in which everything is absent.
    pub(crate) fn reset(&mut self, n: usize) {
        fill(&mut self.fault, n, 0);
        fill(&mut self.fault_column, n, 0);
        fill(&mut self.user, n, NO_CODE);
        fill(&mut self.time, n, 0);
        fill(&mut self.offset, n, 0);
        fill(&mut self.action, n, 0);
        fill(&mut self.session, n, 0);
        fill(&mut self.item, n, NO_CODE);
        fill(&mut self.detail, n, NO_CODE);
        fill(&mut self.quantity, n, 1.0);
        fill(&mut self.price, n, f64::NAN);
        fill(&mut self.discount, n, 0.0);
        fill(&mut self.rating, n, f32::NAN);
        fill(&mut self.text, n, NO_CODE);
        fill(&mut self.attributes, n, NO_CODE);
        fill(&mut self.id, n, [0; 2]);
    }

    pub(crate) fn len(&self) -> usize {
        self.fault.len()
    }

    pub(crate) fn is_sound(&self, row: usize) -> bool {
        self.fault[row] == 0
    }

    /// Refuses a row that no earlier rule refused.
    pub(crate) fn refuse(&mut self, row: usize, reason: Reason, column: usize) {
        self.fault[row] = reason as u8;
        self.fault_column[row] = column as u16 + 1;
    }
}

fn fill<T: Clone>(values: &mut Vec<T>, n: usize, value: T) {
    values.clear();
    values.resize(n, value);
}
