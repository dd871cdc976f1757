//! Arming by environment. It needs two variables, so that a single forgotten one cannot hurt: [`ENABLE`]`=1` and
//! [`ARM`]`="journal.before_commit=abort@37,head.guard_ack=panic@5"`.
//!
//! Grammar of one item: `NAME=ACTION[@COUNT[+]]`. `ACTION` is `abort` (the process dies at once, as by
//! kill -9), `panic`, `error` (the place reports a fault, where it can), `full` and `io` (the same, as a disk
//! without space and one that fails would make it), `stall` (until it is disarmed), `stall(MILLIS)`, or `switch`
//! (for places that are switches). `@37` acts at the 37th hit only (default 1), `@37+` at every 37th.

use std::time::Duration;
use std::{env, fmt};

use super::{Action, Arming, Due, NAMES, Point, STALL_MAX_MILLIS, Word, arm};

/// Environment variable that must be `1` before anything can be armed.
pub const ENABLE: &str = "RYDRA_FAULTS";
/// Environment variable that lists what to arm.
pub const ARM: &str = "RYDRA_FAILPOINTS";

/// Why nothing was armed. The node must then not start: a fault run without faults proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArmError {
    /// [`ARM`] is set, [`ENABLE`] is not `1`.
    NotEnabled,
    /// One item does not follow the grammar.
    Malformed {
        /// The item as given.
        item: String,
        /// What was needed.
        needed: String,
    },
}

impl fmt::Display for ArmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEnabled => write!(
                f,
                "{ARM} is set but {ENABLE} is not 1; faults kill the node on purpose and need both; \
                 unset {ARM}, or set {ENABLE}=1 in a test"
            ),
            Self::Malformed { item, needed } => {
                write!(f, "{ARM} holds \"{item}\"; needed {needed}; correct the item or remove it")
            }
        }
    }
}

impl std::error::Error for ArmError {}

/// Arms what the environment asks for; call it once, before any actor starts.
///
/// # Errors
/// [`ArmError`] when the second variable is missing or an item does not parse; then nothing is armed.
pub fn arm_from_env() -> Result<(), ArmError> {
    let Ok(list) = env::var(ARM) else { return Ok(()) };
    if list.trim().is_empty() {
        return Ok(());
    }
    if env::var(ENABLE).as_deref() != Ok("1") {
        return Err(ArmError::NotEnabled);
    }
    for (point, arming) in parse(&list)? {
        tracing::warn!(point = point.name(), ?arming, "fault armed: this node will fail");
        arm(point, arming);
    }
    Ok(())
}

pub(super) fn parse(list: &str) -> Result<Vec<(Point, Arming)>, ArmError> {
    list.split(',').map(str::trim).filter(|i| !i.is_empty()).map(parse_item).collect()
}

fn parse_item(item: &str) -> Result<(Point, Arming), ArmError> {
    let bad = |needed: &str| ArmError::Malformed { item: item.into(), needed: needed.into() };
    let (name, rest) = item.split_once('=').ok_or_else(|| bad("NAME=ACTION@COUNT"))?;
    let point =
        Point::named(name).ok_or_else(|| bad(&format!("one of the names {}", NAMES.join(", "))))?;
    let (action, count) = rest.split_once('@').unwrap_or((rest, "1"));
    let (count, repeat) = match count.strip_suffix('+') {
        Some(count) => (count, true),
        None => (count, false),
    };
    let at = count.parse::<u64>().ok().filter(|n| *n > 0);
    let at = at.ok_or_else(|| bad("a count of at least 1 after @"))?;
    let action = parse_action(action).ok_or_else(|| {
        bad("one of abort, panic, error, full, io, switch, stall, stall(MILLIS up to 600000)")
    })?;
    if !point.words().contains(&action.word()) {
        let words: Vec<&str> = point.words().iter().map(|word| word.text()).collect();
        return Err(bad(&format!(
            "an action that this place has, of {}; the others would do nothing there",
            words.join(", ")
        )));
    }
    let due = if repeat { Due::Every(at) } else { Due::At(at) };
    Ok((point, Arming::new(action, due)))
}

fn parse_action(text: &str) -> Option<Action> {
    if let Some(word) = Word::ALL.into_iter().find(|word| word.text() == text) {
        return Some(word.action(None));
    }
    let millis = text.strip_prefix("stall(")?.strip_suffix(')')?.parse::<u64>().ok()?;
    let fits = millis <= STALL_MAX_MILLIS;
    fits.then(|| Action::Stall(Some(Duration::from_millis(millis))))
}
