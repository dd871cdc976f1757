//! The few lines of HTTP/1.1 that a load generator and tests need: one blocking request per connection.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Largest response accepted, in bytes: a head state with 4,000 outputs takes a few megabytes.
const RESPONSE_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// A response, read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Body, chunks joined.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this (lower-case) name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as text, lossily: for messages.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends one request and reads the whole response. `timeout` bounds connecting and each read.
///
/// # Errors
/// Those of the socket; `InvalidData` when the answer is not HTTP.
pub fn request(
    node: &str,
    method: &str,
    path: &str,
    body: Option<&[u8]>,
    timeout: Duration,
) -> io::Result<Response> {
    let address = node.to_socket_addrs()?.next().ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("no address for {node}"))
    })?;
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    stream.set_nodelay(true)?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {node}\r\nConnection: close\r\n");
    if let Some(body) = body {
        head.push_str(&format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        ));
    }
    head.push_str("\r\n");
    let mut message = head.into_bytes();
    message.extend_from_slice(body.unwrap_or_default());
    stream.write_all(&message)?;
    let mut answer = Vec::new();
    stream.take(RESPONSE_MAX_BYTES).read_to_end(&mut answer)?;
    parse(&answer).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{node} did not answer in HTTP/1.1"))
    })
}

/// Parses a response that ended with its connection.
fn parse(answer: &[u8]) -> Option<Response> {
    let split = answer.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..split)?).ok()?;
    let rest = answer.get(split + 4..)?;
    let mut lines = head.split("\r\n");
    let mut status_line = lines.next()?.split(' ');
    status_line.next().filter(|version| version.starts_with("HTTP/1."))?;
    let status = status_line.next()?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut response = Response { status, headers, body: Vec::new() };
    let chunked = response.header("transfer-encoding").is_some_and(|v| v.contains("chunked"));
    response.body = if chunked {
        join_chunks(rest)?
    } else {
        let length = response.header("content-length").and_then(|v| v.parse::<usize>().ok());
        rest.get(..length.unwrap_or(rest.len()))?.to_vec()
    };
    Some(response)
}

fn join_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|w| w == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..line)?).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let from = line + 2;
        let to = from.checked_add(size)?;
        body.extend_from_slice(rest.get(from..to)?);
        rest = rest.get(to.checked_add(2)?..)?;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_response_is_read_by_length_by_chunks_and_by_end() {
        for (answer, status, body) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
            ("HTTP/1.1 404 Not Found\r\n\r\nnothing", 404, "nothing"),
            (
                "HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n",
                503,
                "abc",
            ),
            ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ] {
            let response = parse(answer.as_bytes()).unwrap();
            assert_eq!((response.status, response.text().as_str()), (status, body));
        }
    }

    #[test]
    fn a_torn_or_foreign_answer_is_no_response() {
        for answer in [
            "",
            "HTTP/1.1 200 OK\r\n",
            "SSH-2.0-x\r\n\r\n",
            "HTTP/1.1 two OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab",
        ] {
            assert_eq!(parse(answer.as_bytes()), None, "{answer:?}");
        }
    }
}
