use std::path::Path;

use fenqun_base::{Matrix, Progress, Seed, Unit, UserId};
use fenqun_encoders::behaviour_head::HeadSize;
use fenqun_events::EventTable;
use fenqun_profiles::{Parts, ProfilesError, build};
use half::f16;
use rayon::prelude::*;

use super::counts::counts;
use super::judge::judge;
use super::purchases::Purchases;
use super::tasks::Task;
use super::{
    BehaviourParams, BehaviourResult, ContenderResult, Skipped, TaskFacts, TaskName, Windows,
    read_vectors,
};
use crate::steps::models::Models;
use crate::steps::{blocks, texts};
use crate::{RunError, directory, packages};

/// Every question, in the order of the board.
const TASKS: [TaskName; 6] = [
    TaskName::Churn,
    TaskName::Conversion,
    TaskName::PropensityCategory,
    TaskName::PropensitySku,
    TaskName::PropensityNewSku,
    TaskName::PropensityPrice,
];

/// The baseline's name.
const COUNTS: &str = "counts";

/// The name of all blocks side by side.
const BLOCKS: &str = "all blocks";

/// Some user vectors.
pub struct Contender {
    /// Their name in the result.
    pub name: String,
    /// A row a user, in the order of the users.
    pub vectors: Matrix,
    /// Whether they are also tried with the counts beside them.
    pub beside_counts: bool,
}

/// Puts the user vectors of a finished run to the six questions. Its events are cut in three; the
/// blocks are fitted anew on the first stretch alone.
///
/// # Errors
/// [`RunError::NoRun`] and what reading it refuses; [`RunError::Task`] when there are too few days;
/// [`RunError::VectorFile`] for other vectors that break a rule; [`RunError::Interrupted`].
pub fn evaluate(
    run: &Path,
    params: &BehaviourParams,
    progress: &Progress,
) -> Result<BehaviourResult, RunError> {
    params.check()?;
    let manifest = directory::open(run)?;
    let table = EventTable::open(&run.join("events"))?;
    let end = manifest.as_of_time(run)?;
    let config = &manifest.config;
    let windows = Windows::before(end, params.days);
    let past = match build(&table, windows.train, &manifest.profile_params(), progress) {
        Err(ProfilesError::NoEvents { .. }) => return Err(too_short(params.days)),
        other => other?,
    };
    let catalogue = table.catalogue();
    let cache = packages::cache_folder();
    let texts = texts::read(&config.text, catalogue, &past, &cache, progress)?;
    let seed = Seed(config.seed);
    let blocks = blocks::all(&past, catalogue, texts.as_ref().ok(), seed, &Models::nowhere())?;
    let chosen: Vec<_> = config
        .blocks
        .iter()
        .filter_map(|name| blocks.iter().find(|block| &block.name == name))
        .collect();
    let mut contenders: Vec<Contender> = chosen
        .iter()
        .map(|block| Contender {
            name: block.name.clone(),
            vectors: block.vectors.clone(),
            beside_counts: chosen.len() == 1,
        })
        .collect();
    if chosen.len() > 1 {
        let parts: Vec<&Matrix> = chosen.iter().map(|block| &block.vectors).collect();
        let vectors = Matrix::beside(&parts)?;
        contenders.push(Contender { name: BLOCKS.to_owned(), vectors, beside_counts: true });
    }
    drop(blocks);
    for folder in &params.vectors {
        let vectors = read_vectors(folder, &past.users)?;
        let name = folder.display().to_string();
        contenders.push(Contender { name, vectors, beside_counts: true });
    }
    compare(&table, end, &past.users, contenders, params, progress)
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
    let vectors = with_counts(counts(&purchases, events.catalogue())?, contenders)?;
    let n_heads = (vectors.len() * TASKS.len()) as u64;
    let step = progress.begin("behaviour", n_heads, Unit::Count);
    let mut results: Vec<ContenderResult> = vectors
        .iter()
        .map(|one| ContenderResult {
            name: one.name.clone(),
            width: one.vectors.n_columns(),
            scores: Vec::new(),
        })
        .collect();
    let (mut tasks, mut skipped) = (Vec::new(), Vec::new());
    for name in TASKS {
        let built = Task::build(name, &purchases, events.catalogue(), params.n_targets)?;
        let task = match built {
            Ok(task) => task,
            Err(reason) => {
                skipped.push(Skipped { task: name, reason });
                step.advance(vectors.len() as u64);
                continue;
            }
        };
        let one = |contender: &Contender, watched: &Progress| {
            progress.check()?;
            let found = judge(&head, &task, &contender.vectors, Seed(params.seed), watched)?;
            step.advance(1);
            Ok::<_, RunError>(found)
        };
        let found: Vec<_> = match head.size {
            // Large, and parallel inside.
            HeadSize::Wide => {
                vectors.iter().map(|vectors| one(vectors, progress)).collect::<Result<_, _>>()?
            }
            // A second or so each: their own steps are not worth showing.
            HeadSize::Small => {
                let silent = Progress::silent();
                vectors.par_iter().map(|vectors| one(vectors, &silent)).collect::<Result<_, _>>()?
            }
        };
        tasks.push(facts(&task));
        results.iter_mut().zip(found).for_each(|(result, found)| result.scores.push(found));
    }
    if tasks.is_empty() {
        return Err(too_short(params.days));
    }
    let mut remarks = Vec::new();
    if head.size == HeadSize::Small {
        remarks.push(format!(
            "The head is small (256 wide, one block) for {} users: scores are to be compared with \
             one another, not with the published board.",
            users.len()
        ));
    }
    remarks.push(format!(
        "Target windows of {} days; the best of {} epochs counts, chosen on the window that judges.",
        params.days, head.epochs
    ));
    Ok(BehaviourResult {
        windows,
        n_users: users.len(),
        head: head.size,
        seed: params.seed,
        tasks,
        skipped,
        contenders: results,
        remarks,
    })
}

/// The counts, every contender, and what is to be tried with the counts beside it.
fn with_counts(counts: Matrix, contenders: Vec<Contender>) -> Result<Vec<Contender>, RunError> {
    let counts = halved(counts);
    let mut all = Vec::new();
    for contender in contenders {
        contender.vectors.check_finite()?;
        let (name, beside_counts) = (contender.name, contender.beside_counts);
        let vectors = halved(contender.vectors);
        let both = Matrix::beside(&[&counts, &vectors])?;
        let both_name = format!("{COUNTS} + {name}");
        all.push(Contender { name, vectors, beside_counts });
        if beside_counts {
            all.push(Contender { name: both_name, vectors: both, beside_counts });
        }
    }
    let first = Contender { name: COUNTS.to_owned(), vectors: counts, beside_counts: false };
    all.insert(0, first);
    Ok(all)
}

/// What float16 keeps of the values, as in the files of the challenge.
fn halved(mut vectors: Matrix) -> Matrix {
    for value in vectors.values_mut() {
        let within = value.clamp(f16::MIN.to_f32(), f16::MAX.to_f32());
        *value = f16::from_f32(within).to_f32();
    }
    vectors
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

fn too_short(days: i64) -> RunError {
    let reason = format!(
        "no events are left before two target windows of {days} days: ask for shorter windows with \
         `days`, or bring more history"
    );
    RunError::Task { name: "behaviour".to_owned(), reason }
}
