//! Turns of the machine without IO: one party takes payments from `NewTx` to confirmed, over sets of 10 and
//! 1,000 outputs, beside the bare signature verification of the same payments in the same run.
//!
//! Run: `cargo bench -p rydra-core --bench step`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rydra_core::cardano::build::{PaymentKey, TxBuilder};
use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::ed25519::verify;
use rydra_core::environment::Environment;
use rydra_core::input::{ChainInput, ClientInput, Input, NetworkInput, Observation};
use rydra_core::ledger::{Ledger, Network};
use rydra_core::machine::{Machine, Restored, Turn};
use rydra_core::party::SigningKey;
use rydra_core::state::{ChainPoint, ChainState, HeadParameters, HeadState};
use rydra_core::unit::{
    Hash32, HeadId, HeadSeed, NetworkPosition, Slot, SnapshotVersion, Span, TxId, TxIn, UtcTime,
};

/// Payments of one run.
const PAYMENTS: usize = 4_000;
/// Payments submitted before the network returns anything: what a client has in flight.
const WINDOW: usize = 200;

fn now() -> UtcTime {
    UtcTime::EPOCH.plus(Span::seconds(10_000))
}

fn ledger() -> Arc<Ledger> {
    let parameters = include_str!("../config/protocol-parameters.json");
    let parameters = ProtocolParameters::from_json(parameters).unwrap();
    let slots = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).unwrap();
    Arc::new(Ledger::new(parameters, Network::Test, slots))
}

/// `count` outputs, and payments that move them on in turn.
fn load(count: usize) -> (Utxo, Vec<Tx>) {
    let key = PaymentKey::from_seed(&[7; 32]);
    let output = || TxOut::new(&key.address(0), Value::of_lovelace(10_000_000));
    let mut heads: Vec<TxIn> =
        (0..count).map(|n| TxIn { id: TxId([1; 32]), index: u16::try_from(n).unwrap() }).collect();
    let funds = heads.iter().map(|input| (*input, output())).collect();
    let payments = (0..PAYMENTS).map(|n| {
        let head = &mut heads[n % count];
        let tx = TxBuilder::new().input(*head).output(&output()).sign(&[&key]).unwrap();
        *head = TxIn { id: tx.id(), index: 0 };
        tx
    });
    let payments = payments.collect();
    (funds, payments)
}

struct Head {
    machine: Machine,
    position: u64,
    turns: u64,
    pending: Vec<rydra_core::wire::Message>,
}

impl Head {
    fn handle(&mut self, input: Input) {
        let turn: Turn = self.machine.handle(now(), input);
        self.turns += 1;
        self.pending.extend(turn.outbox.into_iter().map(|(_, message)| message));
    }

    /// Returns what was broadcast until nothing is left.
    fn drain(&mut self) {
        while !self.pending.is_empty() {
            for message in std::mem::take(&mut self.pending) {
                self.position += 1;
                let position = NetworkPosition(self.position);
                let sender = SigningKey::from_seed(&[1; 32]).party();
                self.handle(Input::Network(NetworkInput { position, sender, message }));
            }
        }
    }

    fn open(funds: Utxo) -> Self {
        let env = Environment::offline(SigningKey::from_seed(&[1; 32]), Vec::new());
        let parties = vec![env.party];
        let machine = Machine::new(Arc::new(env), ledger(), Restored::default());
        let mut head = Self { machine, position: 0, turns: 0, pending: Vec::new() };
        let id = HeadId::from(b"offline-bench".to_vec());
        let parameters = HeadParameters {
            contestation_period_s: Environment::CONTESTATION_PERIOD_DEFAULT_S,
            deposit_period: Environment::DEPOSIT_PERIOD_DEFAULT,
            parties,
        };
        let head_seed = HeadSeed::from(b"bench".to_vec());
        let twice = Environment::DEPOSIT_PERIOD_DEFAULT.times(2);
        let deposit_tx_id = TxId([0; 32]);
        let observed =
            |observation| ChainInput::Observed { observation, chain_state: ChainState::default() };
        let point = ChainPoint { slot: Slot(10_000), block_hash: Hash32([0; 32]) };
        head.handle(Input::Chain(vec![
            observed(Observation::Init {
                head_id: id.clone(),
                head_seed,
                parameters,
                participants: Vec::new(),
            }),
            observed(Observation::Deposit {
                head_id: id.clone(),
                deposit_tx_id,
                deposited: funds,
                created: now().minus(twice),
                deadline: now().plus(twice),
            }),
            ChainInput::Tick { chain_time: now(), point },
        ]));
        head.drain();
        let new_version = SnapshotVersion(1);
        let increment = Observation::Increment { head_id: id, new_version, deposit_tx_id };
        head.handle(Input::Chain(vec![observed(increment)]));
        head.drain();
        head.turns = 0;
        head
    }

    fn confirmed(&self) -> u64 {
        match &self.machine.state().head {
            HeadState::Open(open) => open.confirmed_number().0,
            HeadState::Idle { .. } => 0,
        }
    }
}

fn per_second(count: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let count = count as f64;
    count / took.as_secs_f64()
}

fn main() {
    println!("outputs | payments/s | turns/s | snapshots | bare verifications/s | share");
    for outputs in [10, 1_000] {
        let (funds, payments) = load(outputs);
        let begin = Instant::now();
        for tx in &payments {
            for (key, signature) in &tx.witnesses().keys {
                assert!(black_box(verify(key, &tx.id().0, signature)));
            }
        }
        let bare = per_second(PAYMENTS as u64, begin.elapsed());
        let mut head = Head::open(funds);
        let before = head.confirmed();
        let begin = Instant::now();
        for window in payments.chunks(WINDOW) {
            for tx in window {
                head.handle(Input::Client(ClientInput::NewTx { transaction: tx.clone() }));
            }
            head.drain();
        }
        let took = begin.elapsed();
        let rate = per_second(PAYMENTS as u64, took);
        println!(
            "{outputs} | {rate:.0} | {:.0} | {} | {bare:.0} | {:.0} %",
            per_second(head.turns, took),
            head.confirmed() - before,
            100.0 * rate / bare
        );
    }
}
