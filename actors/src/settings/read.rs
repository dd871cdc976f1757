//! Typed reading of the merged layers; every setting is read even when an earlier one is wrong.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use rydra_core::unit::unhex;
use tracing_subscriber::filter::Targets;

use crate::mailbox;

use super::keys::{self, Key, Kind};
use super::layers::{Given, Merged};
use super::problem::{Problem, Problems};
use super::scalars::{port, seconds};
use super::{
    HEAD_SEED_BYTES_MAX, HostPort, Limits, LogFormat, OfflineChain, Periods, Settings, Vocabulary,
    offline_parties_without_genesis,
};

/// Reads all settings; `None` when at least one has no usable value (then there is a problem).
pub(super) fn settings(merged: &Merged, problems: &mut Problems) -> Option<Settings> {
    let mut reader = Reader { merged, problems };
    let node_id = reader.text("node-id");
    let quiet = reader.switch("quiet");
    let listen = reader.host_port("listen");
    let api_host = reader.ip("api-host");
    let api_port = reader.port("api-port");
    let fault_injection = reader.switch("enable-fault-injection");
    let monitoring_host = reader.ip("monitoring-host");
    let monitoring_port = reader.optional_port("monitoring-port");
    let vocabulary = reader.choice("api-vocabulary");
    let timeout = reader.seconds("api-transaction-timeout");
    let signing_key = reader.path("hydra-signing-key");
    let verification_keys = reader.paths("hydra-verification-keys");
    let persistence_dir = reader.path("persistence-dir");
    let parameters = reader.path("ledger-protocol-parameters");
    let chain = reader.chain();
    let log_format = reader.choice("log.format");
    let log_level = reader.levels("log.level");
    let (log_buffer, limits, supervision) =
        (reader.log_buffer(), reader.limits(), reader.supervision());
    let read = Settings {
        node_id: node_id?,
        quiet: quiet?,
        listen: listen?,
        api_host: api_host?,
        api_port: api_port?,
        fault_injection: fault_injection?,
        monitoring_host: monitoring_host?,
        monitoring_port: monitoring_port?,
        api_vocabulary: if vocabulary? == "legacy" {
            Vocabulary::Legacy
        } else {
            Vocabulary::Deposit
        },
        api_vocabulary_set: reader.is_given("api-vocabulary"),
        api_transaction_timeout: timeout?,
        hydra_signing_key: signing_key?,
        hydra_verification_keys: verification_keys,
        persistence_dir: persistence_dir?,
        ledger_protocol_parameters: parameters?,
        chain: chain?,
        periods: Periods::OFFLINE,
        log_format: match log_format?.as_str() {
            "human" => LogFormat::Human,
            "json" => LogFormat::Json,
            _ => LogFormat::Auto,
        },
        log_level: log_level?,
        log_buffer: log_buffer?,
        limits: limits?,
        supervision: supervision?,
    };
    check_together(&read, reader.problems);
    Some(read)
}

/// Rules over more than one setting.
fn check_together(settings: &Settings, problems: &mut Problems) {
    if settings.monitoring_port == Some(settings.api_port) && settings.api_port != 0 {
        problems.push(Problem::new(
            format!("api-port and monitoring-port are both {}", settings.api_port),
            "two ports",
            "choose another --monitoring-port",
        ));
    }
    if settings.fault_injection && !settings.api_host.to_canonical().is_loopback() {
        problems.push(Problem::new(
            format!("enable-fault-injection with api-host {}", settings.api_host),
            "a loopback api-host, such as 127.0.0.1 or ::1: whoever reaches /faults ends the node",
            "drop --enable-fault-injection, or set --api-host 127.0.0.1 and run the tests on this machine",
        ));
    }
    if settings.supervision.drain > settings.supervision.shutdown {
        problems.push(Problem::new(
            "supervision.drain-ms is above supervision.shutdown-ms",
            "a drain that ends before the shutdown does",
            "lower supervision.drain-ms",
        ));
    }
    let Limits { mailboxes, in_flight, .. } = &settings.limits;
    let needed = mailbox::head_logic_needed(in_flight);
    if mailboxes.head_logic < needed {
        problems.push(Problem::new(
            format!("limits.mailbox.head-logic is {}", mailboxes.head_logic),
            format!(
                "at least {needed}: limits.in-flight.chain + network + clients, and {} for control messages; a \
                 message with credit must find room",
                mailbox::CONTROL_MESSAGES
            ),
            format!("raise it to {needed}, or lower limits.in-flight"),
        ));
    }
    if mailboxes.api_hub < in_flight.projection {
        problems.push(Problem::new(
            format!("limits.mailbox.api-hub is {}", mailboxes.api_hub),
            format!("at least limits.in-flight.projection, {}", in_flight.projection),
            "raise the mailbox, or lower the batches in flight",
        ));
    }
}

