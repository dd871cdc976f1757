//! Hex, excerpts, and the error of every text form.

use std::fmt;

/// Why a text was refused as a scalar: what was seen and what was needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalarError(pub String);

impl fmt::Display for ScalarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScalarError {}

/// Encodes bytes as lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    faster_hex::hex_string(bytes)
}

/// Decodes hex of either case; the error says what was seen.
///
/// # Errors
/// When the text has an odd length or a character that is not a hex digit.
pub fn unhex(text: &str) -> Result<Vec<u8>, ScalarError> {
    let mut out = vec![0; text.len() / 2];
    match faster_hex::hex_decode(text.as_bytes(), &mut out) {
        Ok(_) if text.len().is_multiple_of(2) => Ok(out),
        _ => Err(ScalarError(format!(
            "not hex: \"{}\" ({} characters); needed an even number of hex digits",
            excerpt(text),
            text.len()
        ))),
    }
}

/// The first characters of a text of any length, for error messages.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const EXCERPT_CHARS_MAX: usize = 80;
    let mut short: String = text.chars().take(EXCERPT_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
