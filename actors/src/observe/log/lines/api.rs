//! Lines with tag `APIServer`.

use rydra_core::api::{ShowUtxo, Vocabulary, server_output};
use rydra_core::output::TimedOutput;
use rydra_core::unit::TxId;
use serde_json::{Value, json};
use tracing::Level;

use super::{Describe, target};

fn whole(output: &TimedOutput) -> Value {
    let json = server_output::render(output, Vocabulary::Deposit, ShowUtxo::Yes);
    json.and_then(|json| serde_json::from_slice(&json)).unwrap_or(Value::Null)
}

/// `APIServerStarted`.
pub fn api_server_started(port: u16) {
    emit!(
        Level::INFO,
        target::API,
        "APIServer",
        "api",
        json!({
            "tag": "APIServerStarted", "listeningPort": port,
        })
    );
}

/// `NewAPIConnection`.
pub fn new_api_connection() {
    emit!(Level::INFO, target::API, "APIServer", "api", json!({ "tag": "NewAPIConnection" }));
}

/// `APIOutputSent`, once for all who get it.
pub fn api_output_sent(output: &TimedOutput) {
    emit!(
        Level::TRACE,
        target::API,
        "APIServer",
        "api",
        json!({
            "tag": "APIOutputSent", "sentOutput": whole(output),
        })
    );
}

/// `APIInputReceived`.
pub fn api_input_received(input: impl Describe) {
    emit!(
        Level::DEBUG,
        target::API,
        "APIServer",
        "api",
        json!({
            "tag": "APIInputReceived", "receivedInput": shown!(target::API, input),
        })
    );
}

/// `APIInvalidInput`; the input is outside text of any length, its beginning is kept.
pub fn api_invalid_input(reason: &str, input: &str) {
    emit!(
        Level::DEBUG,
        target::API,
        "APIServer",
        "api",
        json!({
            "tag": "APIInvalidInput", "reason": reason, "inputReceived": rydra_core::unit::excerpt(input),
        })
    );
}

/// `APIConnectionError`.
pub fn api_connection_error(reason: &str) {
    emit!(
        Level::DEBUG,
        target::API,
        "APIServer",
        "api",
        json!({
            "tag": "APIConnectionError", "reason": reason,
        })
    );
}

/// `APIHTTPRequestReceived`.
pub fn api_http_request_received(method: &str, path: &str) {
    emit!(
        Level::DEBUG,
        target::API,
        "APIServer",
        "api",
        json!({
            "tag": "APIHTTPRequestReceived", "method": method, "path": rydra_core::unit::excerpt(path),
        })
    );
}

/// `APITransactionSubmitted`, by its id.
pub fn api_transaction_submitted(tx_id: &TxId) {
    emit!(
        Level::DEBUG,
        target::API,
        "APIServer",
        "api",
        json!({
            "tag": "APITransactionSubmitted", "submittedTxId": tx_id,
        })
    );
}

/// `APIReturnedError`.
pub fn api_returned_error(reason: &str) {
    emit!(
        Level::DEBUG,
        target::API,
        "APIServer",
        "api",
        json!({
            "tag": "APIReturnedError", "reason": reason,
        })
    );
}
