//! The files that settings name, decoded and checked against each other; all problems at once.

use std::path::Path;

use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::{DecodeError, envelope};
use rydra_core::ledger::Network;
use rydra_core::party::{Party, SigningKey};
use rydra_core::snapshot::accumulator::CAPACITY_OUTPUTS;

use super::files::{Role, read_json};
pub use super::genesis::{Genesis, genesis};
use super::problem::{Problem, Problems};
use super::{Settings, offline_parties_without_genesis};

const SIGNING_KEY: Role = Role {
    what: "Hydra signing key",
    option: "--hydra-signing-key",
    needed: "a text envelope of type HydraSigningKey_ed25519 with a key of 32 bytes",
    todo: "give the .sk file that `rydra gen-hydra-key` wrote",
};

const VERIFICATION_KEY: Role = Role {
    what: "Hydra verification key",
    option: "--hydra-verification-key",
    needed: "a text envelope of type HydraVerificationKey_ed25519 with a key of 32 bytes",
    todo: "give the other party's .vk file",
};

const PARAMETERS: Role = Role {
    what: "file of protocol parameters",
    option: "--ledger-protocol-parameters",
    needed: "all 31 keys of `cardano-cli query protocol-parameters`",
    todo: "add or correct the keys named above; prices and fees may be 0 in a head",
};

const INITIAL_UTXO: Role = Role {
    what: "initial UTxO",
    option: "--initial-utxo",
    needed: "a JSON object of outputs by input reference, \"TXID#INDEX\": {\"address\":..,\"value\":..}",
    todo: "correct the entry named above; {} is a head that starts empty",
};

/// What the files hold.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// This node's signing key.
    pub signing_key: SigningKey,
    /// Other parties, in the order of the settings.
    pub other_parties: Vec<Party>,
    /// Layer 2 protocol parameters.
    pub parameters: ProtocolParameters,
    /// Offline chain.
    pub genesis: Genesis,
    /// Outputs of the first start; `None` when the head is stored already and the file was not read.
    pub initial_utxo: Option<Utxo>,
}

impl Inputs {
    /// Reads all files of the settings.
    ///
    /// The initial UTxO is read at the first start only (`api.md` 6.4): a stored head no longer needs it.
    ///
    /// # Errors
    /// The problems of all files at once.
    pub fn load(settings: &Settings, first_start: bool) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let signing_key = kept(signing_key(&settings.hydra_signing_key), &mut problems);
        let other_parties: Vec<Party> = settings
            .hydra_verification_keys
            .iter()
            .filter_map(|file| kept(verification_key(file), &mut problems))
            .collect();
        let parameters = kept(parameters(&settings.ledger_protocol_parameters), &mut problems);
        let genesis = match &settings.chain.ledger_genesis {
            Some(file) => kept(genesis(file), &mut problems),
            None => Some(Genesis::default()),
        };
        // Without a readable genesis the network is unknown; the addresses wait for the next try.
        let network = genesis.map(|genesis| genesis.network);
        let file = &settings.chain.initial_utxo;
        let initial_utxo = if first_start {
            kept(initial_utxo(file, network), &mut problems).map(Some)
        } else {
            Some(None)
        };
        let genesis_file = settings.chain.ledger_genesis.as_deref();
        problems.0.extend(offline_parties_without_genesis(settings.party_count(), genesis_file));
        if let Some(key) = &signing_key {
            problems.0.extend(same_party_twice(&key.party(), &other_parties));
        }
        match (signing_key, parameters, genesis, initial_utxo) {
            (Some(signing_key), Some(parameters), Some(genesis), Some(initial_utxo)) => {
                problems.or(Self { signing_key, other_parties, parameters, genesis, initial_utxo })
            }
            _ => Err(problems),
        }
    }
}

fn kept<T>(read: Result<T, Problem>, problems: &mut Problems) -> Option<T> {
    read.map_err(|problem| problems.push(problem)).ok()
}

/// One key twice would let one holder sign for two parties.
fn same_party_twice(own: &Party, others: &[Party]) -> Option<Problem> {
    let mut seen = vec![own];
    for party in others {
        if seen.contains(&party) {
            return Some(Problem::new(
                format!("party {party} is listed twice"),
                "a Hydra key of its own for each party, this node's not among the others",
                "remove the file of that key from --hydra-verification-key",
            ));
        }
        seen.push(party);
    }
    None
}

/// Reads this node's signing key.
///
/// # Errors
/// When the file cannot be read or is no Hydra signing key; never with its content.
pub fn signing_key(file: &Path) -> Result<SigningKey, Problem> {
    read_json(file, &SIGNING_KEY, envelope::hydra_signing_key)
}

/// Reads another party's verification key.
///
/// # Errors
/// When the file cannot be read or is no Hydra verification key.
pub fn verification_key(file: &Path) -> Result<Party, Problem> {
    read_json(file, &VERIFICATION_KEY, envelope::hydra_verification_key)
}

