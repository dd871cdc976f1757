#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;

/// Sources from flags `name=value` and variables; the seed is always there unless it is given.
fn sources(flags: &[&str], environment: &[(&str, &str)]) -> Sources {
    let split = |flag: &&str| match flag.split_once('=') {
        Some((name, value)) => (name.to_owned(), vec![value.to_owned()]),
        None => ((*flag).to_owned(), Vec::new()),
    };
    Sources {
        flags: flags.iter().map(split).collect(),
        environment: environment.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        file: None,
    }
}

const SEED: &str = "offline-head-seed=0001";

fn with_file(
    yaml: &str,
    flags: &[&str],
    environment: &[(&str, &str)],
) -> (tempfile::TempDir, Sources) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("node.yaml");
    std::fs::write(&file, yaml).unwrap();
    let sources = Sources { file: Some(file), ..sources(flags, environment) };
    (dir, sources)
}

fn settings(flags: &[&str]) -> Settings {
    Settings::load(&sources(flags, &[])).unwrap().settings
}

/// The problems of sources as one text.
fn problems(sources: &Sources) -> String {
    Settings::load(sources).expect_err("must be refused").to_string()
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[test]
fn default_file_is_the_table_and_its_values_are_the_defaults() {
    let path = repository("config/default.yaml");
    let table = keys::default_yaml();
    if std::env::var_os("RYDRA_WRITE_DEFAULT_YAML").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let file = std::fs::read_to_string(&path).unwrap();
    assert_eq!(file, table, "run this test once with RYDRA_WRITE_DEFAULT_YAML=1");

    let from_file = Sources { file: Some(path.clone()), ..sources(&[SEED], &[]) };
    let mut from_file = Settings::load(&from_file).unwrap().settings;
    assert!(from_file.api_vocabulary_set, "a file sets it explicitly");
    from_file.api_vocabulary_set = false;
    // Paths of a file start at its directory; the rest must equal the built-in defaults.
    let directory = std::path::absolute(path.parent().unwrap()).unwrap();
    for path in [
        &mut from_file.hydra_signing_key,
        &mut from_file.persistence_dir,
        &mut from_file.ledger_protocol_parameters,
        &mut from_file.chain.initial_utxo,
    ] {
        *path = path.strip_prefix(&directory).expect("resolved").to_path_buf();
    }
    let mut built_in = settings(&[SEED]);
    built_in.persistence_dir =
        PathBuf::new().join(built_in.persistence_dir.strip_prefix("./").unwrap());
    from_file.persistence_dir = from_file.persistence_dir.components().collect();
    assert_eq!(from_file, built_in);
}

#[test]
fn demo_and_test_files_are_valid_and_differ_from_the_defaults() {
    for name in ["config/demo.yaml", "config/test.yaml"] {
        let sources = Sources { file: Some(repository(name)), ..sources(&[SEED], &[]) };
        let loaded =
            Settings::load(&sources).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        assert_ne!(loaded.settings, settings(&[SEED]), "{name}");
    }
}

#[test]
fn every_key_has_a_reason_and_a_readable_default() {
    let mut names = std::collections::BTreeSet::new();
    for key in keys::all() {
        assert!(names.insert(key.name), "{} twice", key.name);
        assert!(key.reason.len() > 20 && key.reason.ends_with('.'), "{}", key.name);
        assert!(!key.unit.is_empty(), "{}", key.name);
    }
    assert!(Settings::load(&sources(&[SEED], &[])).is_ok());
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let yaml = "api-port: 1\nnode-id: file\nlimits:\n  mailbox:\n    head-logic: 777\n";
    let (_dir, all) = with_file(
        yaml,
        &["api-port=3", SEED],
        &[("RYDRA_API_PORT", "2"), ("RYDRA_NODE_ID", "env")],
    );
    let settings = Settings::load(&all).unwrap().settings;
    assert_eq!(settings.api_port, 3);
    assert_eq!(settings.node_id, "env");
    assert_eq!(settings.limits.mailboxes.head_logic, 777);
    assert_eq!(settings.limits.mailboxes.persistence, 64, "siblings keep their defaults");
}

#[test]
fn a_flag_equal_to_the_default_still_wins() {
    let (_dir, given) = with_file(
        "api-port: 9\napi-vocabulary: legacy\n",
        &["api-port=4001", "api-vocabulary=deposit", SEED],
        &[],
    );
    let loaded = Settings::load(&given).unwrap().settings;
    assert_eq!((loaded.api_port, loaded.api_vocabulary), (4001, Vocabulary::Deposit));
    assert!(loaded.api_vocabulary_set);
    assert!(!settings(&[SEED]).api_vocabulary_set);
}

#[test]
fn limits_and_log_levels_have_variables_and_empty_ones_count_as_unset() {
    let environment = [
        ("RYDRA_LIMITS_FRAME_BYTES", "65536"),
        ("RYDRA_SUPERVISION_RESTARTS_AT_MOST", "1000"),
        ("RYDRA_LOG", "warn,rydra::api=trace"),
        ("RYDRA_CHAIN_OFFLINE_HEAD_SEED", "0001"),
        ("RYDRA_API_PORT", ""),
        ("RYDRA_SERVICE_PORT", "tcp://10.0.0.1:4001"),
        ("PATH", "/bin"),
    ];
    let loaded = Settings::load(&sources(&[], &environment)).unwrap();
    assert_eq!(loaded.settings.limits.frame_bytes, 65_536);
    assert_eq!(loaded.settings.supervision.restarts_at_most, 1000);
    assert_eq!(loaded.settings.log_level, "warn,rydra::api=trace");
    assert_eq!(loaded.settings.api_port, 4001);
    assert_eq!(loaded.notices.len(), 1, "{:?}", loaded.notices);
    assert!(loaded.notices[0].contains("RYDRA_SERVICE_PORT"));
}

#[test]
fn variables_that_arm_faults_are_not_said_to_set_nothing() {
    let environment = [
        ("RYDRA_CHAIN_OFFLINE_HEAD_SEED", "0001"),
        ("RYDRA_FAULTS", "1"),
        ("RYDRA_FAILPOINTS", "head.handle=stall@7"),
    ];
    let loaded = Settings::load(&sources(&[], &environment)).unwrap();
    assert!(loaded.notices.is_empty(), "{:?}", loaded.notices);
}

#[test]
fn relative_paths_of_a_file_start_at_its_directory_others_stay() {
    let yaml = "hydra-signing-key: keys/a.sk\npersistence-dir: /var/head\n";
    let (dir, given) = with_file(
        yaml,
        &["initial-utxo=u.json", SEED],
        &[("RYDRA_LEDGER_PROTOCOL_PARAMETERS", "p.json")],
    );
    let settings = Settings::load(&given).unwrap().settings;
    assert_eq!(settings.hydra_signing_key, dir.path().join("keys/a.sk"));
    assert_eq!(settings.persistence_dir, Path::new("/var/head"));
    assert_eq!(settings.chain.initial_utxo, Path::new("u.json"));
    assert_eq!(settings.ledger_protocol_parameters, Path::new("p.json"));
}

#[test]
fn times_are_read_with_and_without_suffix_and_keep_fractions() {
    for (text, millis) in [("300s", 300_000), ("300", 300_000), ("0.5s", 500), ("1e2", 100_000)] {
        let flag = format!("api-transaction-timeout={text}");
        assert_eq!(
            settings(&[&flag, SEED]).api_transaction_timeout,
            Duration::from_millis(millis),
            "{text}"
        );
    }
    let (_dir, yaml) = with_file("api-transaction-timeout: 20\n", &[SEED], &[]);
    assert_eq!(Settings::load(&yaml).unwrap().settings.api_transaction_timeout.as_secs(), 20);
}

#[test]
fn wrong_values_are_refused_with_what_was_seen_and_needed() {
    let table: &[(&str, &[&str])] = &[
        ("api-port=70000", &["--api-port 70000", "0 to 65535"]),
        ("api-port=-1", &["--api-port -1", "0 to 65535"]),
        ("api-port=+1", &["0 to 65535"]),
        ("monitoring-port=http", &["--monitoring-port http", "0 to 65535"]),
        ("api-host=localhost", &["--api-host localhost", "no host name"]),
        ("listen=5001", &["--listen 5001", "HOST:PORT"]),
        ("listen=::1:5001", &["HOST:PORT"]),
        ("api-vocabulary=old", &["--api-vocabulary old", "deposit, legacy"]),
        ("api-transaction-timeout=0s", &["above 0"]),
        ("api-transaction-timeout=-3", &["above 0"]),
        ("api-transaction-timeout=5m", &["--api-transaction-timeout 5m", "300s"]),
        ("api-transaction-timeout=1e30", &["above 0 and at most"]),
        ("offline-head-seed=xyz", &["hex"]),
        ("offline-head-seed=123", &["even number of hex digits"]),
        ("offline-head-seed=", &["1 to 256 bytes"]),
        ("node-id=", &["1 to 255 characters"]),
        ("node-id=a\nb", &["control character"]),
        ("log-format=xml", &["auto, human, json"]),
        ("log-level=loud", &["error, warn, info, debug, trace", "off"]),
        ("log-level=info,rydra::api=loud", &["--log-level"]),
        ("hydra-signing-key=", &["name of a file"]),
        ("monitoring-port=4001", &["both 4001", "--monitoring-port"]),
    ];
    for (flag, needed) in table {
        let flags: Vec<&str> =
            if flag.starts_with("offline") { vec![flag] } else { vec![flag, SEED] };
        let text = problems(&sources(&flags, &[]));
        assert!(text.contains("1 problem:"), "{flag}: {text}");
        for part in *needed {
            assert!(text.contains(part), "{flag} lacks \"{part}\": {text}");
        }
    }
}

#[test]
fn wrong_files_are_refused_naming_file_key_and_choice() {
    let table: &[(&str, &[&str])] = &[
        (
            "api-prot: 1\n",
            &["unknown key api-prot", "node.yaml", "did you mean api-port?", "persistence-dir"],
        ),
        ("chain:\n  seed: a\n", &["unknown key chain.seed", "initial-utxo", "offline-head-seed"]),
        ("limits:\n  mailbox:\n    headlogic: 1\n", &["did you mean limits.mailbox.head-logic?"]),
        ("limits:\n  mailbox:\n    head-logic: 0\n", &["integer from 1 to 65536"]),
        ("limits: 3\n", &["limits in", "a section with keys", "mailbox"]),
        ("chain:\n  mode: cardano\n", &["chain.mode: cardano", "mode offline", "hydra-node"]),
        ("chain:\n  offline-head-seed: 0001\n", &["YAML read a number", "quotes"]),
        ("chain:\n  backend:\n    mode: direct\n", &["chain.backend", "Cardano layer 1"]),
        ("chain:\n  contestation-period: 60\n", &["chain.contestation-period", "fixed periods"]),
        ("peers:\n  - \"a:1\"\n", &["peers in", "one party"]),
        ("tls-cert: c.pem\n", &["tls-cert", "reverse proxy"]),
        ("quiet: maybe\n", &["quiet: maybe", "true or false"]),
        ("api-port: [1, 2]\n", &["api-port", "0 to 65535"]),
        ("- a\n", &["no YAML table"]),
        ("a: b: c\n", &["no YAML table", "mend the file"]),
        ("api-port: 1\napi-port: 2\n", &["no YAML table"]),
        ("", &["is empty"]),
        ("hydra-verification-keys:\n  - {a: b}\n", &["hydra-verification-keys"]),
        ("supervision:\n  drain-ms: 9001\n", &["drain-ms is above"]),
    ];
    for (yaml, needed) in table {
        let seed: &[&str] = if yaml.contains("seed: 0001") { &[] } else { &[SEED] };
        let (_dir, given) = with_file(yaml, seed, &[]);
        let text = problems(&given);
        for part in *needed {
            assert!(text.contains(part), "{yaml} lacks \"{part}\": {text}");
        }
    }
}

#[test]
fn a_missing_file_and_a_directory_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Sources { file: Some(dir.path().join("no.yaml")), ..sources(&[SEED], &[]) };
    assert!(problems(&missing).contains("no.yaml (--config FILE) does not exist"));
    let directory = Sources { file: Some(dir.path().to_path_buf()), ..sources(&[SEED], &[]) };
    assert!(problems(&directory).contains("is a directory"));
}

