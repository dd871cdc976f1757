//! A look at SQLite's write-ahead log before SQLite reads it.
//!
//! SQLite ends a log at its first frame that does not check, silently. After a power loss that is right:
//! the last transaction was never synced. But the same rule would also swallow transactions that *were*
//! synced, and reported durable, when one byte before them goes bad. The two are told apart by counting: each
//! commit is synced before the next one is written, so a torn log holds at most one commit mark of the
//! current generation behind its first bad frame. Two or more mean damage.
//!
//! Log format (SQLite documentation, "WAL file format"): a header of 32 bytes, then frames of 24 bytes and one
//! page. All header numbers are big endian; checksums are cumulative.

use std::io::{self, Read};

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// Magic number; its last bit tells the byte order of the checksums.
const MAGIC: u32 = 0x377f_0682;
/// Smallest and largest page SQLite allows, in bytes.
const PAGE_BYTES: std::ops::RangeInclusive<usize> = 512..=65_536;

/// What a write-ahead log holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WalReport {
    /// Transactions that check, from the start.
    pub commits: u64,
    /// Bytes up to the end of the last of them.
    pub valid_bytes: u64,
    /// Bytes in all.
    pub file_bytes: u64,
    /// Position of the first frame that does not check, counted from 1; 0 when all do.
    pub first_bad_frame: u64,
    /// Commit marks of the current generation at or behind that frame.
    pub commits_beyond: u64,
}

impl WalReport {
    /// Whether transactions that had been synced are unreadable.
    #[must_use]
    pub const fn is_damaged(&self) -> bool {
        self.commits_beyond >= 2
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
    word.map_or(0, u32::from_be_bytes)
}

#[derive(Clone, Copy)]
struct Sums {
    first: u32,
    second: u32,
    big_endian: bool,
}

impl Sums {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(8) {
            let [a, b, c, d, e, f, g, h] = pair else { continue };
            let (x, y) = ([*a, *b, *c, *d], [*e, *f, *g, *h]);
            let (x, y) = if self.big_endian {
                (u32::from_be_bytes(x), u32::from_be_bytes(y))
            } else {
                (u32::from_le_bytes(x), u32::from_le_bytes(y))
            };
            self.first = self.first.wrapping_add(x).wrapping_add(self.second);
            self.second = self.second.wrapping_add(y).wrapping_add(self.first);
        }
    }

    const fn are(&self, first: u32, second: u32) -> bool {
        self.first == first && self.second == second
    }
}

/// Reads a log once, in constant memory. `db_page_bytes` is used when the log's header is damaged.
///
/// # Errors
/// Only when reading fails; every content gives a report.
pub fn scan(mut log: impl Read, db_page_bytes: usize) -> io::Result<WalReport> {
    let mut report = WalReport::default();
    let mut header = [0_u8; HEADER_BYTES];
    let got = read_full(&mut log, &mut header)?;
    report.file_bytes = got as u64;
    if got < HEADER_BYTES {
        return Ok(report);
    }
    let magic = word(&header, 0);
    let mut sums = Sums { first: 0, second: 0, big_endian: magic & 1 == 1 };
    sums.add(header.get(..24).unwrap_or_default());
    let page = usize::try_from(word(&header, 8)).unwrap_or(0);
    let mut intact = magic & !1 == MAGIC
        && sums.are(word(&header, 24), word(&header, 28))
        && PAGE_BYTES.contains(&page);
    let page = if intact { page } else { db_page_bytes };
    if !PAGE_BYTES.contains(&page) {
        return Ok(report);
    }
    let mut salts = intact.then(|| (word(&header, 16), word(&header, 20)));
    if intact {
        report.valid_bytes = HEADER_BYTES as u64;
    }
    let mut frame = vec![0_u8; FRAME_HEADER_BYTES + page];
    let mut number = 0_u64;
    loop {
        let got = read_full(&mut log, &mut frame)?;
        report.file_bytes += got as u64;
        if got < frame.len() {
            return Ok(report);
        }
        number += 1;
        let own = (word(&frame, 8), word(&frame, 12));
        let of_generation = *salts.get_or_insert(own) == own;
        let is_commit = word(&frame, 4) != 0;
        if intact {
            sums.add(frame.get(..8).unwrap_or_default());
            sums.add(frame.get(FRAME_HEADER_BYTES..).unwrap_or_default());
            intact = of_generation && sums.are(word(&frame, 16), word(&frame, 20));
        }
        if intact && is_commit {
            report.commits += 1;
            report.valid_bytes = HEADER_BYTES as u64 + number * frame.len() as u64;
        }
        if !intact {
            if report.first_bad_frame == 0 {
                report.first_bad_frame = number;
            }
            report.commits_beyond += u64::from(of_generation && is_commit);
        }
    }
}

fn read_full(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match log.read(rest) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
