//! Everything that a node says, written down as it comes.

use std::time::Duration;

use rydra_test_support::client::Client;
use rydra_test_support::node::NodeProcess;
use rydra_test_support::poll::poll_until;
use rydra_test_support::{now, since};
use serde_json::{Value, json};

/// Longest wait for anything that is expected.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Messages of one vocabulary.
pub struct Recording {
    vocabulary: &'static str,
    /// One object a message, as `tests/clients/npm/schema.js` reads it.
    pub lines: Vec<Value>,
}

impl Recording {
    /// Nothing yet.
    pub fn of(vocabulary: &'static str) -> Self {
        Self { vocabulary, lines: Vec::new() }
    }

    /// The same for the node: its argument.
    pub const fn vocabulary(&self) -> &'static str {
        self.vocabulary
    }

    /// Writes down a WebSocket message.
    pub fn message(&mut self, body: &Value) {
        self.lines.push(json!({"vocabulary": self.vocabulary, "from": "websocket", "body": body}));
    }

    /// Writes down the body of an answer to `METHOD PATH`.
    pub fn answer(&mut self, from: &str, status: u16, body: &Value) {
        self.lines.push(
            json!({"vocabulary": self.vocabulary, "from": from, "status": status, "body": body}),
        );
    }

    /// Asks the node and writes down what it answers.
    pub fn ask(
        &mut self,
        node: &NodeProcess,
        request: &str,
        body: Option<&Value>,
        status: u16,
    ) -> Value {
        let (method, path) = request.split_once(' ').unwrap();
        let text = body.map(Value::to_string);
        let response = node.request(method, path, text.as_ref().map(String::as_bytes)).unwrap();
        assert_eq!(response.status, status, "{request}: {}", response.text());
        let answer = serde_json::from_slice(&response.body).unwrap();
        self.answer(request, status, &answer);
        answer
    }
}

/// A connection of which every message is written down.
pub struct Ear {
    client: Client,
}

impl Ear {
    /// Connects as soon as the node lets clients in.
    pub fn connect(node: &NodeProcess, query: &str) -> Self {
        let client = poll_until(PATIENCE, || {
            Client::connect(node.address(), query).map_err(|e| e.to_string())
        });
        Self { client: client.unwrap_or_else(|e| panic!("{e}\n{}", node.tail())) }
    }

    /// Sends an input.
    pub fn say(&mut self, input: &Value) {
        self.client.send(input).unwrap();
    }

    /// Sends any text.
    pub fn say_text(&mut self, text: &str) {
        self.client.send_text(text.to_owned()).unwrap();
    }

    /// Hears until a message is the wanted one.
    pub fn until(&mut self, to: &mut Recording, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let start = now();
        loop {
            let left = PATIENCE.saturating_sub(since(start));
            let message = self.client.next_json(left).unwrap_or_else(|e| {
                panic!("waiting for {what}: {e}; heard last: {:?}", to.lines.last())
            });
            to.message(&message);
            if is(&message) {
                return message;
            }
        }
    }

    /// The same for a message of one of these tags.
    pub fn until_tag(&mut self, to: &mut Recording, tags: &[&str]) -> Value {
        self.until(to, &tags.join(" or "), |m| m["tag"].as_str().is_some_and(|t| tags.contains(&t)))
    }
}
