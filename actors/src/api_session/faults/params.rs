//! Parameters of `/faults`, read strictly: a test that misspells one must not pass.

use std::collections::BTreeMap;
use std::time::Duration;

use rydra_core::unit::excerpt;

use crate::api_session::query::decoded;
use crate::failpoint::{Arming, Due, STALL_MAX_MILLIS, Word};

/// Largest count: more passings than any test waits for.
const COUNT_MAX: u64 = 1_000_000_000;
/// Longest time for which a place stays armed by itself, milliseconds (1 hour): a longer one is ended by a request.
const ARMED_MAX_MILLIS: u64 = 3_600_000;

/// Parameters that are numbers, from 1 up to these.
pub(super) const NUMBERS: [(&str, u64); 5] = [
    ("count", COUNT_MAX),
    ("every", COUNT_MAX),
    ("times", COUNT_MAX),
    ("for-ms", ARMED_MAX_MILLIS),
    ("ms", STALL_MAX_MILLIS),
];

/// Those that say when an armed place acts.
pub(super) const WHEN: [&str; 4] = ["count", "every", "times", "for-ms"];

/// The parameters of one request.
#[derive(Debug, Default)]
pub(super) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads a query of these parameters, each at most once.
    pub fn read(query: &str, known: &[&str]) -> Result<Self, String> {
        let mut params = BTreeMap::new();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (decoded(name), decoded(value));
            if !known.contains(&name.as_str()) {
                let needed = match known {
                    [] => "none here".to_owned(),
                    known => format!("one of {}", known.join(", ")),
                };
                return Err(format!("parameter \"{}\"; needed {needed}", excerpt(&name)));
            }
            if params.insert(name.clone(), value).is_some() {
                return Err(format!("parameter {name} twice; needed it once"));
            }
        }
        Ok(Self(params))
    }

    /// A parameter as it is.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let most = NUMBERS.iter().find(|(known, _)| *known == name).map_or(0, |(_, most)| *most);
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u64>() {
            Ok(number) if digits && (1..=most).contains(&number) => Ok(Some(number)),
            Ok(_) | Err(_) => {
                let seen = excerpt(text);
                Err(format!("{name}={seen}; needed an integer from 1 to {most}"))
            }
        }
    }

    /// The length of a stall, which has no default.
    pub fn stall(&self, what: &str) -> Result<Duration, String> {
        self.number("ms")?
            .map(Duration::from_millis)
            .ok_or_else(|| format!("no ms; needed ms=1 to {STALL_MAX_MILLIS} milliseconds {what}"))
    }

    /// What a place is armed with; without `count` and `every` it is due as said.
    pub fn arming(&self, word: Word, default: Due) -> Result<Arming, String> {
        let is_stall = word == Word::Stall;
        if !is_stall && self.text("ms").is_some() {
            return Err(format!("ms with {}; needed ms for a stall only", word.text()));
        }
        let stall = is_stall.then(|| self.stall("for each stall")).transpose()?;
        let due = match (self.number("count")?, self.number("every")?) {
            (Some(_), Some(_)) => {
                return Err("count and every; needed one of them: at the count-th passing, or at every such"
                    .to_owned());
            }
            (Some(count), None) => Due::At(count),
            (None, Some(every)) => Due::Every(every),
            (None, None) => default,
        };
        let times = self.number("times")?;
        if times.is_some() && matches!(due, Due::At(_)) {
            return Err("times without every; needed every=N with it: at a count it happens once"
                .to_owned());
        }
        if word == Word::Switch && (times.is_some() || due != default) {
            return Err("count, every or times with switch; needed none: it is on until it is disarmed, or for for-ms"
                .to_owned());
        }
        let lasts = self.number("for-ms")?.map(Duration::from_millis);
        Ok(Arming { times, lasts, ..Arming::new(word.action(stall), due) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failpoint::{Action, FaultKind};

    fn arming(query: &str, word: Word, default: Due) -> Result<Arming, String> {
        Params::read(query, &["count", "every", "times", "for-ms", "ms"])?.arming(word, default)
    }

    #[test]
    fn parameters_become_an_arming() {
        let full = arming("", Word::Full, Due::Every(1));
        assert_eq!(full, Ok(Arming::new(Action::Error(FaultKind::Full), Due::Every(1))));
        let slow = arming("&ms=%33&every=2&times=5&for-ms=7&", Word::Stall, Due::Every(1)).unwrap();
        assert_eq!(slow.action, Action::Stall(Some(Duration::from_millis(3))));
        assert_eq!((slow.due, slow.times), (Due::Every(2), Some(5)));
        assert_eq!(slow.lasts, Some(Duration::from_millis(7)));
        let once = arming("count=37", Word::Abort, Due::At(1));
        assert_eq!(once, Ok(Arming::new(Action::Abort, Due::At(37))));
    }

    #[test]
    fn every_bad_parameter_says_what_was_seen_and_needed() {
        let cases = [
            ("cuont=1", Word::Panic, "parameter \"cuont\"; needed one of count, every"),
            ("count=1&count=2", Word::Panic, "parameter count twice; needed it once"),
            ("count=0", Word::Panic, "count=0; needed an integer from 1 to 1000000000"),
            ("count=+1", Word::Panic, "count= 1; needed"),
            ("count", Word::Panic, "count=; needed"),
            ("count=1e3", Word::Panic, "count=1e3; needed"),
            ("count=99999999999999999999999", Word::Panic, "needed an integer"),
            ("count=1&every=1", Word::Panic, "needed one of them"),
            ("times=3", Word::Panic, "times without every"),
            ("ms=5", Word::Panic, "ms with panic; needed ms for a stall only"),
            ("", Word::Stall, "no ms; needed ms=1 to 600000 milliseconds"),
            ("ms=600001", Word::Stall, "ms=600001; needed an integer from 1 to 600000"),
            ("for-ms=3600001", Word::Panic, "for-ms=3600001; needed an integer from 1 to 3600000"),
            ("count=2", Word::Switch, "with switch; needed none"),
        ];
        for (query, word, needed) in cases {
            let text = arming(query, word, Due::At(1)).expect_err(query);
            assert!(text.contains(needed), "{query}: {text}");
        }
        let long = "x".repeat(10_000);
        assert!(Params::read(&long, &[]).unwrap_err().len() < 200);
    }
}
