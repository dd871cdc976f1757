//! The layers of configuration and their merge: defaults, file, environment, command line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, Map, Source, Value, ValueKind};

use super::keys::{self, ENV_PREFIX, Key, Kind};
use super::problem::{Problem, Problems};
use super::{file, scope};
use crate::failpoint;

/// Where configuration comes from, as plain data.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Flags as given: long name without dashes, values in order (empty for a switch).
    pub flags: Vec<(String, Vec<String>)>,
    /// Environment variables; those without the prefix `RYDRA_` are ignored.
    pub environment: Vec<(String, String)>,
    /// File of `--config`.
    pub file: Option<PathBuf>,
}

/// Where a value was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Default.
    Default,
    /// Configuration file.
    File,
    /// Environment variable.
    Environment,
    /// Command line.
    Flag,
}

impl Given {
    const fn tag(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }

    fn of(value: &Value) -> Self {
        [Self::File, Self::Environment, Self::Flag]
            .into_iter()
            .find(|given| value.origin() == Some(given.tag()))
            .unwrap_or(Self::Default)
    }
}

/// All layers as one: the winning value of each scalar, the union of each list.
#[derive(Debug, Default)]
pub(super) struct Merged {
    values: BTreeMap<&'static str, Value>,
    lists: BTreeMap<&'static str, Vec<(String, Given)>>,
    file: Option<PathBuf>,
    /// Notices for the operator.
    pub notices: Vec<String>,
}

impl Merged {
    /// Text or number of a setting and where it was given; `None` when it is not set.
    pub fn value(&self, key: &Key) -> Option<(String, Given)> {
        let value = self.values.get(key.name)?;
        Some((scalar_text(value)?, Given::of(value)))
    }

    /// Whether the winning value is a bare number of the file.
    pub fn is_number(&self, key: &Key) -> bool {
        self.values.get(key.name).is_some_and(|value| {
            matches!(
                value.kind,
                ValueKind::I64(_)
                    | ValueKind::I128(_)
                    | ValueKind::U64(_)
                    | ValueKind::U128(_)
                    | ValueKind::Float(_)
            )
        })
    }

    /// Items of a list setting, united over all layers without duplicates.
    pub fn list(&self, key: &Key) -> &[(String, Given)] {
        self.lists.get(key.name).map_or(&[], Vec::as_slice)
    }

    /// A path as the rest of the node uses it: relative ones of the file start at its directory.
    pub fn path(&self, text: &str, given: Given) -> PathBuf {
        let path = PathBuf::from(text);
        match (given, self.file.as_deref().and_then(Path::parent)) {
            (Given::File, Some(directory)) => directory.join(path),
            (Given::File, None)
            | (Given::Default | Given::Environment | Given::Flag, Some(_) | None) => path,
        }
    }

    /// Names the place of a value for problem texts.
    pub fn place(&self, key: &Key, given: Given, text: &str) -> String {
        let text = rydra_core::unit::excerpt(text);
        match given {
            Given::Default => format!("default {}: {text}", key.name),
            Given::File => {
                format!("{}: {text} in {}", key.name, shown(self.file.as_deref()))
            }
            Given::Environment => format!("{}={text}", key.env()),
            Given::Flag => format!("--{} {text}", key.flag.unwrap_or(key.name)),
        }
    }
}

fn shown(file: Option<&Path>) -> String {
    file.map_or_else(|| "the configuration file".to_owned(), |file| file.display().to_string())
}

/// Reads and merges all sources; what is wrong with one goes to `problems`, the rest is still read.
pub(super) fn merge(sources: &Sources, problems: &mut Problems) -> Merged {
    let mut merged = Merged {
        file: sources
            .file
            .as_deref()
            .map(|file| std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf())),
        ..Merged::default()
    };
    let mut layers = vec![Layer::new(Given::Default, defaults())];
    if let Some(file) = merged.file.clone() {
        layers.push(Layer::new(Given::File, file::read(&file, problems)));
    }
    let environment = read_environment(&sources.environment, &mut merged.notices, problems);
    layers.push(Layer::new(Given::Environment, environment));
    layers.push(Layer::new(Given::Flag, read_flags(&sources.flags, problems)));

    merged.lists = unite_lists(&mut layers, merged.file.as_deref(), problems);
    let mut builder = Config::builder();
    for layer in layers {
        builder = builder.add_source(layer);
    }
    match builder.build().and_then(|config| config.collect()) {
        Ok(table) => flatten("", table, &mut merged.values),
        Err(error) => problems.push(Problem::new(
            format!("the configuration does not merge: {error}"),
            "sections and values of the form in config/default.yaml",
            "compare the file with config/default.yaml",
        )),
    }
    merged
}

/// One layer: dotted names and texts, as a source of the `config` crate.
#[derive(Clone, Debug)]
struct Layer {
    given: Given,
    values: BTreeMap<&'static str, ValueKind>,
}

impl Layer {
    fn new(given: Given, values: BTreeMap<&'static str, ValueKind>) -> Self {
        Self { given, values }
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let origin = self.given.tag().to_owned();
        Ok(self
            .values
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), Value::new(Some(&origin), kind.clone())))
            .collect())
    }
}

