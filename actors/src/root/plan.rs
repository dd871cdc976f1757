//! What the root is built from, and what it shares with the rest of the node.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix::Addr;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::environment::Environment;
use rydra_core::ledger::Ledger;
use rydra_core::state::NodeState;
use rydra_core::unit::{EventId, HeadSeed};

use crate::api_session::hub::ApiHub;
use crate::api_session::{HeadLogicSlot, Readiness};
use crate::effects::Edges;
use crate::mailbox::{Depths, Lanes};
use crate::observe::journal::JournalTotals;
use crate::observe::metrics::Metrics;
use crate::settings::Limits;
use crate::supervision::RestartBudget;

/// What the tree is built from; never changes while the process lives.
pub struct Plan {
    /// Persistence directory.
    pub dir: PathBuf,
    /// Environment.
    pub env: Arc<Environment>,
    /// Ledger.
    pub ledger: Arc<Ledger>,
    /// Head seed.
    pub seed: HeadSeed,
    /// Initial UTxO, when the journal was empty at the start.
    pub initial_utxo: Option<Utxo>,
    /// Restart budget.
    pub budget: RestartBudget,
    /// Silence after which an actor counts as stalled.
    pub stall: Duration,
    /// Longest wait for the running round at a stop.
    pub drain: Duration,
    /// Deadline of the whole stop.
    pub shutdown: Duration,
    /// Capacities and credits.
    pub limits: Limits,
}

/// What the root shares with the rest of the node.
#[derive(Clone)]
pub struct Shared {
    /// Where effects go.
    pub edges: Edges,
    /// Lanes into HeadLogic.
    pub lanes: Lanes,
    /// Where the API finds the current HeadLogic.
    pub slot: Arc<HeadLogicSlot>,
    /// Journal for readers of history.
    pub history: crate::history::JournalHistory,
    /// Readiness.
    pub readiness: Readiness,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Messages before actors.
    pub depths: Depths,
    /// What all journals of this process did.
    pub journal: JournalTotals,
    /// Why the process ends, once it does.
    pub exit: Arc<Mutex<Exit>>,
}

/// The API as the root sees it.
pub struct ApiEnd {
    /// The current projection.
    pub hub: Box<dyn Fn() -> Option<Addr<ApiHub>>>,
    /// Builds a new one over the same read models.
    pub rebuild_hub: Box<dyn Fn() -> Addr<ApiHub>>,
    /// Gives the read models the folded state, before anybody is greeted.
    pub seed: Box<dyn Fn(NodeState, Option<EventId>)>,
}

/// How the node ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    /// It runs, or was stopped as asked.
    #[default]
    Asked,
    /// It gave up.
    Failed(String),
}
