//! A transaction from an argument, a file or a line.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rydra_core::api::TX_BYTES_MAX;
use rydra_core::cardano::DecodeError;
use rydra_core::cardano::tx::Tx;
use rydra_core::unit::{TxId, excerpt, unhex};
use serde::Deserialize;

use crate::settings::Problem;

/// What a TX must be.
pub(super) const NEEDED: &str =
    "a transaction: a file (text envelope, hex or CBOR), hex, or - for one a line";

/// Longest text of a transaction, bytes: hex of the largest that a head takes, and an envelope around it.
pub(super) const TEXT_BYTES_MAX: usize = 2 * TX_BYTES_MAX + 4096;

/// Bytes that were meant as a transaction: one, or what the ledger's decoder refuses.
pub(super) type Parsed = Result<Tx, DecodeError>;

/// cardano-cli's text envelope and the API's form (`api.md` 5.3): everything but these two is ignored.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "cborHex")]
    cbor_hex: String,
    #[serde(rename = "txId", default)]
    id: Option<TxId>,
}

/// Reads one line, or the text of a file; no `Parsed` without bytes.
///
/// # Errors
/// What was seen and needed when the text is neither hex nor an object with hex, or states another id.
pub(super) fn parse_text(text: &[u8]) -> Result<Parsed, String> {
    let text = std::str::from_utf8(text).map_err(|error| {
        format!("byte {} is not UTF-8; needed hex or a JSON object", error.valid_up_to())
    })?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with('{') {
        return unhex(text).map(decode).map_err(|_| not_hex(text))?;
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| {
        format!("not a transaction's JSON: {error}; needed an object with hex under \"cborHex\"")
    })?;
    let bytes = unhex(&envelope.cbor_hex).map_err(|error| format!("\"cborHex\": {error}"))?;
    let parsed = decode(bytes)?;
    if let (Ok(tx), Some(stated)) = (&parsed, envelope.id)
        && tx.id() != stated
    {
        return Err(format!(
            "txId not matching: \"txId\" says {stated}, the bytes give {}; needed the id of these bytes, or \
             no \"txId\"",
            tx.id()
        ));
    }
    Ok(parsed)
}

fn not_hex(text: &str) -> String {
    if text.contains('\n') {
        let lines = text.lines().count();
        return format!(
            "{lines} lines; needed one transaction: feed several as lines, rydra tx validate … - < FILE"
        );
    }
    let at = text.char_indices().find(|(_, char)| !char.is_ascii_hexdigit());
    let seen = match at {
        Some((at, char)) => format!("character {char:?} at {at}"),
        None => "an odd number of digits".to_owned(),
    };
    format!(
        "neither hex nor a JSON object: {seen} in \"{}\" ({} characters); needed the hex of a transaction, or \
         an object with it under \"cborHex\"",
        excerpt(text),
        text.chars().count()
    )
}

fn decode(bytes: Vec<u8>) -> Result<Parsed, String> {
    if bytes.is_empty() {
        return Err("no bytes; needed a transaction".to_owned());
    }
    if bytes.len() > TX_BYTES_MAX {
        return Err(too_large(bytes.len()));
    }
    Ok(Tx::decode(bytes))
}

fn too_large(bytes: usize) -> String {
    format!(
        "transaction of {bytes} bytes; needed at most {TX_BYTES_MAX}, what a head takes: split it"
    )
}

/// Reads the TX of the command line: a file when there is one of that name, else hex.
///
/// # Errors
/// When it is neither, the file cannot be read, or its content is no transaction's text.
pub(super) fn read_argument(given: &OsStr) -> Result<Parsed, Problem> {
    let path = Path::new(given);
    let shown = excerpt(&given.to_string_lossy());
    let todo =
        "give the file that `cardano-cli transaction sign` wrote, its cborHex, or - and feed lines";
    // Names longer than the system takes are errors of another kind, and hex is longer: not found either.
    let exists = path.try_exists().unwrap_or(false) || path.symlink_metadata().is_ok();
    if exists {
        let bytes = read_file(path).map_err(|error| {
            let seen = format!("TX {shown} cannot be read: {error}");
            Problem::new(seen, "a readable file with one transaction", todo)
        })?;
        return parse_file(bytes)
            .map_err(|why| Problem::new(format!("TX {shown}: {why}"), NEEDED, todo));
    }
    let text = given.to_str().map(str::trim).unwrap_or_default();
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.starts_with('{') || is_hex && !text.is_empty() {
        return parse_text(text.as_bytes())
            .map_err(|why| Problem::new(format!("TX: {why}"), NEEDED, todo));
    }
    let seen = format!("TX \"{shown}\" is no file and no hex");
    Err(Problem::new(seen, NEEDED, todo))
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Bounded, because a device or a wrong file may have no end; pipes of a shell are files too.
    let limit = TEXT_BYTES_MAX as u64 + 1;
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse_file(bytes: Vec<u8>) -> Result<Parsed, String> {
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(format!(
            "larger than {TEXT_BYTES_MAX} bytes; needed one transaction: feed several as lines to -"
        ));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("an empty file; needed a transaction".to_owned());
    }
    // Raw CBOR of a transaction begins with a list head, which no text does.
    if bytes.first().is_some_and(|first| *first >= 0x80 && *first != UTF8_MARK) {
        return decode(bytes);
    }
    parse_text(&bytes)
}

