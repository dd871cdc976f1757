//! Paged reads of the journal for sessions that replay and for a rebuilt broadcaster. The pages are served
//! by the journal's thread between commits; the source changes with each rebuild.

use std::sync::{Arc, PoisonError, RwLock};

use pallas_codec::minicbor;
use rydra_core::event::StateEvent;
use rydra_core::state::NodeState;
use rydra_core::unit::{EventId, NetworkPosition, OutboxRow};
use rydra_core::wire;
use tokio::sync::oneshot;

use crate::api_session::history::{HistoryError, HistorySource, Reading};
use crate::persistence::entry::{CHECKPOINT_FORMAT, CURSOR_NETWORK, decode_position};
use crate::persistence::messages::Append;
use crate::persistence::{JournalHandle, READ_PAGE_MAX_BYTES, ReadError, RefusedReason};

/// The current journal, for readers. Cloning shares it.
#[derive(Clone, Default)]
pub struct JournalHistory(Arc<RwLock<Option<JournalHandle<Append>>>>);

impl JournalHistory {
    /// Names the current journal.
    pub fn install(&self, journal: JournalHandle<Append>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(journal);
    }

    fn journal(&self) -> Result<JournalHandle<Append>, HistoryError> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| HistoryError("the journal is being opened: try again".to_owned()))
    }

    /// Durable cursor and the rows after it.
    pub async fn outbox(
        &self,
    ) -> Result<(NetworkPosition, Vec<(OutboxRow, wire::Message)>), HistoryError> {
        let journal = self.journal()?;
        let cursors = ask(|reply| journal.read_cursors(reply)).await?;
        let position = match cursors.iter().find(|(name, _)| name == CURSOR_NETWORK.as_bytes()) {
            Some((_, bytes)) => decode_position(bytes).map_err(|e| HistoryError(e.to_string()))?,
            None => NetworkPosition(0),
        };
        let mut rows = Vec::new();
        let mut after = position.0;
        loop {
            let page = ask(|reply| journal.read_outbox(after, READ_PAGE_MAX_BYTES, reply)).await?;
            for (row, bytes) in &page.rows {
                let message =
                    wire::Message::from_cbor(bytes).map_err(|e| HistoryError(e.to_string()))?;
                rows.push((OutboxRow(*row), message));
            }
            match page.more_after {
                Some(next) => after = next,
                None => return Ok((position, rows)),
            }
        }
    }
}

/// Asks the journal's thread and waits for its answer.
async fn ask<T: Send + 'static>(
    request: impl FnOnce(Box<dyn FnOnce(Result<T, ReadError>) + Send>) -> Result<(), RefusedReason>,
) -> Result<T, HistoryError> {
    let (reply, answer) = oneshot::channel();
    request(Box::new(move |read| {
        // A reader that went away needs no answer.
        let _ = reply.send(read);
    }))
    .map_err(|why| HistoryError(why.to_string()))?;
    answer
        .await
        .map_err(|_| HistoryError("the journal was closed while reading: try again".to_owned()))?
        .map_err(|why| HistoryError(why.to_string()))
}

impl HistorySource for JournalHistory {
    fn read_events(&self, from: EventId, max_bytes: usize) -> Reading<Vec<StateEvent>> {
        let journal = self.journal();
        Box::pin(async move {
            let journal = journal?;
            let page = ask(|reply| journal.read_events(from.0, max_bytes, reply)).await?;
            page.iter()
                .map(|(id, bytes)| {
                    minicbor::decode(bytes)
                        .map_err(|e| HistoryError(format!("event {id} cannot be decoded: {e}")))
                })
                .collect()
        })
    }

    fn checkpoint_before(&self, id: EventId) -> Reading<Option<(EventId, NodeState)>> {
        let journal = self.journal();
        Box::pin(async move {
            let Some(bound) = id.0.checked_sub(1) else { return Ok(None) };
            let journal = journal?;
            let found = ask(|reply| journal.read_checkpoint(Some(bound), reply)).await?;
            match found {
                Some(found) if found.format == CHECKPOINT_FORMAT => {
                    let state = minicbor::decode(&found.bytes).map_err(|e| {
                        HistoryError(format!("a checkpoint cannot be decoded: {e}"))
                    })?;
                    Ok(Some((EventId(found.event_id), state)))
                }
                Some(_) | None => Ok(None),
            }
        })
    }
}
