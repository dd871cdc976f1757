//! What waits for a client: frames, small ones in runs.

use bytes::{Bytes, BytesMut};
use rydra_core::unit::EventId;

/// What an entry of the ring costs beside its frames, bytes.
const ENTRY_BYTES: usize = 64;
/// Largest run of frames, bytes: what a connection is handed at once.
const RUN_BYTES_MAX: usize = 64 * 1024;

/// Frames that are sent together.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// One frame or several, whole, one behind the other; shared.
    pub frames: Bytes,
    /// Event that the last of them shows.
    pub seq: Option<EventId>,
    /// How many.
    pub count: usize,
}

impl Entry {
    /// A single frame.
    pub const fn one(frame: Bytes, seq: Option<EventId>) -> Self {
        Self { frames: frame, seq, count: 1 }
    }

    /// What it counts for in a ring.
    pub fn cost(&self) -> usize {
        self.frames.len() + ENTRY_BYTES
    }
}

/// Frames in order, small ones put together: a snapshot comes with a hundred `TxValid`, and each step that every
/// subscriber takes for each of them costs more than the bytes (measured: `benches/BASELINES.md`, fan-out).
pub(crate) fn runs<'a>(frames: impl Iterator<Item = (&'a Bytes, EventId)>) -> Vec<Entry> {
    let mut runs = Vec::new();
    let mut run: Vec<(&Bytes, EventId)> = Vec::new();
    let mut bytes = 0;
    for (frame, seq) in frames {
        if bytes + frame.len() > RUN_BYTES_MAX {
            runs.extend(together(&run));
            run.clear();
            bytes = 0;
        }
        bytes += frame.len();
        run.push((frame, seq));
    }
    runs.extend(together(&run));
    runs
}

fn together(run: &[(&Bytes, EventId)]) -> Option<Entry> {
    let (last, seq) = run.last()?;
    if run.len() == 1 {
        return Some(Entry::one(Bytes::clone(last), Some(*seq)));
    }
    let mut frames = BytesMut::with_capacity(run.iter().map(|(frame, _)| frame.len()).sum());
    run.iter().for_each(|(frame, _)| frames.extend_from_slice(frame));
    Some(Entry { frames: frames.freeze(), seq: Some(*seq), count: run.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(lengths: &[usize]) -> Vec<Bytes> {
        (0..).zip(lengths).map(|(at, length)| vec![at; *length].into()).collect()
    }

    fn shape(lengths: &[usize]) -> Vec<(usize, u64, usize)> {
        let frames = frames(lengths);
        let runs = runs(frames.iter().zip((10..).map(EventId)));
        let bytes: Vec<u8> = runs.iter().flat_map(|run| run.frames.to_vec()).collect();
        assert_eq!(bytes, frames.concat(), "every frame once, in order");
        runs.iter().map(|run| (run.frames.len(), run.seq.unwrap().0, run.count)).collect()
    }

    #[test]
    fn small_frames_travel_together_and_large_ones_alone() {
        assert_eq!(shape(&[]), []);
        assert_eq!(shape(&[300, 300, 300]), [(900, 12, 3)]);
        assert_eq!(shape(&[300, 300, 80_000, 300]), [(600, 11, 2), (80_000, 12, 1), (300, 13, 1)]);
        assert_eq!(shape(&[RUN_BYTES_MAX, 1]), [(RUN_BYTES_MAX, 10, 1), (1, 11, 1)]);
        assert_eq!(shape(&[RUN_BYTES_MAX - 1, 1, 1]), [(RUN_BYTES_MAX, 11, 2), (1, 12, 1)]);
    }

    #[test]
    fn a_frame_that_travels_alone_is_not_copied() {
        let frame = frames(&[80_000]).remove(0);
        let runs = runs([(&frame, EventId(1))].into_iter());
        assert_eq!(runs[0].frames.as_ptr(), frame.as_ptr());
    }
}
