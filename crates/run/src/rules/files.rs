//! Files of definitions, TOML or YAML, fit for review: every problem is told with file, line and
//! column.

use std::fs;
use std::path::{Path, PathBuf};

use fenqun_segments::rules::{
    Definition, DefinitionError, DefinitionFault, Definitions, RuleSegments, Schema,
};
use serde::Deserialize;
use toml::Spanned;

use super::error::{Problem, RulesError};
use super::written::{Written, place};
use crate::RunError;
use crate::manifest::Input;

/// How a rule is refused that asks for a segment of the run.
const NO_OWN_SEGMENT: &str = "unknown segment of this run";

/// Why, where the rule is one of those that make them.
const MAKES_SEGMENTS: &str = "these rules make the segments of the run, so there are none yet that \
                              in_segment(…) could mean: refer to another definition with \
                              segment(\"name\")";

/// How a rule is refused that asks for what was told of a label.
const NO_LABELS: [&str; 2] = ["unknown column `label:", "unknown column `p:"];

/// Why, where the rule is one of those that make the segments of a run.
const LABELS_COME_LATER: &str = "these rules make the segments of the run, and labels are told after \
                                 it, by `fenqun evaluate`: ask for them over the finished run with \
                                 `fenqun segments count` and `export`";

/// Definitions and where each was written.
#[derive(Clone, Debug)]
pub struct DefinitionFiles {
    definitions: Definitions,
    origins: Vec<Origin>,
    files: Vec<Input>,
}

/// Where a definition stands.
#[derive(Clone, Debug, Default)]
struct Origin {
    file: Option<PathBuf>,
    /// Line and column of the definition.
    at: (usize, usize),
    /// Where its rule stands, when it stands in the file but for blanks as it is.
    rule: Option<Written>,
}

/// A file of definitions as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlFile {
    segment: Vec<TomlSegment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlSegment {
    name: Spanned<String>,
    #[serde(default)]
    title: String,
    rule: Spanned<String>,
    #[serde(default)]
    description: String,
}

/// The same as YAML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YamlFile {
    segment: Vec<Definition>,
}

/// Reads files of definitions, in order: `[[segment]]` tables of TOML, or a list `segment:` of
/// YAML where the file ends in `.yaml` or `.yml`. Segments of one file may refer to those of
/// another.
///
/// # Errors
/// [`RunError::Read`]; [`RunError::Config`] for what is no such file or has an unknown key, with
/// line and column; [`RulesError::Definitions`] with everything that is wrong in names and rules.
pub fn read_definitions(files: &[PathBuf]) -> Result<DefinitionFiles, RunError> {
    if files.is_empty() {
        return Err(RulesError::NoFiles.into());
    }
    let (mut definitions, mut origins, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        let text = fs::read_to_string(file).map_err(RunError::reading(file))?;
        read.push(Input::of_bytes(file, text.as_bytes()));
        let is_yaml = |ending: &std::ffi::OsStr| {
            ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml")
        };
        let found = match file.extension().is_some_and(is_yaml) {
            true => yaml(&text, file)?,
            false => toml(&text, file)?,
        };
        for (definition, origin) in found {
            definitions.push(definition);
            origins.push(origin);
        }
    }
    Ok(DefinitionFiles { files: read, ..together(definitions, origins)? })
}

/// A rule typed on the command line, as the only definition; its segment is called `rule`.
///
/// # Errors
/// [`RulesError::Definitions`].
pub fn read_rule(rule: &str) -> Result<DefinitionFiles, RunError> {
    let definition =
        Definition { name: "rule".into(), rule: rule.to_owned(), ..Definition::default() };
    let written = Written::at(rule, 0, rule).map(|found| found.0);
    let origin = Origin { file: None, at: (1, 1), rule: written };
    together(vec![definition], vec![origin])
}

fn together(
    definitions: Vec<Definition>,
    origins: Vec<Origin>,
) -> Result<DefinitionFiles, RunError> {
    match Definitions::new(definitions) {
        Ok(definitions) => Ok(DefinitionFiles { definitions, origins, files: Vec::new() }),
        Err(errors) => Err(problems(&origins, errors)),
    }
}

impl DefinitionFiles {
    /// The definitions, in the order of files.
    #[must_use]
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Every file as it was when it was read; below `base` by the rest of its path.
    pub(crate) fn inputs(&self, base: &Path) -> Vec<Input> {
        let named = |input: &Input| {
            let file = Path::new(&input.file);
            let file = file.strip_prefix(base).unwrap_or(file).display().to_string();
            Input { file, ..input.clone() }
        };
        self.files.iter().map(named).collect()
    }

