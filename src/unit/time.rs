//! Spans and times, to the picosecond.

use std::fmt;
use std::str::FromStr;

use pallas_codec::minicbor::{self, Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::text::{ScalarError, excerpt};

const PICOS_PER_SECOND: i128 = 1_000_000_000_000;
const SECONDS_PER_DAY: i128 = 86_400;

/// A length of time in picoseconds; may be negative. JSON: seconds, possibly fractional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Picoseconds.
    pub picos: i128,
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self { picos: 0 };

    /// Whole seconds.
    #[must_use]
    pub const fn seconds(seconds: i64) -> Self {
        Self { picos: seconds as i128 * PICOS_PER_SECOND }
    }

    /// Whole milliseconds.
    #[must_use]
    pub const fn millis(millis: i64) -> Self {
        Self { picos: millis as i128 * (PICOS_PER_SECOND / 1000) }
    }

    /// Milliseconds, rounded towards zero.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        (self.picos / (PICOS_PER_SECOND / 1000)) as i64
    }

    /// This span times `n`.
    #[must_use]
    pub const fn times(self, n: i64) -> Self {
        Self { picos: self.picos * n as i128 }
    }

    /// Parses a decimal or scientific JSON number of seconds exactly.
    ///
    /// # Errors
    /// When the text is not a number, or beyond 10^19 seconds.
    pub fn parse_seconds(text: &str) -> Result<Self, ScalarError> {
        let bad = || ScalarError(format!("\"{}\" is not a number of seconds", excerpt(text)));
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((m, e)) => (m, e.parse::<i32>().map_err(|_| bad())?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let valid = !whole.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !valid || digits.len() > 60 || exponent.abs() > 60 {
            return Err(bad());
        }
        let scale = 12 + exponent - i32::try_from(fraction.len()).map_err(|_| bad())?;
        let mut picos: i128 = 0;
        let kept = if scale < 0 {
            digits.len().saturating_sub(scale.unsigned_abs() as usize)
        } else {
            digits.len()
        };
        for digit in digits.bytes().take(kept) {
            picos = picos
                .checked_mul(10)
                .and_then(|p| p.checked_add(i128::from(digit - b'0')))
                .ok_or_else(bad)?;
        }
        for _ in 0..scale.max(0) {
            picos = picos.checked_mul(10).ok_or_else(bad)?;
        }
        if picos > 10_i128.pow(31) {
            return Err(bad());
        }
        Ok(Self { picos: if negative { -picos } else { picos } })
    }
}

impl fmt::Display for Span {
    /// Decimal seconds without trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.picos < 0 { "-" } else { "" };
        let magnitude = self.picos.unsigned_abs();
        let unit = PICOS_PER_SECOND.unsigned_abs();
        write!(f, "{sign}{}", magnitude / unit)?;
        write_fraction(f, magnitude % unit)
    }
}

fn write_fraction(f: &mut fmt::Formatter<'_>, picos: u128) -> fmt::Result {
    if picos == 0 {
        return Ok(());
    }
    let digits = format!("{picos:012}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.picos % PICOS_PER_SECOND == 0 {
            return s.serialize_i128(self.picos / PICOS_PER_SECOND);
        }
        let raw = serde_json::value::RawValue::from_string(self.to_string())
            .map_err(serde::ser::Error::custom)?;
        raw.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let raw = Box::<serde_json::value::RawValue>::deserialize(d)?;
        Self::parse_seconds(raw.get()).map_err(de::Error::custom)
    }
}

impl<C> Encode<C> for Span {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encode_i128(e, self.picos)
    }
}

impl<'b, C> Decode<'b, C> for Span {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Self { picos: decode_i128(d)? })
    }
}

/// Seconds and picoseconds in two integers: an own form of the journal, so that no bignum is needed.
fn encode_i128<W: minicbor::encode::Write>(
    e: &mut Encoder<W>,
    picos: i128,
) -> Result<(), minicbor::encode::Error<W::Error>> {
    let seconds = i64::try_from(picos.div_euclid(PICOS_PER_SECOND)).unwrap_or(i64::MAX);
    let rest = u64::try_from(picos.rem_euclid(PICOS_PER_SECOND)).unwrap_or(0);
    e.array(2)?.i64(seconds)?.u64(rest)?.ok()
}

fn decode_i128(d: &mut Decoder<'_>) -> Result<i128, minicbor::decode::Error> {
    if d.array()? != Some(2) {
        return Err(minicbor::decode::Error::message("time: needed an array of 2 integers"));
    }
    let (seconds, rest) = (d.i64()?, d.u64()?);
    if i128::from(rest) >= PICOS_PER_SECOND {
        return Err(minicbor::decode::Error::message("time: picoseconds beyond one second"));
    }
    Ok(i128::from(seconds) * PICOS_PER_SECOND + i128::from(rest))
}

/// A moment, in picoseconds since the Unix epoch; may lie before it.
///
/// JSON: ISO-8601 UTC with `Z` and up to 12 fractional digits, trailing zeros dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime {
    /// Picoseconds since 1970-01-01T00:00:00Z.
    pub picos: i128,
}

