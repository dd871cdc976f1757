//! The rules of a power cut on traces made by hand.
#![allow(clippy::unwrap_used)]

use super::image::{Image, Node};
use super::model::{Disk, LARGE_SECTOR_BYTES, SECTOR_BYTES, STALE};
use super::trace::{Call, parse};
use crate::random::Random;

const CUTS: u64 = 400;

fn create(path: &str, file: u64) -> Call {
    Call::Create { path: path.into(), file }
}

fn write(file: u64, offset: u64, byte: u8, len: usize) -> Call {
    Call::Write { file, offset, bytes: vec![byte; len] }
}

fn sync_dir(path: &str) -> Call {
    Call::SyncDir { path: path.into() }
}

/// All that cuts after these calls leave, on a disk that was empty.
fn cuts(calls: &[Call]) -> Vec<Image> {
    let mut disk = Disk::default();
    disk.replay(calls);
    (0..CUTS).map(|seed| disk.cut(&mut Random::new(seed))).collect()
}

fn bytes<'i>(image: &'i Image, path: &str) -> Option<&'i [u8]> {
    match image.get(path) {
        Some(Node::File(bytes)) => Some(bytes),
        Some(Node::Dir) | None => None,
    }
}

#[test]
fn what_was_synced_with_its_directory_is_always_there() {
    let all = cuts(&[create("a", 1), write(1, 0, 7, 1000), Call::Sync { file: 1 }, sync_dir("")]);
    assert!(all.iter().all(|image| bytes(image, "a") == Some(&[7; 1000])));
}

#[test]
fn a_name_that_was_not_synced_may_be_lost_with_all_that_was_synced_under_it() {
    let all = cuts(&[create("a", 1), write(1, 0, 7, 9), Call::Sync { file: 1 }]);
    assert!(all.iter().any(|image| bytes(image, "a").is_none()));
    assert!(all.iter().filter_map(|image| bytes(image, "a")).all(|found| found == [7; 9]));
    let in_lost_dir = [
        Call::MakeDir { path: "d".into() },
        create("d/a", 1),
        Call::Sync { file: 1 },
        sync_dir("d"),
    ];
    assert!(cuts(&in_lost_dir).iter().any(Image::is_empty));
}

