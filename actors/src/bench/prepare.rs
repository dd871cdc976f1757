//! `rydra bench prepare`: everything a node needs to serve a dataset without a chain.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rydra_core::cardano::hash::blake2b_256;
use rydra_core::unit::hex;

use super::dataset::{Dataset, KeyEnvelope};
use super::{BenchError, outputs};
use crate::settings::Problems;

/// Head seed of a benchmark head; any bytes do.
const HEAD_SEED_HEX: &str = "0001";

/// Port that the printed command line asks for: hydra-node's default.
const API_PORT: u16 = 4001;

/// Parameters of a head without fees, written when there are none.
pub(super) const PROTOCOL_PARAMETERS: &str =
    include_str!("../../../config/protocol-parameters.json");

/// What `rydra bench prepare` does.
#[derive(Clone, Debug)]
pub struct PrepareOptions {
    /// Dataset file.
    pub dataset: PathBuf,
    /// Directory to write into; made when missing.
    pub out: PathBuf,
}

/// What [`prepare`] wrote.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Merged initial UTxO.
    pub utxo: PathBuf,
    /// Hydra signing key, readable by its owner only.
    pub hydra_signing_key: PathBuf,
    /// Protocol parameters.
    pub protocol_parameters: PathBuf,
    /// Data directory for the node.
    pub persistence_dir: PathBuf,
}

impl Prepared {
    /// Arguments of a node that serves the dataset on this API port.
    #[must_use]
    pub fn node_arguments(&self, api_port: u16) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        [
            ("--offline-head-seed", HEAD_SEED_HEX.to_owned()),
            ("--initial-utxo", path(&self.utxo)),
            ("--ledger-protocol-parameters", path(&self.protocol_parameters)),
            ("--hydra-signing-key", path(&self.hydra_signing_key)),
            ("--persistence-dir", path(&self.persistence_dir)),
            ("--api-host", "127.0.0.1".to_owned()),
            ("--api-port", api_port.to_string()),
        ]
        .into_iter()
        .flat_map(|(flag, value)| [flag.to_owned(), value])
        .collect()
    }
}

/// Writes UTxO, keys and parameters, and prints the node's command line.
///
/// # Errors
/// When the dataset is unusable or a file cannot be written.
pub fn prepare(options: &PrepareOptions) -> Result<(), BenchError> {
    let prepared = prepare_files(options)?;
    let line: Vec<String> = prepared.node_arguments(API_PORT).iter().map(|a| quoted(a)).collect();
    let mut out = io::stdout().lock();
    writeln!(out, "rydra {}", line.join(" "))
        .map_err(BenchError::file(Path::new("standard output"), "write to"))
}

/// As [`prepare`], without printing.
///
/// # Errors
/// When the dataset is unusable or a file cannot be written.
pub fn prepare_files(options: &PrepareOptions) -> Result<Prepared, BenchError> {
    outputs::directory("out", &options.out)
        .map_err(|problem| BenchError::Usage(Problems(vec![problem])))?;
    let dataset = Dataset::read(&options.dataset)?;
    let merged = dataset.merged_utxo().map_err(|input| BenchError::Dataset {
        path: options.dataset.clone(),
        why: format!("two clients bring output {input}; needed each output once"),
    })?;
    let prepared = Prepared {
        utxo: options.out.join("utxo.json"),
        hydra_signing_key: options.out.join("hydra-1.sk"),
        protocol_parameters: options.out.join("protocol-parameters.json"),
        persistence_dir: options.out.join("state"),
    };
    fs::create_dir_all(&prepared.persistence_dir)
        .map_err(BenchError::file(&prepared.persistence_dir, "make the directory"))?;
    write_utxo(&prepared.utxo, &merged)?;
    write_hydra_keys(&options.out, 1)?;
    if !prepared.protocol_parameters.exists() {
        fs::write(&prepared.protocol_parameters, PROTOCOL_PARAMETERS)
            .map_err(BenchError::file(&prepared.protocol_parameters, "write"))?;
    }
    Ok(prepared)
}

fn write_utxo(path: &Path, utxo: &impl serde::Serialize) -> Result<(), BenchError> {
    let write = || -> io::Result<()> {
        let mut to = io::BufWriter::new(fs::File::create(path)?);
        serde_json::to_writer(&mut to, utxo)?;
        to.write_all(b"\n")?;
        to.flush()
    };
    write().map_err(BenchError::file(path, "write"))
}

