use std::path::Path;

use fenqun_base::{Matrix, Progress, Seed};
use fenqun_events::EventTable;
use fenqun_profiles::{ProfilesError, build};

use super::compare::{COUNTS, compare, too_short};
use super::input::write_input;
use super::{BehaviourParams, BehaviourResult, Contender, Role, Windows, read_vectors};
use crate::steps::models::Models;
use crate::steps::{blocks, texts};
use crate::{RunError, directory, packages};

/// The name of all blocks side by side.
const BLOCKS: &str = "all blocks";

/// Puts the user vectors of a finished run, and those of other tools, to the six questions. The
/// events of the run are cut in three; the blocks are fitted anew on the first stretch alone. Which
/// users are wanted, and the joined blocks of them, go into the folder `input` before anything is
/// compared.
///
/// # Errors
/// [`RunError::NoRun`] and what reading it refuses; [`RunError::Task`] when there are too few days
/// or two kinds of vectors have one name; [`RunError::VectorFile`] for other vectors that break a
/// rule; [`RunError::Interrupted`].
pub fn evaluate(
    run: &Path,
    input: &Path,
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
    // Without any block there is still everyone to be asked about.
    let nothing = Matrix::zeros(past.users.len(), 0);
    let mut parts = vec![&nothing];
    parts.extend(chosen.iter().map(|block| &block.vectors));
    let joined = Matrix::beside(&parts)?;
    write_input(input, &past.users, &joined)?;
    let mut contenders: Vec<Contender> = Vec::new();
    match &chosen[..] {
        [] => {}
        [one] => contenders.push(Contender {
            name: one.name.clone(),
            vectors: joined,
            role: Role::Joined,
        }),
        several => {
            contenders.extend(several.iter().map(|block| Contender {
                name: block.name.clone(),
                vectors: block.vectors.clone(),
                role: Role::Block,
            }));
            let name = BLOCKS.to_owned();
            contenders.push(Contender { name, vectors: joined, role: Role::Joined });
        }
    }
    drop(blocks);
    for (name, folder) in &params.vectors {
        if name == COUNTS || contenders.iter().any(|one| &one.name == name) {
            let reason = format!("`{name}` is the name of vectors of fenqun: choose another");
            return Err(RunError::Task { name: "behaviour".to_owned(), reason });
        }
        let vectors = read_vectors(folder, &past.users)?;
        contenders.push(Contender { name: name.clone(), vectors, role: Role::Brought });
    }
    compare(&table, end, &past.users, contenders, params, progress)
}
