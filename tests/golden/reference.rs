//! Where the reference data lies, and reading it.

use std::path::PathBuf;

use serde_json::Value;

/// The directory of the reference data; none, after saying so, when it is missing.
pub fn directory() -> Option<PathBuf> {
    let path = std::env::var_os("HYDRA_REFERENCE").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference")),
        PathBuf::from,
    );
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: reference data not found at {}", path.display());
    None
}

/// One file, as bytes; none when there is no reference data.
pub fn bytes(file: &str) -> Option<Vec<u8>> {
    let path = directory()?.join(file);
    Some(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// All JSON documents below `golden`, with their names.
pub fn documents() -> Vec<(String, Value)> {
    let Some(directory) = directory() else { return Vec::new() };
    let mut pending = vec![directory.join("golden")];
    let mut found = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), serde_json::from_str(&text).unwrap()));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Visits every value inside a document.
pub fn walk<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(entries) => entries.values().for_each(|entry| walk(entry, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