/// The Hydra key of benchmark node `index` (from 1): Blake2b-256 over a domain and the index.
///
/// Datasets hold no Hydra keys, and a replay has to give the same party each time. Anyone can derive it:
/// such a key must never sign for a head with funds.
#[must_use]
pub fn hydra_key_seed(index: u32) -> [u8; 32] {
    blake2b_256(&[b"rydra bench hydra key 1\0", &index.to_be_bytes()[..]].concat())
}

/// Writes `hydra-INDEX.sk` (mode 0600) and `hydra-INDEX.vk`.
fn write_hydra_keys(dir: &Path, index: u32) -> Result<(), BenchError> {
    let seed = hydra_key_seed(index);
    let verification = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let files = [
        ("sk", "HydraSigningKey_ed25519", seed, 0o600),
        ("vk", "HydraVerificationKey_ed25519", verification, 0o644),
    ];
    for (ending, kind, bytes, mode) in files {
        let path = dir.join(format!("hydra-{index}.{ending}"));
        let envelope = KeyEnvelope {
            kind: kind.to_owned(),
            description: String::new(),
            cbor_hex: format!("5820{}", hex(&bytes)),
        };
        write_key(&path, &envelope, mode)?;
    }
    Ok(())
}

/// Writes a key file that never exists with a wider mode; an own earlier file is kept, a foreign one refused.
fn write_key(path: &Path, envelope: &KeyEnvelope, mode: u32) -> Result<(), BenchError> {
    let text = serde_json::to_string_pretty(envelope)
        .map_err(|e| BenchError::file(path, "write")(e.into()))?;
    match OpenOptions::new().write(true).create_new(true).mode(mode).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map_err(BenchError::file(path, "write")),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::read_to_string(path).map_err(BenchError::file(path, "read"))?;
            if found == text {
                return Ok(());
            }
            let seen = format!("{} exists and is another key", path.display());
            Err(BenchError::usage(seen, "a directory without one", "choose an empty one for --out"))
        }
        Err(e) => Err(BenchError::file(path, "write")(e)),
    }
}

/// An argument as a POSIX shell needs it.
fn quoted(argument: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=,+@%".contains(&b);
    if !argument.is_empty() && argument.bytes().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::bench::generate::{GenerateOptions, Shape, generate};

    fn prepared_in(dir: &Path) -> (PrepareOptions, Result<Prepared, BenchError>) {
        let dataset = dir.join("set.json");
        generate(&GenerateOptions {
            shape: Shape::Constant,
            transactions: 1,
            clients: 2,
            seed: 1,
            alive: 5,
            protocol_parameters: None,
            out: dataset.clone(),
        })
        .unwrap();
        let options = PrepareOptions { dataset, out: dir.join("it's here") };
        let prepared = prepare_files(&options);
        (options, prepared)
    }

    #[test]
    fn a_node_gets_utxo_keys_and_parameters() {
        let dir = tempfile::tempdir().unwrap();
        let prepared = prepared_in(dir.path()).1.unwrap();
        let utxo: serde_json::Value =
            serde_json::from_slice(&fs::read(&prepared.utxo).unwrap()).unwrap();
        assert_eq!(utxo.as_object().map(serde_json::Map::len), Some(5));
        let parameters: serde_json::Value =
            serde_json::from_slice(&fs::read(&prepared.protocol_parameters).unwrap()).unwrap();
        assert_eq!(parameters.as_object().map(serde_json::Map::len), Some(31), "all keys");
        let mode = fs::metadata(&prepared.hydra_signing_key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn preparing_twice_changes_nothing_and_a_foreign_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (options, prepared) = prepared_in(dir.path());
        let key = prepared.unwrap().hydra_signing_key;
        let first = fs::read(&key).unwrap();
        prepare_files(&options).unwrap();
        assert_eq!(fs::read(&key).unwrap(), first);
        fs::write(&key, "{}").unwrap();
        let error = prepare_files(&options).expect_err("foreign key").to_string();
        assert!(error.contains("another key"), "{error}");
    }

    #[test]
    fn command_lines_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("/tmp/a-b_1"), "/tmp/a-b_1");
        assert_eq!(quoted("it's here"), "'it'\\''s here'");
        assert_eq!(quoted(""), "''");
    }
}
