//! The program: parse, call `run`, print. One match over commands, no logic of its own.

mod arguments;
mod commands;
mod console;
mod print;

use std::panic;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use console::Console;
use fenqun_base::{Classify, ErrorKind};
use fenqun_run::RunError;

fn main() -> ExitCode {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !fenqun_events::source::panic_is_expected() {
            print(info);
        }
    }));
    panic::catch_unwind(program).unwrap_or_else(|_| ExitCode::from(ErrorKind::Internal.exit_code()))
}

fn program() -> ExitCode {
    let arguments = Arguments::parse();
    let console = Console::new(arguments.format, arguments.quiet);
    let done = match &arguments.command {
        Command::Demo(demo) => commands::run::demo(demo, &console),
        Command::Init(init) => commands::init::init(init, &console),
        Command::Run(run) => commands::run::run(run, &console),
        Command::Check(check) => commands::check::check(check, &console),
        Command::Score(score) => commands::score::score(score, &console),
        Command::Explain(explain) => commands::explain::explain(explain, &console),
        Command::Report(report) => commands::report::report(report, &console),
        Command::Segments(segments) => commands::segments::segments(segments, &console),
        Command::Evaluate(options) => commands::evaluate::evaluate(options, &console),
        Command::Tune(options) => commands::tune::tune(options, &console),
        Command::Vectors(vectors) => commands::vectors::vectors(vectors, &console),
        Command::Models(packages) => commands::packages::models(packages, &console),
        Command::Data(packages) => commands::packages::data(packages, &console),
        Command::Encode(encode) => commands::encode::encode(encode, &console),
        Command::Completions { shell } => commands::shell::completions(*shell),
        Command::Man => commands::shell::man(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let kind = error.downcast_ref::<RunError>().map_or(ErrorKind::Input, Classify::kind);
            console.error(&error, kind);
            ExitCode::from(kind.exit_code())
        }
    }
}
