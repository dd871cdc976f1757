//! Changes to CBOR that keep it CBOR: subtrees are moved, repeated, dropped and exchanged with those of the seeds or
//! of another input, numbers go to bounds, strings become known ones. What libFuzzer does to bytes nearly always breaks a
//! length, so that nothing behind the decoder is reached.

use super::items::{Item, Kind, count, encode, parse};
use super::random::Random;
use super::words::{NUMBERS, TAGS, Words};

/// libFuzzer's own change of the first bytes of a buffer: their number, the most that may come out; gives their number.
pub type Plain = fn(&mut [u8], usize, usize) -> usize;

/// Larger inputs are left to libFuzzer: the tree would cost more than the run.
const TREE_BYTES: usize = 20_000;
/// Subtrees of more items are not put in a second time.
const GRAFT_ITEMS: usize = 400;

/// An item among others, and what its place means: a hash of the keys and indices that lead there.
struct Found<'a> {
    item: &'a Item,
    role: u64,
}

/// Items in `data[..size]` changed; gives the new size, at most `max`. One of four is left to libFuzzer.
pub fn in_place(data: &mut [u8], size: usize, max: usize, seed: u32, plain: Plain) -> usize {
    let changed = match data.get(..size) {
        Some(bytes) if !seed.is_multiple_of(4) => mutate(bytes, max, seed, plain),
        _ => None,
    };
    match changed.and_then(|bytes| Some((data.get_mut(..bytes.len())?, bytes))) {
        Some((place, bytes)) => {
            place.copy_from_slice(&bytes);
            bytes.len()
        }
        None => plain(data, size, max),
    }
}

/// The bytes with a change to their items, or two; none when there is nothing to change, or no room.
pub fn mutate(bytes: &[u8], max: usize, seed: u32, plain: Plain) -> Option<Vec<u8>> {
    if bytes.len() > TREE_BYTES {
        return None;
    }
    let mut random = Random(seed.into());
    let mut items = parse(bytes);
    for _ in 0..=random.below(4) / 3 {
        change(&mut items, &mut random, plain);
    }
    let changed = encode(&items);
    (changed.len() <= max && changed != bytes).then_some(changed)
}

/// The first input with a subtree of the second, written to `out`; gives its size.
pub fn cross(first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let mut random = Random(seed.into());
    let mut crossed = first.to_vec();
    if first.len().max(second.len()) <= TREE_BYTES {
        let (mut items, other) = (parse(first), parse(second));
        for _ in 0..=random.below(2) {
            let at = random.below(count(&items).max(1));
            graft(&mut items, &other, at, &mut random);
        }
        let grafted = encode(&items);
        if grafted.len() <= out.len() {
            crossed = grafted;
        }
    }
    let length = crossed.len().min(out.len());
    out[..length].copy_from_slice(&crossed[..length]);
    length
}

fn change(items: &mut Vec<Item>, random: &mut Random, plain: Plain) {
    let at = random.below(count(items).max(1));
    match random.below(16) {
        0 | 1 => {
            let own = items.clone();
            graft(items, &own, at, random);
        }
        2..6 => {
            if let Some(seed) = random.pick(&Words::get().items) {
                graft(items, seed, at, random);
            }
        }
        6 => drop_one(items, at, random),
        7 | 8 => repeat(items, at, random),
        9 => swap(items, at, random),
        10 => form(items, at, random),
        11 => wrap(items, at, random),
        _ => value(items, at, random, plain),
    }
}

/// What a value's key says of its place; all that are no numbers say the same.
fn key_of(key: Option<&Item>) -> u64 {
    if let Some(Item { kind: Kind::Number(_, key), .. }) = key {
        return key.wrapping_add(100);
    }
    99
}

/// The items with all inside of them, each before those inside of it.
fn walk<'a>(items: &'a [Item], role: u64, is_map: bool, found: &mut Vec<Found<'a>>) {
    for (index, item) in items.iter().enumerate() {
        let step = match (is_map, index % 2) {
            (true, 1) => key_of(items.get(index - 1)),
            (true, _) => 98,
            (false, _) => index.min(5) as u64,
        };
        let role = (role.rotate_left(7) ^ step).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        found.push(Found { item, role });
        walk(&item.items, role, item.kind == Kind::Map, found);
    }
}

