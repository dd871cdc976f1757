//! `POST /transaction`: waits for the first word about the transaction (`api.md` 4.2, 4.7).

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt;
use rydra_core::api::client_input::decode_tx;
use rydra_core::api::http::{Overloaded, SubmitTxResponse};
use rydra_core::api::to_json;
use rydra_core::cardano::tx::Tx;
use rydra_core::input::ClientInput;
use rydra_core::unit::Span;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::messages::{Await, HandIn, TxOutcome};
use super::metrics::ApiMetrics;
use super::routes::{self, internal, json, overloaded, text};
use super::shared::Shared;
use crate::observe::log::lines;

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(30);
/// How long a request waits for credit of the clients' lane before it is refused: the age of a queue at which
/// shedding starts (`robustness.md` R3).
const CREDIT_PATIENCE: Duration = Duration::from_millis(200);

const RESTARTING: Overloaded = Overloaded {
    reason: "restarting",
    detail: "a part of the node is being rebuilt: submit the same transaction again, it is taken once",
};

const STOPPING: Overloaded = Overloaded {
    reason: "stopping",
    detail: "the node stops and has not decided on this transaction yet: submit it again when the node is back, it is \
             taken once",
};
/// Longest wait for a word once the node stops: the running round ends meanwhile.
const STOP_PATIENCE: Duration = Duration::from_millis(500);

/// The route.
pub(crate) async fn transaction(
    request: &HttpRequest,
    payload: web::Payload,
    shared: &Arc<Shared>,
) -> HttpResponse {
    if let Some(refusal) = routes::refuse_unseeded(shared) {
        return refusal;
    }
    if let Some(detail) = shared.readiness.refusal() {
        ApiMetrics::count(&shared.metrics.refused_journal);
        return overloaded(&Overloaded { reason: "journal", detail });
    }
    let Ok(_place) = Arc::clone(&shared.submissions).try_acquire_owned() else {
        ApiMetrics::count(&shared.metrics.refused_submissions);
        return overloaded(&Overloaded {
            reason: "submissions",
            detail: "too many submissions are waiting for their outcome: wait, or use a WebSocket",
        });
    };
    let body = match body(request, payload, shared.options.body_bytes_max).await {
        Ok(body) => body,
        Err(refusal) => {
            if refusal.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ApiMetrics::count(&shared.metrics.too_large);
            }
            return refusal;
        }
    };
    let tx = match decode_tx(&body) {
        Ok(tx) => tx,
        Err(reason) => return text(StatusCode::BAD_REQUEST, &reason),
    };
    drop(body);
    let _ = shared.ledger.check_signatures(&tx); // on this thread; HeadLogic judges
    submit(tx, shared).await
}

async fn submit(tx: Tx, shared: &Arc<Shared>) -> HttpResponse {
    let (Some(hub), Some(desk)) = (shared.hub.borrow().clone(), shared.desk.borrow().clone())
    else {
        return overloaded(&RESTARTING);
    };
    if let Some(snapshot_number) = shared.view.load().state.head.confirmed_in(&tx.id()) {
        return answer(&SubmitTxResponse::SubmitTxConfirmed { snapshot_number });
    }
    let lane = shared.link.lane();
    let Ok(Ok(credit)) = timeout(CREDIT_PATIENCE, lane.acquire_owned()).await else {
        ApiMetrics::count(&shared.metrics.refused_lane);
        return overloaded(&Overloaded {
            reason: "clients-lane",
            detail: "the node has more inputs than it can take now: wait and submit again",
        });
    };
    let (tell, word) = oneshot::channel();
    let id = tx.id();
    // The subscription comes before the input: the word cannot be missed.
    if hub.send(Await { tx_id: id, tell }).await.is_err() {
        return overloaded(&RESTARTING);
    }
    let input = ClientInput::NewTx { transaction: tx };
    if desk.send(HandIn { input, credit }).await.is_err() {
        return overloaded(&RESTARTING);
    }
    ApiMetrics::count(&shared.metrics.inputs);
    lines::api_transaction_submitted(&id);
    let limit = shared.options.transaction_timeout;
    let stops = async {
        shared.sessions.stopped().await;
        tokio::time::sleep(STOP_PATIENCE).await;
    };
    let word = tokio::select! {
        biased;
        word = timeout(patience(limit), word) => word,
        () = stops => return overloaded(&STOPPING),
    };
    let response = match word {
        Ok(Ok(TxOutcome::Valid)) => SubmitTxResponse::submitted(),
        Ok(Ok(TxOutcome::Confirmed(snapshot_number))) => {
            SubmitTxResponse::SubmitTxConfirmed { snapshot_number }
        }
        Ok(Ok(TxOutcome::Invalid(validation_error))) => {
            SubmitTxResponse::SubmitTxInvalid { validation_error }
        }
        Ok(Ok(TxOutcome::Unsynced(drift))) => SubmitTxResponse::unsynced(drift),
        Ok(Err(_)) => return overloaded(&RESTARTING),
        Err(_) => SubmitTxResponse::timed_out(limit),
    };
    answer(&response)
}

fn answer(response: &SubmitTxResponse) -> HttpResponse {
    let status = StatusCode::from_u16(response.status()).unwrap_or(StatusCode::OK);
    to_json(response).map_or_else(|error| internal(&error), |body| json(status, body))
}

/// A span of waiting; below zero counts as none.
fn patience(limit: Span) -> Duration {
    Duration::from_millis(u64::try_from(limit.as_millis()).unwrap_or(0))
}

/// Reads a body up to its cap, within its deadline.
async fn body(
    request: &HttpRequest,
    payload: web::Payload,
    bytes_max: usize,
) -> Result<Vec<u8>, HttpResponse> {
    let too_large = || {
        text(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("body too large; at most {bytes_max} bytes are taken for a transaction"),
        )
    };
    let stated = request.headers().get(actix_web::http::header::CONTENT_LENGTH);
    let stated = stated.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if stated.is_some_and(|length| length > bytes_max) {
        return Err(too_large());
    }
    let mut payload = payload.into_inner();
    let reading = async {
        let mut body = Vec::with_capacity(stated.unwrap_or(0));
        while let Some(piece) = payload.next().await {
            let piece = piece.map_err(|error| {
                text(StatusCode::BAD_REQUEST, &format!("body broke off: {error}; send it again"))
            })?;
            if body.len() + piece.len() > bytes_max {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    };
    let Ok(body) = timeout(BODY_DEADLINE, reading).await else {
        let seconds = BODY_DEADLINE.as_secs();
        let late = format!("body did not arrive within {seconds} s; send it again");
        return Err(text(StatusCode::REQUEST_TIMEOUT, &late));
    };
    body
}
