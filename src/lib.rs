//! The pure core of Rydra: `(state, input, time) -> (events, effects)`. No IO, no actors, no async, no clock.
//!
//! ```text
//!  bytes of a client, a peer, a file         decoded once, strictly: cardano, wire, api, snapshot
//!        |
//!        v
//!  Input, at a time  (input)                 client, network, connectivity, chain, timer
//!        |
//!        v
//!  Machine::handle  (machine)                one node: state, waiting inputs, signing guard, counters
//!        |-- update ---> step/*.rs           one file per protocol step, rules of the specification in order
//!        |                 |-- ledger        does the transaction apply?
//!        |                 |-- snapshot      sets, accumulator, signable bytes, may this be signed?
//!        |                 '-> outcome       Step { events, effects, guard }  or  Halt: wait | reject
//!        |-- apply ----> state               folds each event; replay is the same fold
//!        |-- waiting --> inputs whose condition an event made true are looked at again, in the same turn
//!        |-- output ---> what clients are told, projected from (state before, event)
//!        v
//!  Turn                                      everything that ONE synced journal transaction must hold
//!                                            before anything of it becomes visible
//! ```
//!
//! The shell (`actors/`) feeds inputs, writes turns, and lets their effects out once they are durable. It holds no
//! rule. Whatever can be derived from state is not an effect: wanted layer 1 transactions come from
//! [`reconcile::wishes`].
//!
//! Where to look: a step's rules in [`step`], a ledger rule in [`ledger`], what an event means in [`apply`], the bytes of
//! a message in [`wire`], the JSON of an output in [`api`]. Names and units: [`mod@unit`]. Which rule of the contract is where:
//! `docs/PROTOCOL.md`; why the house is built so: `docs/adr/0001-split-the-core-from-the-shell.md`.
//!
//! A machine of one party, seeing its first tick:
//!
//! ```
//! use std::sync::Arc;
//!
//! use rydra_core::cardano::{parameters::ProtocolParameters, slot_time::SlotTime};
//! use rydra_core::input::ChainInput;
//! use rydra_core::ledger::Network;
//! use rydra_core::party::SigningKey;
//! use rydra_core::state::{ChainPoint, SyncStatus};
//! use rydra_core::unit::{Hash32, Slot, Span, UtcTime};
//! use rydra_core::{Environment, Event, Input, Ledger, Machine, Restored};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let json = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/protocol-parameters.json"));
//! let slots = SlotTime::new(UtcTime::EPOCH, Span::seconds(1))?;
//! let ledger = Ledger::new(ProtocolParameters::from_json(json)?, Network::Test, slots);
//! let env = Environment::offline(SigningKey::from_seed(&[7; 32]), Vec::new());
//! let mut machine = Machine::new(Arc::new(env), Arc::new(ledger), Restored::default());
//! assert_eq!(machine.state().sync, SyncStatus::CatchingUp, "after every start");
//!
//! // Time is an argument: nothing in here asks for it.
//! let now = UtcTime::EPOCH.plus(Span::seconds(5));
//! let point = ChainPoint { slot: Slot(5), block_hash: Hash32([0; 32]) };
//! let turn = machine.handle(now, Input::Chain(vec![ChainInput::Tick { chain_time: now, point }]));
//! assert!(turn.is_durable_work());
//! assert!(turn.events.iter().any(|event| matches!(event.event, Event::NodeSynced { .. })));
//! assert_eq!(machine.state().sync, SyncStatus::InSync);
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

pub mod api;
pub mod apply;
pub mod cardano;
pub mod codec;
pub mod digest;
pub mod ed25519;
pub mod effect;
pub mod environment;
pub mod event;
pub mod input;
pub mod invariant;
pub mod ledger;
pub mod machine;
pub mod mismatch;
pub mod outcome;
pub mod output;
pub mod party;
pub mod reconcile;
pub mod rejection;
pub mod snapshot;
pub mod state;
pub mod step;
pub mod unit;
pub mod update;
pub mod waiting;
pub mod wire;

pub use environment::Environment;
pub use event::{Event, StateEvent};
pub use input::Input;
pub use ledger::Ledger;
pub use machine::{Machine, Restored, Turn};
pub use outcome::{Halt, Step};
pub use state::NodeState;

#[cfg(test)]
mod testing;
