//! A node of which only the API is real.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix::prelude::*;
use futures_util::{SinkExt, StreamExt};
use rydra::api_session::history::Reading;
use rydra::api_session::messages::Published;
use rydra::api_session::{
    ApiDeps, ApiOptions, ApiServer, FaultDoor, HeadLogicLink, HeadLogicSlot, HistorySource,
    Readiness,
};
use rydra::head_logic::messages::{Settled, Submit};
use rydra_core::api::environment::EnvironmentJson;
use rydra_core::apply::apply;
use rydra_core::cardano::build::{PaymentKey, TxBuilder};
use rydra_core::cardano::parameters::ProtocolParameters;
use rydra_core::cardano::slot_time::SlotTime;
use rydra_core::cardano::tx::Tx;
use rydra_core::cardano::txout::TxOut;
use rydra_core::cardano::utxo::Utxo;
use rydra_core::cardano::value::Value;
use rydra_core::effect::ClientMessage;
use rydra_core::environment::Environment;
use rydra_core::event::{Event, Host, StateEvent};
use rydra_core::input::ClientInput;
use rydra_core::ledger::{Ledger, Network};
use rydra_core::output::project;
use rydra_core::party::SigningKey;
use rydra_core::state::{ChainState, HeadParameters, NodeState};
use rydra_core::unit::{EventId, HeadId, HeadSeed, Slot, Span, TxId, TxIn, UtcTime};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub const PATIENCE: Duration = Duration::from_secs(10);