fn defaults() -> BTreeMap<&'static str, ValueKind> {
    keys::all()
        .filter_map(|key| Some((key.name, ValueKind::String(key.default?.to_owned()))))
        .collect()
}

fn read_flags(
    flags: &[(String, Vec<String>)],
    problems: &mut Problems,
) -> BTreeMap<&'static str, ValueKind> {
    let mut layer = BTreeMap::new();
    for (flag, values) in flags {
        if let Some(key) = keys::all().find(|key| key.flag == Some(flag.as_str())) {
            let kind = match (key.kind, values.last()) {
                (Kind::Paths, _) => ValueKind::Array(
                    values.iter().map(|v| Value::new(None, ValueKind::String(v.clone()))).collect(),
                ),
                (_, Some(value)) => ValueKind::String(value.clone()),
                (_, None) => ValueKind::String("true".to_owned()),
            };
            layer.insert(key.name, kind);
        } else if let Some(lacking) = scope::LACKING.iter().find(|l| l.flag == flag) {
            let seen = [format!("--{flag}")].into_iter().chain(values.iter().cloned());
            let seen: Vec<String> = seen.collect();
            problems.push(lacking.refusal(&seen.join(" ")));
        }
    }
    layer
}

/// The variable that would set a dotted key.
fn env_of(key: &str) -> String {
    format!("{ENV_PREFIX}{}", key.to_uppercase().replace(['-', '.'], "_"))
}

fn read_environment(
    variables: &[(String, String)],
    notices: &mut Vec<String>,
    problems: &mut Problems,
) -> BTreeMap<&'static str, ValueKind> {
    let mut layer = BTreeMap::new();
    // An empty variable counts as unset: that is how compose files leave one out.
    for (name, value) in variables.iter().filter(|(_, value)| !value.is_empty()) {
        // Failpoints are armed before any setting is read.
        if !name.starts_with(ENV_PREFIX)
            || [failpoint::ENABLE, failpoint::ARM].contains(&name.as_str())
        {
            continue;
        }
        let Some(key) = keys::all().find(|key| key.env() == *name) else {
            if let Some(lacking) =
                scope::LACKING.iter().find(|l| !l.key.is_empty() && env_of(l.key) == *name)
            {
                problems.push(lacking.refusal(&format!("environment variable {name}")));
                continue;
            }
            // No error: orchestrators inject variables after the names of their services.
            notices.push(format!("environment variable {name} sets nothing; see rydra --help"));
            continue;
        };
        let kind = match key.kind {
            Kind::Paths => ValueKind::Array(
                value
                    .split(',')
                    .map(|item| Value::new(None, ValueKind::String(item.trim().to_owned())))
                    .collect(),
            ),
            Kind::Switch
            | Kind::Text(_)
            | Kind::HostPort
            | Kind::Ip
            | Kind::Port
            | Kind::Path
            | Kind::Seconds
            | Kind::Choice(_)
            | Kind::Count(..)
            | Kind::Hex
            | Kind::Levels => ValueKind::String(value.clone()),
        };
        layer.insert(key.name, kind);
    }
    layer
}

fn unite_lists(
    layers: &mut [Layer],
    file: Option<&Path>,
    problems: &mut Problems,
) -> BTreeMap<&'static str, Vec<(String, Given)>> {
    let mut lists: BTreeMap<&'static str, Vec<(String, Given)>> = BTreeMap::new();
    for layer in layers {
        for key in keys::all().filter(|key| key.kind == Kind::Paths) {
            let Some(kind) = layer.values.remove(key.name) else { continue };
            let list = lists.entry(key.name).or_default();
            for item in items(kind) {
                match item {
                    Ok(item) if list.iter().any(|(known, _)| *known == item) => {}
                    Ok(item) => list.push((item, layer.given)),
                    Err(seen) => problems.push(Problem::new(
                        format!("{}: {seen} in {}", key.name, shown(file)),
                        "a list of file names",
                        "write one `- FILE` per line below the key",
                    )),
                }
            }
        }
    }
    lists
}

fn items(kind: ValueKind) -> Vec<Result<String, String>> {
    let items =
        if let ValueKind::Array(items) = kind { items } else { vec![Value::new(None, kind)] };
    items
        .into_iter()
        .map(|item| scalar_text(&item).ok_or_else(|| format!("\"{}\"", Shown(&item.kind))))
        .collect()
}

struct Shown<'a>(&'a ValueKind);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&rydra_core::unit::excerpt(&self.0.to_string()))
    }
}

fn flatten(prefix: &str, table: Map<String, Value>, out: &mut BTreeMap<&'static str, Value>) {
    for (name, value) in table {
        let path = file::join(prefix, &name);
        if let Some(key) = keys::find(&path) {
            out.insert(key.name, value);
        } else if let ValueKind::Table(inner) = value.kind {
            flatten(&path, inner, out);
        }
    }
}

/// The text of a scalar; tables and lists have none, their debug form is shown in the problem instead.
fn scalar_text(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Nil => None,
        ValueKind::Table(_) | ValueKind::Array(_) => Some(Shown(&value.kind).to_string()),
        ValueKind::String(text) => Some(text.clone()),
        kind @ (ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)) => Some(kind.to_string()),
    }
}
