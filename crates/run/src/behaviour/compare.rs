use fenqun_base::{Language, Matrix, Progress, Seed, Unit, UserId};
use fenqun_encoders::behaviour_head::HeadSize;
use fenqun_evaluate::behaviour::Resamples;
use fenqun_profiles::Parts;
use half::f16;
use rayon::prelude::*;

use super::counts::counts;
use super::judge::{Judged, judge};
use super::purchases::Purchases;
use super::tasks::Task;
use super::{
    BehaviourParams, BehaviourResult, ContenderResult, Role, Skipped, TaskFacts, TaskName, Windows,
};
use crate::RunError;

/// The baseline's name.
pub(super) const COUNTS: &str = "counts";

/// Some user vectors.
pub struct Contender {
    /// Their name in the result.
    pub name: String,
    /// A row a user, in the order of the users.
    pub vectors: Matrix,
    /// Where they are from. All but single blocks are also tried with the counts beside them.
    pub role: Role,
}

/// Vectors as float16 holds them.
struct Halved {
    name: String,
    vectors: Matrix,
    role: Role,
    n_clamped: usize,
}

/// Puts user vectors to the six questions, and the counts before them. `users` are sorted; `end` is
/// where the window to be judged by ends.
///
/// # Errors
/// [`RunError::Task`] when nothing can be asked; [`RunError::Data`] for vectors of another number of
/// users or not finite; [`RunError::Interrupted`]; whatever stops events from being read.
pub fn compare(
    events: &dyn Parts,
    end: i64,
    users: &[UserId],
    contenders: Vec<Contender>,
    params: &BehaviourParams,
    progress: &Progress,
) -> Result<BehaviourResult, RunError> {
    params.check()?;
    let windows = Windows::before(end, params.days);
    let purchases = Purchases::read(events, &windows, users)?;
    let head = params.head(users.len());
    let seed = Seed(params.seed);
    let all = with_counts(counts(&purchases, events.catalogue())?, contenders)?;
    let joined = all.iter().position(|one| one.role == Role::Joined);
    let n_heads = (all.len() * TaskName::ALL.len()) as u64;
    let step = progress.begin("behaviour", n_heads, Unit::Count);
    let mut results: Vec<ContenderResult> = all.iter().map(Halved::unasked).collect();
    let (mut tasks, mut skipped) = (Vec::new(), Vec::new());
    let mut n_resamples = 0;
    for name in TaskName::ALL {
        let built = Task::build(name, &purchases, events.catalogue(), params.n_targets)?;
        let task = match built {
            Ok(task) => task,
            Err(reason) => {
                skipped.push(Skipped { task: name, reason });
                step.advance(all.len() as u64);
                continue;
            }
        };
        let draws = seed.derive("users").derive(name.name());
        let draws = Resamples::draw(task.rows.len(), params.n_resamples, draws);
        n_resamples = draws.n_resamples();
        let one = |contender: &Halved, watched: &Progress| {
            progress.check()?;
            let found = judge(&head, &task, &contender.vectors, &draws, seed, watched)?;
            step.advance(1);
            Ok::<_, RunError>(found)
        };
        let found: Vec<Judged> = match head.size {
            // Large, and parallel inside.
            HeadSize::Full => {
                all.iter().map(|contender| one(contender, progress)).collect::<Result<_, _>>()?
            }
            // A second or so each: their own steps are not worth showing.
            HeadSize::Small => {
                let silent = Progress::silent();
                all.par_iter().map(|contender| one(contender, &silent)).collect::<Result<_, _>>()?
            }
        };
        let told = found.iter().zip(&all).map(|(judged, contender)| {
            let counts = (contender.role != Role::Counts).then_some(&found[0]);
            let joined = joined.filter(|_| contender.role == Role::Brought).map(|at| &found[at]);
            judged.told(&task, counts, joined)
        });
        results.iter_mut().zip(told).for_each(|(result, told)| result.scores.push(told));
        tasks.push(facts(&task));
    }
    if tasks.is_empty() {
        return Err(nothing_asked(params.days, &skipped));
    }
    Ok(BehaviourResult {
        windows,
        n_users: users.len(),
        head: head.size,
        n_epochs: head.epochs,
        seed: params.seed,
        n_resamples,
        tasks,
        skipped,
        contenders: results,
    })
}

/// The counts, every contender, and what is to be tried with the counts beside it.
fn with_counts(counts: Matrix, contenders: Vec<Contender>) -> Result<Vec<Halved>, RunError> {
    let counts = Halved::of(COUNTS.to_owned(), counts, Role::Counts);
    let mut all = Vec::new();
    for Contender { name, vectors, role } in contenders {
        vectors.check_finite()?;
        let own = Halved::of(name, vectors, role);
        let vectors = Matrix::beside(&[&counts.vectors, &own.vectors])?;
        let both = Halved {
            name: format!("{COUNTS} + {}", own.name),
            vectors,
            role: Role::BesideCounts,
            n_clamped: 0,
        };
        all.push(own);
        if role != Role::Block {
            all.push(both);
        }
    }
    all.insert(0, counts);
    Ok(all)
}

impl Halved {
    /// What float16 keeps of the values, as in the files of the challenge.
    fn of(name: String, mut vectors: Matrix, role: Role) -> Self {
        let mut n_clamped = 0;
        for value in vectors.values_mut() {
            let within = value.clamp(f16::MIN.to_f32(), f16::MAX.to_f32());
            n_clamped += usize::from(within != *value);
            *value = f16::from_f32(within).to_f32();
        }
        Self { name, vectors, role, n_clamped }
    }

    fn unasked(&self) -> ContenderResult {
        ContenderResult {
            name: self.name.clone(),
            role: self.role,
            width: self.vectors.n_columns(),
            n_clamped: self.n_clamped,
            scores: Vec::new(),
        }
    }
}

fn facts(task: &Task) -> TaskFacts {
    let rate = |flags: &Matrix| {
        let sum: f64 = flags.values().iter().map(|&flag| f64::from(flag)).sum();
        sum / flags.values().len().max(1) as f64
    };
    TaskFacts {
        task: task.name,
        n_users: task.rows.len(),
        n_targets: task.train.n_columns(),
        rate_train: rate(&task.train),
        rate_validation: rate(&task.validation),
    }
}

pub(super) fn too_short(days: i64) -> RunError {
    let reason = format!(
        "no events are left before two target windows of {days} days: ask for shorter windows with \
         `days`, or bring more history"
    );
    RunError::Task { name: "behaviour".to_owned(), reason }
}

fn nothing_asked(days: i64, skipped: &[Skipped]) -> RunError {
    let why: Vec<String> = skipped
        .iter()
        .map(|one| format!("{}: {}", one.task.name(), one.reason.words(Language::En)))
        .collect();
    let reason = format!(
        "none of the six questions can be asked with two target windows of {days} days ({}): ask for \
         shorter windows with `days`, or bring more history",
        why.join("; ")
    );
    RunError::Task { name: "behaviour".to_owned(), reason }
}
