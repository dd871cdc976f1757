//! Dataset files (`dataset.md`): read into compact memory, written as a stream.
//!
//! A transaction is kept once, as bytes: 200,000 payments take about 50 MiB here and twice that as a file.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use rydra_core::unit::{TxId, TxIn, unhex};
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::BenchError;
use super::expect::{Expect, Expected};

/// Buffer of dataset files in bytes: a few hundred transactions per system call.
const FILE_BUFFER_BYTES: usize = 256 * 1024;

/// `type` of every transaction envelope.
const TX_TYPE: &str = "Tx ConwayEra";

/// `expect` of a transaction that has to be refused.
const INVALID: &str = "invalid";

/// `description` that dataset files carry on transactions.
const TX_DESCRIPTION: &str = "Ledger Cddl Format";

/// A UTxO map as the file has it: outputs are handed to the node unread.
pub type RawUtxo = BTreeMap<TxIn, Box<RawValue>>;

/// One dataset file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dataset {
    /// For the report.
    #[serde(default)]
    pub title: Option<String>,
    /// For the report.
    #[serde(default)]
    pub description: Option<String>,
    /// Layer 1 transaction that pays every client.
    pub funding_transaction: SequencedTx,
    /// Cardano payment keys of the nodes' fuel, one per node. Not hydra keys.
    pub hydra_node_keys: Vec<KeyEnvelope>,
    /// One per client; client i speaks to node i modulo the number of nodes.
    pub client_datasets: Vec<ClientDataset>,
    /// What a run owes, when not everything is to be confirmed; a field of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
}

/// What one client owns and sends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientDataset {
    /// Outputs to bring into the head.
    #[serde(rename = "initialUTxO")]
    pub initial_utxo: RawUtxo,
    /// Key that owns them.
    pub payment_key: KeyEnvelope,
    /// Transactions in the order to send.
    pub tx_sequence: Vec<SequencedTx>,
}

/// Text envelope of a signing key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyEnvelope {
    /// Kind of the key.
    #[serde(rename = "type")]
    pub kind: String,
    /// Ignored.
    pub description: String,
    /// Hex of the CBOR byte string.
    pub cbor_hex: String,
}

impl fmt::Debug for KeyEnvelope {
    /// The kind only: keys are never shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyEnvelope of {}", self.kind)
    }
}

/// A transaction to send: id and CBOR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequencedTx {
    /// Id as the file claims it; the node compares it with the computed one.
    pub id: TxId,
    /// Bytes of the whole transaction.
    pub cbor: Box<[u8]>,
    /// What has to become of it. In the file: nothing, `"expect":"invalid"` or `"contest":NUMBER`.
    pub expect: Expect,
    /// Transactions of other clients that must be valid before this one is sent.
    pub after: Box<[TxId]>,
}

impl SequencedTx {
    /// One that is to be confirmed and waits for nobody.
    #[must_use]
    pub fn new(id: TxId, cbor: impl Into<Box<[u8]>>) -> Self {
        Self { id, cbor: cbor.into(), expect: Expect::Confirmed, after: Box::default() }
    }
}

impl Serialize for SequencedTx {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("cborHex", &rydra_core::unit::hex(&self.cbor))?;
        map.serialize_entry("description", TX_DESCRIPTION)?;
        map.serialize_entry("txId", &self.id)?;
        map.serialize_entry("type", TX_TYPE)?;
        match self.expect {
            Expect::Confirmed => {}
            Expect::Invalid => map.serialize_entry("expect", INVALID)?,
            Expect::OneOf(contest) => map.serialize_entry("contest", &contest)?,
        }
        if !self.after.is_empty() {
            map.serialize_entry("after", &self.after)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for SequencedTx {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_map(SequencedTxVisitor)
    }
}

/// Turns the hex into bytes while reading, so that a file is never in memory as text.
struct SequencedTxVisitor;

impl<'de> Visitor<'de> for SequencedTxVisitor {
    type Value = SequencedTx;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a transaction envelope with cborHex and txId")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SequencedTx, A::Error> {
        let (mut id, mut cbor) = (None, None);
        let (mut expect, mut after) = (Expect::Confirmed, Box::default());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "txId" => id = Some(map.next_value::<TxId>()?),
                "cborHex" => {
                    let text = map.next_value::<String>()?;
                    cbor = Some(unhex(&text).map_err(de::Error::custom)?.into_boxed_slice());
                }
                "expect" => {
                    let text = map.next_value::<String>()?;
                    if text != INVALID {
                        let seen = de::Unexpected::Str(&text);
                        return Err(de::Error::invalid_value(seen, &"no expect, or \"invalid\""));
                    }
                    expect = Expect::Invalid;
                }
                "contest" => expect = Expect::OneOf(map.next_value::<u32>()?),
                "after" => after = map.next_value::<Box<[TxId]>>()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(SequencedTx {
            id: id.ok_or_else(|| de::Error::missing_field("txId"))?,
            cbor: cbor.ok_or_else(|| de::Error::missing_field("cborHex"))?,
            expect,
            after,
        })
    }
}

