//! A whole node from its settings: journal, API, tree. `main` and in-process tests start here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix::prelude::*;
use bytes::Bytes;
use rydra_core::api::Vocabulary as ApiVocabulary;
use rydra_core::api::environment::EnvironmentJson;
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::environment::Environment;
use rydra_core::ledger::Ledger;
use rydra_core::unit::{HeadSeed, Span};

use crate::api_session::server::probe;
use crate::api_session::{
    ApiDeps, ApiOptions, ApiServer, FaultDoor, HeadLogicLink, MetricsServer, Readiness,
};
use crate::cli::VERSION;
use crate::effects::Edges;
use crate::faults::Inject;
use crate::history::JournalHistory;
use crate::mailbox::{Depths, Lanes};
use crate::observe::clock;
use crate::observe::exporter::Exporter;
use crate::observe::journal::JournalTotals;
use crate::observe::log::{Log, lines};
use crate::observe::metrics::Metrics;
use crate::persistence::hydrate::{OpenJournal, is_head_stored, open_journal};
use crate::root::{ApiEnd, Exit, Plan, Root, Shared, Shutdown, Stopping};
use crate::settings::inputs::Inputs;
use crate::settings::{Problems, Settings, Vocabulary, offline_parties_without_genesis};
use crate::supervision::{Died, RestartBudget, Role};

/// A running node.
pub struct Node {
    /// Port of the API.
    pub port: u16,
    /// Readiness, as `/ready` shows it.
    pub readiness: Readiness,
    root: Addr<Root>,
    api: ApiServer,
    monitoring: Option<MetricsServer>,
    exit: Arc<Mutex<Exit>>,
    shutdown: Duration,
}

/// Why a node did not start: each problem with what was seen, what was needed and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartFailed {
    /// All problems.
    pub problems: Vec<String>,
    /// Whether settings or the files they name are wrong: the operator has to change them.
    pub is_input: bool,
}

impl StartFailed {
    fn running(problem: String) -> Self {
        Self { problems: vec![problem], is_input: false }
    }

    fn input(problems: &Problems) -> Self {
        Self { problems: problems.0.iter().map(ToString::to_string).collect(), is_input: true }
    }
}

impl Node {
    /// Starts a node. Needs a running actix system.
    ///
    /// # Errors
    /// All problems that keep it from starting.
    pub fn start(settings: &Settings, log: &Log) -> Result<Self, StartFailed> {
        let one = StartFailed::running;
        let Prepared { journal, env, ledger, parameters, initial_utxo } = prepare(settings)?;
        let readiness = Readiness::default();
        let lanes = Lanes::new(settings.limits.in_flight);
        let (slot, link) = HeadLogicLink::new(Arc::clone(&lanes.clients));
        let history = JournalHistory::default();
        let metrics = Arc::new(Metrics::new());
        let depths = Depths::default();
        let batches = settings.limits.in_flight.projection;
        let edges = Edges::new(batches, depths.clone(), Arc::clone(&metrics));
        let exit = Arc::new(Mutex::new(Exit::Asked));
        let root_slot: Arc<Mutex<Option<Addr<Root>>>> = Arc::default();
        let deps = ApiDeps {
            env: EnvironmentJson::from(env.as_ref()),
            version: VERSION.to_owned(),
            ledger: Arc::clone(&ledger),
            link,
            history: Arc::new(history.clone()),
            readiness: readiness.clone(),
            protocol_parameters: parameters,
            config: Bytes::from(settings.to_config_json().to_string()),
            clock: Arc::new(clock::now),
            faults: settings.fault_injection.then(|| fault_door(Arc::clone(&root_slot))),
            state: rydra_core::state::NodeState::default(),
            last_id: None,
            on_hub_stopped: on_hub_stopped(Arc::clone(&root_slot)),
        };
        let api = ApiServer::start(api_options(settings), deps).map_err(|e| one(e.to_string()))?;
        let port = api.port();
        let plan = plan(settings, env, ledger, initial_utxo);
        let shared = Shared {
            edges,
            lanes,
            slot: Arc::new(slot),
            history,
            readiness: readiness.clone(),
            metrics,
            depths,
            journal: JournalTotals::default(),
            exit: Arc::clone(&exit),
        };
        let exporter = Exporter::new(shared.clone(), settings.limits, log.clone(), &api);
        let monitoring = start_monitoring(settings, exporter)?;
        let root = Root::new(plan, shared, journal, api_end(&api)).start();
        *root_slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(root.clone());
        lines::api_server_started(port);
        let shutdown = settings.supervision.shutdown;
        Ok(Self { port, readiness, root, api, monitoring, exit, shutdown })
    }

    /// Stops in order: sessions first, with 1001; then the running round; then the journal; then the system.
    pub async fn stop(self) {
        let _ = self.root.send(Stopping).await;
        self.api.stop().await;
        if let Some(monitoring) = self.monitoring {
            monitoring.stop().await;
        }
        let _ = self.root.send(Shutdown).await;
    }