    /// Looks up every name in every rule.
    ///
    /// # Errors
    /// [`RulesError::Definitions`] with every rule that cannot be used.
    pub fn check(&self, schema: &Schema) -> Result<RuleSegments, RunError> {
        self.definitions.check(schema).map_err(|errors| problems(&self.origins, errors))
    }

    /// The same where the definitions make the segments of a run: there are none yet that
    /// `in_segment(…)` could mean.
    pub(crate) fn check_as_segments(&self, schema: &Schema) -> Result<RuleSegments, RunError> {
        let told = |error: RunError| match error {
            RunError::Rules(RulesError::Definitions { mut problems }) => {
                for problem in &mut problems {
                    if problem.reason.contains(NO_OWN_SEGMENT) {
                        problem.reason.push_str(&format!("\n{MAKES_SEGMENTS}"));
                    }
                    if NO_LABELS.iter().any(|label| problem.reason.contains(label)) {
                        problem.reason.push_str(&format!("\n{LABELS_COME_LATER}"));
                    }
                }
                RulesError::Definitions { problems }.into()
            }
            other => other,
        };
        self.check(schema).map_err(told)
    }
}

fn problems(origins: &[Origin], errors: Vec<DefinitionError>) -> RunError {
    let problem = |error: DefinitionError| {
        let origin = origins.get(error.index).cloned().unwrap_or_default();
        let (line, column) = origin.at;
        let (line, column, reason) = match (error.fault, origin.rule) {
            (DefinitionFault::Rule(rule), Some(written)) => {
                let (line, column) = written.place((rule.line, rule.column));
                (line, column, format!("{}\n{}", rule.fault, rule.snippet))
            }
            (DefinitionFault::Rule(rule), None) => (line, column, format!("in its rule, {rule}")),
            (fault, _) => (line, column, fault.to_string()),
        };
        Problem { file: origin.file, line, column, segment: error.name, reason }
    };
    RulesError::Definitions { problems: errors.into_iter().map(problem).collect() }.into()
}

fn toml(text: &str, path: &Path) -> Result<Vec<(Definition, Origin)>, RunError> {
    let file: TomlFile = toml::from_str(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        let reason = error.message().to_owned();
        RunError::Config { path: path.to_owned(), line, column, reason }
    })?;
    let origin = |segment: &TomlSegment| {
        let (span, rule) = (segment.rule.span(), segment.rule.get_ref());
        // A rule with escapes does not stand in the file as it is; no column would be right.
        let written = text.get(span.clone()).unwrap_or_default();
        let start = written.find(rule.as_str()).map(|offset| span.start + offset);
        Origin {
            file: Some(path.to_owned()),
            at: place(text, segment.name.span().start),
            rule: start.and_then(|start| Written::at(text, start, rule)).map(|found| found.0),
        }
    };
    let definition = |segment: TomlSegment| {
        let origin = origin(&segment);
        let definition = Definition {
            name: segment.name.into_inner(),
            title: segment.title,
            rule: segment.rule.into_inner(),
            description: segment.description,
        };
        (definition, origin)
    };
    Ok(file.segment.into_iter().map(definition).collect())
}

fn yaml(text: &str, path: &Path) -> Result<Vec<(Definition, Origin)>, RunError> {
    let file: YamlFile = serde_yaml_ng::from_str(text).map_err(|error| {
        let location = error.location();
        RunError::Config {
            path: path.to_owned(),
            line: location.as_ref().map_or(1, |location| location.line()),
            column: location.as_ref().map_or(1, |location| location.column()),
            reason: error.to_string(),
        }
    })?;
    // Definitions stand in the file in their order: each rule is looked for after the one before.
    let mut from = 0;
    let only = |part: &str| {
        let start = text.find(part)?;
        (!part.is_empty() && text.rfind(part) == Some(start)).then(|| place(text, start))
    };
    let mut origin = |definition: &Definition| {
        let rule = Written::in_yaml(text, from, &definition.rule).map(|(written, end)| {
            from = end;
            written
        });
        let at = only(&format!("name: {}", definition.name)).unwrap_or((1, 1));
        Origin { file: Some(path.to_owned()), at, rule }
    };
    let file = file.segment.into_iter();
    Ok(file.map(|definition| (definition.clone(), origin(&definition))).collect())
}
