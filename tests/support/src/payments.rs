//! Chains of real payments for tests: one independent chain per lane, all lanes funded from the start.

use std::path::{Path, PathBuf};

use rydra::bench::dataset::{Dataset, SequencedTx};
use rydra::bench::generate::{GenerateOptions, Shape, generate};
use rydra::bench::prepare::{PrepareOptions, Prepared, prepare_files};

use crate::node::NodeSpec;
use crate::{HarnessError, failed};

/// Lanes of payments and the files of a node that has their funds.
#[derive(Debug)]
pub struct Payments {
    /// `lanes[n]` is a chain in which each payment spends the one before; lanes share nothing.
    pub lanes: Vec<Vec<SequencedTx>>,
    /// What the node needs.
    pub prepared: Prepared,
}

impl Payments {
    /// Makes `lanes` chains of `length` payments each and a node's files in `dir`.
    ///
    /// # Errors
    /// When files cannot be written or the numbers exceed a dataset's limits.
    pub fn make(dir: &Path, lanes: usize, length: u64, seed: u64) -> Result<Self, HarnessError> {
        let dataset: PathBuf = dir.join("payments.json");
        generate(&GenerateOptions {
            shape: Shape::Constant,
            transactions: length,
            clients: lanes,
            seed,
            alive: lanes,
            protocol_parameters: None,
            out: dataset.clone(),
        })
        .map_err(failed)?;
        Self::of(&dataset, &dir.join("node"))
    }

    /// Takes the clients of a dataset file as lanes.
    ///
    /// # Errors
    /// When the dataset is unusable or files cannot be written.
    pub fn of(dataset: &Path, out: &Path) -> Result<Self, HarnessError> {
        let options = PrepareOptions { dataset: dataset.into(), out: out.into() };
        let prepared = prepare_files(&options).map_err(failed)?;
        let clients = Dataset::read(dataset).map_err(failed)?.client_datasets;
        Ok(Self { lanes: clients.into_iter().map(|c| c.tx_sequence).collect(), prepared })
    }

    /// The node that has these funds, on a free port.
    #[must_use]
    pub fn node(&self, binary: &str) -> NodeSpec {
        NodeSpec::new(binary, self.prepared.node_arguments(0))
    }
}