pub(super) struct Reader<'a> {
    merged: &'a Merged,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn given(&self, name: &'static str) -> Option<(&'static Key, String, Given)> {
        let key = keys::find(name)?;
        let (text, given) = self.merged.value(key)?;
        Some((key, text, given))
    }

    fn is_given(&self, name: &'static str) -> bool {
        self.given(name).is_some_and(|(_, _, given)| given != Given::Default)
    }

    /// Parses a setting that has a default; the parser answers with what was needed.
    pub(super) fn parse<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (key, text, given) = self.given(name)?;
        match parse(text.trim()) {
            Ok(value) => Some(value),
            Err(needed) => {
                let seen = self.merged.place(key, given, &text);
                let todo = format!(
                    "correct it; unit {}, default {}",
                    key.unit,
                    key.default.unwrap_or("none")
                );
                self.problems.push(Problem::new(seen, needed, todo));
                None
            }
        }
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        let Kind::Text(most) = keys::find(name)?.kind else { return None };
        self.parse(name, |text| {
            let fits = !text.is_empty() && text.chars().count() <= most;
            if fits && !text.chars().any(char::is_control) {
                return Ok(text.to_owned());
            }
            Err(format!("1 to {most} characters, none of them a control character"))
        })
    }

    fn switch(&mut self, name: &'static str) -> Option<bool> {
        self.parse(name, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("true or false".to_owned()),
        })
    }

    fn host_port(&mut self, name: &'static str) -> Option<HostPort> {
        self.parse(name, |text| text.parse())
    }

    fn ip(&mut self, name: &'static str) -> Option<IpAddr> {
        self.parse(name, |text| {
            text.parse()
                .map_err(|_| "an IP address such as 127.0.0.1 or ::1, no host name".to_owned())
        })
    }

    fn port(&mut self, name: &'static str) -> Option<u16> {
        self.parse(name, port)
    }

    fn optional_port(&mut self, name: &'static str) -> Option<Option<u16>> {
        if self.given(name).is_none() { Some(None) } else { self.port(name).map(Some) }
    }

    fn choice(&mut self, name: &'static str) -> Option<String> {
        let Kind::Choice(words) = keys::find(name)?.kind else { return None };
        self.parse(name, |text| {
            if words.contains(&text) {
                Ok(text.to_owned())
            } else {
                Err(format!("one of: {}", words.join(", ")))
            }
        })
    }

    fn levels(&mut self, name: &'static str) -> Option<String> {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        // `Targets` alone takes any word for a target at level trace: a misspelt level would log everything.
        let known = |part: &str| LEVELS.contains(&part.rsplit('=').next().unwrap_or(part).trim());
        self.parse(name, |text| {
            if text.split(',').all(known) && Targets::from_str(text).is_ok() {
                return Ok(text.to_owned());
            }
            Err("a level (off, error, warn, info, debug, trace) or a list such as info,rydra::api=debug"
                .to_owned())
        })
    }

    fn seconds(&mut self, name: &'static str) -> Option<Duration> {
        self.parse(name, seconds)
    }

    fn path(&mut self, name: &'static str) -> Option<PathBuf> {
        let (_, text, given) = self.given(name)?;
        let merged = self.merged;
        self.parse(name, |_| {
            if text.is_empty() || text.contains('\0') {
                Err("the name of a file or directory".to_owned())
            } else {
                Ok(merged.path(&text, given))
            }
        })
    }

    fn optional_path(&mut self, name: &'static str) -> Option<Option<PathBuf>> {
        if self.given(name).is_none() { Some(None) } else { self.path(name).map(Some) }
    }

    /// Other parties: read, checked against the offline rule, and refused until there are peers.
    fn paths(&mut self, name: &'static str) -> Vec<PathBuf> {
        let Some(key) = keys::find(name) else { return Vec::new() };
        let items = self.merged.list(key);
        let paths: Vec<PathBuf> =
            items.iter().map(|(text, given)| self.merged.path(text, *given)).collect();
        for (text, given) in items {
            self.problems.push(Problem::new(
                self.merged.place(key, *given, text),
                "a head of one party: this version of rydra lacks peers, and with them other parties",
                "remove it, or use hydra-node for a head of several parties",
            ));
        }
        paths
    }

    fn chain(&mut self) -> Option<OfflineChain> {
        let mode = self.chain_mode();
        let seed = self.head_seed(mode.is_some());
        let initial_utxo = self.path("chain.initial-utxo");
        let ledger_genesis = self.optional_path("chain.ledger-genesis");
        let parties =
            1 + keys::find("hydra-verification-keys").map_or(0, |k| self.merged.list(k).len());
        let refused = ledger_genesis
            .as_ref()
            .and_then(|genesis| offline_parties_without_genesis(parties, genesis.as_deref()));
        if let Some(problem) = refused {
            self.problems.push(problem);
        }
        mode?;
        Some(OfflineChain {
            head_seed: seed?,
            initial_utxo: initial_utxo?,
            ledger_genesis: ledger_genesis?,
        })
    }

    fn chain_mode(&mut self) -> Option<()> {
        let (key, text, given) = self.given("chain.mode")?;
        if text == "offline" {
            return Some(());
        }
        self.problems.push(Problem::new(
            self.merged.place(key, given, &text),
            "mode offline, the only one of this version: it lacks a Cardano layer 1",
            "set chain.mode: offline and chain.offline-head-seed, or use hydra-node for a head on a Cardano chain",
        ));
        None
    }

    fn head_seed(&mut self, advise: bool) -> Option<Vec<u8>> {
        const NAME: &str = "chain.offline-head-seed";
        let Some((key, text, given)) = self.given(NAME) else {
            if advise {
                self.problems.push(no_head_seed());
            }
            return None;
        };
        if self.merged.is_number(key) {
            // YAML has read the digits as a number: leading zeros are gone, and `1e10` would be one too.
            self.problems.push(Problem::new(
                self.merged.place(key, given, &text),
                "hex digits as text: YAML read a number here, leading zeros are lost",
                "put the seed in quotes, offline-head-seed: \"…\"",
            ));
            return None;
        }
        self.parse(NAME, |text| match unhex(text) {
            Ok(seed) if (1..=HEAD_SEED_BYTES_MAX).contains(&seed.len()) => Ok(seed),
            Ok(seed) => Err(format!("1 to {HEAD_SEED_BYTES_MAX} bytes of hex, not {}", seed.len())),
            Err(error) => Err(format!("an even number of hex digits ({error})")),
        })
    }
}