impl Dataset {
    /// Reads a dataset file.
    ///
    /// # Errors
    /// When the file cannot be read, is not a dataset, or holds no client.
    pub fn read(path: &Path) -> Result<Self, BenchError> {
        let file = File::open(path).map_err(BenchError::file(path, "read the dataset"))?;
        let reader = BufReader::with_capacity(FILE_BUFFER_BYTES, file);
        let dataset: Self = serde_json::from_reader(reader).map_err(|e| {
            let why = format!("{e}; needed the JSON object of the reference's cluster benchmark");
            BenchError::Dataset { path: path.to_path_buf(), why }
        })?;
        if dataset.client_datasets.is_empty() {
            let why = "clientDatasets is empty; needed at least one client".to_owned();
            return Err(BenchError::Dataset { path: path.to_path_buf(), why });
        }
        let counted = dataset.expectations();
        if let Some(stated) = dataset.expected.filter(|stated| *stated != counted) {
            let why = format!(
                "expected says {} confirmed and {} invalid, its transactions say {} and {}; needed \
                 the same: the file was changed by hand",
                stated.confirmed, stated.invalid, counted.confirmed, counted.invalid
            );
            return Err(BenchError::Dataset { path: path.to_path_buf(), why });
        }
        Ok(dataset)
    }

    /// What a run of all of it owes, counted over the transactions.
    #[must_use]
    pub fn expectations(&self) -> Expected {
        let all = self.client_datasets.iter().flat_map(|client| &client.tx_sequence);
        Expected::of(all.map(|tx| tx.expect))
    }

    /// Transactions of all clients.
    #[must_use]
    pub fn transactions(&self) -> usize {
        self.client_datasets.iter().map(|client| client.tx_sequence.len()).sum()
    }

    /// The union of what the clients bring: the initial UTxO of an offline head.
    ///
    /// # Errors
    /// With the reference that two clients claim.
    pub fn merged_utxo(&self) -> Result<BTreeMap<TxIn, &RawValue>, TxIn> {
        let mut merged = BTreeMap::new();
        for (input, output) in self.client_datasets.iter().flat_map(|c| &c.initial_utxo) {
            if merged.insert(*input, &**output).is_some() {
                return Err(*input);
            }
        }
        Ok(merged)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, to: impl Write) -> io::Result<()> {
        let head = DatasetHead {
            title: self.title.as_deref(),
            description: self.description.as_deref(),
            funding_transaction: &self.funding_transaction,
            hydra_node_keys: &self.hydra_node_keys,
        };
        let mut writer = DatasetWriter::start(to, &head)?;
        for client in &self.client_datasets {
            let transactions = client.tx_sequence.iter().map(Ok);
            writer.client(&client.payment_key, &client.initial_utxo, transactions)?;
        }
        writer.finish(self.expected)
    }
}

/// All of a dataset but its clients.
#[derive(Debug)]
pub struct DatasetHead<'a> {
    /// For the report.
    pub title: Option<&'a str>,
    /// For the report.
    pub description: Option<&'a str>,
    /// Layer 1 transaction that pays every client.
    pub funding_transaction: &'a SequencedTx,
    /// Fuel keys, one per node.
    pub hydra_node_keys: &'a [KeyEnvelope],
}

/// Writes a dataset client by client and transaction by transaction: no sequence need be in memory.
#[derive(Debug)]
pub struct DatasetWriter<W: Write> {
    to: BufWriter<W>,
    clients: usize,
}

impl<W: Write> DatasetWriter<W> {
    /// Writes everything before the first client.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn start(to: W, head: &DatasetHead<'_>) -> io::Result<Self> {
        let mut to = BufWriter::with_capacity(FILE_BUFFER_BYTES, to);
        for (name, value) in [
            ("{\"title\":", serde_json::to_value(head.title)?),
            (",\"description\":", serde_json::to_value(head.description)?),
        ] {
            to.write_all(name.as_bytes())?;
            serde_json::to_writer(&mut to, &value)?;
        }
        to.write_all(b",\"fundingTransaction\":")?;
        serde_json::to_writer(&mut to, head.funding_transaction)?;
        to.write_all(b",\"hydraNodeKeys\":")?;
        serde_json::to_writer(&mut to, head.hydra_node_keys)?;
        to.write_all(b",\"clientDatasets\":[")?;
        Ok(Self { to, clients: 0 })
    }

    /// Writes one client.
    ///
    /// # Errors
    /// Those of the writer and of where the transactions come from.
    pub fn client<T: Serialize>(
        &mut self,
        payment_key: &KeyEnvelope,
        initial_utxo: &RawUtxo,
        transactions: impl IntoIterator<Item = io::Result<T>>,
    ) -> io::Result<()> {
        let comma = if self.clients == 0 { "" } else { "," };
        self.clients += 1;
        write!(self.to, "{comma}\n{{\"initialUTxO\":")?;
        serde_json::to_writer(&mut self.to, initial_utxo)?;
        self.to.write_all(b",\"paymentKey\":")?;
        serde_json::to_writer(&mut self.to, payment_key)?;
        self.to.write_all(b",\"txSequence\":[")?;
        for (at, transaction) in transactions.into_iter().enumerate() {
            self.to.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut self.to, &transaction?)?;
        }
        self.to.write_all(b"]}")
    }

    /// Writes the end, with what a run owes when that is not a confirmation of each.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self, expected: Option<Expected>) -> io::Result<()> {
        self.to.write_all(b"]")?;
        if let Some(expected) = expected {
            self.to.write_all(b",\"expected\":")?;
            serde_json::to_writer(&mut self.to, &expected)?;
        }
        self.to.write_all(b"}\n")?;
        self.to.flush()
    }
}

#[cfg(test)]
#[path = "dataset_tests.rs"]
mod tests;