    /// Longest time that [`Self::stop`] may take.
    #[must_use]
    pub const fn shutdown_deadline(&self) -> Duration {
        self.shutdown
    }

    /// Why it ended; read after the system stopped.
    #[must_use]
    pub fn exit(&self) -> Arc<Mutex<Exit>> {
        Arc::clone(&self.exit)
    }

    /// The root, for tests that inject faults.
    #[must_use]
    pub fn root(&self) -> Addr<Root> {
        self.root.clone()
    }
}

/// What the files and the journal hold, before anything runs.
struct Prepared {
    journal: OpenJournal,
    env: Arc<Environment>,
    ledger: Arc<Ledger>,
    parameters: Bytes,
    initial_utxo: Option<Utxo>,
}

fn prepare(settings: &Settings) -> Result<Prepared, StartFailed> {
    let one = StartFailed::running;
    let genesis = settings.chain.ledger_genesis.as_deref();
    if let Some(problem) = offline_parties_without_genesis(settings.party_count(), genesis) {
        return Err(StartFailed::input(&Problems(vec![problem])));
    }
    // The files first: a mistyped path must not leave a journal behind.
    let probed = Inputs::load(
        settings,
        !settings.persistence_dir.join(crate::persistence::FILE_NAME).exists(),
    )
    .map_err(|problems| StartFailed::input(&problems))?;
    probe_ports(settings)?;
    let journal = open_journal(&settings.persistence_dir, clock::now()).map_err(|e| one(e.text))?;
    let opened = is_head_stored(&journal.store).map_err(|e| one(e.text))?;
    let inputs = if !opened && probed.initial_utxo.is_none() {
        Inputs::load(settings, true).map_err(|problems| StartFailed::input(&problems))?
    } else {
        probed
    };
    let system_start = inputs.genesis.system_start.unwrap_or(journal.system_start);
    let slots =
        SlotTime::new(system_start, inputs.genesis.slot_length).map_err(|e| one(e.to_string()))?;
    let ledger = inputs.genesis.ledger(inputs.parameters.clone(), slots);
    let ledger = Arc::new(ledger);
    let env = Arc::new(Environment::offline(inputs.signing_key, inputs.other_parties));
    let parameters = serde_json::to_vec(&inputs.parameters).map_err(|e| one(e.to_string()))?;
    let initial_utxo = inputs.initial_utxo;
    Ok(Prepared { journal, env, ledger, parameters: Bytes::from(parameters), initial_utxo })
}

fn plan(
    settings: &Settings,
    env: Arc<Environment>,
    ledger: Arc<Ledger>,
    initial_utxo: Option<Utxo>,
) -> Plan {
    let supervision = &settings.supervision;
    Plan {
        dir: settings.persistence_dir.clone(),
        env,
        ledger,
        seed: HeadSeed::from(settings.chain.head_seed.clone()),
        initial_utxo,
        budget: RestartBudget {
            at_most: supervision.restarts_at_most,
            within: supervision.restarts_within,
        },
        stall: supervision.ready_stall,
        drain: supervision.drain,
        shutdown: supervision.shutdown,
        limits: settings.limits,
    }
}

/// A port in use must not leave a journal behind either.
fn probe_ports(settings: &Settings) -> Result<(), StartFailed> {
    let api = Some(("api", settings.api_host, settings.api_port));
    let monitoring = settings.monitoring_port.map(|p| ("monitoring", settings.monitoring_host, p));
    let problems: Vec<String> = api
        .into_iter()
        .chain(monitoring)
        .filter_map(|(what, host, port)| probe(what, host, port).err())
        .map(|problem| problem.to_string())
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(StartFailed { problems, is_input: false }) }
}

#[expect(clippy::disallowed_methods, reason = "one per projection; must not be lost")]
fn on_hub_stopped(root: Arc<Mutex<Option<Addr<Root>>>>) -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(move || {
        if let Some(root) = root.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            let panicked = std::thread::panicking();
            root.do_send(Died { role: Role::ApiHub, generation: 0, panicked });
        }
    })
}

/// Faults of actors go by the root: it knows who has a role now.
fn fault_door(root: Arc<Mutex<Option<Addr<Root>>>>) -> FaultDoor {
    tracing::warn!(
        "fault injection is enabled: whoever reaches the API can end this node; never in production"
    );
    Arc::new(move |inject: Inject| {
        let root = root.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(root) = root {
            Inject::sent(root.try_send(inject));
        }
    })
}

fn api_end(api: &ApiServer) -> ApiEnd {
    let hub = api.hub();
    let (factory, thread) = api.hub_factory();
    ApiEnd {
        hub: Box::new(move || hub.clone()),
        rebuild_hub: Box::new(move || factory.start(&thread)),
        seed: api.seeder(),
    }
}

