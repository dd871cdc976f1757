//! What a client of a mixed dataset owns while its transactions are made.

use rydra_core::cardano::build::PaymentKey;
use rydra_core::cardano::txout::{Datum, Script, ScriptLanguage, SharedTxOut};
use rydra_core::unit::{TxId, TxIn};

use super::random::Random;

/// Lovelace of one ada.
pub(super) const ADA: u64 = 1_000_000;

/// Lovelace of outputs that carry assets, datums or scripts: above the minimum of any of them.
pub(super) const SMALL: u64 = 8 * ADA;

/// Who can spend an output, and what it takes.
#[derive(Clone, Debug)]
pub(super) enum Lock {
    /// A signature of the owner.
    Key,
    /// A native script of this kind (`programs::native`).
    Native(u64, Script),
    /// A Plutus script.
    Plutus(Script),
}

/// An output that a client can spend.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub input: TxIn,
    pub output: SharedTxOut,
    pub lock: Lock,
    /// The datum behind the output's hash, or its inline one.
    pub datum: Option<Vec<u8>>,
    /// The client whose transaction made it, and that, when it is another one.
    pub from: Option<(usize, TxId)>,
}

impl Held {
    /// Ada alone, guarded by a key.
    pub fn is_plain(&self) -> bool {
        matches!(self.lock, Lock::Key) && self.output.value.assets.is_empty()
    }

    /// Assets, guarded by a key.
    pub fn has_assets(&self) -> bool {
        matches!(self.lock, Lock::Key) && !self.output.value.assets.is_empty()
    }

    /// Guarded by a script of this language.
    pub fn is_guarded(&self, language: ScriptLanguage) -> bool {
        match &self.lock {
            Lock::Key => false,
            Lock::Native(..) => language == ScriptLanguage::Native,
            Lock::Plutus(script) => script.language == language,
        }
    }

    fn has_inline_datum(&self) -> bool {
        matches!(self.output.datum, Datum::Inline(_))
    }
}

/// A client.
#[derive(Debug)]
pub(super) struct Purse {
    pub key: PaymentKey,
    pub address: Box<[u8]>,
    pub held: Vec<Held>,
    /// Outputs that it made and nobody will spend.
    pub spent_on: usize,
    /// Outputs that may be alive on its account.
    pub share: usize,
    /// Transactions that are still to be made.
    pub left: u64,
    /// Reference scripts that it published.
    pub library: Vec<(Script, TxIn)>,
    /// Outputs that contests may still leave behind.
    pub contests_left: usize,
    /// Places for gifts to others. They count as outputs of this client: in a run it may be far ahead of who got them.
    pub gifts: Vec<Gift>,
}

/// A place for a gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gift {
    /// Nobody got one yet.
    Never,
    /// This transaction gave one, which is not spent.
    Given(TxId),
    /// This transaction spent it: the next one is given after that.
    Spent(TxId),
}

impl Purse {
    /// Outputs that may still be added.
    pub fn room(&self) -> usize {
        self.share.saturating_sub(self.held.len() + self.spent_on + self.gifts.len())
    }

    /// Whether anything held is like this.
    pub fn has(&self, like: impl Fn(&Held) -> bool) -> bool {
        self.held.iter().any(like)
    }

    /// A place for another gift.
    pub fn free_gift(&mut self) -> Option<&mut Gift> {
        self.gifts.iter_mut().find(|gift| !matches!(gift, Gift::Given(_)))
    }

    /// Whether there is one.
    pub fn can_give(&self) -> bool {
        self.gifts.iter().any(|gift| !matches!(gift, Gift::Given(_)))
    }

    /// Notes that a gift was spent.
    pub fn gift_spent(&mut self, given: TxId, by: TxId) {
        if let Some(gift) = self.gifts.iter_mut().find(|gift| **gift == Gift::Given(given)) {
            *gift = Gift::Spent(by);
        }
    }

    /// Most lovelace in a plain output.
    pub fn richest(&self) -> u64 {
        let plain = self.held.iter().filter(|held| held.is_plain());
        plain.map(|held| held.output.value.lovelace).max().unwrap_or(0)
    }

    /// Takes one that is like this, whichever.
    pub fn take(&mut self, random: &mut Random, like: impl Fn(&Held) -> bool) -> Option<Held> {
        let fits: Vec<usize> =
            self.held.iter().enumerate().filter(|(_, held)| like(held)).map(|(at, _)| at).collect();
        Some(self.held.swap_remove(random.pick(&fits)?))
    }

    /// Takes ada for at least this; the richest when none holds that much.
    pub fn funds(&mut self, random: &mut Random, lovelace: u64) -> Option<Held> {
        self.funds_like(random, lovelace, |_| true)
    }

    /// As `funds`, without an inline datum: Plutus V1 knows none.
    pub fn funds_for_v1(&mut self, random: &mut Random, lovelace: u64) -> Option<Held> {
        self.funds_like(random, lovelace, |held| !held.has_inline_datum())
    }

    fn funds_like(
        &mut self,
        random: &mut Random,
        lovelace: u64,
        like: impl Fn(&Held) -> bool,
    ) -> Option<Held> {
        let enough = |held: &Held| held.output.value.lovelace >= lovelace;
        self.take(random, |held| held.is_plain() && enough(held) && like(held))
    }

    /// Whether Plutus V1 can be paid for.
    pub fn can_pay_v1(&self, lovelace: u64) -> bool {
        self.has(|held| {
            held.is_plain() && !held.has_inline_datum() && held.output.value.lovelace >= lovelace
        })
    }

    /// Where a script is published, when it is.
    pub fn published(&self, script: &Script) -> Option<TxIn> {
        self.library.iter().find(|(known, _)| known == script).map(|(_, at)| *at)
    }
}
