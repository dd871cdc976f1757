//! WebSocket frames of a server (RFC 6455 5.2): never masked, never fragmented, encoded once and shared.

use actix_ws::CloseCode;
use bytes::Bytes;

/// Longest payload of a control frame, bytes (RFC 6455 5.5).
const CONTROL_PAYLOAD_MAX: usize = 125;
const FIN: u8 = 0x80;
const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// A text frame of valid UTF-8; all our messages are JSON.
pub(crate) fn text(payload: &[u8]) -> Bytes {
    encode(TEXT, payload)
}

/// An empty ping.
pub(crate) fn ping() -> Bytes {
    encode(PING, &[])
}

/// The answer to a ping.
pub(crate) fn pong(payload: &[u8]) -> Bytes {
    encode(PONG, payload.get(..CONTROL_PAYLOAD_MAX).unwrap_or(payload))
}

/// A close frame; the reason is cut at a character boundary where it is too long.
pub(crate) fn close(code: CloseCode, reason: &str) -> Bytes {
    let mut end = reason.len().min(CONTROL_PAYLOAD_MAX - 2);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    let mut payload = u16::from(code).to_be_bytes().to_vec();
    payload.extend_from_slice(reason.get(..end).unwrap_or_default().as_bytes());
    encode(CLOSE, &payload)
}

fn encode(opcode: u8, payload: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(payload.len() + 10);
    frame.push(FIN | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if short < 126 => frame.push(short),
        (_, Ok(medium)) => {
            frame.push(126);
            frame.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame.into()
}
