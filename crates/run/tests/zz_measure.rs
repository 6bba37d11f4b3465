#![allow(clippy::print_stderr)]
use fenqun_base::Progress;
use fenqun_run::behaviour::{BehaviourParams, HeadChoice, evaluate};
#[test]
fn measure() {
    let run = std::env::var("RUN").expect("RUN");
    let days = std::env::var("DAYS").expect("DAYS").parse().expect("n");
    let head = if std::env::var("WIDE").is_ok() { HeadChoice::Wide } else { HeadChoice::Auto };
    let start = std::time::Instant::now();
    let params = BehaviourParams { days, head, ..BehaviourParams::default() };
    let found = evaluate(run.as_ref(), &params, &Progress::silent()).expect("evaluates");
    eprintln!("{}", found.markdown());
    eprintln!("{:?}\n{:?}", found.tasks, found.skipped);
    for c in &found.contenders { for s in &c.scores { eprintln!("{} {:?} best {} {:?}", c.name, s.task, s.best_epoch, s.epochs.iter().map(|e| (e.auroc, e.novelty, e.diversity)).collect::<Vec<_>>()); } }
    eprintln!("{:.1} s", start.elapsed().as_secs_f64());
}
