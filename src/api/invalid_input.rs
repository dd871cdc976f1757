//! `InvalidInput`: the answer to what could not be decoded, to its sender only (`api.md` 2.8).

use serde::Serialize;

use super::Vocabulary;

/// Why an input was refused, and the input itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidInput {
    /// What was seen, what was needed, what to do.
    pub reason: String,
    /// The received bytes, invalid UTF-8 replaced.
    pub input: String,
}

#[derive(Serialize)]
struct Wire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'static str>,
    reason: &'a str,
    input: &'a str,
}

impl InvalidInput {
    /// Refuses `input` with a reason.
    #[must_use]
    pub fn new(reason: impl Into<String>, input: &[u8]) -> Self {
        Self { reason: reason.into(), input: String::from_utf8_lossy(input).into_owned() }
    }

    /// Renders it. Upstream sends no `tag`, though its schema demands one; we add it outside legacy.
    ///
    /// # Errors
    /// Never, in fact; see [`super::to_json`].
    pub fn render(&self, vocabulary: Vocabulary) -> Result<Vec<u8>, serde_json::Error> {
        let tag = match vocabulary {
            Vocabulary::Deposit => Some("InvalidInput"),
            Vocabulary::Legacy => None,
        };
        super::to_json(&Wire { tag, reason: &self.reason, input: &self.input })
    }
}