/// Polls a condition with a deadline.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !condition() {
        assert!(tokio::time::Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A journal in memory, whose reads can be held back.
#[derive(Clone)]
pub struct Journal {
    pub events: Arc<Mutex<Vec<StateEvent>>>,
    pub reads: Arc<Semaphore>,
    pub reading: Arc<Mutex<usize>>,
    pub page: usize,
}

impl HistorySource for Journal {
    fn read_events(&self, from: EventId, _: usize) -> Reading<Vec<StateEvent>> {
        let this = self.clone();
        Box::pin(async move {
            *this.reading.lock().unwrap() += 1;
            this.reads.acquire().await.unwrap().forget();
            this.reads.add_permits(1);
            let events = this.events.lock().unwrap();
            Ok(events.iter().filter(|e| e.id >= from).take(this.page).cloned().collect())
        })
    }

    fn checkpoint_before(&self, _: EventId) -> Reading<Option<(EventId, NodeState)>> {
        Box::pin(async { Ok(None) })
    }
}

/// A HeadLogic that takes inputs and settles them when told.
#[derive(Clone, Default)]
pub struct Taken {
    pub inputs: Arc<Mutex<Vec<ClientInput>>>,
    unsettled: Arc<Mutex<VecDeque<Submit>>>,
}

impl Taken {
    pub fn count(&self) -> usize {
        self.inputs.lock().unwrap().len()
    }

    /// Settles the oldest `count`, in order.
    pub fn settle(&self, count: usize) {
        for _ in 0..count {
            let submit = self.unsettled.lock().unwrap().pop_front().expect("something unsettled");
            let settled = Settled { session: submit.session, up_to: submit.number };
            let _ = submit.reply_to.try_send(settled); // a session may be gone
        }
    }
}

pub struct FakeHeadLogic {
    pub taken: Taken,
    /// Whether credit goes back at once.
    pub keeps_credit: bool,
}

impl Actor for FakeHeadLogic {
    type Context = Context<Self>;
}

impl Handler<Submit> for FakeHeadLogic {
    type Result = ();

    fn handle(&mut self, submit: Submit, _: &mut Self::Context) {
        self.taken.inputs.lock().unwrap().push(submit.input.clone());
        let submit = if self.keeps_credit {
            submit
        } else {
            let spare = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
            Submit { credit: spare, ..submit }
        };
        self.taken.unsettled.lock().unwrap().push_back(submit);
    }
}

pub struct Node {
    pub server: ApiServer,
    pub journal: Journal,
    pub taken: Taken,
    pub slot: HeadLogicSlot,
    pub readiness: Readiness,
    pub state: NodeState,
    pub hub_deaths: Arc<Mutex<usize>>,
}

impl Node {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn with(tune: impl FnOnce(&mut ApiOptions)) -> Self {
        Self::with_lane(64, false, tune)
    }

    pub fn with_lane(
        credits: usize,
        keeps_credit: bool,
        tune: impl FnOnce(&mut ApiOptions),
    ) -> Self {
        Self::build(credits, keeps_credit, None, tune)
    }

    /// A node that takes `/faults`; those of its sessions happen, all others go nowhere.
    pub fn for_faults() -> Self {
        Self::build(64, false, Some(Arc::new(drop)), |_| {})
    }

    fn build(
        credits: usize,
        keeps_credit: bool,
        faults: Option<FaultDoor>,
        tune: impl FnOnce(&mut ApiOptions),
    ) -> Self {
        let mut options = ApiOptions { port: 0, workers: 1, ..ApiOptions::default() };
        tune(&mut options);
        let (slot, link) = HeadLogicLink::new(Arc::new(Semaphore::new(credits)));
        let taken = Taken::default();
        let logic = FakeHeadLogic { taken: taken.clone(), keeps_credit }.start();
        slot.install(logic.recipient());
        let journal = Journal {
            events: Arc::default(),
            reads: Arc::new(Semaphore::new(1)),
            reading: Arc::default(),
            page: 7,
        };
        let readiness = Readiness::default();
        let environment = Environment::offline(SigningKey::from_seed(&[1; 32]), Vec::new());
        let hub_deaths = Arc::new(Mutex::new(0));
        let deaths = Arc::clone(&hub_deaths);
        let server = ApiServer::start(
            options,
            ApiDeps {
                env: EnvironmentJson::from(&environment),
                version: "0.0.0-test".to_owned(),
                ledger: Arc::new(ledger()),
                link,
                history: Arc::new(journal.clone()),
                readiness: readiness.clone(),
                protocol_parameters: "{\"txFeeFixed\":0}".into(),
                config: "{\"node-id\":\"test\"}".into(),
                clock: Arc::new(|| UtcTime::EPOCH),
                faults,
                state: NodeState::default(),
                last_id: None,
                on_hub_stopped: Arc::new(move || *deaths.lock().unwrap() += 1),
            },
        )
        .unwrap();
        let state = NodeState::default();
        Self { server, journal, taken, slot, readiness, state, hub_deaths }
    }

    /// Makes events durable without telling anybody.
    pub fn append(&mut self, events: impl IntoIterator<Item = Event>) -> Published {
        let mut log = self.journal.events.lock().unwrap();
        let after = log.last().map(|event| event.id);
        let mut outputs = Vec::new();
        for event in events {
            let id = EventId(log.len() as u64);
            let event = StateEvent { id, time: UtcTime::from_unix_millis(1000), event };
            outputs.extend(project(&self.state, &event));
            apply(&mut self.state, &event);
            log.push(event);
        }
        let last = log.last().map(|event| event.id);
        Published::new(outputs, Vec::new(), self.state.clone(), last).following(after)
    }

    /// Makes events durable and publishes them.
    pub async fn publish(&mut self, events: impl IntoIterator<Item = Event>) {
        let published = self.append(events);
        self.server.hub().unwrap().send(published).await.unwrap();
    }

    pub async fn tell(&mut self, message: ClientMessage) {
        let mut published = self.append([]);
        published.messages.push(message);
        self.server.hub().unwrap().send(published).await.unwrap();
    }

    pub async fn connect(&self, query: &str) -> Client {
        let url = format!("ws://127.0.0.1:{}/{query}", self.server.port());
        // The client's default read buffer is 128 KiB, which would drown what the server uses.
        let config = WebSocketConfig::default().read_buffer_size(4096);
        let connecting = tokio_tungstenite::connect_async_with_config(url, Some(config), false);
        let (socket, _) = connecting.await.unwrap();
        Client { socket }
    }

    /// A client that has been greeted.
    pub async fn greeted(&self, query: &str) -> Client {
        let mut client = self.connect(query).await;
        assert_eq!(client.next().await["tag"], "Greetings");
        client
    }
}

pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub async fn raw(&mut self) -> Message {
        tokio::time::timeout(PATIENCE, self.socket.next())
            .await
            .expect("a message in time")
            .expect("an open socket")
            .expect("a frame")
    }

    /// The next JSON message; pings and pongs are passed over.
    pub async fn next(&mut self) -> serde_json::Value {
        loop {
            match self.raw().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other @ (Message::Binary(_) | Message::Close(_) | Message::Frame(_)) => {
                    panic!("needed JSON, got {other:?}")
                }
            }
        }
    }

    /// Reads up to a close frame; its code and reason, and what came before.
    pub async fn closed(&mut self) -> (u16, String, usize) {
        let mut before = 0;
        loop {
            match self.raw().await {
                Message::Close(frame) => {
                    let frame = frame.expect("a code");
                    return (frame.code.into(), frame.reason.to_string(), before);
                }
                Message::Text(_) => before += 1,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    pub async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    pub async fn text(&mut self, text: impl Into<String>) {
        self.send(Message::text(text.into())).await;
    }
}

pub fn ledger() -> Ledger {
    let text = include_str!("../../../config/protocol-parameters.json");
    let parameters = ProtocolParameters::from_json(text).unwrap();
    let time = SlotTime::new(UtcTime::EPOCH, Span::seconds(1)).unwrap();
    Ledger::new(parameters, Network::Test, time)
}

/// An event that always has an output; its port makes it recognisable.
pub fn peer(port: u16) -> Event {
    Event::PeerConnected { peer: Host { hostname: "peer".to_owned(), port } }
}

pub fn head_id() -> HeadId {
    HeadId::from(b"offline-01".to_vec())
}

pub fn opened() -> Event {
    let party = SigningKey::from_seed(&[1; 32]).party();
    Event::HeadOpened {
        parameters: HeadParameters {
            contestation_period_s: 43_200,
            deposit_period: Span::seconds(3600),
            parties: vec![party],
        },
        chain_state: ChainState::default(),
        head_id: head_id(),
        head_seed: HeadSeed::from(b"01".to_vec()),
    }
}

pub fn deposit(outputs: u16) -> Event {
    let key = PaymentKey::from_seed(&[9; 32]);
    let output = |_| TxOut::new(&key.address(0), Value { lovelace: 2_000_000, ..Value::default() });
    let id = TxId([7; 32]);
    let deposited: Utxo = (0..outputs).map(|index| (TxIn { id, index }, output(index))).collect();
    Event::DepositRecorded {
        chain_state: ChainState::default(),
        head_id: head_id(),
        deposit_tx_id: TxId([0; 32]),
        deposited,
        created: UtcTime::EPOCH,
        deadline: UtcTime::from_unix_millis(7_200_000),
    }
}

pub fn synced() -> Event {
    Event::NodeSynced { slot: Slot(3), chain_time: UtcTime::EPOCH, drift: Span::millis(31) }
}

pub fn tx(number: u16) -> Tx {
    let key = PaymentKey::from_seed(&[9; 32]);
    TxBuilder::new()
        .input(TxIn { id: TxId([5; 32]), index: number })
        .output(&TxOut::new(&key.address(0), Value { lovelace: 2_000_000, ..Value::default() }))
        .sign(&[&key])
        .unwrap()
}

pub fn new_tx(tx: &Tx) -> String {
    format!(
        "{{\"tag\":\"NewTx\",\"transaction\":{{\"cborHex\":\"{}\"}}}}",
        rydra_core::unit::hex(tx.bytes())
    )
}
