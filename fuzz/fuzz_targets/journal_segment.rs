//! Any bytes as a packed row of the journal and as a write-ahead log: refused or read, never a panic; a
//! row that is read packs to the same bytes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rydra::persistence::{
    segment::{Segment, checksum, unpack},
    wal,
};

fuzz_target!(|input: (u64, u32, u16, &[u8])| {
    let (first, count, page, bytes) = input;
    let report = wal::scan(bytes, usize::from(page)).expect("reading from memory");
    assert!(report.valid_bytes <= report.file_bytes);

    let last = first.wrapping_add(u64::from(count)).wrapping_sub(1);
    let _ = unpack(first, last, count, count, bytes);
    if let Ok(items) = unpack(first, last, count, checksum(first, count, bytes), bytes) {
        let mut again = Segment::starting(first);
        for range in items {
            again.push_with(|out| out.extend_from_slice(&bytes[range]));
        }
        assert_eq!((again.count, again.last(), again.bytes.as_slice()), (count, last, bytes));
    }
});