/// Reads the protocol parameters.
///
/// # Errors
/// When the file cannot be read or a key is missing or malformed.
pub fn parameters(file: &Path) -> Result<ProtocolParameters, Problem> {
    read_json(file, &PARAMETERS, ProtocolParameters::for_ledger)
}

/// Reads the initial UTxO: at most [`CAPACITY_OUTPUTS`], none at a Byron address, all of this network.
///
/// # Errors
/// When the file cannot be read or an output cannot enter a head.
pub fn initial_utxo(file: &Path, network: Option<Network>) -> Result<Utxo, Problem> {
    read_json(file, &INITIAL_UTXO, |text| {
        let utxo: Utxo = serde_json::from_str(text).map_err(|e| DecodeError(e.to_string()))?;
        if utxo.len() > CAPACITY_OUTPUTS {
            return Err(DecodeError(format!(
                "{} outputs; needed at most {CAPACITY_OUTPUTS}, what one accumulator can hold",
                utxo.len()
            )));
        }
        for (input, output) in utxo.iter() {
            if output.is_byron() {
                return Err(DecodeError(format!(
                    "output {input} is at a Byron address; needed a Shelley address, others have no form \
                     on layer 1's scripts"
                )));
            }
            let header = output.address.first().copied().unwrap_or_default();
            if let Some(network) = network.filter(|network| network.id() != header & NETWORK_BITS) {
                return Err(DecodeError(format!(
                    "output {input} is at an address of network {}; needed network {} ({})",
                    header & NETWORK_BITS,
                    network.id(),
                    "0 test, 1 main; --ledger-genesis chooses it"
                )));
            }
        }
        Ok(utxo)
    })
}

