//! Typed reading of the node's own limits.

use std::time::Duration;

use super::keys::{self, Kind};
use super::read::Reader;
use super::{InFlight, Limits, LogBuffer, Mailboxes, Supervision};

impl Reader<'_> {
    fn count(&mut self, name: &'static str) -> Option<u64> {
        let Kind::Count(least, most) = keys::find(name)?.kind else { return None };
        self.parse(name, |text| match text.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            Ok(_) | Err(_) => Err(format!("an integer from {least} to {most}")),
        })
    }

    fn size(&mut self, name: &'static str) -> Option<usize> {
        self.count(name).and_then(|count| usize::try_from(count).ok())
    }

    fn millis(&mut self, name: &'static str) -> Option<Duration> {
        self.count(name).map(Duration::from_millis)
    }

    pub(super) fn log_buffer(&mut self) -> Option<LogBuffer> {
        let (lines, bytes) = (self.size("log.ring-lines"), self.size("log.ring-bytes"));
        Some(LogBuffer { lines_max: lines?, bytes_max: bytes? })
    }

    fn mailboxes(&mut self) -> Option<Mailboxes> {
        let chain_observer = self.size("limits.mailbox.chain-observer");
        let head_logic = self.size("limits.mailbox.head-logic");
        let network_broadcaster = self.size("limits.mailbox.network-broadcaster");
        let persistence = self.size("limits.mailbox.persistence");
        let api_hub = self.size("limits.mailbox.api-hub");
        let api_session = self.size("limits.mailbox.api-session");
        Some(Mailboxes {
            chain_observer: chain_observer?,
            head_logic: head_logic?,
            network_broadcaster: network_broadcaster?,
            persistence: persistence?,
            api_hub: api_hub?,
            api_session: api_session?,
        })
    }

    fn in_flight(&mut self) -> Option<InFlight> {
        let (chain, network) =
            (self.size("limits.in-flight.chain"), self.size("limits.in-flight.network"));
        let (clients, session) =
            (self.size("limits.in-flight.clients"), self.size("limits.in-flight.session"));
        let queries = self.size("limits.in-flight.queries");
        let projection = self.size("limits.in-flight.projection");
        Some(InFlight {
            chain: chain?,
            network: network?,
            clients: clients?,
            session: session?,
            queries: queries?,
            projection: projection?,
        })
    }

    pub(super) fn limits(&mut self) -> Option<Limits> {
        let (mailboxes, in_flight) = (self.mailboxes(), self.in_flight());
        let sessions = self.size("limits.sessions");
        let (frame, body) = (self.size("limits.frame-bytes"), self.size("limits.body-bytes"));
        let outputs = self.size("limits.projection-outputs");
        let buffer = self.size("limits.session-buffer-bytes");
        let deadline = self.millis("limits.send-deadline-ms");
        let credit = self.size("limits.journal-credit-bytes");
        Some(Limits {
            mailboxes: mailboxes?,
            in_flight: in_flight?,
            sessions: sessions?,
            frame_bytes: frame?,
            body_bytes: body?,
            projection_outputs: outputs?,
            session_buffer_bytes: buffer?,
            send_deadline: deadline?,
            journal_credit_bytes: credit?,
        })
    }

    pub(super) fn supervision(&mut self) -> Option<Supervision> {
        let at_most = self.count("supervision.restarts-at-most");
        let within = self.count("supervision.restarts-within-s").map(Duration::from_secs);
        let stall = self.millis("supervision.ready-stall-ms");
        let (drain, shutdown) =
            (self.millis("supervision.drain-ms"), self.millis("supervision.shutdown-ms"));
        Some(Supervision {
            restarts_at_most: at_most.and_then(|n| u32::try_from(n).ok())?,
            restarts_within: within?,
            ready_stall: stall?,
            drain: drain?,
            shutdown: shutdown?,
        })
    }
}