fn no_head_seed() -> Problem {
    Problem::new(
        "no --offline-head-seed",
        "offline mode, the only one of this version: a head of one party without a layer 1",
        "choose a seed and start with --offline-head-seed HEX --initial-utxo FILE --hydra-signing-key FILE \
         --ledger-protocol-parameters FILE (example: --offline-head-seed 0001); `make demo` shows all of it",
    )
}

#[cfg(test)]
mod tests {
    use crate::settings::Sources;

    use super::*;

    const SEED: &str = "offline-head-seed=0001";

    fn sources(flags: &[&str], environment: &[(&str, &str)]) -> Sources {
        let split = |flag: &&str| match flag.split_once('=') {
            Some((name, value)) => (name.to_owned(), vec![value.to_owned()]),
            None => ((*flag).to_owned(), Vec::new()),
        };
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sources {
            flags: flags.iter().map(split).collect(),
            environment: environment.iter().map(own).collect(),
            file: None,
        }
    }

    #[test]
    fn faults_are_injected_on_loopback_only() {
        let with = |host: &str| problems(&["enable-fault-injection", SEED, host]);
        for host in [
            "api-host=127.0.0.1",
            "api-host=127.3.2.1",
            "api-host=::1",
            "api-host=::ffff:127.0.0.1",
        ] {
            assert_eq!(with(host), None, "{host}");
        }
        for host in
            ["api-host=0.0.0.0", "api-host=::", "api-host=192.168.1.1", "api-host=::ffff:10.0.0.1"]
        {
            let text = with(host).expect(host);
            assert!(text.contains("enable-fault-injection with api-host"), "{text}");
        }
        assert!(with("api-host=localhost").expect("a name").contains("no host name"));
        assert!(!Settings::load(&sources(&[SEED], &[])).unwrap().settings.fault_injection);
        let variable = [("RYDRA_ENABLE_FAULT_INJECTION", "true")];
        assert!(Settings::load(&sources(&[SEED], &variable)).unwrap().settings.fault_injection);
    }

    fn problems(flags: &[&str]) -> Option<String> {
        Settings::load(&sources(flags, &[])).err().map(|problems| problems.to_string())
    }
}