/// Bits of a Shelley address header that hold the network.
const NETWORK_BITS: u8 = 0b0000_1111;

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rydra_core::cardano::build::PaymentKey;
    use rydra_core::cardano::txout::TxOut;
    use rydra_core::cardano::value::Value;
    use rydra_core::unit::TxIn;

    use super::*;

    struct Dir(tempfile::TempDir);

    impl Dir {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn file(&self, name: &str, content: &str) -> PathBuf {
            let path = self.0.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        }
    }

    fn key_file(kind: &str, cbor: &str) -> String {
        format!(r#"{{"type":"{kind}","description":"","cborHex":"{cbor}"}}"#)
    }

    /// `count` outputs at addresses of a network.
    fn utxo(count: u16, network: u8) -> String {
        let address = PaymentKey::from_seed(&[1; 32]).address(network);
        let id = "11".repeat(32);
        let entries = (0..count).map(|index| {
            let input: TxIn = format!("{id}#{index}").parse().unwrap();
            (input, TxOut::new(&address, Value::of_lovelace(2_000_000)))
        });
        serde_json::to_string(&entries.collect::<Utxo>()).unwrap()
    }

    fn refusal<T: std::fmt::Debug>(read: Result<T, Problem>) -> String {
        read.unwrap_err().to_string()
    }

    /// Every loader against every class that is about the file and not its content.
    #[test]
    fn unusable_files_are_refused_by_class_naming_file_and_option() {
        type Loader = fn(&Path) -> Option<Problem>;
        let loaders: [(&str, Loader); 5] = [
            ("--hydra-signing-key", |f| signing_key(f).err()),
            ("--hydra-verification-key", |f| verification_key(f).err()),
            ("--ledger-protocol-parameters", |f| parameters(f).err()),
            ("--ledger-genesis", |f| genesis(f).err()),
            ("--initial-utxo", |f| initial_utxo(f, None).err()),
        ];
        let dir = Dir::new();
        let binary = dir.0.path().join("binary");
        std::fs::write(&binary, [0xff, 0xfe]).unwrap();
        let cases = [
            (dir.0.path().join("missing"), "does not exist"),
            (dir.file("x", "").join("below"), "cannot be read"),
            (dir.0.path().to_path_buf(), "is a directory"),
            (dir.file("empty", " \n"), "is empty"),
            (dir.file("text", "hello"), "is not JSON"),
            (dir.file("cut", "{\"type\": \"Hy"), "is not JSON"),
            (dir.file("two", "{} {}"), "is not JSON"),
            (binary, "is not text"),
        ];
        for (option, load) in loaders {
            for (file, seen) in &cases {
                let text = load(file).expect(seen).to_string();
                assert!(text.contains(seen), "{option} {seen}: {text}");
                assert!(
                    text.contains(option) && text.contains(&file.display().to_string()),
                    "{text}"
                );
                assert!(text.contains("; needed: ") && text.contains("; do: "), "{text}");
            }
        }
    }

    #[test]
    fn wrong_keys_are_refused_by_class() {
        let seed = "22".repeat(32);
        let sk = "HydraSigningKey_ed25519";
        let cases = [
            (
                key_file("PaymentSigningKeyShelley_ed25519", &format!("5820{seed}")),
                "PaymentSigningKey",
            ),
            (
                key_file("HydraVerificationKey_ed25519", &format!("5820{seed}")),
                "HydraVerificationKey",
            ),
            (key_file(sk, &format!("581f{}", &seed[2..])), "31 bytes"),
            (key_file(sk, &format!("5821{seed}00")), "33 bytes"),
            (key_file(sk, &seed), "not one CBOR byte string"),
            (key_file(sk, "58zz"), "is not hex"),
            (format!(r#"{{"type":"{sk}","cborHex":"5820{seed}"}}"#), "description"),
            ("[]".to_owned(), "needed"),
        ];
        let dir = Dir::new();
        for (content, seen) in cases {
            let text = refusal(signing_key(&dir.file("k.sk", &content)));
            assert!(text.contains(seen), "{seen}: {text}");
            assert!(text.contains("HydraSigningKey_ed25519 with a key of 32 bytes"), "{text}");
            assert!(!text.contains(&seed[..62]), "the content of a key file was shown: {text}");
        }
        let vk = key_file("HydraVerificationKey_ed25519", &format!("581f{}", &seed[2..]));
        assert!(refusal(verification_key(&dir.file("k.vk", &vk))).contains("31 bytes"));
    }

    #[test]
    fn unusable_outputs_are_refused_by_class() {
        let dir = Dir::new();
        let load = |content: &str| initial_utxo(&dir.file("u.json", content), Some(Network::Test));
        assert_eq!(load(&utxo(4095, 0)).unwrap().len(), 4095);
        assert!(load("{}").unwrap().is_empty());
        let one = utxo(1, 0);
        let id = "11".repeat(32);
        let cases = [
            (utxo(4096, 0), "4096 outputs; needed at most 4095"),
            (utxo(2, 1), "address of network 1; needed network 0"),
            (one.replace("#0", "#65536"), "65536"),
            (one.replace(&format!("{id}#0"), &id), "#"),
            (one.replace("2000000", "-1"), "quantity"),
            (one.replace("2000000", "18446744073709551616"), "quantity"),
            (one.replace("\"address\"", "\"adress\""), "address"),
            (format!("{{{0},{0}}}", one.trim_matches(['{', '}'])), ""),
            ("[]".to_owned(), "a UTxO"),
        ];
        for (content, seen) in cases {
            let text = refusal(load(&content));
            assert!(text.contains(seen), "{seen}: {text}");
            assert!(text.contains("TXID#INDEX") || text.contains("not JSON"), "{text}");
        }
        assert!(initial_utxo(&dir.file("m.json", &utxo(1, 1)), Some(Network::Main)).is_ok());
    }

    #[test]
    fn missing_parameters_are_all_named() {
        let dir = Dir::new();
        let text = refusal(parameters(&dir.file("p.json", r#"{"txFeeFixed":0}"#)));
        assert!(text.contains("utxoCostPerByte") && text.contains("dRepActivity"), "{text}");
    }

    fn settings(dir: &Dir, extra: &[(&str, String)]) -> Settings {
        let at = |name: &str| dir.0.path().join(name).display().to_string();
        let mut flags = vec![
            ("offline-head-seed", "00".to_owned()),
            ("hydra-signing-key", at("a.sk")),
            ("ledger-protocol-parameters", at("p.json")),
            ("initial-utxo", at("u.json")),
        ];
        flags.extend_from_slice(extra);
        let flags = flags.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect();
        let sources = crate::settings::Sources { flags, ..Default::default() };
        Settings::load(&sources).unwrap().settings
    }

    #[test]
    fn the_problems_of_all_files_come_at_once() {
        let dir = Dir::new();
        dir.file("u.json", "[]");
        let mut settings =
            settings(&dir, &[("ledger-genesis", dir.file("g", "{}").display().to_string())]);
        let problems = Inputs::load(&settings, true).unwrap_err();
        assert_eq!(problems.0.len(), 4, "{problems}");

        settings.hydra_verification_keys = vec!["bob.vk".into()];
        settings.chain.ledger_genesis = None;
        let text = Inputs::load(&settings, false).unwrap_err().to_string();
        assert!(
            text.contains("bob.vk") && text.contains("2 parties without --ledger-genesis"),
            "{text}"
        );
        assert!(!text.contains("u.json"), "a stored head does not need its initial UTxO: {text}");
    }

    #[test]
    fn one_key_for_two_parties_is_refused() {
        let party = |seed: u8| SigningKey::from_seed(&[seed; 32]).party();
        assert_eq!(same_party_twice(&party(1), &[party(2), party(3)]), None);
        for others in [[party(2), party(1)], [party(2), party(2)]] {
            let problem = same_party_twice(&party(1), &others).unwrap();
            assert!(problem.seen.contains("listed twice"));
        }
    }
}
