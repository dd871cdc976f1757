//! The contract's log lines as typed functions (`api.md` 7.2).
//!
//! Levels (`STYLE.md`): error the node stops; warn worth waking someone; info a head changed state; debug one
//! line per step; trace the same with whole payloads. A payload is made only when its line is wanted.

/// Emits `{"tag":..,key:payload}` at a level and target that must be literals for `tracing`.
macro_rules! emit {
    ($level:expr, $target:expr, $tag:literal, $key:literal, $payload:expr) => {
        if tracing::enabled!(target: $target, $level) {
            let message = json!({ "tag": $tag, $key: $payload }).to_string();
            tracing::event!(target: $target, $level, contract_message = message.as_str());
        }
    };
}

/// The brief form, or the whole one when the target is logged at `trace`.
macro_rules! shown {
    ($target:expr, $what:expr) => {
        if tracing::enabled!(target: $target, Level::TRACE) { $what.whole() } else { $what.brief() }
    };
}

mod api;

use rydra_core::api::Vocabulary;
use rydra_core::api::client_input::InputJson;
use rydra_core::input::ClientInput;
use rydra_core::party::Party;
use serde_json::{Value, json};
use tracing::Level;

pub use api::*;

/// Targets of the contract's lines, for `log.level` such as `info,rydra::api=debug`.
pub mod target {
    /// Lines with tag `Node`.
    pub const NODE: &str = "rydra::node";
    /// Lines with tag `APIServer`.
    pub const API: &str = "rydra::api";
    /// Lines with tag `Network`.
    pub const NETWORK: &str = "rydra::network";
    /// Milestones and run options.
    pub const START: &str = "rydra::start";
}

/// Something that can stand in a log line.
pub trait Describe {
    /// Tag, ids and counts. Never keys; no amounts or addresses.
    fn brief(&self) -> Value;

    /// The whole payload, for level `trace`.
    fn whole(&self) -> Value {
        self.brief()
    }
}

impl<T: Describe + ?Sized> Describe for &T {
    fn brief(&self) -> Value {
        (**self).brief()
    }

    fn whole(&self) -> Value {
        (**self).whole()
    }
}

/// A payload from two closures, where no type carries the description.
#[derive(Clone, Copy, Debug)]
pub struct Described<B, W>(
    /// Tag, ids and counts.
    pub B,
    /// The whole.
    pub W,
);

impl<B: Fn() -> Value, W: Fn() -> Value> Describe for Described<B, W> {
    fn brief(&self) -> Value {
        (self.0)()
    }

    fn whole(&self) -> Value {
        (self.1)()
    }
}

/// A ready-made value is as brief as it is whole: callers keep it small.
impl Describe for Value {
    fn brief(&self) -> Value {
        self.clone()
    }
}

/// A client's input: its tag and ids, or all of it.
#[must_use]
pub fn client_input(input: &ClientInput, whole: bool) -> Value {
    if whole
        && let Ok(value) =
            serde_json::to_value(InputJson { input, vocabulary: Vocabulary::Deposit })
    {
        return value;
    }
    match input {
        ClientInput::Init => json!({ "tag": "Init" }),
        ClientInput::NewTx { transaction } => json!({ "tag": "NewTx", "txId": transaction.id() }),
        ClientInput::RecoverDeposit { deposit_tx_id } => {
            json!({ "tag": "RecoverDeposit", "depositTxId": deposit_tx_id })
        }
        ClientInput::Decommit { decommit_tx } => {
            json!({ "tag": "Decommit", "txId": decommit_tx.id() })
        }
        ClientInput::Close => json!({ "tag": "Close" }),
        ClientInput::SafeClose => json!({ "tag": "SafeClose" }),
        ClientInput::Contest => json!({ "tag": "Contest" }),
        ClientInput::Fanout => json!({ "tag": "Fanout" }),
        ClientInput::PartialFanout { utxo_to_fanout } => {
            json!({ "tag": "PartialFanout", "outputs": utxo_to_fanout.len() })
        }
        ClientInput::SideLoadSnapshot { .. } => json!({ "tag": "SideLoadSnapshot" }),
    }
}

impl Describe for ClientInput {
    fn brief(&self) -> Value {
        client_input(self, false)
    }

    fn whole(&self) -> Value {
        client_input(self, true)
    }
}

fn party(by: &Party) -> Value {
    json!({ "vkey": by.vkey })
}

/// `BeginInput`: an input enters the step function.
pub fn begin_input(by: &Party, input_id: u64, input: impl Describe) {
    emit!(
        Level::DEBUG,
        target::NODE,
        "Node",
        "node",
        json!({
            "tag": "BeginInput", "by": party(by), "inputId": input_id, "input": shown!(target::NODE, input),
        })
    );
}

/// `EndInput`: its step is done.
pub fn end_input(by: &Party, input_id: u64) {
    emit!(
        Level::DEBUG,
        target::NODE,
        "Node",
        "node",
        json!({
            "tag": "EndInput", "by": party(by), "inputId": input_id,
        })
    );
}