fn all(items: &[Item]) -> Vec<Found<'_>> {
    let mut found = Vec::with_capacity(count(items));
    walk(items, 0, false, &mut found);
    found
}

/// The list that holds the n-th item, and where in it; with what holds it: a list (also of chunks), a map, or what takes
/// one item.
fn holder(
    items: &mut Vec<Item>,
    at: usize,
    kind: Option<Kind>,
) -> Option<(&mut Vec<Item>, usize, Option<Kind>)> {
    let mut left = at;
    for index in 0..items.len() {
        if left == 0 {
            return Some((items, index, kind));
        }
        let size = items.get(index)?.count();
        if left < size {
            let item = items.get_mut(index)?;
            let kind = match &item.kind {
                Kind::Map => Kind::Map,
                Kind::List | Kind::Chunks(_) => Kind::List,
                Kind::Number(..)
                | Kind::String(..)
                | Kind::Wrapped
                | Kind::Tag(_)
                | Kind::Raw(_) => Kind::Wrapped,
            };
            return holder(&mut item.items, left - 1, Some(kind));
        }
        left -= size;
    }
    None
}

/// The n-th item, counting each before those inside of it.
pub fn item_at(items: &mut Vec<Item>, at: usize) -> Option<&mut Item> {
    let (list, index, _) = holder(items, at, None)?;
    list.get_mut(index)
}

/// Puts an item of `other` in place of the n-th: one that stands at the same place there, one of the same kind, or any.
/// In half of the cases where a list or map is met, a member of its counterpart joins it instead.
fn graft(items: &mut Vec<Item>, other: &[Item], at: usize, random: &mut Random) {
    let targets = all(items);
    let Some(target) = targets.get(at) else { return };
    let (role, major) = (target.role, target.item.major());
    let choice = random.below(6);
    let fits = |found: &Found<'_>| match choice {
        0..4 => found.role == role,
        4 => found.item.major() == major,
        _ => true,
    };
    let donors: Vec<_> = all(other).into_iter().filter(fits).map(|found| found.item).collect();
    let Some(&donor) = random.pick(&donors) else { return };
    if donor.count() > GRAFT_ITEMS {
        return;
    }
    let Some(item) = item_at(items, at) else { return };
    let joins = item.kind == donor.kind && matches!(item.kind, Kind::List | Kind::Map);
    let size = if item.kind == Kind::Map { 2 } else { 1 };
    if !joins || donor.items.len() < size || random.below(2) == 0 {
        *item = donor.clone();
        return;
    }
    let from = random.below(donor.items.len() / size) * size;
    let to = random.below(item.items.len() / size + 1) * size;
    item.items.splice(to..to, donor.items[from..from + size].iter().cloned());
}

/// Members of a list, pairs of a map and chunks come and go; what a tag or a string wraps does not.
fn member(kind: Option<&Kind>, index: usize) -> Option<(usize, usize)> {
    match kind {
        None | Some(Kind::List) => Some((index, 1)),
        Some(Kind::Map) => Some((index / 2 * 2, 2)),
        Some(_) => None,
    }
}

fn drop_one(items: &mut Vec<Item>, at: usize, random: &mut Random) {
    let Some((list, index, kind)) = holder(items, at, None) else { return };
    // One item is all that there is: without it nothing would be left to decode.
    if kind.is_none() && list.len() == 1 {
        return;
    }
    let Some((from, size)) = member(kind.as_ref(), index) else { return };
    let until = if random.below(8) == 0 { list.len() } else { from + size };
    list.drain(from..until.min(list.len()));
}

fn repeat(items: &mut Vec<Item>, at: usize, random: &mut Random) {
    let Some((list, index, kind @ Some(_))) = holder(items, at, None) else { return };
    let Some((from, size)) = member(kind.as_ref(), index) else { return };
    let Some(repeated) = list.get(from..from + size).map(<[Item]>::to_vec) else { return };
    if count(&repeated) > GRAFT_ITEMS {
        return;
    }
    // Long lists of different members are sorted in other ways than short ones.
    let (times, varied) = ([1, 1, 1, 1, 2, 7, 25, 70][random.below(8)], random.below(3) > 0);
    for _ in 0..times {
        let mut copy = repeated.clone();
        if varied {
            vary(&mut copy, random);
        }
        if count(list) < 4 * GRAFT_ITEMS {
            let to = random.below(list.len() / size + 1) * size;
            list.splice(to..to, copy);
        }
    }
}

