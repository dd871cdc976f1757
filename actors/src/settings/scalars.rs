//! Text forms of single values; an error is what was needed.

use std::str::FromStr;
use std::time::Duration;

use rydra_core::unit::Span;

use super::HostPort;

/// Longest waiting of an HTTP request: a day. Beyond it a number is a typing error.
const TIMEOUT_SECONDS_MAX: i64 = 86_400;

/// A port in plain digits.
pub(super) fn port(text: &str) -> Result<u16, String> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or_else(|| "a port from 0 to 65535".to_owned())
}

/// Seconds with or without the suffix; the reference demands it on the command line and forbids it in YAML.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let needed =
        || format!("a time above 0 and at most {TIMEOUT_SECONDS_MAX} s, such as 300s or 300");
    let number = text.strip_suffix('s').unwrap_or(text);
    let span = Span::parse_seconds(number).map_err(|_| needed())?;
    if span <= Span::ZERO || span > Span::seconds(TIMEOUT_SECONDS_MAX) {
        return Err(needed());
    }
    u64::try_from(span.picos / 1000).map(Duration::from_nanos).map_err(|_| needed())
}

impl FromStr for HostPort {
    type Err = String;

    /// `HOST:PORT`; an IPv6 address stands in brackets.
    fn from_str(text: &str) -> Result<Self, String> {
        let needed = || "HOST:PORT, such as 0.0.0.0:5001 or [::1]:5001".to_owned();
        let (host, digits) = text.rsplit_once(':').ok_or_else(needed)?;
        let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let valid = match bracketed {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                !host.is_empty()
                    && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._*".contains(&b))
            }
        };
        if !valid {
            return Err(needed());
        }
        let port = port(digits).map_err(|_| needed())?;
        Ok(Self { host: bracketed.unwrap_or(host).to_owned(), port })
    }
}
