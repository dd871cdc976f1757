//! What a client checks of everything that it reads: nothing missed, nothing twice.

use crate::bench::frame::{self, Incoming};

/// Numbers of the last message and the last snapshot of a client, over all of its connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    pub last_seq: Option<u64>,
    pub last_snapshot: Option<u64>,
}

/// The `seq` of a message, which ends it.
pub(super) fn seq(text: &str) -> Option<u64> {
    const KEY: &str = "\"seq\":";
    let rest = text.get(text.rfind(KEY)? + KEY.len()..)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest.get(..digits)?.parse().ok()
}

impl Stream {
    /// Takes a message in.
    ///
    /// # Errors
    /// When its number does not grow, or it is a snapshot and not the next one.
    pub fn take<'a>(&mut self, text: &'a str) -> Result<Incoming<'a>, String> {
        let incoming = frame::read(text);
        if let Some(seq) =
            seq(text).filter(|_| !matches!(&incoming, Incoming::Other(tag) if tag == "Greetings"))
        {
            if let Some(last) = self.last_seq.filter(|last| *last >= seq) {
                return Err(format!(
                    "message {seq} came after message {last}; needed growing numbers"
                ));
            }
            self.last_seq = Some(seq);
        }
        if let Incoming::SnapshotConfirmed { number } = incoming {
            let next = self.last_snapshot.map(|last| last + 1);
            if let Some(next) = next.filter(|next| *next != number) {
                return Err(format!(
                    "snapshot {number} came where {next} was next; needed each once"
                ));
            }
            self.last_snapshot = Some(number);
        }
        Ok(incoming)
    }

    /// Another connection that begins anew: what was missed between is not ours to see.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(number: u64, seq: u64) -> String {
        format!(
            r#"{{"tag":"SnapshotConfirmed","snapshot":{{"number":{number},"confirmed":[]}},"seq":{seq},"timestamp":"x"}}"#
        )
    }

    #[test]
    fn gaps_and_repetitions_are_noticed() {
        let mut stream = Stream::default();
        for (number, seq) in [(4, 17), (5, 30), (6, 31)] {
            assert!(stream.take(&snapshot(number, seq)).is_ok());
        }
        let mut repeated = stream.clone();
        assert!(
            repeated
                .take(&snapshot(7, 31))
                .is_err_and(|why| why.contains("31 came after message 31"))
        );
        let mut gap = stream.clone();
        assert!(gap.take(&snapshot(8, 40)).is_err_and(|why| why.contains("where 7 was next")));
        stream.restart();
        assert!(stream.take(&snapshot(1, 1)).is_ok());
        assert!(stream.take(r#"{"tag":"Greetings"}"#).is_ok());
        assert_eq!(seq(r#"{"tag":"TxValid"}"#), None);
    }
}
