//! One file per protocol step. `update` only dispatches; a rule lives in the file of its step.

pub mod ack_sn;
pub mod connectivity;
pub mod deposit;
pub mod increment;
pub mod init;
pub mod new_tx;
pub mod req_sn;
pub mod req_tx;
pub mod request;
pub mod sync;
pub mod tick;

use std::collections::BTreeMap;

use crate::environment::Environment;
use crate::ledger::Ledger;
use crate::snapshot::guard::Guard;
use crate::unit::{Hash32, UtcTime};

/// What a step may read besides the state.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Configuration.
    pub env: &'a Environment,
    /// Ledger.
    pub ledger: &'a Ledger,
    /// Wall clock where the input entered the node.
    pub now: UtcTime,
    /// Signing guard of the current head.
    pub guard: Option<&'a Guard>,
    /// Whether the input's waiting budget is used up: this evaluation is its last.
    pub last_try: bool,
    /// Commitments that were asked for and are answered, by key; `None` when every step computes its own.
    pub commitments: Option<&'a BTreeMap<Hash32, Hash32>>,
}