/// Another byte in some strings, another value of some numbers.
fn vary(items: &mut [Item], random: &mut Random) {
    for item in items {
        if let Kind::String(_, bytes) = &mut item.kind
            && !bytes.is_empty()
            && random.below(2) == 0
        {
            let at = random.below(bytes.len());
            bytes[at] ^= random.number() as u8;
        }
        if let Kind::Number(0 | 1, value) = &mut item.kind
            && random.below(4) == 0
        {
            *value = random.number() % 300;
        }
        vary(&mut item.items, random);
    }
}

fn swap(items: &mut Vec<Item>, at: usize, random: &mut Random) {
    let Some((list, index, kind)) = holder(items, at, None) else { return };
    let Some((from, size)) = member(kind.as_ref(), index) else { return };
    let to = random.below((list.len() / size).max(1)) * size;
    for offset in 0..size {
        if from.max(to) + offset < list.len() {
            list.swap(from + offset, to + offset);
        }
    }
}

/// How the item is written: definite or not, the width of its head, its major type.
fn form(items: &mut Vec<Item>, at: usize, random: &mut Random) {
    let Some(item) = item_at(items, at) else { return };
    let widens = random.below(4) == 0;
    match &mut item.kind {
        Kind::Tag(number) => *number = *random.pick(TAGS).unwrap_or(number),
        _ if widens => item.width_bytes = [0, 1, 2, 4, 8][random.below(5)],
        Kind::List | Kind::Map if random.below(6) > 0 => item.open = !item.open,
        Kind::List if item.items.len().is_multiple_of(2) => item.kind = Kind::Map,
        Kind::Map => item.kind = Kind::List,
        Kind::Number(major, _) => *major = [0, 1, 7][random.below(3)],
        Kind::String(major, bytes) if random.below(3) == 0 && bytes.len() > 1 => {
            let last = bytes.split_off(random.below(bytes.len()));
            let chunks = [std::mem::take(bytes), last];
            let chunk = |bytes| Item::new(Kind::String(*major, bytes), Vec::new());
            let items = chunks.into_iter().map(chunk).collect();
            *item = Item { open: true, ..Item::new(Kind::Chunks(*major), items) };
        }
        Kind::String(major, _) => *major ^= 1,
        Kind::List | Kind::Wrapped | Kind::Chunks(_) | Kind::Raw(_) => {}
    }
}

/// Puts a tag, a list or a string around the item, or takes off what is around its content.
fn wrap(items: &mut Vec<Item>, at: usize, random: &mut Random) {
    let Some(item) = item_at(items, at) else { return };
    let inner = match item.items.as_slice() {
        [inner] if random.below(2) == 0 => inner.clone(),
        _ => {
            let kind = match random.below(4) {
                0 => Kind::List,
                1 => Kind::Wrapped,
                _ => Kind::Tag(*random.pick(TAGS).unwrap_or(&258)),
            };
            Item::new(kind, vec![item.clone()])
        }
    };
    *item = inner;
}

