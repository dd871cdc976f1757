//! From stable storage to a machine (`head-logic.md` 6.5): guard, cursors, outbox, waiting inputs, and the
//! fold of the events from the newest checkpoint. Any damage is fatal with a clear text (P6).

use std::path::Path;

use pallas_codec::minicbor;
use rydra_core::apply::apply;
use rydra_core::event::{Event, StateEvent};
use rydra_core::machine::Restored;
use rydra_core::snapshot::guard::Guard;
use rydra_core::state::NodeState;
use rydra_core::unit::{EventId, NetworkPosition, OutboxRow, UtcTime};
use rydra_core::waiting::{Parked, WaitId};
use rydra_core::wire;

use super::entry::{
    CHECKPOINT_FORMAT, CURSOR_NETWORK, CURSOR_SYSTEM_START, decode_position, decode_time, encoded,
};
use super::{Blocked, JournalError, OpenError, Opened, READ_PAGE_MAX_BYTES, Store, open, reopen};

/// Everything that a start or a rebuild reads from the journal.
pub struct Hydrated {
    /// For the machine.
    pub restored: Restored,
    /// Broadcast rows that the durable position does not cover.
    pub outbox: Vec<(OutboxRow, wire::Message)>,
    /// Events since the newest checkpoint.
    pub since_checkpoint: u64,
}

/// Why a start failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    /// What was seen, what was needed, what to do.
    pub text: String,
    /// Set when only the disk has to take writes again.
    pub blocked: Option<Blocked>,
    /// Trying again could only make it worse.
    pub is_final: bool,
}

impl From<String> for StartError {
    fn from(text: String) -> Self {
        Self { text, blocked: None, is_final: false }
    }
}

/// An opened journal, before its events are folded.
pub struct OpenJournal {
    /// The store; it holds the directory's lock.
    pub store: Store,
    /// What opening the file found.
    pub opened: Opened,
    /// Start of the offline chain, as of the first start of this journal.
    pub system_start: UtcTime,
}

/// Opens the journal in `dir`. `now` becomes the offline chain's start if none is stored yet.
///
/// # Errors
/// The directory or the file is not usable; see `OpenError`.
pub fn open_journal(dir: &Path, now: UtcTime) -> Result<OpenJournal, StartError> {
    opened_journal(open(dir), dir, now)
}

/// Opens the journal of a running node again; it must be there.
///
/// # Errors
/// Why it cannot be opened.
pub fn reopen_journal(dir: &Path, now: UtcTime) -> Result<OpenJournal, StartError> {
    opened_journal(reopen(dir), dir, now)
}

fn opened_journal(
    result: Result<(Store, Opened), OpenError>,
    dir: &Path,
    now: UtcTime,
) -> Result<OpenJournal, StartError> {
    let (mut store, opened) = result.map_err(|error| StartError {
        blocked: Blocked::of_open(&error, dir),
        text: error.to_string(),
        is_final: matches!(error, OpenError::Removed { .. }),
    })?;
    let system_start = keep_system_start(&mut store, now, dir)?;
    Ok(OpenJournal { store, opened, system_start })
}

/// Folds an opened journal. `progress` is told percents of the events.
///
/// # Errors
/// Content that cannot be read; see `ReadError`.
pub fn hydrate(
    store: &Store,
    opened: &Opened,
    progress: &dyn Fn(u8),
) -> Result<Hydrated, StartError> {
    let fold = fold(store, opened, progress)?;
    let cursor = cursor(store)?;
    let guard = guard(store, &fold.state)?;
    let outbox = outbox(store, cursor)?;
    let waiting = waiting(store)?;
    let last_event = opened.last_event_id.map(EventId);
    let restored = Restored {
        state: fold.state,
        last_event,
        last_row: OutboxRow(opened.last_outbox_row),
        cursor,
        guard,
        waiting,
    };
    Ok(Hydrated { restored, outbox, since_checkpoint: fold.folded })
}

/// Slots never go back (STRICT): the first start's moment is stored before anything depends on it.
fn keep_system_start(store: &mut Store, now: UtcTime, dir: &Path) -> Result<UtcTime, StartError> {
    let cursors = store.read_cursors().map_err(|e| e.to_string())?;
    if let Some((_, bytes)) =
        cursors.iter().find(|(name, _)| name == CURSOR_SYSTEM_START.as_bytes())
    {
        return decode_time(bytes).map_err(|e| damaged(store, "the offline chain's start", &e));
    }
    let mut batch = store.batch();
    batch.cursor(CURSOR_SYSTEM_START, &encoded(&now));
    store.commit(batch).map_err(|error| StartError {
        blocked: Blocked::of_journal(&error, dir),
        text: error.to_string(),
        is_final: matches!(error, JournalError::Removed { .. }),
    })?;
    Ok(now)
}