#[test]
fn what_asks_for_nothing_is_accepted_in_a_file() {
    let yaml = "peers: []\nuse-system-etcd: false\nhydra-verification-keys: []\nmonitoring-port:\nadvertise:\n";
    let (_dir, given) = with_file(yaml, &[SEED], &[]);
    assert_eq!(Settings::load(&given).unwrap().settings.monitoring_port, None);
}

#[test]
fn every_option_out_of_scope_is_refused_with_advice() {
    for lacking in scope::LACKING.iter().filter(|lacking| !lacking.flag.is_empty()) {
        let value = if lacking.takes == scope::Takes::Value { "=x" } else { "" };
        let flag = format!("{}{value}", lacking.flag);
        let text = problems(&sources(&[&flag, SEED], &[]));
        let seen = format!("--{}", lacking.flag);
        assert!(text.contains(&seen) && text.contains(lacking.todo), "{flag}: {text}");
        assert!(text.contains("this version of rydra lacks"), "{flag}: {text}");
    }
}

#[test]
fn all_problems_of_all_sources_come_at_once() {
    let (_dir, given) = with_file(
        "colour: blue\npeers: [\"a:1\"]\n",
        &["api-port=x", "tls-cert=c"],
        &[("RYDRA_LIMITS_FRAME_BYTES", "1")],
    );
    let text = problems(&given);
    assert!(text.contains("6 problems:"), "{text}");
    for part in [
        "unknown key colour",
        "peers",
        "--api-port x",
        "--tls-cert c",
        "RYDRA_LIMITS_FRAME_BYTES=1",
        "no --offline-head-seed",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn without_a_seed_the_text_teaches_offline_mode() {
    let text = problems(&sources(&[], &[]));
    for part in [
        "no --offline-head-seed",
        "the only one of this version",
        "--initial-utxo FILE",
        "make demo",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn other_parties_are_refused_and_without_genesis_the_reason_is_told() {
    let (_dir, given) = with_file(
        "hydra-verification-keys: [bob.vk, c.vk]\n",
        &["hydra-verification-key=d.vk", SEED],
        &[],
    );
    let text = problems(&given);
    assert!(text.contains("4 problems"), "three keys and the genesis: {text}");
    assert!(text.contains("offline head of 4 parties without --ledger-genesis"), "{text}");

    assert_eq!(offline_parties_without_genesis(1, None), None);
    assert_eq!(offline_parties_without_genesis(2, Some(Path::new("g.json"))), None);
    let advice = offline_parties_without_genesis(2, None).unwrap().todo;
    assert!(advice.contains("same --ledger-genesis FILE"), "{advice}");
}

#[test]
fn config_route_has_upstreams_shape() {
    let mut given = sources(&["monitoring-port=6001", "ledger-genesis=g.json", SEED], &[]);
    let json = Settings::load(&given).unwrap().settings.to_config_json();
    let expected = serde_json::json!({
        "node-id": "hydra-node-1", "quiet": false, "listen": "0.0.0.0:5001",
        "api-host": "127.0.0.1", "api-port": 4001, "monitoring-port": 6001,
        "hydra-signing-key": "hydra.sk", "hydra-verification-keys": [], "peers": [],
        "persistence-dir": "./", "ledger-protocol-parameters": "protocol-parameters.json",
        "use-system-etcd": false, "api-transaction-timeout": 300,
        "chain": {
            "mode": "offline", "offline-head-seed": "0001", "initial-utxo": "utxo.json",
            "ledger-genesis": "g.json",
        },
    });
    assert_eq!(json, expected);
    given.environment.push(("RYDRA_API_VOCABULARY".to_owned(), "legacy".to_owned()));
    let json = Settings::load(&given).unwrap().settings.to_config_json();
    assert_eq!(json["api-vocabulary"], "legacy");
}

#[test]
fn run_options_have_the_fields_of_the_reference() {
    let root = std::env::var_os("HYDRA_REFERENCE")
        .map_or_else(|| repository("../shared/reference"), PathBuf::from);
    let path = root.join("golden/RunOptions.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("SKIPPED: reference data not found at {}", path.display());
        return;
    };
    let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let mut offline = 0;
    for sample in golden["samples"].as_array().unwrap() {
        if sample["chainConfig"]["tag"] != "OfflineChainConfig" {
            continue;
        }
        offline += 1;
        let ours = settings(&[SEED]).to_run_options_json();
        assert_eq!(keys(&ours), keys(sample));
        assert_eq!(keys(&ours["chainConfig"]), keys(&sample["chainConfig"]));
        assert_eq!(keys(&ours["listen"]), keys(&sample["listen"]));
    }
    assert!(offline > 0, "no offline sample in {}", path.display());
}
