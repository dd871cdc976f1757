//! Addresses: strict check of the raw bytes (the ledger's Conway rules) and their text forms.
//!
//! Text: bech32 for Shelley, base58 for Byron (`api.md` 5.2). Both are written out here, because the
//! conversions of `pallas-addresses` 1.4 are too lenient over money: they take bech32m checksums, drop
//! bytes after an address, rewrite pointers, and cap base58 at 132 bytes.

use super::reader::Reader;
use super::{At, DecodeError, strict};

/// Header bits that no address uses: of the network nibble only the lowest bit has a meaning.
const UNUSED_BITS: u8 = 0b0000_1110;
const BYRON_BIT: u8 = 0b1000_0000;
const NO_STAKE_HASH_BIT: u8 = 0b0100_0000;
const NO_POINTER_BIT: u8 = 0b0010_0000;
const HASH_BYTES: usize = 28;

/// Longest text that is tried as an address. Byron addresses carry free attributes; the longest of
/// layer 1 stay below 200 characters.
const TEXT_CHARS_MAX: usize = 1024;

/// Checks raw address bytes as the ledger does from Conway on: header, exact length, pointers within
/// their ranges, Byron structure and checksum.
///
/// # Errors
/// When the ledger would refuse the bytes.
pub fn check(bytes: &[u8]) -> Result<(), DecodeError> {
    let Some((&header, rest)) = bytes.split_first() else {
        return Err(DecodeError::new("an empty address", "a header byte and its payload"));
    };
    if header & BYRON_BIT != 0 {
        return check_byron(bytes).at("Byron address");
    }
    if header & UNUSED_BITS != 0 {
        return Err(DecodeError::new(
            format_args!("address header 0x{header:02x} with unused bits"),
            "network 0 or 1 in the low four bits",
        ));
    }
    if header & NO_STAKE_HASH_BIT == 0 {
        return exactly(rest, 2 * HASH_BYTES, "base");
    }
    if header & NO_POINTER_BIT != 0 {
        return exactly(rest, HASH_BYTES, "enterprise");
    }
    match rest.get(HASH_BYTES..) {
        Some(pointer) => check_pointer(pointer).at("pointer address"),
        None => exactly(rest, HASH_BYTES + 3, "pointer"),
    }
}

fn exactly(rest: &[u8], needed: usize, kind: &str) -> Result<(), DecodeError> {
    if rest.len() == needed {
        return Ok(());
    }
    Err(DecodeError::new(
        format_args!("{kind} address of {} bytes", rest.len() + 1),
        format_args!("{}", needed + 1),
    ))
}

/// Slot (32 bit), transaction index and certificate index (16 bit), each in groups of seven bits.
fn check_pointer(mut bytes: &[u8]) -> Result<(), DecodeError> {
    for (what, bits) in [("slot", 32), ("transaction index", 16), ("certificate index", 16)] {
        let mut value = 0_u64;
        let groups_max = usize::div_ceil(bits, 7);
        for group in 1.. {
            let Some((&byte, rest)) = bytes.split_first() else {
                return Err(DecodeError::new(format_args!("the address ends in its {what}"), what));
            };
            bytes = rest;
            value = value << 7 | u64::from(byte & 0x7f);
            if value >> bits != 0 || group > groups_max {
                return Err(DecodeError::new(
                    format_args!("{what} of more than {bits} bits"),
                    format_args!("at most {bits}"),
                ));
            }
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    if bytes.is_empty() {
        return Ok(());
    }
    Err(DecodeError::new(format_args!("{} bytes after the pointer", bytes.len()), "none"))
}

fn check_byron(bytes: &[u8]) -> Result<(), DecodeError> {
    strict::check(bytes)?;
    let (payload, stated) = Reader::new(bytes).record(2, "address", |r| {
        let payload = r.encoded().at("payload")?;
        Ok((payload, r.at_most(u64::from(u32::MAX)).at("checksum")?))
    })?;
    let computed = u64::from(crc32(payload));
    if computed != stated {
        return Err(DecodeError::new(
            format_args!("checksum {stated}"),
            format_args!("{computed}, the CRC-32 of the payload"),
        ));
    }
    let mut reader = Reader::new(payload);
    reader.record(3, "payload", |r| {
        r.hash28("root")?;
        let mut attributes = r.map().at("attributes")?;
        while r.more(&mut attributes)? {
            r.at_most(u64::from(u8::MAX)).at("attribute")?;
            r.bytes().at("attribute")?;
        }
        r.u64().at("type").map(|_| ())
    })
}

/// CRC-32 of IEEE 802.3, bit by bit: Byron addresses are rare and short.
fn crc32(bytes: &[u8]) -> u32 {
    const REFLECTED_POLYNOMIAL: u32 = 0xedb8_8320;
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = if crc & 1 == 1 { REFLECTED_POLYNOMIAL } else { 0 };
            crc = crc >> 1 ^ carry;
        }
    }
    !crc
}

