//! What several test modules of the core share.
#![allow(clippy::print_stderr)]

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::cardano::txout::{Datum, TxOut};
use crate::cardano::value::{AssetName, Value};
use crate::unit::{ScriptHash, TxId, TxIn};

/// A file of the reference data, or a loud note that the test is skipped.
pub fn reference(path: &str) -> Option<Vec<u8>> {
    let found = std::fs::read(reference_dir()?.join(path));
    if let Err(error) = &found {
        eprintln!("SKIPPED: {path} of the reference data: {error}");
    }
    found.ok()
}

/// The directory of the reference data, or a loud note that the test is skipped.
pub fn reference_dir() -> Option<PathBuf> {
    let dir = std::env::var_os("HYDRA_REFERENCE").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference")),
        PathBuf::from,
    );
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!("SKIPPED: reference data not found at {}", dir.display());
    None
}

/// An output at an enterprise key address of one repeated byte.
pub fn enterprise(key: u8, lovelace: u64) -> TxOut {
    let mut address = vec![0x60];
    address.extend([key; 28]);
    TxOut {
        raw: [key].into(),
        address: address.into(),
        value: Value { lovelace, ..Value::default() },
        datum: Datum::None,
        reference_script: None,
        element: OnceLock::new(),
    }
}

/// Output A of `onchain.md` 4.6.
pub fn output_a() -> TxOut {
    enterprise(0x11, 2_000_000)
}

/// Output B of `onchain.md` 4.6.
pub fn output_b() -> TxOut {
    let mut output = enterprise(0x22, 3_500_000);
    let token = (AssetName((*b"token").into()), 5);
    output.value.assets.insert(ScriptHash([0xaa; 28]), [token].into());
    output.datum = Datum::Inline([0x18, 42].into());
    output
}

/// The n-th of some ascending references.
pub fn input(n: usize) -> TxIn {
    let mut id = [0; 32];
    id[24..].copy_from_slice(&u64::try_from(n).unwrap_or(u64::MAX).to_be_bytes());
    TxIn { id: TxId(id), index: 0 }
}
