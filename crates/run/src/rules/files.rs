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
use crate::RunError;
use crate::manifest::Input;

/// How a rule is refused that asks for a segment of the run.
const NO_OWN_SEGMENT: &str = "unknown segment of this run";

/// Why, where the rule is one of those that make them.
const MAKES_SEGMENTS: &str = "these rules make the segments of the run, so there are none yet that \
                              in_segment(…) could mean: refer to another definition with \
                              segment(\"name\")";

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
    /// Line and column where the text of its rule begins, when it stands in the file as it is.
    rule_at: Option<(usize, usize)>,
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
    let origin = Origin { file: None, at: (1, 1), rule_at: Some((1, 1)) };
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
        let (line, column, reason) = match (error.fault, origin.rule_at) {
            (DefinitionFault::Rule(rule), Some((line, column))) => {
                let rule = rule.below(line, column);
                (rule.line, rule.column, format!("{}\n{}", rule.fault, rule.snippet))
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
            rule_at: start.map(|start| place(text, start)),
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
    // YAML folds and indents texts as it likes: a rule's place is known when it stands in the file
    // once, as it is.
    let only = |part: &str| {
        let start = text.find(part)?;
        (!part.is_empty() && text.rfind(part) == Some(start)).then(|| place(text, start))
    };
    let origin = |definition: &Definition| Origin {
        file: Some(path.to_owned()),
        at: only(&format!("name: {}", definition.name)).unwrap_or((1, 1)),
        rule_at: only(&definition.rule),
    };
    let file = file.segment.into_iter();
    Ok(file.map(|definition| (definition.clone(), origin(&definition))).collect())
}

/// 1-based line and column, in characters, of a byte.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
}
