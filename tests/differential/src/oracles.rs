//! The three that are asked: our ledger, `scalus` as a process, `uplc` in this one.

use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::ledger::{Epochs, Ledger, Network};
use rydra_core::unit::{Slot, Span, TxId, TxIn, UtcTime};
use serde_json::{Value, json};
use uplc::machine::cost_model::ExBudget;

use crate::cbor::{int, list, map, uint};
use crate::draft::Draft;
use crate::encode;
use crate::parameters::Parameters;

/// Epochs of the run: short, so that slots of the run lie in several.
const EPOCHS: Epochs = Epochs { first_slot: Slot(0), number: 0, length: 10_000 };

/// What one of them says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The transaction applies.
    Valid,
    /// Reasons; the predicate comes first in each.
    Invalid(Vec<String>),
}

impl Verdict {
    /// Whether the transaction applies.
    pub const fn is_valid(&self) -> bool {
        matches!(self, Self::Valid)
    }

    /// Predicates of the reasons: what stands before the first colon of each.
    pub fn predicates(&self) -> impl Iterator<Item = &str> {
        let reasons = match self {
            Self::Valid => &[][..],
            Self::Invalid(reasons) => reasons,
        };
        reasons.iter().filter_map(|reason| reason.split(':').next())
    }

    /// Whether this predicate refuses.
    pub fn names(&self, predicate: &str) -> bool {
        self.predicates().any(|named| named == predicate)
    }

    /// Whether a reason contains this text.
    pub fn says(&self, part: &str) -> bool {
        matches!(self, Self::Invalid(reasons) if reasons.iter().any(|r| r.contains(part)))
    }
}

/// Our ledger: every refusal of `check_all`, which must agree with `apply`. A refusal to decode is `Decode`.
pub fn ours(parameters: &Parameters, draft: &Draft, bytes: &[u8]) -> Verdict {
    let slot_time = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).expect("a second is positive");
    let mut ledger = Ledger::new(parameters.ours.clone(), Network::Test, slot_time);
    if !draft.epochs_unknown {
        ledger = ledger.with_epochs(EPOCHS);
    }
    let mut utxo = Utxo::new();
    for ((id, index), output) in &draft.utxo {
        let bytes = encode::output(output);
        let output = TxOut::decode(&bytes).expect("outputs of the run decode");
        utxo.insert(TxIn { id: TxId(*id), index: *index }, Arc::new(output));
    }
    let tx = match Tx::decode(bytes) {
        Ok(tx) => tx,
        Err(error) => return Verdict::Invalid(vec![format!("Decode: {error}")]),
    };
    let slot = Slot(draft.slot);
    let refusals = ledger.check_all(slot, &utxo, &tx);
    let applied = ledger.apply(slot, &utxo, &tx);
    assert_eq!(
        applied.is_ok(),
        refusals.is_empty(),
        "apply and check_all: {applied:?} {refusals:?}"
    );
    if let Ok(applied) = &applied {
        let again = ledger.reapply(slot, &utxo, &tx);
        assert_eq!(again.as_ref(), Ok(applied), "what applies applies again");
        return Verdict::Valid;
    }
    Verdict::Invalid(refusals.iter().map(ToString::to_string).collect())
}

/// Directory of the package and its worker.
fn scalus_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scalus")
}

/// The node that the lock file pins, by the name of its package.
fn node() -> PathBuf {
    let cpu = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    scalus_dir().join(format!("node_modules/node-linux-{cpu}/bin/node"))
}

/// Why `scalus` cannot be asked; nothing when it can.
pub fn scalus_is_missing() -> Option<String> {
    let package = scalus_dir().join("node_modules/scalus/package.json");
    [package, node()].into_iter().find(|path| !path.exists()).map(|path| {
        format!(
            "{} is not there; `make setup-scalus` installs it, given npm and a registry",
            path.display()
        )
    })
}

/// A process of the worker.
pub struct Scalus {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Scalus {
    /// Starts one.
    pub fn start() -> Self {
        let mut child = Command::new(node())
            .arg(scalus_dir().join("worker.js"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, input, output }
    }

    /// Asks for a verdict.
    pub fn ask(&mut self, parameters: &Parameters, draft: &Draft, bytes: &[u8]) -> Verdict {
        let hex = |bytes: &[u8]| faster_hex::hex_string(bytes);
        let accounts = draft.withdrawals.iter().filter(|(_, drawn)| **drawn == 0).map(|(a, _)| {
            let kind = if a[0] & 0x10 == 0 { "key" } else { "script" };
            json!([kind, hex(&a[1..])])
        });
        let case = json!({
            "utxo": hex(&encode::utxo(draft)),
            "tx": hex(bytes),
            "slot": draft.slot,
            "major": parameters.major,
            "accounts": accounts.collect::<Vec<_>>(),
        });
        writeln!(self.input, "{case}").and_then(|()| self.input.flush()).expect("node reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("node answers");
        let answer: Value = serde_json::from_str(&line).expect("node answers in JSON");
        match answer["ok"].as_bool() {
            Some(true) => Verdict::Valid,
            _ => Verdict::Invalid(vec![answer["error"].as_str().unwrap_or("no text").to_owned()]),
        }
    }
}

impl Drop for Scalus {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Spent units of a redeemer: purpose, index, memory, steps.
pub type Spent = (u8, u32, u64, u64);

/// Units that `uplc` spends on each redeemer, or why a script fails.
pub fn uplc_units(
    parameters: &Parameters,
    draft: &Draft,
    bytes: &[u8],
) -> Result<Vec<Spent>, String> {
    let utxo: Vec<_> =
        draft.utxo.iter().map(|(at, held)| (encode::input(at), encode::output(held))).collect();
    let costs = (0..).zip(&parameters.costs).map(|(language, costs)| {
        (uint(language), list(&costs.iter().map(|cost| int(*cost)).collect::<Vec<_>>()))
    });
    let costs = map(&costs.collect::<Vec<_>>());
    let budget = (1 << 60, 1 << 60);
    let major = u16::try_from(parameters.major).expect("a small number");
    let run = || {
        uplc::tx::eval_phase_two_raw_with_protocol(
            bytes,
            &utxo,
            Some(&costs),
            budget,
            (0, 0, 1000),
            major,
            false,
            |_| (),
        )
    };
    let results = catch_unwind(AssertUnwindSafe(run)).map_err(|_| "panicked".to_owned())?;
    let results = results.map_err(|error| format!("{error:?}"))?;
    results.into_iter().map(|(redeemer, result)| spent(&redeemer, &result.cost())).collect()
}

/// Purpose and index stand in the first two items of the list that a redeemer is.
fn spent(redeemer: &[u8], cost: &ExBudget) -> Result<Spent, String> {
    let short = || "a redeemer of unknown form".to_owned();
    let purpose = *redeemer.get(1).ok_or_else(short)?;
    let index = match *redeemer.get(2).ok_or_else(short)? {
        small @ 0..24 => u32::from(small),
        24 => u32::from(*redeemer.get(3).ok_or_else(short)?),
        _ => return Err(short()),
    };
    Ok((purpose, index, cost.mem as u64, cost.cpu as u64))
}
