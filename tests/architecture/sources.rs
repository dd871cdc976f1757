//! A plain reading of source files: enough to measure and to search, no parser.

use std::path::{Path, PathBuf};

/// Directories that hold no source of ours.
const SKIPPED: &[&str] = &["target", ".git", "demo-data", "corpus", "artifacts", "node_modules"];

pub struct File {
    /// Relative to the repository, `/` between parts.
    pub path: String,
    pub text: String,
}

pub struct Function {
    pub name: String,
    /// Line of its head, from 1.
    pub line: usize,
    /// Lines from head to closing brace.
    pub lines: usize,
}

/// All files of an extension below these directories, sorted by path.
pub fn files(below: &[&str], extension: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for directory in below {
        collect(&root.join(directory), extension, &mut paths);
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| File {
            text: std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}")),
            path: path
                .strip_prefix(root)
                .unwrap_or(&path)
                .components()
                .as_path()
                .display()
                .to_string(),
        })
        .collect()
}

fn collect(directory: &Path, extension: &str, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if SKIPPED.iter().any(|skipped| name == *skipped) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            collect(&path, extension, out);
        } else if path.extension().is_some_and(|e| e == extension) {
            out.push(path);
        }
    }
}

/// Whether a line of code names a path or word, as a whole word.
pub fn names(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(part);
        let after = line[at + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}

impl File {
    /// Whether the whole file is test code.
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name == "tests.rs"
            || name.ends_with("_tests.rs")
            || name == "testing.rs"
            || self.path.contains("/tests/")
    }

    /// Lines of code with their numbers: no comments, nothing after the unit tests begin.
    pub fn production_lines(&self) -> Vec<(usize, &str)> {
        if self.is_test() {
            return Vec::new();
        }
        (1..)
            .zip(self.text.lines())
            .take_while(|(_, line)| !line.starts_with("#[cfg(test)]") || self.declares_next(line))
            .map(|(number, line)| (number, line.split("//").next().unwrap_or(line)))
            .collect()
    }

    /// `#[cfg(test)]` before `mod x;` is only a declaration; the code goes on after it.
    fn declares_next(&self, attribute: &str) -> bool {
        let at = attribute.as_ptr() as usize - self.text.as_ptr() as usize;
        let rest = &self.text[at + attribute.len()..];
        rest.lines().nth(1).is_some_and(|next| next.contains("mod ") && next.ends_with(';'))
    }

    /// Functions by indentation: rustfmt puts the closing brace below the first letter of the head.
    pub fn functions(&self) -> Vec<Function> {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut found = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let Some(name) = head(line) else { continue };
            let indent = line.len() - line.trim_start().len();
            let closing = format!("{}}}", " ".repeat(indent));
            let end = lines[at..].iter().position(|l| {
                *l == closing
                    || l.trim_end().ends_with(';') && l.len() - l.trim_start().len() == indent
            });
            let length = end.map_or(1, |end| end + 1);
            found.push(Function { name, line: at + 1, lines: length });
        }
        found
    }
}

/// Name of the function whose head this line is; one-line bodies count as nothing.
fn head(line: &str) -> Option<String> {
    let mut words = line.trim_start();
    for prefix in
        ["pub(crate) ", "pub(super) ", "pub ", "const ", "async ", "unsafe ", "extern \"C\" "]
    {
        words = words.strip_prefix(prefix).unwrap_or(words);
    }
    let name = words.strip_prefix("fn ")?;
    if line.trim_end().ends_with('}') || line.trim_end().ends_with(';') {
        return None;
    }
    Some(name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}

#[test]
fn reading_finds_functions_and_whole_words() {
    let text = "impl A {\n    pub fn long(\n        a: u8,\n    ) -> u8 {\n        a\n    }\n\n    fn one() {}\n}\n";
    let file = File { path: "a.rs".to_owned(), text: text.to_owned() };
    let functions = file.functions();
    assert_eq!(functions.len(), 1);
    assert_eq!((functions[0].name.as_str(), functions[0].line, functions[0].lines), ("long", 2, 5));
    assert!(names("use std::fs::File;", "std::fs") && !names("Instantly", "Instant"));
}

#[test]
fn reading_skips_comments_and_tests() {
    let text = "a // std::fs\n#[cfg(test)]\nmod tests;\nb\n#[cfg(test)]\nmod inner {\nstd::fs\n";
    let file = File { path: "a.rs".to_owned(), text: text.to_owned() };
    let lines: Vec<&str> = file.production_lines().into_iter().map(|(_, l)| l).collect();
    assert_eq!(lines, ["a ", "#[cfg(test)]", "mod tests;", "b"]);
}
