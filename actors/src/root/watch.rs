//! The watch over silent actors. The root is alone on its thread, so that no actor that hangs can hang it too.

use std::time::Duration;

use super::Root;
use crate::failpoint;
use crate::supervision::{Ping, Role};

/// Actors that are asked for their pulse. A session that hangs hurts its own client only.
const WATCHED: [Role; 5] = [
    Role::Persistence,
    Role::HeadLogic,
    Role::ChainObserver,
    Role::NetworkBroadcaster,
    Role::ApiHub,
];

impl Root {
    /// Asks everybody who has answered the last time, then judges.
    pub(super) fn look_at_pulses(&mut self) {
        failpoint::pass(failpoint::ROOT_WATCH);
        for role in WATCHED {
            let Some(ping) = self.pulses.entry(role).or_default().due() else { continue };
            match self.ask(role, ping) {
                Some(true) => {}
                // A full mailbox is silence: the question stays open and is put again.
                Some(false) => self.pulses.entry(role).or_default().not_taken(),
                // Being rebuilt, which shows by itself.
                None => self.pulses.entry(role).or_default().reset(),
            }
        }
        let silent: Vec<(Role, Duration)> = self
            .pulses
            .iter()
            .map(|(role, pulse)| (*role, pulse.silence()))
            .filter(|(_, silence)| *silence > self.plan.stall)
            .collect();
        match silent.as_slice() {
            _ if self.stopping || self.rebuilding || self.unit.is_none() => {}
            [] => self.judge_ready(),
            silent => self.tell_stalled(silent),
        }
    }

    /// Whether the question was taken; `None` when there is nobody to ask.
    fn ask(&self, role: Role, ping: Ping) -> Option<bool> {
        match role {
            Role::Persistence => self.unit.as_ref().map(|u| u.persistence.try_send(ping).is_ok()),
            Role::HeadLogic => self.unit.as_ref().map(|u| u.head_logic.try_send(ping).is_ok()),
            Role::ChainObserver => self.chain.as_ref().map(|a| a.try_send(ping).is_ok()),
            Role::NetworkBroadcaster => self.network.as_ref().map(|a| a.try_send(ping).is_ok()),
            Role::ApiHub => self.shared.edges.ping_hub(ping),
            Role::ApiSession => None,
        }
    }

    fn tell_stalled(&self, silent: &[(Role, Duration)]) {
        let who: Vec<String> = silent
            .iter()
            .map(|(role, silence)| format!("{} for {} ms", role.name(), silence.as_millis()))
            .collect();
        let reason = format!(
            "no answer from {}; needed an answer within {} ms: look for a slow disk or an overloaded machine",
            who.join(", "),
            self.plan.stall.as_millis()
        );
        if self.shared.readiness.get().0 {
            tracing::error!(%reason, "an actor stalled");
        }
        self.shared.readiness.not_ready("stalled", 100, &reason);
    }

    fn judge_ready(&self) {
        if self.shared.edges.is_in_sync() {
            self.shared.readiness.ready();
        } else {
            self.shared.readiness.not_ready(
                "catching up",
                100,
                "waiting for the first tick of the chain",
            );
        }
    }
}
