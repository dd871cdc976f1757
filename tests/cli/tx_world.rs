//! Files and transactions for `rydra tx validate`, and the command with its standard streams.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rydra_core::cardano::build::{PaymentKey, TxBuilder};
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::unit::{TxId, TxIn, hex};

use crate::harness::RYDRA;

pub const ADA: u64 = 1_000_000;
/// Parameters without fees.
pub const PARAMETERS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../config/protocol-parameters.json");

/// A directory with a set of two outputs of Alice's, ten ada each.
pub struct World {
    pub dir: tempfile::TempDir,
    pub alice: PaymentKey,
}

impl World {
    pub fn new() -> Self {
        let world =
            Self { dir: tempfile::tempdir().unwrap(), alice: PaymentKey::from_seed(&[1; 32]) };
        let outputs = (0..2).map(|index| (Self::held(index), world.to_alice(10)));
        let utxo: Utxo = outputs.collect();
        world.file("utxo.json", serde_json::to_string(&utxo).unwrap());
        world
    }

    pub fn held(index: u16) -> TxIn {
        TxIn { id: TxId([0xee; 32]), index }
    }

    pub fn to_alice(&self, ada: u64) -> TxOut {
        TxOut::new(&self.alice.address(0), Value::of_lovelace(ada * ADA))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.text(name)
    }

    pub fn sign(&self, build: &TxBuilder) -> Tx {
        build.sign(&[&self.alice]).unwrap()
    }

    /// Pays all of an output back to Alice.
    pub fn payment(&self, input: TxIn) -> TxBuilder {
        TxBuilder::new().input(input).output(&self.to_alice(10))
    }

    /// Payments, each of what the one before made.
    pub fn chain(&self, length: usize) -> Vec<Tx> {
        let first = self.sign(&self.payment(Self::held(0)));
        let next = |tx: &Tx| Some(self.sign(&self.payment(TxIn { id: tx.id(), index: 0 })));
        std::iter::successors(Some(first), next).take(length).collect()
    }

    /// Runs the command with the set, the parameters and these further arguments.
    pub fn validate(&self, further: &[&str]) -> Output {
        self.validate_with(further, b"")
    }

    /// The same with standard input.
    pub fn validate_with(&self, further: &[&str], stdin: &[u8]) -> Output {
        let utxo = self.text("utxo.json");
        let own = ["--utxo", &utxo, "--protocol-parameters", PARAMETERS];
        fed(&[&["tx", "validate"], &own[..], further].concat(), stdin)
    }
}

/// Runs the binary with these arguments and this standard input.
pub fn fed(arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(RYDRA)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = stdin.to_vec();
    // Written beside the reading, or full pipes would wait for each other.
    let writer = std::thread::spawn(move || {
        // A command that ends early does not read everything.
        let _ = pipe.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Hex of each transaction on a line of its own.
pub fn lines(txs: &[Tx]) -> String {
    txs.iter().map(|tx| hex(tx.bytes()) + "\n").collect()
}

/// The set that a command wrote.
pub fn set(bytes: &[u8]) -> Utxo {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| panic!("no set ({error}): {}", String::from_utf8_lossy(bytes)))
}

/// The set of a file.
pub fn set_of(file: &Path) -> Utxo {
    set(&std::fs::read(file).unwrap())
}
