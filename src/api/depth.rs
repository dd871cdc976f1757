//! Nesting depth of JSON text, known before any recursive decoder sees it (`robustness.md` R5).

/// Deepest nesting a client message may have. Real messages stay under 12 (a side-loaded snapshot with a
/// detailed-schema datum); Plutus data may nest deeper, hence the slack.
pub const NESTING_DEPTH_MAX: usize = 64;

/// Whether objects and arrays nest at most [`NESTING_DEPTH_MAX`] deep. Linear, no recursion, no allocation;
/// text that is not JSON gives some answer and is refused by the parser afterwards.
#[must_use]
pub fn within_limit(text: &[u8]) -> bool {
    // Almost every message has fewer brackets than the limit has levels: one vectorised pass settles it.
    let opened: usize = text.iter().map(|byte| usize::from(matches!(byte, b'{' | b'['))).sum();
    opened <= NESTING_DEPTH_MAX || deepest(text) <= NESTING_DEPTH_MAX
}

fn deepest(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_inside_strings_do_not_nest() {
        let text = format!("{{\"a\":\"{}\\\"{}\"}}", "[".repeat(500), "{".repeat(500));
        assert!(within_limit(text.as_bytes()));
        let wide = "[]".repeat(10_000);
        assert!(within_limit(wide.as_bytes()));
    }

    #[test]
    fn the_limit_is_exact() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(within_limit(nested(NESTING_DEPTH_MAX).as_bytes()));
        assert!(!within_limit(nested(NESTING_DEPTH_MAX + 1).as_bytes()));
        assert!(!within_limit("{\"a\":".repeat(1_000_000).as_bytes()), "truncated bombs too");
    }
}
