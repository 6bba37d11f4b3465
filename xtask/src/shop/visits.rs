use super::calendar::season;
use super::items::Items;
use super::random::{Random, mix};
use super::words::DEPARTMENTS;

/// Groups of users who like the same things.
const N_TASTES: u64 = 8;

/// One line of the events files, before it is written or spoilt.
#[derive(Clone, Copy)]
pub struct Line {
    pub user: u64,
    pub session: u64,
    pub action: &'static str,
    pub item: u32,
    pub quantity: u32,
    /// Paid for one unit.
    pub cents: u32,
    /// Off the whole line.
    pub discount_cents: u32,
    pub channel: &'static str,
    /// Seconds after the visit began.
    pub after: u32,
}

/// Makes visits, one after another.
pub struct Visits<'a> {
    items: &'a Items,
    n_users: usize,
    /// Ascending sums of department weights, by taste and month.
    interests: Vec<Vec<f64>>,
    /// What was bought lately and may yet be sent back.
    recent: Vec<Line>,
    n_visits: u64,
}

impl<'a> Visits<'a> {
    pub fn new(items: &'a Items, n_users: usize) -> Self {
        let mut interests = Vec::new();
        for taste in 0..N_TASTES as usize {
            for month in 1..=12 {
                let mut sum = 0.0;
                let weight = |(at, department): (usize, &super::words::Department)| {
                    // Each taste loves one department, likes two and looks at the others.
                    let love = match (at + DEPARTMENTS.len() - taste) % DEPARTMENTS.len() {
                        0 => 8.0,
                        1 | 4 => 3.0,
                        _ => 0.5,
                    };
                    sum += love * season(month, department.1, department.2);
                    sum
                };
                interests.push(DEPARTMENTS.iter().enumerate().map(weight).collect());
            }
        }
        Self { items, n_users, interests, recent: Vec::new(), n_visits: 0 }
    }

    /// The lines of the next visit, appended to `lines`.
    pub fn next(&mut self, day: usize, month: u32, random: &mut Random, lines: &mut Vec<Line>) {
        self.n_visits += 1;
        if !self.recent.is_empty() && random.happens(0.02) {
            let bought = random.below(self.recent.len());
            let back = self.recent.swap_remove(bought);
            let session = self.n_visits;
            lines.push(Line { action: "refund", session, after: 0, ..back });
            return;
        }
        let user = random.zipf(self.n_users, 20.0, 0.7) as u64;
        let nature = mix(user ^ 0x5EED);
        let in_shop = nature.is_multiple_of(3);
        let blank = Line {
            user,
            session: self.n_visits,
            action: "view",
            item: 0,
            quantity: 1,
            cents: 0,
            discount_cents: 0,
            channel: if in_shop { "store" } else { random.pick(&["web", "web", "app"]) },
            after: 0,
        };
        let interest = (nature >> 8) % N_TASTES * 12 + u64::from(month - 1);
        let n_looks = 1 + random.zipf(20, 1.0, 0.9);
        let mut after = 0;
        let loved = random.weighted(&self.interests[interest as usize]);
        for _ in 0..n_looks {
            let department = match random.happens(0.8) {
                true => loved,
                false => random.weighted(&self.interests[interest as usize]),
            };
            let item = self.item(user, nature, department, random);
            let line = self.priced(Line { item, after, ..blank }, day, random);
            // A till reports only what is bought; a web shop also what leads there.
            let (carts, buys) =
                if in_shop { (true, true) } else { (random.happens(0.3), random.happens(0.6)) };
            if !in_shop {
                lines.push(Line { action: "view", ..line });
            }
            if carts && !in_shop {
                lines.push(Line { action: "cart", after: after + 20, ..line });
            }
            if carts && buys {
                let bought = Line { action: "purchase", after: after + 45, ..line };
                lines.push(bought);
                self.remember(bought, random);
            }
            after += 15 + random.below(90) as u32;
        }
    }

    /// A favourite of the user's, or what is popular and suits the purse.
    fn item(&self, user: u64, nature: u64, department: usize, random: &mut Random) -> u32 {
        let shelf = &self.items.by_department[department];
        if random.happens(0.35) {
            let favourite = mix(user.wrapping_mul(31) ^ (random.below(6) as u64) << 40);
            return shelf[(favourite % shelf.len() as u64) as usize];
        }
        let mut draw = || shelf[random.zipf(shelf.len(), 30.0, 0.8)];
        let (one, two) = (draw(), draw());
        let is_dearer = self.items.cents[one as usize] > self.items.cents[two as usize];
        match (nature >> 16) % 4 {
            0 if is_dearer => two,
            1 if !is_dearer => two,
            _ => one,
        }
    }

    /// A fifth off for one item in ten, week by week; more than one of what is cheap.
    fn priced(&self, line: Line, day: usize, random: &mut Random) -> Line {
        let list = self.items.cents[line.item as usize];
        let quantity = if list < 1500 { 1 + random.zipf(8, 0.5, 1.8) as u32 } else { 1 };
        let on_sale = mix(u64::from(line.item) ^ ((day as u64 / 7) << 32)).is_multiple_of(10);
        let off = if on_sale { list / 5 } else { 0 };
        Line { quantity, cents: list - off, discount_cents: off * quantity, ..line }
    }

    fn remember(&mut self, bought: Line, random: &mut Random) {
        if self.recent.len() < 4096 {
            self.recent.push(bought);
        } else {
            let at = random.below(self.recent.len());
            self.recent[at] = bought;
        }
    }
}
