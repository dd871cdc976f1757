//! Reads of the journal, page by page, each checked: checksum, ids without gaps, lengths that add up.

use super::{
    READ_PAGE_MAX_BYTES, TailReport,
    error::{Damaged, ReadError},
    schema,
    segment::{Damage, unpack, value_checksum},
    store::{Store, checkpoint_key},
};
use rusqlite::Row;
use std::ops::Range;

/// Consecutive events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPage {
    from: u64,
    rows: Vec<Unpacked>,
    next: Option<u64>,
}

impl EventPage {
    /// Id and encoded bytes of each event, in order, without gaps.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.rows.iter().flat_map(Unpacked::iter).skip_while(|(id, _)| *id < self.from)
    }

    /// Id to ask for next; `None` at the journal's end.
    #[must_use]
    pub const fn next(&self) -> Option<u64> {
        self.next
    }
}

/// Numbered rows (outbox or waiting inputs), in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowPage {
    /// Number and bytes.
    pub rows: Vec<(u64, Vec<u8>)>,
    /// Read on after this number; `None` when that was all.
    pub more_after: Option<u64>,
}

/// Values by key: cursors by name, guards by head id.
pub type NamedBytes = Vec<(Vec<u8>, Vec<u8>)>;

/// A stored checkpoint: the folded state after one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last event in it.
    pub event_id: u64,
    /// The writer's format of the bytes.
    pub format: u32,
    /// The state.
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Unpacked {
    first: u64,
    last: u64,
    bytes: Vec<u8>,
    items: Vec<Range<usize>>,
}

impl Unpacked {
    fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let items =
            self.items.iter().map(|range| self.bytes.get(range.clone()).unwrap_or_default());
        (self.first..).zip(items)
    }
}

/// Where the journal ends.
pub(super) struct Tail {
    pub next_event: u64,
    pub next_outbox: u64,
    pub outbox_done: u64,
}

const EVENTS_FROM: &str = "SELECT first_id,last_id,count,checksum,bytes FROM segments
 WHERE first_id>=coalesce((SELECT max(first_id) FROM segments WHERE first_id<=?1),0) ORDER BY first_id";
const EVENTS_TAIL: &str =
    "SELECT first_id,last_id,count,checksum,bytes FROM segments ORDER BY first_id DESC LIMIT ?1";
const OUTBOX_FROM: &str = "SELECT first_row,last_row,count,checksum,bytes FROM outbox
 WHERE first_row>=coalesce((SELECT max(first_row) FROM outbox WHERE first_row<=?1),0) ORDER BY first_row";
const OUTBOX_TAIL: &str =
    "SELECT first_row,last_row,count,checksum,bytes FROM outbox ORDER BY first_row DESC LIMIT ?1";

impl Store {
    fn damaged(&self, place: String, seen: impl ToString) -> ReadError {
        ReadError::Damaged(Damaged { path: self.path.clone(), place, seen: seen.to_string() })
    }

