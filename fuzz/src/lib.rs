//! What each fuzz target asserts about its decoder: never a panic, and what was accepted is kept.

pub mod cardano;
pub mod flat;
pub mod items;
pub mod ledger;
pub mod mutate;
pub mod node;
pub mod plutus;
pub mod random;
pub mod seeds;
pub mod seeds_node;
pub mod terms;
pub mod variants;
pub mod words;

/// Name of a target (also of its corpus folder) and what it runs.
pub type Target = (&'static str, fn(&[u8]));

/// All targets, for the replay of the corpora.
pub const TARGETS: &[Target] = &[
    ("tx_bytes", cardano::tx_bytes),
    ("txout_bytes", cardano::txout_bytes),
    ("utxo_json", cardano::utxo_json),
    ("tx_json", cardano::tx_json),
    ("parameters_json", cardano::parameters_json),
    ("tx_validate", ledger::tx_validate),
    ("plutus_glue", plutus::plutus_glue),
    ("plutus_data", cardano::plutus_data),
    ("client_json", node::client_json),
    ("wire_message", node::wire_message),
    ("envelope", node::envelope),
    ("state_event", node::state_event),
];

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use rydra_core::cardano::hash::blake2b_256;
    use rydra_core::cardano::tx::Tx;
    use rydra_core::unit::Hash32;

    use super::*;

    /// Of this package, or of the workspace, whose tests replay the corpora too.
    fn corpus(name: &str) -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let own = if root.join("fuzz/corpus").is_dir() { root.join("fuzz") } else { root.into() };
        own.join("corpus").join(name)
    }

    #[test]
    fn committed_corpora_pass() {
        for (name, run) in TARGETS {
            let folder = corpus(name);
            let seeds = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{folder:?}: {e}"));
            let mut count = 0;
            for seed in seeds {
                run(&std::fs::read(seed.unwrap().path()).unwrap());
                count += 1;
            }
            assert!(count > 0, "{folder:?} is empty");
        }
    }

    #[test]
    fn seeds_decode_and_reach_the_ledger() {
        let world = ledger::World::get();
        let mut valid = Vec::new();
        for (name, bytes) in seeds::tx_validate() {
            let tx = Tx::decode(bytes.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
            ledger::tx_validate(&bytes);
            if world.ledgers[0].apply(rydra_core::unit::Slot(100), &world.utxo, &tx).is_ok() {
                valid.push(name);
            }
        }
        for name in
            ["payment", "interval", "burn", "vault", "vault-reference", "datums", "metadata"]
        {
            assert!(valid.contains(&name), "{name}: not among {valid:?}");
        }
    }

    /// `cargo test -p rydra-core --test corpora -- --ignored write_seeds`
    #[test]
    #[ignore = "writes the seeds into the corpora, before a new run of the fuzzer"]
    fn write_seeds() {
        for (target, seeds) in [
            ("tx_validate", seeds::tx_validate()),
            ("plutus_glue", seeds::plutus_glue()),
            ("plutus_data", seeds::plutus_data()),
            ("client_json", seeds_node::client_json()),
            ("wire_message", seeds_node::wire_message()),
            ("envelope", seeds_node::envelope()),
            ("state_event", seeds_node::state_event()),
        ] {
            let folder = corpus(target);
            std::fs::create_dir_all(&folder).unwrap();
            for (name, bytes) in seeds {
                std::fs::write(folder.join(name), bytes).unwrap();
            }
        }
    }

    /// `cargo test -p rydra-core --test corpora -- --ignored write_variants`
    #[test]
    #[ignore = "writes many files beside the corpora, to be merged into them"]
    fn write_variants() {
        let of = |seeds: Vec<seeds::Seed>| {
            seeds.iter().flat_map(|(_, bytes)| variants::of_items(bytes)).collect::<Vec<_>>()
        };
        let calls = variants::of_calls();
        let transactions = variants::as_transactions(&calls);
        for (target, variants) in [
            ("tx_validate", [of(seeds::tx_validate()), transactions].concat()),
            ("tx_bytes", of(seeds::tx_validate())),
            ("plutus_glue", calls),
            ("plutus_data", of(seeds::plutus_data())),
            ("wire_message", of(seeds_node::wire_message())),
            ("state_event", of(seeds_node::state_event())),
        ] {
            let folder = corpus("").join("../target/variants").join(target);
            std::fs::create_dir_all(&folder).unwrap();
            for variant in variants {
                let name = Hash32(blake2b_256(&variant)).to_string();
                std::fs::write(folder.join(name), variant).unwrap();
            }
        }
    }

    #[test]
    fn seeds_of_the_node_decode() {
        use pallas_codec::minicbor::Decoder;
        use rydra_core::api::client_input;
        use rydra_core::event::StateEvent;
        use rydra_core::wire::{Message, Received, decode_value};

        for (name, bytes) in seeds_node::wire_message() {
            let read = match name {
                "envelope" => Received::decode(&bytes).is_ok_and(|received| received.verifies()),
                "value" => decode_value(&bytes).is_ok_and(|envelopes| envelopes.len() == 5),
                _ => Message::from_cbor(&bytes).is_ok(),
            };
            assert!(read, "{name}");
        }
        let inputs = seeds_node::client_json();
        let read = inputs.iter().filter(|(_, bytes)| client_input::decode(bytes).is_ok()).count();
        assert_eq!(read, 11, "of {} texts, those of inputs", inputs.len());
        let (_, history) = seeds_node::state_event().swap_remove(0);
        let mut reader = Decoder::new(&history);
        let events = std::iter::from_fn(|| reader.decode::<StateEvent>().ok()).count();
        assert_eq!(events, 27, "the whole history");
        for (name, bytes) in seeds::plutus_data() {
            let read = rydra_core::cardano::plutus_data::Data::decode(&bytes).is_ok();
            assert_eq!(read, name != "long", "{name}");
        }
    }

    #[test]
    fn seeds_of_scripts_become_transactions() {
        for (name, bytes) in seeds::plutus_glue() {
            assert!(plutus::Case::read(&bytes).and_then(|case| case.tx()).is_some(), "{name}");
            plutus::plutus_glue(&bytes);
        }
    }
}