fn api_options(settings: &Settings) -> ApiOptions {
    let limits = &settings.limits;
    ApiOptions {
        host: settings.api_host,
        port: settings.api_port,
        greet_at_once: false,
        vocabulary: match settings.api_vocabulary {
            Vocabulary::Deposit => ApiVocabulary::Deposit,
            Vocabulary::Legacy => ApiVocabulary::Legacy,
        },
        websockets_max: limits.sessions,
        in_flight_max: limits.in_flight.session,
        message_bytes_max: limits.frame_bytes,
        body_bytes_max: limits.body_bytes,
        hub_mailbox: limits.mailboxes.api_hub,
        session_mailbox: limits.mailboxes.api_session,
        ring_bytes_max: limits.session_buffer_bytes,
        write_deadline: limits.send_deadline,
        reads_max: limits.in_flight.queries,
        transaction_timeout: Span::millis(
            i64::try_from(settings.api_transaction_timeout.as_millis()).unwrap_or(i64::MAX),
        ),
        ..ApiOptions::default()
    }
}

fn start_monitoring(
    settings: &Settings,
    exporter: Exporter,
) -> Result<Option<MetricsServer>, StartFailed> {
    let Some(port) = settings.monitoring_port else { return Ok(None) };
    let render = move || exporter.render();
    let server = MetricsServer::start(settings.monitoring_host, port, Arc::new(render))
        .map_err(|e| StartFailed::running(e.to_string()))?;
    tracing::info!(port = server.port, "serving GET /metrics");
    Ok(Some(server))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::PathBuf;

    use super::*;
    use crate::settings::{Sources, keys};

    /// Settings with one setting of the file changed, as text.
    fn with(change: Option<(&str, &str)>) -> Settings {
        let mut environment = vec![("RYDRA_CHAIN_OFFLINE_HEAD_SEED".to_owned(), "00".to_owned())];
        if let Some((name, value)) = change {
            environment.push((keys::find(name).unwrap().env(), value.to_owned()));
            // Room for larger lanes: another rule's matter.
            if name.starts_with("limits.in-flight.") {
                environment.push(("RYDRA_LIMITS_MAILBOX_HEAD_LOGIC".to_owned(), "9999".to_owned()));
            }
        }
        let sources = Sources { flags: Vec::new(), environment, file: None };
        Settings::load(&sources).unwrap().settings
    }

    /// What the node is built from.
    fn built(settings: &Settings) -> String {
        let key = rydra_core::party::SigningKey::from_seed(&[7; 32]);
        let env = Arc::new(Environment::offline(key, Vec::new()));
        let parameters = include_str!("../../config/protocol-parameters.json");
        let parameters =
            rydra_core::cardano::parameters::ProtocolParameters::for_ledger(parameters).unwrap();
        let slots = SlotTime::new(rydra_core::unit::UtcTime::EPOCH, Span::seconds(1)).unwrap();
        let network = rydra_core::ledger::Network::Test;
        let ledger = Arc::new(Ledger::new(parameters, network, slots));
        let plan = plan(settings, env, ledger, Some(Utxo::new()));
        let lanes = Lanes::new(settings.limits.in_flight);
        format!(
            "{:?} {:?} {:?} {:?} {:?} {} {:?} {:?}",
            api_options(settings),
            plan.limits.mailboxes,
            (plan.limits.projection_outputs, plan.limits.journal_credit_bytes),
            plan.budget,
            (plan.stall, plan.drain, settings.supervision.shutdown),
            plan.limits.in_flight.projection,
            lanes,
            settings.log_buffer,
        )
    }

    #[test]
    fn every_limit_reaches_what_the_node_is_built_from() {
        let unchanged = built(&with(None));
        let tables = ["limits.", "supervision.", "log.ring-"];
        let limits = keys::all().filter(|key| tables.iter().any(|t| key.name.starts_with(t)));
        let mut count = 0;
        for key in limits {
            let default: u64 = key.default.unwrap().parse().unwrap();
            // Lowering keeps within all rules but those of the mailboxes, which are raised.
            let value = if key.name.contains("mailbox") { default + 1 } else { default - 1 };
            assert_ne!(
                built(&with(Some((key.name, &value.to_string())))),
                unchanged,
                "{}",
                key.name
            );
            count += 1;
        }
        assert!(count >= 25, "{count} limits");
    }

    #[test]
    fn defaults_of_the_api_are_the_defaults_of_its_settings() {
        let settings = with(None);
        let from_settings = api_options(&settings);
        let alone = ApiOptions {
            websockets_max: settings.limits.sessions,
            greet_at_once: false,
            ..ApiOptions::default()
        };
        assert_eq!(format!("{from_settings:?}"), format!("{alone:?}"));
        assert_eq!(settings.persistence_dir, PathBuf::from("./"));
    }
}