/// Another number or string.
fn value(items: &mut Vec<Item>, at: usize, random: &mut Random, plain: Plain) {
    let Some(item) = item_at(items, at) else { return };
    match &mut item.kind {
        Kind::Number(7, value) => {
            (*value, item.width_bytes) =
                [(20, 0), (22, 0), (23, 0), (40, 1), (1, 2), (1, 4), (1, 8)][random.below(7)];
        }
        Kind::Number(_, value) => {
            *value = match random.below(5) {
                0 => value.wrapping_add(1),
                1 => value.wrapping_sub(1),
                2 => random.below(26) as u64,
                3 => random.number() >> random.below(64),
                _ => *random.pick(NUMBERS).unwrap_or(value),
            };
        }
        Kind::String(_, bytes) | Kind::Raw(bytes) => match random.below(3) {
            0 => {
                let (size, max) = (bytes.len(), 2 * bytes.len() + 64);
                bytes.resize(max, 0);
                let length = plain(bytes, size, max);
                bytes.truncate(length);
            }
            1 => bytes.truncate(random.below(bytes.len() + 1)),
            _ => {
                if let Some(word) = random.pick(Words::get().strings(bytes.len())) {
                    *bytes = word.clone();
                }
            }
        },
        Kind::Wrapped | Kind::Chunks(_) | Kind::List | Kind::Map | Kind::Tag(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rydra_core::cardano::tx::Tx;

    use super::super::items::is_item;
    use super::super::seeds;
    use super::*;

    /// In place of libFuzzer's own.
    fn flip(data: &mut [u8], size: usize, max: usize) -> usize {
        let Some(first) = data.first_mut() else { return 0 };
        *first ^= 0x40;
        size.max(1).min(max)
    }

    #[test]
    fn what_was_one_item_stays_one() {
        for (name, bytes) in seeds::tx_validate() {
            for seed in 0..300 {
                let changed = mutate(&bytes, 12_000, seed, flip).unwrap_or_else(|| bytes.clone());
                assert!(is_item(&changed), "{name}, {seed}");
            }
        }
    }

    #[test]
    fn many_changed_transactions_decode() {
        let seeds = seeds::tx_validate();
        let (mut decoded, mut changed) = (0, BTreeSet::new());
        for seed in 0..2_000 {
            let (_, bytes) = &seeds[seed as usize % seeds.len()];
            if let Some(other) = mutate(bytes, 12_000, seed, flip) {
                decoded += usize::from(Tx::decode(other.clone()).is_ok());
                changed.insert(other);
            }
        }
        assert!(changed.len() > 1_000, "{} of 2,000 inputs are new", changed.len());
        assert!(decoded > 250, "{decoded} of 2,000 decode");
    }

    #[test]
    fn no_more_comes_out_than_there_is_room_for() {
        for (name, bytes) in seeds::tx_validate() {
            for (seed, max) in (0..200).zip([bytes.len(), bytes.len() + 5, 20].into_iter().cycle())
            {
                let size = bytes.len().min(max);
                let mut data = bytes.clone();
                data.resize(bytes.len().max(max), 0);
                let length = in_place(&mut data, size, max, seed, flip);
                assert!(length <= max, "{name}, {seed}");
                let mut out = vec![0; max];
                assert!(cross(&bytes, &bytes, &mut out, seed) <= max, "{name}, {seed}");
            }
        }
    }

    #[test]
    fn a_seed_gives_the_same_again() {
        let seeds = seeds::tx_validate();
        for (seed, pair) in (0..).zip(seeds.windows(2)) {
            let [(_, first), (_, second)] = pair else { continue };
            assert_eq!(mutate(first, 12_000, seed, flip), mutate(first, 12_000, seed, flip));
            let [mut out, mut again] = [[0; 12_000]; 2];
            let sizes =
                [cross(first, second, &mut out, seed), cross(first, second, &mut again, seed)];
            assert_eq!(sizes[0], sizes[1]);
            assert_eq!(out, again);
            assert!(is_item(&out[..sizes[0]]));
        }
    }

    #[test]
    fn the_largest_number_is_a_key_like_others() {
        let head = [0xa1, 0x1b];
        let bytes = [&head[..], &[0xff; 8], &[0x82, 0x01, 0x02]].concat();
        let changed = (0..200).filter_map(|seed| mutate(&bytes, 100, seed, flip));
        assert!(changed.filter(|changed| is_item(changed)).count() > 100);
    }

    #[test]
    fn bytes_that_are_no_items_are_survived() {
        for (seed, first) in (0..=u8::MAX).flat_map(|first| (0..20).map(move |seed| (seed, first)))
        {
            let bytes = [first, 0x42, first, 0x81, 0xff];
            for size in 0..bytes.len() {
                let mut data = bytes;
                assert!(in_place(&mut data, size, bytes.len(), seed, flip) <= bytes.len());
                let mut out = [0; 9];
                assert!(cross(&bytes[..size], &bytes, &mut out, seed) <= out.len());
            }
        }
    }
}
