//! Reads a stream of WebSocket frames without looking at them: lengths, kinds, and the first bytes of each.
//!
//! A thousand subscribers get gigabytes a second. A client library that unpacks and checks all of it would measure
//! itself.

/// First bytes of a message that are kept: enough for any tag.
const PEEK_BYTES: usize = 32;

/// Longest header of a frame from a server, which does not mask.
const HEADER_BYTES_MAX: usize = 10;

const BINARY_AND_TEXT: [u8; 2] = [1, 2];
const CLOSE: u8 = 8;
const PING: u8 = 9;

/// A frame that was read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skimmed {
    /// A snapshot.
    Snapshot,
    /// The greeting.
    Greetings,
    /// Another message.
    Message,
    /// The node asks whether we are there.
    Ping,
    /// The node leaves, with its code.
    Close(u16),
    /// Nothing of these.
    Other,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Skimmer {
    header: Vec<u8>,
    peek: Vec<u8>,
    left: u64,
    in_payload: bool,
}

impl Skimmer {
    /// Takes bytes as they come, and tells what ended in them.
    pub fn take(&mut self, mut bytes: &[u8], mut saw: impl FnMut(Skimmed)) {
        while !bytes.is_empty() {
            if !self.in_payload {
                let (first, rest) = bytes.split_at(1);
                self.header.extend_from_slice(first);
                bytes = rest;
                let Some(length) = self.payload_length() else { continue };
                (self.left, self.in_payload) = (length, true);
            }
            let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            let (payload, rest) = bytes.split_at(here);
            let room = PEEK_BYTES.saturating_sub(self.peek.len()).min(payload.len());
            self.peek.extend_from_slice(payload.get(..room).unwrap_or_default());
            self.left -= here as u64;
            bytes = rest;
            if self.left == 0 {
                saw(self.ended());
            }
        }
    }

    /// Length of the payload, once the header is whole.
    fn payload_length(&self) -> Option<u64> {
        let short = self.header.get(1)? & 0x7f;
        let extended = match short {
            126 => self.header.get(2..4)?,
            127 => self.header.get(2..HEADER_BYTES_MAX)?,
            _ => return Some(u64::from(short)),
        };
        Some(extended.iter().fold(0, |length, byte| length << 8 | u64::from(*byte)))
    }

    fn ended(&mut self) -> Skimmed {
        let opcode = self.header.first().map_or(0, |byte| byte & 0x0f);
        let starts = |tag: &str| self.peek.starts_with(tag.as_bytes());
        let skimmed = match opcode {
            CLOSE => {
                let code = self.peek.first_chunk::<2>();
                Skimmed::Close(code.map_or(0, |code| u16::from_be_bytes(*code)))
            }
            PING => Skimmed::Ping,
            _ if !BINARY_AND_TEXT.contains(&opcode) => Skimmed::Other,
            _ if starts("{\"tag\":\"SnapshotConfirmed\"") => Skimmed::Snapshot,
            _ if starts("{\"tag\":\"Greetings\"") => Skimmed::Greetings,
            _ => Skimmed::Message,
        };
        self.header.clear();
        self.peek.clear();
        self.in_payload = false;
        skimmed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x80 | opcode];
        match payload.len() {
            0..=125 => frame.push(payload.len() as u8),
            126..=0xffff => {
                frame.push(126);
                frame.extend_from_slice(&(payload.len() as u16).to_be_bytes());
            }
            long => {
                frame.push(127);
                frame.extend_from_slice(&(long as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(payload);
        frame
    }

    #[test]
    fn frames_are_told_apart_however_they_are_cut() {
        let snapshot = |len: usize| {
            let mut text = b"{\"tag\":\"SnapshotConfirmed\",".to_vec();
            text.resize(len, b'x');
            text
        };
        let stream: Vec<u8> = [
            frame(1, b"{\"tag\":\"Greetings\"}"),
            frame(1, &snapshot(125)),
            frame(9, b""),
            frame(1, &snapshot(126)),
            frame(2, b"{\"tag\":\"TxValid\"}"),
            frame(1, &snapshot(70_000)),
            frame(8, &1013_u16.to_be_bytes()),
        ]
        .concat();
        let wanted = [
            Skimmed::Greetings,
            Skimmed::Snapshot,
            Skimmed::Ping,
            Skimmed::Snapshot,
            Skimmed::Message,
            Skimmed::Snapshot,
            Skimmed::Close(1013),
        ];
        for piece in [1, 2, 3, 7, 1000, stream.len()] {
            let (mut skimmer, mut seen) = (Skimmer::default(), Vec::new());
            for bytes in stream.chunks(piece) {
                skimmer.take(bytes, |frame| seen.push(frame));
            }
            assert_eq!(seen, wanted, "in pieces of {piece}");
        }
    }
}