/// First byte of the mark that some editors put before a text.
const UTF8_MARK: u8 = 0xef;

#[cfg(test)]
mod tests {
    use rydra_core::cardano::build::{PaymentKey, TxBuilder};
    use rydra_core::unit::hex;

    use super::*;

    fn tx() -> Tx {
        TxBuilder::new().fee(7).sign(&[&PaymentKey::from_seed(&[1; 32])]).unwrap()
    }

    #[test]
    fn a_transaction_is_read_from_every_form() {
        let tx = tx();
        let digits = hex(tx.bytes());
        let json =
            format!(r#"{{"type":"Witnessed Tx ConwayEra","description":"","cborHex":"{digits}"}}"#);
        let stated = format!(r#"{{"cborHex":"{digits}","txId":"{}"}}"#, tx.id());
        for text in [
            digits.clone(),
            digits.to_uppercase(),
            format!("  {digits}\r\n"),
            format!("\u{feff}{digits}"),
            json.clone(),
            stated,
            serde_json::to_string_pretty(&tx).unwrap(),
        ] {
            assert_eq!(parse_text(text.as_bytes()).unwrap().as_ref(), Ok(&tx), "{text}");
            assert_eq!(parse_file(text.into_bytes()).unwrap().as_ref(), Ok(&tx));
        }
        assert_eq!(parse_file(tx.bytes().to_vec()).unwrap().as_ref(), Ok(&tx));
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("tx.signed");
        std::fs::write(&file, json).unwrap();
        assert_eq!(read_argument(file.as_os_str()).unwrap().as_ref(), Ok(&tx));
        assert_eq!(read_argument(OsStr::new(&digits)).unwrap().as_ref(), Ok(&tx));
    }

    #[test]
    fn bytes_that_are_no_transaction_are_the_ledgers_to_refuse() {
        for text in ["00", "84", "5820aa", r#"{"cborHex":"8400"}"#] {
            let refused = parse_text(text.as_bytes()).unwrap().unwrap_err();
            assert!(refused.to_string().starts_with("transaction"), "{refused}");
        }
    }

    #[test]
    fn text_that_is_no_transaction_is_unusable_and_says_why() {
        let id = "00".repeat(32);
        let wrong_id = format!(r#"{{"cborHex":"{}","txId":"{id}"}}"#, hex(tx().bytes()));
        let large = "84".repeat(TX_BYTES_MAX + 1);
        for (text, seen) in [
            ("", "no bytes"),
            ("84a", "odd number of digits"),
            ("84xy", "character 'x' at 2"),
            ("84\n84", "2 lines; needed one transaction"),
            ("[1]", "character '[' at 0"),
            ("{}", "missing field `cborHex`"),
            ("{\"cborHex\":1}", "expected a string"),
            ("{\"cborHex\":\"8x\"}", "not hex"),
            ("{\"cborHex\":\"\"}", "no bytes"),
            ("{\"cborHex\":\"84\"", "EOF"),
            ("{\"cborHex\":\"84\",\"txId\":\"ab\"}", "needed"),
            (&wrong_id, "txId not matching"),
            (&large, "262145 bytes; needed at most 262144"),
        ] {
            let why = parse_text(text.as_bytes()).unwrap_err();
            assert!(why.contains(seen), "{seen}: {why}");
            assert!(why.len() < 500, "texts are cut: {}", why.len());
        }
        assert!(parse_text(&[0x84, 0xff]).unwrap_err().contains("not UTF-8"));
        assert!(parse_file(b" \n".to_vec()).unwrap_err().contains("an empty file"));
        assert!(parse_file(vec![b'0'; TEXT_BYTES_MAX + 1]).unwrap_err().contains("larger than"));
    }
}
