//! A blocking WebSocket client for tests, and a reader of whole histories.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

use rydra::bench::dataset::SequencedTx;
use rydra::bench::frame;
use serde_json::Value;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{
    Error as WsError, Message, Utf8Bytes, WebSocket, client::client_with_config,
};

use crate::{HarnessError, failed, now, since};

/// Longest wait for the connection and its handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// Largest message accepted, in bytes.
const MESSAGE_MAX_BYTES: usize = 256 * 1024 * 1024;

/// What came next on a connection.
#[derive(Debug)]
pub enum Next {
    /// A message.
    Text(Utf8Bytes),
    /// Nothing within the time given.
    Nothing,
    /// The node closed, with this frame when it said so.
    Closed(Option<CloseFrame>),
}

/// One connection.
#[derive(Debug)]
pub struct Client {
    socket: WebSocket<TcpStream>,
}

impl Client {
    /// Connects; `query` is what follows the `?`, such as `history=yes&snapshot-utxo=no`.
    ///
    /// # Errors
    /// When the node does not take the connection.
    pub fn connect(address: &str, query: &str) -> Result<Self, HarnessError> {
        let refused =
            |e: &dyn std::fmt::Display| failed(format!("cannot connect to {address}: {e}"));
        let stream = TcpStream::connect(address).map_err(|e| refused(&e))?;
        stream.set_nodelay(true).map_err(|e| refused(&e))?;
        stream.set_read_timeout(Some(CONNECT_TIMEOUT)).map_err(|e| refused(&e))?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_MAX_BYTES))
            .max_frame_size(Some(MESSAGE_MAX_BYTES));
        let url = format!("ws://{address}/?{query}");
        let (socket, _) = client_with_config(url, stream, Some(config)).map_err(|e| refused(&e))?;
        Ok(Self { socket })
    }

    /// This end's address, as the node sees it.
    ///
    /// # Errors
    /// When the socket has none any more.
    pub fn local_address(&self) -> Result<String, HarnessError> {
        self.socket.get_ref().local_addr().map(|address| address.to_string()).map_err(failed)
    }

    /// Sends one input.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn send(&mut self, input: &Value) -> Result<(), HarnessError> {
        self.send_text(input.to_string())
    }

    /// Sends any text, also what is no input.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn send_text(&mut self, text: String) -> Result<(), HarnessError> {
        self.socket.send(Message::text(text)).map_err(failed)
    }

    /// Queues a payment for sending with the next [`Client::flush`].
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn queue(&mut self, payment: &SequencedTx) -> Result<(), HarnessError> {
        let text = Utf8Bytes::try_from(frame::new_tx(payment)).map_err(failed)?;
        self.socket.write(Message::Text(text)).map_err(failed)
    }

    /// Sends what was queued.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn flush(&mut self) -> Result<(), HarnessError> {
        self.socket.flush().map_err(failed)
    }

    /// The next message within `timeout`.
    ///
    /// # Errors
    /// When the connection broke without a close.
    pub fn next(&mut self, timeout: Duration) -> Result<Next, HarnessError> {
        // Zero would mean for ever.
        let timeout = timeout.max(Duration::from_millis(1));
        self.socket.get_mut().set_read_timeout(Some(timeout)).map_err(failed)?;
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return Ok(Next::Text(text)),
                Ok(Message::Close(frame)) => return Ok(Next::Closed(frame)),
                Ok(_) => {}
                Err(WsError::ConnectionClosed | WsError::AlreadyClosed) => {
                    return Ok(Next::Closed(None));
                }
                Err(WsError::Io(e))
                    if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return Ok(Next::Nothing);
                }
                Err(e) => return Err(failed(format!("the connection broke: {e}"))),
            }
        }
    }

    /// The next message as JSON.
    ///
    /// # Errors
    /// When there is none in time, the connection ends, or it is no JSON.
    pub fn next_json(&mut self, deadline: Duration) -> Result<Value, HarnessError> {
        match self.next(deadline)? {
            Next::Text(text) => serde_json::from_str(text.as_str()).map_err(failed),
            Next::Nothing => Err(failed(format!("no message within {} ms", deadline.as_millis()))),
            Next::Closed(frame) => Err(failed(format!("the node closed: {frame:?}"))),
        }
    }

    /// Skips messages until one has this tag.
    ///
    /// # Errors
    /// When none comes in time; with the tags seen.
    pub fn until(&mut self, tag: &str, deadline: Duration) -> Result<Value, HarnessError> {
        let start = now();
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_sub(since(start));
            let message = self
                .next_json(left)
                .map_err(|e| failed(format!("waiting for {tag} after {seen:?}: {e}")))?;
            let found = message.get("tag").and_then(Value::as_str).unwrap_or("(none)");
            if found == tag {
                return Ok(message);
            }
            seen.push(found.to_owned());
            if left.is_zero() {
                return Err(failed(format!("no {tag} in time, but {seen:?}")));
            }
        }
    }
}

/// All recorded outputs of a node, through the filters of `query` (without `history`), up to `Greetings`.
///
/// # Errors
/// When the replay does not end in time.
pub fn history(address: &str, query: &str, deadline: Duration) -> Result<Vec<Value>, HarnessError> {
    let mut client = Client::connect(address, &format!("history=yes&{query}"))?;
    let start = now();
    let mut outputs = Vec::new();
    loop {
        let output = client.next_json(deadline.saturating_sub(since(start)))?;
        if output.get("tag").and_then(Value::as_str) == Some("Greetings") {
            return Ok(outputs);
        }
        outputs.push(output);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::net::TcpListener;
    use std::thread;

    use serde_json::json;
    use tokio_tungstenite::tungstenite::accept;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    /// A node that sends these messages to the first client, then echoes one input and closes.
    fn node_saying(messages: Vec<Value>) -> (String, thread::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let node = thread::spawn(move || {
            let mut socket = accept(listener.accept().unwrap().0).unwrap();
            for message in messages {
                socket.send(Message::text(message.to_string())).unwrap();
            }
            if let Ok(input @ Message::Text(_)) = socket.read() {
                socket.send(input).unwrap();
                let _ = socket.close(None);
                let _ = socket.flush();
            }
        });
        (address, node)
    }

    #[test]
    fn a_client_sends_waits_and_sees_the_close() {
        let (address, node) = node_saying(vec![json!({"tag": "Greetings"})]);
        let mut client = Client::connect(&address, "").unwrap();
        client.until("Greetings", SOON).unwrap();
        assert!(matches!(client.next(Duration::from_millis(1)).unwrap(), Next::Nothing));
        client.send(&json!({"tag": "Init"})).unwrap();
        assert_eq!(client.next_json(SOON).unwrap(), json!({"tag": "Init"}));
        assert!(matches!(client.next(SOON).unwrap(), Next::Closed(_)));
        let error = client.until("TxValid", SOON).expect_err("closed").to_string();
        assert!(error.contains("TxValid"), "{error}");
        node.join().unwrap();
    }

    #[test]
    fn a_history_ends_with_the_greetings() {
        let outputs = vec![json!({"tag": "A", "seq": 1}), json!({"tag": "B", "seq": 2})];
        let mut all = outputs.clone();
        all.push(json!({"tag": "Greetings"}));
        let (address, node) = node_saying(all);
        assert_eq!(history(&address, "snapshot-utxo=no", SOON).unwrap(), outputs);
        node.join().unwrap();
    }
}