/// Whether the head was opened: then its funds are in the journal, and the initial UTxO is not read again.
/// Looks at the first page of events only, unless it was not opened.
///
/// # Errors
/// Content that cannot be read; see `ReadError`.
pub fn is_head_stored(store: &Store) -> Result<bool, StartError> {
    let mut from = 0;
    loop {
        let page = store.read_events(from, READ_PAGE_MAX_BYTES).map_err(|e| e.to_string())?;
        for (id, bytes) in page.iter() {
            let event: StateEvent =
                minicbor::decode(bytes).map_err(|e| damaged(store, &format!("event {id}"), &e))?;
            if matches!(event.event, Event::HeadOpened { .. }) {
                return Ok(true);
            }
        }
        match page.next() {
            Some(next) => from = next,
            None => return Ok(false),
        }
    }
}

struct Fold {
    state: NodeState,
    folded: u64,
}

fn fold(store: &Store, opened: &Opened, progress: &dyn Fn(u8)) -> Result<Fold, StartError> {
    let checkpoint = store.read_checkpoint(None).map_err(|e| e.to_string())?;
    let (mut state, mut from) = match checkpoint {
        Some(found) if found.format == CHECKPOINT_FORMAT => {
            let state = minicbor::decode(&found.bytes).map_err(|e| {
                damaged(store, &format!("the checkpoint at event {}", found.event_id), &e)
            })?;
            (state, found.event_id + 1)
        }
        Some(_) | None => (NodeState::default(), 0),
    };
    let first = from;
    let total = opened.last_event_id.map_or(0, |last| last + 1).saturating_sub(first).max(1);
    loop {
        let page = store.read_events(from, READ_PAGE_MAX_BYTES).map_err(|e| e.to_string())?;
        for (id, bytes) in page.iter() {
            let event: StateEvent =
                minicbor::decode(bytes).map_err(|e| damaged(store, &format!("event {id}"), &e))?;
            apply(&mut state, &event);
            from = id + 1;
        }
        progress(u8::try_from((from - first) * 100 / total).unwrap_or(100));
        match page.next() {
            Some(next) => from = next,
            None => break,
        }
    }
    Ok(Fold { state, folded: from - first })
}

fn cursor(store: &Store) -> Result<NetworkPosition, StartError> {
    let cursors = store.read_cursors().map_err(|e| e.to_string())?;
    match cursors.iter().find(|(name, _)| name == CURSOR_NETWORK.as_bytes()) {
        Some((_, bytes)) => {
            decode_position(bytes).map_err(|e| damaged(store, "the network cursor", &e))
        }
        None => Ok(NetworkPosition(0)),
    }
}

fn guard(store: &Store, state: &NodeState) -> Result<Option<Guard>, StartError> {
    let Some(head_id) = state.head.head_id() else { return Ok(None) };
    let guards = store.read_guards().map_err(|e| e.to_string())?;
    let Some((_, bytes)) = guards.iter().find(|(head, _)| head == head_id.as_ref()) else {
        return Ok(None);
    };
    minicbor::decode(bytes).map(Some).map_err(|e| damaged(store, "the signing guard", &e))
}

fn outbox(
    store: &Store,
    cursor: NetworkPosition,
) -> Result<Vec<(OutboxRow, wire::Message)>, StartError> {
    let mut rows = Vec::new();
    let mut after = cursor.0;
    loop {
        let page = store.read_outbox(after, READ_PAGE_MAX_BYTES).map_err(|e| e.to_string())?;
        for (row, bytes) in &page.rows {
            let message = wire::Message::from_cbor(bytes)
                .map_err(|e| damaged(store, &format!("outbox row {row}"), &e))?;
            rows.push((OutboxRow(*row), message));
        }
        match page.more_after {
            Some(next) => after = next,
            None => return Ok(rows),
        }
    }
}

fn waiting(store: &Store) -> Result<Vec<(WaitId, Parked)>, StartError> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = store.read_waiting(after, READ_PAGE_MAX_BYTES).map_err(|e| e.to_string())?;
        for (id, bytes) in &page.rows {
            let parked: Parked = minicbor::decode(bytes)
                .map_err(|e| damaged(store, &format!("waiting input {id}"), &e))?;
            rows.push((WaitId(*id), parked));
        }
        match page.more_after {
            Some(next) => after = Some(next),
            None => return Ok(rows),
        }
    }
}

fn damaged(store: &Store, what: &str, seen: &dyn std::fmt::Display) -> StartError {
    format!(
        "{}: {what} cannot be read ({seen}), although its checksum holds. Needed: a journal written by this \
         version or an older one. Do: start the version that wrote it, or restore a backup of the directory",
        store.path().display()
    )
    .into()
}
