//! What each fuzz target asserts about its decoder: never a panic, and what was accepted is kept.

pub mod cardano;

/// Name of a target (also of its corpus folder) and what it runs.
pub type Target = (&'static str, fn(&[u8]));

/// All targets, for the replay of the corpora.
pub const TARGETS: &[Target] = &[
    ("tx_bytes", cardano::tx_bytes),
    ("txout_bytes", cardano::txout_bytes),
    ("utxo_json", cardano::utxo_json),
    ("tx_json", cardano::tx_json),
    ("parameters_json", cardano::parameters_json),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_corpora_pass() {
        for (name, run) in TARGETS {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
            let seeds = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{folder:?}: {e}"));
            for seed in seeds {
                run(&std::fs::read(seed.unwrap().path()).unwrap());
            }
        }
    }
}