#[test]
fn writes_after_a_sync_survive_in_any_part_torn_at_sectors_only() {
    let sectors = 4;
    let len = sectors * SECTOR_BYTES as usize;
    let calls = [
        create("a", 1),
        write(1, 0, 1, len),
        Call::Sync { file: 1 },
        sync_dir(""),
        write(1, 0, 2, len),
        write(1, 0, 3, len),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for image in cuts(&calls) {
        let found = bytes(&image, "a").unwrap().to_vec();
        let versions: Vec<u8> = found.chunks(SECTOR_BYTES as usize).map(|s| s[0]).collect();
        for (sector, version) in found.chunks(SECTOR_BYTES as usize).zip(&versions) {
            assert!(sector.iter().all(|b| b == version), "torn inside a sector");
        }
        seen.insert(versions);
    }
    assert!(seen.contains(&vec![1; sectors]), "nothing survived");
    assert!(seen.contains(&vec![3; sectors]), "all survived");
    assert!(seen.contains(&vec![2; sectors]), "the newer one was lost");
    assert!(seen.iter().any(|versions| versions.contains(&1) && versions.contains(&3)), "torn");
}

#[test]
fn sectors_may_be_large_and_a_length_may_come_before_its_bytes() {
    let len = 2 * LARGE_SECTOR_BYTES as usize;
    let calls = [
        create("a", 1),
        write(1, 0, 1, len),
        Call::Sync { file: 1 },
        sync_dir(""),
        write(1, 0, 2, 2 * len),
    ];
    let all = cuts(&calls);
    let files = || all.iter().filter_map(|image| bytes(image, "a"));
    let half = LARGE_SECTOR_BYTES as usize;
    let is = |part: &[u8], byte| part.iter().all(|b| *b == byte);
    assert!(files().any(|a| is(&a[..half], 1) && is(&a[half..len], 2)), "torn at 4 KiB");
    assert!(files().all(|a| !a[..len].contains(&STALE)), "what was safe shows no garbage");
    assert!(files().any(|a| a.len() == 2 * len && is(&a[len..], STALE)), "a length alone");
    assert!(files().any(|a| a.len() == len), "nothing of it");
}

#[test]
fn a_truncation_or_a_removal_that_was_not_synced_may_not_have_happened() {
    let calls = [
        create("a", 1),
        write(1, 0, 1, 700),
        Call::Sync { file: 1 },
        create("b", 2),
        sync_dir(""),
        Call::Truncate { file: 1, len: 0 },
        Call::Unlink { path: "b".into() },
    ];
    let all = cuts(&calls);
    for len in [0, 700] {
        assert!(all.iter().any(|image| bytes(image, "a").unwrap().len() == len), "{len}");
    }
    assert!(all.iter().any(|image| image.contains_key("b")));
    assert!(all.iter().any(|image| !image.contains_key("b")));
}

#[test]
fn what_a_failed_sync_was_to_write_is_not_made_safe_by_the_next_one() {
    let mut disk = Disk::default();
    disk.replay(&[
        create("a", 1),
        sync_dir(""),
        write(1, 0, 1, 600),
        Call::SyncFailed { file: 1 },
        write(1, 512, 2, 88),
        Call::Sync { file: 1 },
    ]);
    let needed = [vec![0; 512], vec![2; 88]].concat();
    assert_eq!(bytes(&disk.safe(), "a"), Some(needed.as_slice()));
    disk.replay(&[write(1, 0, 1, 512), Call::Sync { file: 1 }]);
    let needed = [vec![1; 512], vec![2; 88]].concat();
    assert_eq!(bytes(&disk.safe(), "a"), Some(needed.as_slice()), "written again, it is safe");
}

#[test]
fn a_rename_replaces_as_a_whole_or_not_at_all() {
    let calls = [
        create("new", 1),
        write(1, 0, 5, 10),
        Call::Sync { file: 1 },
        sync_dir(""),
        Call::Rename { from: "new".into(), to: "name".into() },
    ];
    for image in cuts(&calls) {
        let (old, new) = (bytes(&image, "new"), bytes(&image, "name"));
        assert!(old.is_some() != new.is_some());
        assert_eq!(old.or(new), Some([5; 10].as_slice()));
    }
}

#[test]
fn a_replay_without_a_cut_is_what_the_process_saw_and_a_seed_gives_one_cut() {
    let mut disk = Disk::default();
    disk.replay(&[create("a", 1), write(1, 3, 9, 2), Call::Truncate { file: 1, len: 4 }]);
    assert_eq!(bytes(&disk.whole(), "a"), Some([0, 0, 0, 9].as_slice()));
    // A number that was used before belongs to another file now.
    disk.replay(&[Call::Unlink { path: "a".into() }, create("b", 1), write(1, 0, 1, 1)]);
    assert_eq!(disk.whole(), Image::from([("b".into(), Node::File(vec![1]))]));
    assert_eq!((disk.unsafe_changes(), disk.safe()), (6, Image::new()));
    assert_eq!(disk.cut(&mut Random::new(3)), disk.cut(&mut Random::new(3)));
    let again = Disk::of(&disk.whole());
    assert_eq!((again.unsafe_changes(), again.whole()), (0, disk.whole()));
}

#[test]
fn a_record_that_is_not_whole_ends_a_trace_and_nonsense_is_refused() {
    let mut record = Vec::new();
    for word in [32_u32 + 3, 4] {
        record.extend_from_slice(&word.to_le_bytes());
    }
    for long in [11_u64, 64] {
        record.extend_from_slice(&long.to_le_bytes());
    }
    record.extend_from_slice(&[0; 8]);
    record.extend_from_slice(&[1, 2, 3]);
    let call = Call::Write { file: 11, offset: 64, bytes: vec![1, 2, 3] };
    let twice = [record.clone(), record.clone()].concat();
    assert_eq!(parse(&twice).unwrap(), [call.clone(), call.clone()]);
    assert_eq!(parse(&twice[..twice.len() - 1]).unwrap(), [call]);
    record[4] = 99;
    assert!(parse(&record).is_err());
    assert!(parse(&[0; 40]).is_err());
}