/// Prefixes of payment addresses by network.
const TESTNET_PREFIX: &str = "addr_test";
const MAINNET_PREFIX: &str = "addr";

/// Text of raw address bytes: bech32, or base58 for Byron.
///
/// # Errors
/// When the bytes are not an address of an output.
pub fn to_text(bytes: &[u8]) -> Result<String, DecodeError> {
    check(bytes)?;
    Ok(checked_to_text(bytes))
}

/// As [`to_text`], for bytes that passed [`check`].
pub(super) fn checked_to_text(bytes: &[u8]) -> String {
    match bytes.first() {
        Some(header) if header & BYRON_BIT != 0 => base58_encode(bytes),
        header => {
            let main = header.is_some_and(|header| header & 1 == 1);
            bech32_encode(if main { MAINNET_PREFIX } else { TESTNET_PREFIX }, bytes)
        }
    }
}

/// Raw bytes of an address text: bech32 with the prefix of its network, or base58 (Byron).
///
/// # Errors
/// When the text is neither, its checksum fails, its prefix contradicts its network, or the bytes are
/// not those of an address of an output (stake addresses are not).
pub fn from_text(text: &str) -> Result<Box<[u8]>, DecodeError> {
    parse(text).at(format_args!("address \"{}\"", crate::unit::excerpt(text)))
}

fn parse(text: &str) -> Result<Box<[u8]>, DecodeError> {
    const NEEDED: &str = "a bech32 address (addr1…, addr_test1…) or a Byron address in base58";
    if text.len() > TEXT_CHARS_MAX {
        return Err(DecodeError::new(format_args!("{} characters", text.len()), NEEDED));
    }
    let lower = text.to_ascii_lowercase();
    let one_case = lower == text || text.to_ascii_uppercase() == text;
    let bech32 = lower.rsplit_once('1').filter(|(prefix, _)| {
        one_case && ["addr", "addr_test", "stake", "stake_test"].contains(prefix)
    });
    let bytes = match bech32 {
        Some((prefix, data)) => {
            let bytes = bech32_decode(prefix, data)?;
            check(&bytes)?;
            let main = bytes.first().is_some_and(|header| header & 1 == 1);
            let own = if main { MAINNET_PREFIX } else { TESTNET_PREFIX };
            if prefix != own || bytes.first().is_some_and(|header| header & BYRON_BIT != 0) {
                let seen = format!("prefix \"{prefix}\"");
                return Err(DecodeError::new(seen, format_args!("\"{own}\", its network's")));
            }
            bytes
        }
        None => {
            let bytes = base58_decode(text)
                .filter(|bytes| bytes.first().is_some_and(|header| header & BYRON_BIT != 0))
                .ok_or_else(|| DecodeError::new("neither bech32 nor base58", NEEDED))?;
            check(&bytes)?;
            bytes
        }
    };
    Ok(bytes.into())
}

const BECH32_DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const BECH32_CHECKSUM_DIGITS: usize = 6;

/// Checksum of BIP-173 over five-bit values: zero-residue state after `values`.
fn bech32_step(state: u32, value: u8) -> u32 {
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = state >> 25;
    let mut next = (state & 0x01ff_ffff) << 5 ^ u32::from(value);
    for (bit, generator) in GENERATORS.iter().enumerate() {
        if top >> bit & 1 == 1 {
            next ^= generator;
        }
    }
    next
}

