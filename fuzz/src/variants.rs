//! Every seed with one thing wrong, in every place: what a fuzzer finds one by one can be listed.

use super::items::{Item, Kind, count, encode, parse};
use super::mutate::item_at;
use super::plutus::{Case, UNIT, wrapped};
use super::random::Random;
use super::terms;

/// Of more items than this only some are changed: those of long lists are alike.
const PLACES: usize = 150;

/// An item of each type of CBOR, and each width of its head.
fn atoms() -> Vec<Item> {
    let number =
        |major, width_bytes| Item { width_bytes, ..Item::new(Kind::Number(major, 1), Vec::new()) };
    let plain = |kind| Item::new(kind, Vec::new());
    let mut atoms: Vec<_> = [0, 1, 2, 4, 8]
        .into_iter()
        .flat_map(|width| [0, 1, 7].map(|major| number(major, width)))
        .collect();
    atoms.extend([20, 22, 23].map(|value| plain(Kind::Number(7, value))));
    atoms.extend([2, 3].map(|major| plain(Kind::String(major, b"ab".to_vec()))));
    atoms.extend([2, 3].map(|major| Item { open: true, ..plain(Kind::Chunks(major)) }));
    atoms.extend([Kind::List, Kind::Map].map(plain));
    atoms.push(Item::new(Kind::Tag(7), vec![Item::number(0)]));
    atoms.push(plain(Kind::Raw(vec![0x1c])));
    atoms.push(plain(Kind::Number(0, u64::MAX)));
    atoms
}

/// The bytes with each item exchanged for one of each type, left out, doubled, or written in another form; and cut off
/// at each item.
pub fn of_items(bytes: &[u8]) -> Vec<Vec<u8>> {
    let items = parse(bytes);
    let atoms = atoms();
    let mut variants = Vec::new();
    let step = count(&items) / PLACES + 1;
    for at in (0..count(&items)).step_by(step) {
        let mut put = |change: &dyn Fn(&mut Item)| {
            let mut changed = items.clone();
            if let Some(item) = item_at(&mut changed, at) {
                change(item);
                variants.push(encode(&changed));
            }
        };
        for atom in &atoms {
            put(&|item| *item = atom.clone());
        }
        put(&|item| item.items.truncate(item.items.len().saturating_sub(1)));
        put(&|item| item.items.extend_from_within(..item.items.len().min(2)));
        put(&|item| item.open = matches!(item.kind, Kind::List | Kind::Map) && !item.open);
        put(&|item| item.width_bytes = 8);
        put(&|item| *item = Item::new(Kind::Tag(258), vec![item.clone()]));
        put(&|item| {
            if let Kind::String(_, bytes) = &mut item.kind {
                bytes.push(0);
            }
        });
        let end = bytes.len() * at / count(&items);
        variants.push(bytes.get(..end).unwrap_or_default().to_vec());
    }
    variants
}

/// Calls of each builtin: right ones with every budget, and with each argument of every type.
pub fn of_calls() -> Vec<Vec<u8>> {
    let mut cases = Vec::new();
    for number in 0.. {
        let mut random = Random(number as u64);
        if terms::calling(number, 1, &mut random).is_none() {
            break;
        }
        for choices in (0..8).flat_map(|budget| [2, 6].map(|other| budget << 3 | other)) {
            for _ in 0..4 {
                let flat = terms::calling(number, 1, &mut random).unwrap_or_default();
                cases.push(Case::write(choices, &wrapped(&flat), UNIT));
            }
        }
        for position in 0..6 {
            for kind in terms::KINDS {
                if let Some(flat) = terms::wrong(number, position, *kind, &mut random) {
                    cases.push(Case::write(2 | 0x10, &wrapped(&flat), UNIT));
                    cases.push(Case::write(6 | 0x10, &wrapped(&flat), UNIT));
                }
            }
        }
    }
    cases
}

/// The transaction of each case.
pub fn as_transactions(cases: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let tx = |case: &Vec<u8>| Some(Case::read(case)?.tx()?.bytes().to_vec());
    // Those that mint spend what the World holds.
    cases
        .iter()
        .filter(|case| case.first().is_some_and(|choices| choices & 4 != 0))
        .filter_map(tx)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::seeds;
    use super::*;

    #[test]
    fn variants_differ_and_are_survived() {
        let (name, bytes) = seeds::tx_validate().swap_remove(0);
        let mut variants = of_items(&bytes);
        let made = variants.len();
        variants.sort_unstable();
        variants.dedup();
        assert!(variants.len() * 3 > made * 2, "{name}: {} of {made} differ", variants.len());
        variants.iter().step_by(9).for_each(|variant| super::super::ledger::tx_validate(variant));
    }

    #[test]
    fn calls_become_transactions() {
        let cases = of_calls();
        let transactions = as_transactions(&cases);
        assert!(transactions.len() * 3 > cases.len(), "{} of {}", transactions.len(), cases.len());
    }
}
