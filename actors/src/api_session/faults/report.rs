//! `GET /faults`: what can be injected, what is armed, and what came of it. Made from the tables that the faults
//! themselves come from, so that a new actor and a new place are in it.

use serde_json::{Map, Value, json};

use super::params::NUMBERS;
use super::{JOURNAL, Shared};
use crate::failpoint::{self, Action, Arming, Due, JOURNAL_DISK, Point, Status};
use crate::faults::{self, ActorFault};
use crate::supervision::{Role, TREE};

/// Everything.
pub(super) fn all(shared: &Shared) -> Value {
    let numbers: Map<String, Value> = NUMBERS
        .iter()
        .map(|(name, most)| ((*name).to_owned(), json!({ "least": 1, "most": most })))
        .collect();
    let mut journal = state(JOURNAL_DISK);
    journal.insert("actions".to_owned(), json!(JOURNAL.map(|(word, _)| word)));
    json!({
        "parameters": numbers,
        "actors": TREE.iter().map(|(role, _)| actor(*role, shared)).collect::<Vec<_>>(),
        "journal": journal,
        "failpoints": failpoint::ALL.into_iter().map(point).collect::<Vec<_>>(),
    })
}

/// One role.
pub(super) fn actor(role: Role, shared: &Shared) -> Value {
    let done = faults::done(role);
    let counts: Map<String, Value> = ActorFault::WORDS
        .iter()
        .zip(done.counts)
        .map(|(word, count)| ((*word).to_owned(), json!(count)))
        .collect();
    let mut row = json!({
        "role": role.name(),
        "actions": ActorFault::WORDS,
        "done": counts,
        "stalling": done.stalling,
    });
    if role == Role::ApiSession {
        let sessions = shared.sessions.listed().into_iter().map(
            |(id, open)| json!({ "session": id.0, "peer": open.peer.map(|peer| peer.to_string()) }),
        );
        row["sessions"] = sessions.collect();
    }
    row
}

/// One failpoint.
pub(super) fn point(point: Point) -> Value {
    let mut row = state(point);
    row.insert("name".to_owned(), json!(point.name()));
    let words: Vec<&str> = point.words().iter().map(|word| word.text()).collect();
    row.insert("actions".to_owned(), json!(words));
    Value::Object(row)
}

fn state(point: Point) -> Map<String, Value> {
    let status = failpoint::status(point);
    let Status { passed, acted, stalling, .. } = status;
    let armed = status.armed.map(|arming| armed(arming, status));
    let row = [
        ("armed", json!(armed)),
        ("passed", json!(passed)),
        ("acted", json!(acted)),
        ("stalling", json!(stalling)),
    ];
    row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What is armed, in the words and parameters that arm it.
fn armed(arming: Arming, status: Status) -> Value {
    let mut row = json!({ "action": arming.action.word().text() });
    if let Action::Stall(Some(time)) = arming.action {
        row["ms"] = json!(time.as_millis());
    }
    match arming.due {
        _ if arming.action == Action::Switch => {}
        Due::At(at) => row["count"] = json!(at),
        Due::Every(every) => row["every"] = json!(every),
    }
    if let Some(times) = arming.times {
        row["times"] = json!(times);
    }
    if let Some(left) = status.left {
        row["for-ms"] = json!(left.as_millis());
    }
    row
}