fn bech32_start(prefix: &str) -> u32 {
    let high = prefix.bytes().fold(1, |state, byte| bech32_step(state, byte >> 5));
    prefix.bytes().fold(bech32_step(high, 0), |state, byte| bech32_step(state, byte & 31))
}

fn bech32_digit(value: u8) -> char {
    char::from(BECH32_DIGITS.get(usize::from(value & 31)).copied().unwrap_or(b'q'))
}

fn bech32_encode(prefix: &str, bytes: &[u8]) -> String {
    let mut text = String::with_capacity(prefix.len() + 2 + bytes.len() * 8 / 5 + 8);
    text.push_str(prefix);
    text.push('1');
    let mut state = bech32_start(prefix);
    let mut emit = |value: u8| {
        state = bech32_step(state, value);
        text.push(bech32_digit(value));
    };
    let (mut pending, mut bits) = (0_u16, 0);
    for byte in bytes {
        pending = pending << 8 | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            emit((pending >> bits & 31) as u8);
        }
    }
    if bits > 0 {
        emit((pending << (5 - bits) & 31) as u8);
    }
    let checksum = (0..BECH32_CHECKSUM_DIGITS).fold(state, |state, _| bech32_step(state, 0)) ^ 1;
    for digit in (0..BECH32_CHECKSUM_DIGITS).rev() {
        text.push(bech32_digit((checksum >> (5 * digit) & 31) as u8));
    }
    text
}

fn bech32_decode(prefix: &str, data: &str) -> Result<Vec<u8>, DecodeError> {
    let mut state = bech32_start(prefix);
    let payload_digits = data.len().saturating_sub(BECH32_CHECKSUM_DIGITS);
    let mut bytes = Vec::with_capacity(payload_digits * 5 / 8);
    let (mut pending, mut bits) = (0_u16, 0);
    for (at, digit) in data.bytes().enumerate() {
        let value = BECH32_DIGITS.iter().position(|known| *known == digit).ok_or_else(|| {
            let seen = format!("character '{}'", char::from(digit).escape_default());
            DecodeError::new(seen, "the bech32 alphabet")
        })?;
        state = bech32_step(state, value as u8);
        if at < payload_digits {
            pending = pending << 5 | value as u16;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push((pending >> bits) as u8);
                pending &= (1 << bits) - 1;
            }
        }
    }
    if state != 1 || data.len() < BECH32_CHECKSUM_DIGITS {
        let needed = "the one of bech32: look for a mistyped or missing character";
        return Err(DecodeError::new("a wrong checksum", needed));
    }
    if bits >= 5 || pending != 0 {
        return Err(DecodeError::new(
            "padding that is not zero or too long",
            "less than five zero bits",
        ));
    }
    Ok(bytes)
}

const BASE58_DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Changes the base of a number; `digits` most significant first. Quadratic, for short numbers.
fn change_base(digits: impl Iterator<Item = u8>, from: u32, to: u32) -> Vec<u8> {
    let mut little_endian: Vec<u8> = Vec::new();
    for digit in digits {
        let mut carry = u32::from(digit);
        for place in &mut little_endian {
            carry += u32::from(*place) * from;
            *place = (carry % to) as u8;
            carry /= to;
        }
        while carry > 0 {
            little_endian.push((carry % to) as u8);
            carry /= to;
        }
    }
    little_endian.reverse();
    little_endian
}

fn base58_encode(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = change_base(bytes.iter().copied(), 256, 58);
    let digit =
        |value: u8| char::from(BASE58_DIGITS.get(usize::from(value)).copied().unwrap_or(b'1'));
    std::iter::repeat_n('1', zeros).chain(digits.into_iter().map(digit)).collect()
}

fn base58_decode(text: &str) -> Option<Vec<u8>> {
    let zeros = text.bytes().take_while(|digit| *digit == b'1').count();
    let values: Option<Vec<u8>> = text
        .bytes()
        .map(|digit| BASE58_DIGITS.iter().position(|known| *known == digit).map(|at| at as u8))
        .collect();
    let mut bytes = vec![0; zeros];
    bytes.extend(change_base(values?.into_iter(), 58, 256));
    Some(bytes)
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
