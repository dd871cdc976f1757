//! From a `tracing` event to one line.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::ring::Ring;
use crate::observe::clock;

/// Field of an event that carries the contract's `message` object as JSON text.
pub(super) const MESSAGE_FIELD: &str = "contract_message";

/// Longest line below level `trace`; a longer one is replaced by a note of its size (`robustness.md` R13).
const LINE_BYTES_MAX: usize = 4 * 1024;

/// Renders lines for one node.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// JSON string of the namespace.
    namespace: Arc<str>,
    human: bool,
}

impl Form {
    pub(super) fn new(node_id: &str, human: bool) -> Self {
        let namespace = json!(format!("HydraNode-\"{node_id}\"")).to_string();
        Self { namespace: namespace.into(), human }
    }

    /// One line from the `message` object in JSON text.
    fn line(&self, level: Level, target: &str, message: &str) -> String {
        let time = timestamp();
        if self.human {
            return format!("{time} {level:>5} {target} {message}");
        }
        let thread = thread_number();
        format!(
            "{{\"timestamp\":\"{time}\",\"threadId\":{thread},\"namespace\":{},\"message\":{message}}}",
            self.namespace
        )
    }

    /// The line that tells of dropped ones.
    pub(super) fn dropped(&self, lines: u64) -> String {
        if self.human {
            let text =
                format!("{lines} log lines dropped: the reader of standard output is too slow");
            return self.line(Level::WARN, "rydra::log", &text);
        }
        let message = json!({ "tag": "LogLinesDropped", "lines": lines });
        self.line(Level::WARN, "rydra::log", &message.to_string())
    }
}

/// Microseconds, as the reference writes them; always six digits so that lines sort and align.
fn timestamp() -> String {
    let text = clock::now().to_string();
    let (whole, fraction) =
        text.trim_end_matches('Z').split_once('.').unwrap_or((text.trim_end_matches('Z'), ""));
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    format!("{whole}.{micros}Z")
}

/// A small number per thread: the reference shows its runtime's, ours counts from 1.
fn thread_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.try_with(|number| *number).unwrap_or(0)
}

/// A `tracing` layer that writes the contract's envelope into a ring.
#[derive(Debug)]
pub struct EnvelopeLayer {
    form: Form,
    ring: Ring,
}

impl EnvelopeLayer {
    pub(super) const fn new(form: Form, ring: Ring) -> Self {
        Self { form, ring }
    }
}

impl<S: Subscriber> Layer<S> for EnvelopeLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let meta = event.metadata();
        let message = fields.message(meta.target(), *meta.level(), self.form.human);
        let message = if message.len() > LINE_BYTES_MAX && *meta.level() != Level::TRACE {
            shortened(&message, self.form.human)
        } else {
            message
        };
        self.ring.push(self.form.line(*meta.level(), meta.target(), &message));
    }
}

/// Keeps the tag of an overlong message: it is what operators search for.
fn shortened(message: &str, human: bool) -> String {
    if human {
        return format!("{}… ({} bytes)", rydra_core::unit::excerpt(message), message.len());
    }
    let tag = serde_json::from_str::<Value>(message)
        .ok()
        .and_then(|value| value.get("tag").cloned())
        .unwrap_or(Value::Null);
    json!({ "tag": tag, "omittedBytes": message.len() }).to_string()
}

#[derive(Default)]
struct Fields {
    contract: Option<String>,
    text: String,
    rest: Map<String, Value>,
}

impl Fields {
    fn message(self, target: &str, level: Level, human: bool) -> String {
        match (self.contract, human) {
            (Some(contract), false) => contract,
            (Some(contract), true) => for_people(&contract),
            (None, true) => {
                let mut line = plain(&self.text);
                for (name, value) in &self.rest {
                    let _ = write!(line, " {name}={value}");
                }
                line
            }
            (None, false) => {
                let mut message = Map::new();
                message.insert("tag".to_owned(), json!("Message"));
                message.insert("level".to_owned(), json!(level.as_str().to_lowercase()));
                message.insert("target".to_owned(), json!(target));
                message.insert("text".to_owned(), json!(self.text));
                if !self.rest.is_empty() {
                    message.insert("fields".to_owned(), Value::Object(self.rest));
                }
                Value::Object(message).to_string()
            }
        }
    }

    fn put(&mut self, field: &Field, value: Value) {
        self.rest.insert(field.name().to_owned(), value);
    }
}

/// `Node BeginInput {"inputId":1,..}` instead of nested objects.
fn for_people(contract: &str) -> String {
    let Ok(Value::Object(mut message)) = serde_json::from_str(contract) else {
        return plain(contract);
    };
    let mut line = String::new();
    let outer = take_tag(&mut message);
    let inner = message.into_iter().next().map_or(Value::Null, |(_, payload)| payload);
    line.push_str(&outer);
    if let Value::Object(mut payload) = inner {
        let tag = take_tag(&mut payload);
        if !tag.is_empty() {
            let _ = write!(line, " {tag}");
        }
        for (name, value) in payload {
            let _ = write!(line, " {name}={value}");
        }
    } else if !inner.is_null() {
        let _ = write!(line, " {inner}");
    }
    line
}

fn take_tag(object: &mut Map<String, Value>) -> String {
    object.remove("tag").and_then(|tag| tag.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Outside text on a terminal: no control characters, or a client could paint over the screen.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            MESSAGE_FIELD => self.contract = Some(value.to_owned()),
            "message" => value.clone_into(&mut self.text),
            _ => self.put(field, json!(value)),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.text = text;
        } else {
            self.put(field, Value::String(text));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, json!(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, json!(value));
    }
}