    fn sqlite(&self, doing: &'static str) -> impl Fn(rusqlite::Error) -> ReadError + use<'_> {
        move |error| ReadError::from_sqlite(self.path.clone(), doing, &error)
    }

    fn unpacked(&self, what: &str, row: &Row<'_>) -> Result<Unpacked, ReadError> {
        let reading = self.sqlite("reading a row");
        let first: i64 = row.get(0).map_err(&reading)?;
        let place = || format!("the row of {what} {first}");
        let numbers =
            || -> rusqlite::Result<(i64, i64, i64)> { Ok((row.get(1)?, row.get(2)?, row.get(3)?)) };
        let (last, count, sum) = numbers().map_err(&reading)?;
        let bounds = || self.damaged(place(), Damage::Bounds);
        let first_id = u64::try_from(first).map_err(|_| bounds())?;
        let last = u64::try_from(last).map_err(|_| bounds())?;
        let count = u32::try_from(count).map_err(|_| bounds())?;
        let sum = u32::try_from(sum).map_err(|_| bounds())?;
        let bytes: Vec<u8> = row.get(4).map_err(&reading)?;
        let items =
            unpack(first_id, last, count, sum, &bytes).map_err(|d| self.damaged(place(), d))?;
        Ok(Unpacked { first: first_id, last, bytes, items })
    }

    /// Whole packed rows from `select`, at least one, then as many as fit `max_bytes`; and whether more follow.
    fn page(
        &self,
        what: &'static str,
        select: &str,
        from: u64,
        max_bytes: usize,
    ) -> Result<(Vec<Unpacked>, bool), ReadError> {
        let reading = self.sqlite("reading");
        let mut statement = self.conn.prepare_cached(select).map_err(&reading)?;
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let mut cursor = statement.query([from]).map_err(&reading)?;
        let (mut rows, mut held): (Vec<Unpacked>, usize) = (Vec::new(), 0);
        let max_bytes = max_bytes.min(READ_PAGE_MAX_BYTES);
        while let Some(row) = cursor.next().map_err(&reading)? {
            let size = row.get_ref(4).map_err(&reading)?.as_blob().map_or(0, <[u8]>::len);
            if held.saturating_add(size) > max_bytes && !rows.is_empty() {
                return Ok((rows, true));
            }
            let read = self.unpacked(what, row)?;
            if let Some(before) = rows.last()
                && before.last.checked_add(1) != Some(read.first)
            {
                let seen = format!("{what} {} follows {}", read.first, before.last);
                return Err(
                    self.damaged(format!("the sequence behind {what} {}", before.last), seen)
                );
            }
            held = held.saturating_add(size);
            rows.push(read);
        }
        Ok((rows, false))
    }

    /// Events from `from` on, in whole packed rows: at least one, then as many as fit `max_bytes` (at most
    /// [`READ_PAGE_MAX_BYTES`]). Empty at the end.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] for a gap, a checksum or lengths that do not fit: fatal.
    pub fn read_events(&self, from: u64, max_bytes: usize) -> Result<EventPage, ReadError> {
        let end = self.last_event_id().map_or(0, |last| last.saturating_add(1));
        if from >= end {
            return Ok(EventPage::default());
        }
        let (rows, more) = self.page("event", EVENTS_FROM, from, max_bytes)?;
        let first = rows.first().map(|row| row.first);
        let next = rows.last().map_or(from, |row| row.last.saturating_add(1));
        if first.is_none_or(|first| first > from) || next <= from {
            return Err(
                self.damaged(format!("the sequence at event {from}"), "the event is missing")
            );
        }
        if !more && next != end {
            let seen = format!("events from {next} to {} are missing", end.saturating_sub(1));
            return Err(self.damaged(format!("the sequence at event {next}"), seen));
        }
        Ok(EventPage { from, rows, next: more.then_some(next) })
    }

    /// Outbox rows behind `after` that are not delivered. `after` below the delivered mark starts there.
    ///
    /// # Errors
    /// As [`Store::read_events`].
    pub fn read_outbox(&self, after: u64, max_bytes: usize) -> Result<RowPage, ReadError> {
        let after = after.max(self.outbox_done());
        if after >= self.last_outbox_row() {
            return Ok(RowPage::default());
        }
        let (packed, more) =
            self.page("outbox row", OUTBOX_FROM, after.saturating_add(1), max_bytes)?;
        let last = packed.last().map_or(after, |row| row.last);
        let starts_late = packed.first().is_none_or(|row| row.first > after.saturating_add(1));
        if starts_late || (!more && last != self.last_outbox_row()) {
            return Err(self.damaged(format!("the outbox behind row {after}"), "rows are missing"));
        }
        let rows = packed.iter().flat_map(Unpacked::iter).filter(|(row, _)| *row > after);
        let rows = rows.map(|(row, bytes)| (row, bytes.to_vec())).collect();
        Ok(RowPage { rows, more_after: more.then_some(last) })
    }

    /// Waiting inputs behind id `after` (`None`: from the first), about `max_bytes` of them.
    ///
    /// # Errors
    /// As [`Store::read_events`], without the rule of gaps.
    pub fn read_waiting(&self, after: Option<u64>, max_bytes: usize) -> Result<RowPage, ReadError> {
        let reading = self.sqlite("reading waiting inputs");
        let select = "SELECT id,checksum,bytes FROM waiting WHERE id>?1 ORDER BY id";
        let mut statement = self.conn.prepare_cached(select).map_err(&reading)?;
        let after = after.map_or(-1, |id| i64::try_from(id).unwrap_or(i64::MAX));
        let mut cursor = statement.query([after]).map_err(&reading)?;
        let (mut page, mut held) = (RowPage::default(), 0_usize);
        while let Some(row) = cursor.next().map_err(&reading)? {
            if held >= max_bytes.min(READ_PAGE_MAX_BYTES) && !page.rows.is_empty() {
                page.more_after = page.rows.last().map(|(id, _)| *id);
                break;
            }
            let id: i64 = row.get(0).map_err(&reading)?;
            let id = u64::try_from(id)
                .map_err(|_| self.damaged(format!("waiting input {id}"), "its id is negative"))?;
            let place = || format!("waiting input {id}");
            let bytes = self.checked_value(row, place, &id.to_be_bytes())?;
            held = held.saturating_add(bytes.len());
            page.rows.push((id, bytes));
        }
        Ok(page)
    }

    /// All cursors by name.
    ///
    /// # Errors
    /// As [`Store::read_waiting`].
    pub fn read_cursors(&self) -> Result<NamedBytes, ReadError> {
        self.named("cursor", "SELECT CAST(name AS BLOB),checksum,value FROM cursors ORDER BY name")
    }

    /// All signing guards by head id.
    ///
    /// # Errors
    /// As [`Store::read_waiting`].
    pub fn read_guards(&self) -> Result<NamedBytes, ReadError> {
        self.named("guard", "SELECT head,checksum,bytes FROM guard ORDER BY head")
    }

    fn named(&self, what: &str, select: &str) -> Result<NamedBytes, ReadError> {
        let reading = self.sqlite("reading cursors and guards");
        let mut statement = self.conn.prepare_cached(select).map_err(&reading)?;
        let mut cursor = statement.query([]).map_err(&reading)?;
        let mut found = Vec::new();
        while let Some(row) = cursor.next().map_err(&reading)? {
            let key: Vec<u8> = row.get(0).map_err(&reading)?;
            let place = || format!("{what} \"{}\"", key.escape_ascii());
            let bytes = self.checked_value(row, place, &key)?;
            found.push((key, bytes));
        }
        Ok(found)
    }

    /// Reads columns 1 (checksum) and 2 (bytes).
    fn checked_value(
        &self,
        row: &Row<'_>,
        place: impl Fn() -> String,
        key: &[u8],
    ) -> Result<Vec<u8>, ReadError> {
        let reading = self.sqlite("reading a value");
        let stored: u32 = row.get(1).map_err(&reading)?;
        let bytes: Vec<u8> = row.get(2).map_err(&reading)?;
        let computed = value_checksum(key, &bytes);
        if computed != stored {
            return Err(self.damaged(place(), Damage::Checksum { stored, computed }));
        }
        Ok(bytes)
    }

    /// The newest checkpoint at or before an event (`None`: the newest of all), if there is one.
    ///
    /// # Errors
    /// As [`Store::read_waiting`].
    pub fn read_checkpoint(
        &self,
        at_or_before: Option<u64>,
    ) -> Result<Option<Checkpoint>, ReadError> {
        let reading = self.sqlite("reading a checkpoint");
        let select = "SELECT event_id,checksum,bytes,format FROM checkpoints WHERE event_id<=?1
             ORDER BY event_id DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(select).map_err(&reading)?;
        let bound = at_or_before.and_then(|id| i64::try_from(id).ok()).unwrap_or(i64::MAX);
        let mut cursor = statement.query([bound]).map_err(&reading)?;
        let Some(row) = cursor.next().map_err(&reading)? else { return Ok(None) };
        let id: i64 = row.get(0).map_err(&reading)?;
        let place = || format!("the checkpoint at event {id}");
        let event_id =
            u64::try_from(id).map_err(|_| self.damaged(place(), "its id is negative"))?;
        if self.last_event_id().is_none_or(|last| event_id > last) {
            return Err(self.damaged(place(), "the events before it are missing"));
        }
        let format: u32 = row.get(3).map_err(&reading)?;
        let bytes = self.checked_value(row, place, &checkpoint_key(event_id, format))?;
        Ok(Some(Checkpoint { event_id, format, bytes }))
    }

    /// Event id of the newest checkpoint, without reading it.
    ///
    /// # Errors
    /// [`ReadError::Io`] or [`ReadError::Damaged`] when the table cannot be read.
    pub fn newest_checkpoint_id(&self) -> Result<Option<u64>, ReadError> {
        let select = "SELECT max(event_id) FROM checkpoints";
        let id: Option<i64> = self
            .conn
            .query_row(select, [], |row| row.get(0))
            .map_err(self.sqlite("reading checkpoints"))?;
        Ok(id.and_then(|id| u64::try_from(id).ok()))
    }

    /// Checks the newest `rows` packed rows and finds where the journal ends.
    pub(super) fn check_tail(&self, rows: u32) -> Result<(Tail, TailReport), ReadError> {
        let mut report = TailReport::default();
        let last_event = self.tail_of("event", EVENTS_TAIL, rows, Some(&mut report))?;
        let last_outbox = self.tail_of("outbox row", OUTBOX_TAIL, rows, None)?;
        let done = schema::meta(&self.conn, schema::META_OUTBOX_DONE)
            .map_err(self.sqlite("the table meta"))?;
        let done = u64::try_from(done)
            .map_err(|_| self.damaged("the delivered mark of the outbox".into(), done))?;
        let last_outbox = last_outbox.unwrap_or(0).max(done);
        let next_event = last_event.map_or(0, |last| last.saturating_add(1));
        let first: Option<i64> = self
            .conn
            .query_row("SELECT min(first_id) FROM segments", [], |row| row.get(0))
            .map_err(self.sqlite("reading"))?;
        if first.is_some_and(|first| first != 0) {
            return Err(self.damaged("the sequence at event 0".into(), "the event is missing"));
        }
        let next_outbox = last_outbox.saturating_add(1);
        Ok((Tail { next_event, next_outbox, outbox_done: done }, report))
    }

    fn tail_of(
        &self,
        what: &'static str,
        select: &str,
        rows: u32,
        mut report: Option<&mut TailReport>,
    ) -> Result<Option<u64>, ReadError> {
        let reading = self.sqlite("reading the tail");
        let mut statement = self.conn.prepare(select).map_err(&reading)?;
        let mut cursor = statement.query([rows]).map_err(&reading)?;
        let (mut last, mut later): (Option<u64>, Option<u64>) = (None, None);
        while let Some(row) = cursor.next().map_err(&reading)? {
            let read = self.unpacked(what, row)?;
            if later.is_some_and(|later| read.last.checked_add(1) != Some(later)) {
                let seen = format!("{what} {} follows {}", later.unwrap_or(0), read.last);
                return Err(self.damaged(format!("the sequence behind {what} {}", read.last), seen));
            }
            later = Some(read.first);
            last = last.or(Some(read.last));
            if let Some(report) = report.as_deref_mut() {
                report.rows += 1;
                report.events += read.items.len() as u64;
            }
        }
        Ok(last)
    }

    pub(super) fn check_pages(&self) -> Result<(), ReadError> {
        let verdict: String = self
            .conn
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(self.sqlite("checking the pages"))?;
        if verdict == "ok" {
            Ok(())
        } else {
            Err(self.damaged("the database file".into(), verdict))
        }
    }

    pub(super) fn check_values(&self) -> Result<u64, ReadError> {
        let mut found = (self.read_cursors()?.len() + self.read_guards()?.len()) as u64;
        let mut after = None;
        loop {
            let page = self.read_waiting(after, READ_PAGE_MAX_BYTES)?;
            found += page.rows.len() as u64;
            after = page.more_after;
            if after.is_none() {
                break;
            }
        }
        let mut bound = None;
        while let Some(checkpoint) = self.read_checkpoint(bound)? {
            found += 1;
            match checkpoint.event_id.checked_sub(1) {
                Some(earlier) => bound = Some(earlier),
                None => break,
            }
        }
        Ok(found)
    }
}
