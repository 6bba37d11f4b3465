use std::path::PathBuf;

use fenqun_base::{Classify, ErrorKind};

/// What is wrong with one definition, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as named; `None` for a rule typed on the command line.
    pub file: Option<PathBuf>,
    /// 1-based line of the file.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
    /// The segment, empty where it has no name.
    pub segment: String,
    /// What is wrong and what to do; several lines where characters are pointed at.
    pub reason: String,
}

/// What rules over a run refuse.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Definitions that cannot be used: everything found wrong with them.
    #[error("{}", shown(.problems))]
    Definitions {
        /// In the order of files and definitions.
        problems: Vec<Problem>,
    },
    /// No file was named.
    #[error("no definitions: name one or more .toml or .yaml files, or give a rule with --rule")]
    NoFiles,
    /// A segment that no file defines.
    #[error("no segment is called `{name}`: {known}")]
    NoSegment {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

impl Classify for RulesError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Input
    }
}

fn shown(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let file =
            problem.file.as_ref().map_or("the rule".into(), |file| file.display().to_string());
        let segment = match problem.segment.as_str() {
            "" => String::new(),
            name => format!("segment `{name}`: "),
        };
        let (line, column) = (problem.line, problem.column);
        format!("{file}, line {line}, column {column}: {segment}{}", problem.reason)
    };
    let mut lines: Vec<String> = problems.iter().map(one).collect();
    if problems.len() > 1 {
        lines.push(format!("{} definitions cannot be used", problems.len()));
    }
    lines.join("\n")
}
