//! The configuration file: YAML tables checked against the table of keys.

use std::collections::BTreeMap;
use std::path::Path;

use config::{FileFormat, Map, Source, Value, ValueKind};

use super::keys;
use super::problem::{Problem, Problems};
use super::{files, scope};

/// Reads the file: what the table of keys knows by dotted name; the rest becomes problems.
pub(super) fn read(file: &Path, problems: &mut Problems) -> BTreeMap<&'static str, ValueKind> {
    let text = match files::read_text(file, "configuration file", "--config FILE") {
        Ok(text) => text,
        Err(problem) => {
            problems.push(problem);
            return BTreeMap::new();
        }
    };
    let table = match config::File::from_str(&text, FileFormat::Yaml).collect() {
        Ok(table) => table,
        Err(error) => {
            problems.push(Problem::new(
                format!("{} is no YAML table: {error}", file.display()),
                "one YAML document of the form of config/default.yaml",
                "mend the file at that place",
            ));
            return BTreeMap::new();
        }
    };
    let mut layer = BTreeMap::new();
    accept("", table, file, &mut layer, problems);
    layer
}

/// Takes what the table of keys knows; refuses the rest with the names it could have been.
fn accept(
    prefix: &str,
    table: Map<String, Value>,
    file: &Path,
    layer: &mut BTreeMap<&'static str, ValueKind>,
    problems: &mut Problems,
) {
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, value) in entries {
        let path = join(prefix, &name);
        let section = format!("{path}.");
        if matches!(value.kind, ValueKind::Nil) {
            // A key without a value is not set.
            if keys::find(&path).is_none()
                && !is_section(&section)
                && scope::of_key(&path).is_none()
            {
                problems.push(unknown(prefix, &path, file));
            }
        } else if let Some(key) = keys::find(&path) {
            layer.insert(key.name, value.kind);
        } else if is_section(&section) {
            if let ValueKind::Table(inner) = value.kind {
                accept(&path, inner, file, layer, problems);
            } else {
                problems.push(not_a_section(&path, file));
            }
        } else if let Some(lacking) = scope::of_key(&path) {
            if !is_neutral(&value.kind) {
                problems.push(lacking.refusal(&format!("{path} in {}", file.display())));
            }
        } else {
            problems.push(unknown(prefix, &path, file));
        }
    }
}

/// A value that asks for nothing, as hydra-node's own `GET /config` shows it (`peers: []`).
fn is_neutral(kind: &ValueKind) -> bool {
    matches!(kind, ValueKind::Boolean(false))
        || matches!(kind, ValueKind::Array(items) if items.is_empty())
}

fn is_section(section: &str) -> bool {
    keys::all().any(|key| key.name.starts_with(section))
}

/// Dotted name of a key below a section.
pub(super) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn not_a_section(path: &str, file: &Path) -> Problem {
    Problem::new(
        format!("{path} in {} has a value", file.display()),
        format!("a section with keys: {}", names_below(path).join(", ")),
        "indent the keys below it, as config/default.yaml does",
    )
}

fn unknown(prefix: &str, path: &str, file: &Path) -> Problem {
    let valid = names_below(prefix);
    let leaf = path.rsplit('.').next().unwrap_or(path);
    let near = valid
        .iter()
        .map(|name| (edits(leaf, name), name))
        .min()
        .filter(|(edits, _)| *edits <= EDITS_SUGGESTED_MAX)
        .map(|(_, name)| format!("did you mean {}? ", join(prefix, name)))
        .unwrap_or_default();
    Problem::new(
        format!("unknown key {path} in {}", file.display()),
        format!("one of: {}", valid.join(", ")),
        format!("{near}Correct or remove it; config/default.yaml explains each key")
            .trim()
            .to_owned(),
    )
}

/// Typing errors beyond this many edits are no longer the same word.
const EDITS_SUGGESTED_MAX: usize = 3;

/// Names one level below a section, ours only, sorted.
fn names_below(prefix: &str) -> Vec<String> {
    let section = if prefix.is_empty() { String::new() } else { format!("{prefix}.") };
    let mut names: Vec<String> = keys::all()
        .filter_map(|key| key.name.strip_prefix(section.as_str()))
        .filter_map(|rest| rest.split('.').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Levenshtein distance; both words are option names, so the quadratic cost is nothing.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().take(EDITS_CHARS_MAX).enumerate() {
        let mut last = i + 1;
        for (j, y) in b.chars().enumerate() {
            let diagonal = row.get(j).copied().unwrap_or(0) + usize::from(x != y);
            let above = row.get(j + 1).copied().unwrap_or(0) + 1;
            let next = diagonal.min(above).min(last + 1);
            if let Some(cell) = row.get_mut(j) {
                *cell = last;
            }
            last = next;
        }
        if let Some(cell) = row.last_mut() {
            *cell = last;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Longest word compared for a suggestion; a key of outside text may be of any length.
const EDITS_CHARS_MAX: usize = 64;