impl UtcTime {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self { picos: 0 };

    /// From Unix milliseconds.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self { picos: Span::millis(millis).picos }
    }

    /// From Unix nanoseconds, the resolution of the clock.
    #[must_use]
    pub const fn from_unix_nanos(nanos: i128) -> Self {
        Self { picos: nanos * 1000 }
    }

    /// Unix milliseconds, rounded down.
    #[must_use]
    pub const fn as_unix_millis(self) -> i64 {
        self.picos.div_euclid(PICOS_PER_SECOND / 1000) as i64
    }

    /// Whole Unix seconds, rounded down.
    #[must_use]
    pub const fn as_unix_seconds(self) -> i64 {
        self.picos.div_euclid(PICOS_PER_SECOND) as i64
    }

    /// The time since `earlier`; negative when this lies before it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span { picos: self.picos - earlier.picos }
    }

    /// This moment and a span.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self { picos: self.picos.saturating_add(span.picos) }
    }

    /// This moment less a span.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self { picos: self.picos.saturating_sub(span.picos) }
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.picos.div_euclid(PICOS_PER_SECOND);
        let rest = self.picos.rem_euclid(PICOS_PER_SECOND).unsigned_abs();
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        write_fraction(f, rest)?;
        f.write_str("Z")
    }
}

impl FromStr for UtcTime {
    type Err = ScalarError;

    fn from_str(text: &str) -> Result<Self, ScalarError> {
        parse_utc(text).ok_or_else(|| {
            ScalarError(format!(
                "\"{}\" is not a time; needed the form 2026-08-21T11:28:42.123Z (UTC)",
                excerpt(text)
            ))
        })
    }
}

/// Gregorian date of a day number since 1970-01-01 (era arithmetic over 400-year cycles).
const fn civil_from_days(days: i128) -> (i128, i128, i128) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as i128;
    (year, month, day)
}

/// Day number since 1970-01-01 of a Gregorian date.
const fn days_from_civil(year: i128, month: i128, day: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

fn parse_utc(text: &str) -> Option<UtcTime> {
    let body = text.strip_suffix('Z')?;
    let (date, time) = body.split_once('T')?;
    let number = |part: &str, len: usize| -> Option<i128> {
        (part.len() == len && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())?
    };
    let mut date = date.splitn(3, '-');
    let (year, month, day) =
        (number(date.next()?, 4)?, number(date.next()?, 2)?, number(date.next()?, 2)?);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut clock = clock.splitn(3, ':');
    let (hour, minute) = (number(clock.next()?, 2)?, number(clock.next()?, 2)?);
    let second = match clock.next() {
        Some(second) => number(second, 2)?,
        None => 0,
    };
    let days = days_from_civil(year, month, day);
    let in_range = (1..=12).contains(&month) && hour < 24 && minute < 60 && second <= 60;
    if !in_range || civil_from_days(days) != (year, month, day) {
        return None;
    }
    if time.contains('.') && (fraction.is_empty() || fraction.len() > 12) {
        return None;
    }
    let fraction: i128 = match fraction.len() {
        0 => 0,
        len => number(fraction, len)? * 10_i128.pow(12 - u32::try_from(len).ok()?),
    };
    let seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    Some(UtcTime { picos: seconds * PICOS_PER_SECOND + fraction })
}

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl<C> Encode<C> for UtcTime {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encode_i128(e, self.picos)
    }
}

impl<'b, C> Decode<'b, C> for UtcTime {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Self { picos: decode_i128(d)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_twelve_digits_and_years_before_the_epoch() {
        for text in [
            "2026-08-21T11:28:42Z",
            "1864-05-09T22:42:36.56466289141Z",
            "1864-05-09T23:37:45.065451656788Z",
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59.5Z",
        ] {
            let time: UtcTime = text.parse().expect(text);
            assert_eq!(time.to_string(), text);
        }
        assert_eq!(
            UtcTime::from_unix_millis(1_700_000_000_000).to_string(),
            "2023-11-14T22:13:20Z"
        );
        for bad in ["2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T25:00:00Z", "", "T"]
        {
            assert!(bad.parse::<UtcTime>().is_err(), "{bad}");
        }
    }

    #[test]
    fn spans_read_every_number_form_and_print_the_shortest() {
        let cases = [
            ("300", "300"),
            ("300.0", "300"),
            ("3e2", "300"),
            ("3.1e-2", "0.031"),
            ("-1.5", "-1.5"),
            ("0.000000000001", "0.000000000001"),
            ("9223372036854775807", "9223372036854775807"),
        ];
        for (text, shown) in cases {
            let span: Span = serde_json::from_str(text).expect(text);
            assert_eq!(serde_json::to_string(&span).expect(text), shown);
        }
        for bad in ["1e99", "\"1\"", "true", "1e999999999999"] {
            assert!(serde_json::from_str::<Span>(bad).is_err(), "{bad}");
        }
    }
}
