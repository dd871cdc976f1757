//! Parameters of `/faults`, read strictly: a test that misspells one must not pass.

use std::collections::BTreeMap;
use std::time::Duration;

use rydra_core::unit::excerpt;

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

/// A refusal in the form of all others of this program.
pub(super) fn told(seen: &str, needed: &str, todo: &str) -> String {
    format!("{seen}; needed {needed}; do: {todo}")
}

/// A name or a value with its `%XX` put in. A plus is a plus: nothing here has a space that it could stand for.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *first == b'%').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())?;
            u8::from_str_radix(digits, 16).ok()
        });
        bytes.push(escape.unwrap_or(*first));
        rest = escape.and_then(|_| after.get(2..)).unwrap_or(after);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

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
                let seen = format!("parameter \"{}\"", excerpt(&name));
                return Err(told(&seen, &needed, "leave it out, or correct its name"));
            }
            if params.insert(name.clone(), value).is_some() {
                return Err(told(&format!("parameter {name} twice"), "it once", "leave one out"));
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
        // One way to write each number: what a suite reads back is what it sent.
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        match text.parse::<u64>() {
            Ok(number) if plain && (1..=most).contains(&number) => Ok(Some(number)),
            Ok(_) | Err(_) => {
                let needed = format!("an integer from 1 to {most}");
                let todo = format!("write {name}=N in digits, without sign and leading zeros");
                Err(told(&format!("{name}={}", excerpt(text)), &needed, &todo))
            }
        }
    }

    /// The length of a stall, which has no default.
    pub fn stall(&self, what: &str) -> Result<Duration, String> {
        self.number("ms")?.map(Duration::from_millis).ok_or_else(|| {
            let needed = format!("ms=1 to {STALL_MAX_MILLIS} milliseconds {what}");
            told("no ms", &needed, "add ?ms=500")
        })
    }

    /// What a place is armed with; without `count` and `every` it is due as said.
    pub fn arming(&self, word: Word, default: Due) -> Result<Arming, String> {
        let is_stall = word == Word::Stall;
        if !is_stall && self.text("ms").is_some() {
            let seen = format!("ms with {}", word.text());
            return Err(told(
                &seen,
                "ms for a stall only",
                "leave ms out, or ask for action=stall",
            ));
        }
        let stall = is_stall.then(|| self.stall("for each stall")).transpose()?;
        let due = match (self.number("count")?, self.number("every")?) {
            (Some(_), Some(_)) => {
                let needed = "one of them: at the count-th passing, or at every such";
                return Err(told("count and every", needed, "leave one out"));
            }
            (Some(count), None) => Due::At(count),
            (None, Some(every)) => Due::Every(every),
            (None, None) => default,
        };
        let times = self.number("times")?;
        if times.is_some() && matches!(due, Due::At(_)) {
            let needed = "every=N with it: at a count it happens once";
            return Err(told("times without every", needed, "add every=1, or leave times out"));
        }
        if word == Word::Switch && (times.is_some() || due != default) {
            let needed = "none: it is on until it is disarmed, or for for-ms";
            return Err(told("count, every or times with switch", needed, "leave them out"));
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
        assert_eq!(decoded("a%20b+c%4"), "a b+c%4");
        let once = arming("count=37", Word::Abort, Due::At(1));
        assert_eq!(once, Ok(Arming::new(Action::Abort, Due::At(37))));
    }

    #[test]
    fn every_bad_parameter_says_what_was_seen_and_needed() {
        let cases = [
            ("cuont=1", Word::Panic, "parameter \"cuont\"; needed one of count, every"),
            ("count=1&count=2", Word::Panic, "parameter count twice; needed it once"),
            ("count=0", Word::Panic, "count=0; needed an integer from 1 to 1000000000"),
            ("count=+1", Word::Panic, "count=+1; needed"),
            ("count=%2B1", Word::Panic, "count=+1; needed"),
            (
                "count=00001",
                Word::Panic,
                "count=00001; needed an integer from 1 to 1000000000; do: write",
            ),
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
            assert!(text.contains(needed) && text.contains("; do: "), "{query}: {text}");
        }
        let long = "x".repeat(10_000);
        assert!(Params::read(&long, &[]).unwrap_err().len() < 200);
    }
}
