//! How a client's outputs develop: which it spends and into how many each transaction splits.

use std::collections::VecDeque;

use super::payment::{Output, Wallet};
use crate::bench::dataset::SequencedTx;
use rydra_core::unit::TxIn;

/// Outputs that a transaction of the plateau shape makes while growing.
const PLATEAU_OUTPUTS: usize = 10;

/// Outputs that a transaction of the growing shape makes.
const GROWING_OUTPUTS: usize = 2;

/// How the UTxO set develops over a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One input, one output: the set keeps its size.
    Constant,
    /// One input, two outputs, until the limit of outputs alive; then as constant.
    Growing,
    /// One input, ten outputs, until the limit of outputs alive; then as constant.
    Plateau,
    /// Scripts, assets, datums, dependent and conflicting transactions; see `docs/BENCH.md`.
    Mixed,
}

impl Shape {
    fn outputs(self) -> usize {
        match self {
            // Mixed sets are made elsewhere: their transactions need a ledger.
            Self::Constant | Self::Mixed => 1,
            Self::Growing => GROWING_OUTPUTS,
            Self::Plateau => PLATEAU_OUTPUTS,
        }
    }
}

/// One client's transactions, endless. Each spends its oldest output, so that all outputs get used in turn
/// and splitting keeps them within a factor of ten of each other.
#[derive(Debug)]
pub struct ShapedSequence<'a> {
    shape: Shape,
    wallet: &'a Wallet,
    alive: VecDeque<Output>,
    limit: usize,
}

impl<'a> ShapedSequence<'a> {
    /// Starts from these outputs and never has more than `limit` alive.
    #[must_use]
    pub fn new(shape: Shape, wallet: &'a Wallet, initial: Vec<Output>, limit: usize) -> Self {
        Self { shape, wallet, alive: initial.into(), limit }
    }

    /// Outputs alive now.
    #[must_use]
    pub fn alive(&self) -> usize {
        self.alive.len()
    }
}

impl Iterator for ShapedSequence<'_> {
    type Item = SequencedTx;

    /// `None` only when the client started without any output.
    fn next(&mut self) -> Option<SequencedTx> {
        let spent = self.alive.pop_front()?;
        let room = self.limit.saturating_sub(self.alive.len()).max(1);
        let parts = self.shape.outputs().min(room);
        let address = self.wallet.address();
        let pays: Vec<([u8; 29], u64)> =
            split(spent.lovelace, parts).map(|lovelace| (address, lovelace)).collect();
        let tx = self.wallet.pay(&[spent.input], &pays);
        for (index, (_, lovelace)) in (0_u16..).zip(pays) {
            self.alive.push_back(Output { input: TxIn { id: tx.id, index }, lovelace });
        }
        Some(tx)
    }
}

/// Even parts; the remainder goes to the first.
fn split(lovelace: u64, parts: usize) -> impl Iterator<Item = u64> {
    let count = u64::try_from(parts.max(1)).unwrap_or(1);
    let (each, rest) = (lovelace / count, lovelace % count);
    (0..parts.max(1)).map(move |at| if at == 0 { each + rest } else { each })
}
