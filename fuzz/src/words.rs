//! What a mutation may put in: the seeds' items, their strings, and numbers around bounds.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::items::{Item, Kind, parse};
use super::ledger::World;
use super::seeds;

/// Around the widths of heads and of numbers, the parameters' bounds, and the amounts of the World.
pub const NUMBERS: &[u64] = &[
    0,
    1,
    2,
    23,
    24,
    28,
    32,
    50,
    64,
    65,
    99,
    100,
    101,
    127,
    128,
    255,
    256,
    0xffff,
    0x1_0000,
    1_000_000,
    2_000_000,
    10_000_000,
    50_000_000,
    500_000_000,
    i32::MAX as u64,
    0x8000_0000,
    u32::MAX as u64,
    0x1_0000_0000,
    45_000_000_000_000_000,
    i64::MAX as u64,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// Sets, wrapped items, big numbers, ratios, Plutus constructors, and one that nothing knows.
pub const TAGS: &[u64] =
    &[258, 24, 2, 3, 30, 102, 121, 122, 127, 128, 1280, 1281, 1400, 1401, 259, 7];

/// Seeds as items, and their strings by length.
pub struct Words {
    /// Each seed, and each output of the World.
    pub items: Vec<Vec<Item>>,
    strings: BTreeMap<usize, Vec<Vec<u8>>>,
}

impl Words {
    /// The one of this process.
    pub fn get() -> &'static Self {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(Self::make)
    }

    fn make() -> Self {
        let outputs = World::get().utxo.iter().map(|(_, output)| output.raw.to_vec());
        let seeds = seeds::tx_validate().into_iter().map(|(_, bytes)| bytes);
        let items: Vec<_> = seeds.chain(outputs).map(|bytes| parse(&bytes)).collect();
        let mut strings = BTreeMap::new();
        items.iter().for_each(|items| collect(items, &mut strings));
        Self { items, strings }
    }

    /// Strings of this length, or of the next that any has.
    pub fn strings(&self, length: usize) -> &[Vec<u8>] {
        let from = self.strings.range(length..).next();
        from.or_else(|| self.strings.iter().next_back()).map_or(&[], |(_, found)| found.as_slice())
    }
}

fn collect(items: &[Item], strings: &mut BTreeMap<usize, Vec<Vec<u8>>>) {
    for item in items {
        if let Kind::String(_, bytes) = &item.kind {
            let found = strings.entry(bytes.len()).or_default();
            if !found.contains(bytes) {
                found.push(bytes.clone());
            }
        }
        collect(&item.items, strings);
    }
}
