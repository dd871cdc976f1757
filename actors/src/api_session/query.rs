//! The query string of a WebSocket handshake (`api.md` 2.1, 8.4): never fails, unknown things are ignored.

use rydra_core::api::filter::AddressFilter;
use rydra_core::api::greetings::View as Wanted;
use rydra_core::api::{ShowUtxo, Vocabulary};
use rydra_core::unit::EventId;

/// Which part of the past a client wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum History {
    /// None.
    #[default]
    None,
    /// All of it.
    All,
    /// What has a greater `seq`.
    After(EventId),
}

/// What a client asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub history: History,
    pub wanted: Wanted,
    pub filter: Option<AddressFilter>,
    /// `encoding=cbor`, which this version refuses.
    pub cbor: bool,
}

/// Reads everything from the first `?`.
pub(crate) fn parse(query: &str, default: Vocabulary) -> Query {
    let mut parsed =
        Query { wanted: Wanted { vocabulary: default, ..Wanted::default() }, ..Query::default() };
    let mut vocabulary = None;
    for part in query.split(['&', ';']) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (decoded(name), decoded(value));
        match (&*name, &*value) {
            ("history", "yes") => parsed.history = History::All,
            ("history", seq) if parsed.history == History::None => {
                parsed.history = event_id(seq).map_or(History::None, History::After);
            }
            ("snapshot-utxo", "no") => parsed.wanted.show = ShowUtxo::No,
            ("encoding", "cbor") => parsed.cbor = true,
            ("address", address) if !address.is_empty() && parsed.filter.is_none() => {
                parsed.filter = Some(AddressFilter::new(address));
            }
            ("vocabulary", name) => vocabulary = vocabulary.or_else(|| Vocabulary::parse(name)),
            _ => {}
        }
    }
    parsed.wanted.vocabulary = vocabulary.unwrap_or(default);
    parsed
}

fn event_id(text: &str) -> Option<EventId> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).map(EventId)
}

/// Percent-decodes; a malformed escape stays as it is, `+` is a blank.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| *first == b'%').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())?;
            u8::from_str_radix(digits, 16).ok()
        });
        if let Some(byte) = escape {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(query: &str) -> History {
        parse(query, Vocabulary::Deposit).history
    }

    #[test]
    fn history_is_yes_anywhere_or_a_number_or_nothing() {
        assert_eq!(history(""), History::None);
        assert_eq!(history("history=no&history=yes"), History::All);
        assert_eq!(history("history=5"), History::After(EventId(5)));
        assert_eq!(history("history=5&history=yes"), History::All);
        for ignored in [
            "history=Yes",
            "history",
            "history=",
            "history=-1",
            "history=+1",
            "history=1x",
            "%zz=%",
        ] {
            assert_eq!(history(ignored), History::None, "{ignored}");
        }
        assert_eq!(history("h%69story=%79es"), History::All);
    }

    #[test]
    fn the_first_address_that_is_not_empty_counts() {
        let filter = |query: &str| parse(query, Vocabulary::Deposit).filter;
        assert_eq!(filter("address&address="), None);
        assert_eq!(filter("address&address=a&address=b"), Some(AddressFilter::new("a")));
    }

    #[test]
    fn an_unknown_vocabulary_is_ignored_and_the_setting_holds() {
        let vocabulary = |query: &str| parse(query, Vocabulary::Legacy).wanted.vocabulary;
        assert_eq!(vocabulary("vocabulary=klingon"), Vocabulary::Legacy);
        assert_eq!(vocabulary("vocabulary=klingon&vocabulary=deposit"), Vocabulary::Deposit);
        assert!(parse("encoding=cbor", Vocabulary::Deposit).cbor);
        assert_eq!(parse("snapshot-utxo=no", Vocabulary::Deposit).wanted.show, ShowUtxo::No);
        assert_eq!(
            parse("snapshot-utxo=No&tx-output=cbor", Vocabulary::Deposit).wanted.show,
            ShowUtxo::Yes
        );
    }
}
