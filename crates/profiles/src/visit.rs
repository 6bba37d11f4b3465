use fenqun_base::{Action, Event};
use rustc_hash::FxHashMap;

/// Milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;

/// One basket, order or visit: the events of one session id, or of one local day where the source
/// has no session ids.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Visit {
    /// Time of its first event.
    pub start: i64,
    /// The same on the shop's wall clock.
    pub local_start: i64,
    /// Money of its purchases, refunds not taken off.
    pub amount: f64,
    /// Purchase lines.
    pub n_lines: u32,
    /// Whether the user did something, rather than being contacted or paid back.
    pub is_active: bool,
}

/// Whether an action is the user's own presence: not a refund, a coupon or a contact.
pub(crate) fn is_active(action: Action) -> bool {
    !matches!(action, Action::Refund | Action::Coupon | Action::Contact)
}

/// Groups one user's events, sorted by time, into visits ordered by their start; also says which
/// visit each event belongs to.
pub(crate) fn visits(events: &[Event]) -> (Vec<Visit>, Vec<u32>) {
    let mut visits: Vec<Visit> = Vec::new();
    let mut visit_of = Vec::with_capacity(events.len());
    let mut known: FxHashMap<(u64, i64), u32> = FxHashMap::default();
    let mut last: Option<((u64, i64), u32)> = None;
    for event in events {
        let local = local_time(event);
        // Sessions are told apart by their id alone, also across midnight.
        let key = match event.session {
            0 => (0, local.div_euclid(DAY)),
            session => (session, 0),
        };
        let at = match last {
            Some((same, at)) if same == key => at,
            _ => *known.entry(key).or_insert_with(|| {
                visits.push(Visit {
                    start: event.time,
                    local_start: local,
                    amount: 0.0,
                    n_lines: 0,
                    is_active: false,
                });
                visits.len() as u32 - 1
            }),
        };
        last = Some((key, at));
        visit_of.push(at);
        let visit = &mut visits[at as usize];
        let action = event.action();
        visit.is_active |= is_active(action);
        if action == Action::Purchase {
            visit.n_lines += 1;
            visit.amount += event.amount();
        }
    }
    (visits, visit_of)
}

/// The wall clock, safe also for times at the end of the calendar.
fn local_time(event: &Event) -> i64 {
    event.time.saturating_add(i64::from(event.offset_minutes) * 60_000)
}