/// `BeginEffect`: a durable step's effect leaves.
pub fn begin_effect(by: &Party, input_id: u64, effect_id: u32, effect: impl Describe) {
    emit!(
        Level::DEBUG,
        target::NODE,
        "Node",
        "node",
        json!({
            "tag": "BeginEffect", "by": party(by), "inputId": input_id, "effectId": effect_id,
            "effect": shown!(target::NODE, effect),
        })
    );
}

/// `EndEffect`: it was handed to its edge.
pub fn end_effect(by: &Party, input_id: u64, effect_id: u32) {
    emit!(
        Level::DEBUG,
        target::NODE,
        "Node",
        "node",
        json!({
            "tag": "EndEffect", "by": party(by), "inputId": input_id, "effectId": effect_id,
        })
    );
}

/// How a step ended.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// With facts and effects.
    Continue {
        /// State changes, each with its tag.
        changes: &'a [Value],
        /// Effects, each with its tag.
        effects: &'a [Value],
        /// Whether the head changed its state (opened, closed, snapshot version): logged at `info`.
        milestone: bool,
    },
    /// Parked until a condition holds.
    Wait {
        /// The condition.
        reason: &'a Value,
        /// State changes made nevertheless.
        changes: &'a [Value],
    },
    /// Refused.
    Error {
        /// The refusal.
        error: &'a Value,
    },
}

/// `LogicOutcome`: at `debug`, at `info` for milestones.
pub fn logic_outcome(by: &Party, outcome: Outcome<'_>) {
    match outcome {
        Outcome::Continue { changes, effects, milestone } => {
            let payload = || {
                outcome_line(
                    by,
                    json!({
                        "tag": "Continue", "stateChanges": changes, "effects": effects,
                    }),
                )
            };
            if milestone {
                emit!(Level::INFO, target::NODE, "Node", "node", payload());
            } else {
                emit!(Level::DEBUG, target::NODE, "Node", "node", payload());
            }
        }
        Outcome::Wait { reason, changes } => {
            emit!(
                Level::DEBUG,
                target::NODE,
                "Node",
                "node",
                outcome_line(
                    by,
                    json!({
                        "tag": "Wait", "reason": reason, "stateChanges": changes,
                    })
                )
            );
        }
        Outcome::Error { error } => {
            emit!(
                Level::DEBUG,
                target::NODE,
                "Node",
                "node",
                outcome_line(
                    by,
                    json!({
                        "tag": "Error", "error": error,
                    })
                )
            );
        }
    }
}

fn outcome_line(by: &Party, outcome: Value) -> Value {
    json!({ "tag": "LogicOutcome", "by": party(by), "outcome": outcome })
}

/// `DroppedFromQueue`: a waiting input ran out of time.
pub fn dropped_from_queue(input_id: u64, input: impl Describe) {
    emit!(
        Level::DEBUG,
        target::NODE,
        "Node",
        "node",
        json!({
            "tag": "DroppedFromQueue", "inputId": input_id, "input": shown!(target::NODE, input),
        })
    );
}

/// Steps of the start that belong to tag `Node`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loading {
    /// The journal is being opened.
    LoadingState,
    /// It was read; the last event id, when there is one.
    LoadedState(Option<u64>),
    /// Events after the checkpoint are folded.
    ReplayingState,
}

/// `LoadingState`, `LoadedState`, `ReplayingState`.
pub fn loading(step: Loading) {
    let payload = match step {
        Loading::LoadingState => json!({ "tag": "LoadingState" }),
        Loading::LoadedState(last) => json!({ "tag": "LoadedState", "lastEventId": last }),
        Loading::ReplayingState => json!({ "tag": "ReplayingState" }),
    };
    emit!(Level::INFO, target::NODE, "Node", "node", payload);
}

/// `Misconfiguration`: the stored head does not fit these settings.
pub fn misconfiguration(problems: &[String]) {
    emit!(
        Level::ERROR,
        target::NODE,
        "Node",
        "node",
        json!({
            "tag": "Misconfiguration", "misconfigurationErrors": problems,
        })
    );
}

/// Start-up milestones, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// State was rebuilt.
    NodeHydrated,
    /// The chain runs.
    ChainBackendStarted,
    /// The network runs.
    NetworkStarted,
    /// Inputs are taken.
    EnteringMainloop,
}

/// A start-up milestone.
pub fn milestone(milestone: Milestone) {
    let tag = match milestone {
        Milestone::NodeHydrated => "NodeHydrated",
        Milestone::ChainBackendStarted => "ChainBackendStarted",
        Milestone::NetworkStarted => "NetworkStarted",
        Milestone::EnteringMainloop => "EnteringMainloop",
    };
    let message = json!({ "tag": tag }).to_string();
    tracing::event!(target: target::START, Level::INFO, contract_message = message.as_str());
}

/// `NodeOptions`: what the node runs with; `run_options` is [`crate::settings::Settings::to_run_options_json`].
pub fn node_options(run_options: &Value) {
    emit!(Level::INFO, target::START, "NodeOptions", "runOptions", run_options);
}

/// `Network`: connectivity.
pub fn network(event: &Value) {
    emit!(Level::INFO, target::NETWORK, "Network", "network", event);
}
