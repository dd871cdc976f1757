//! Client messages: answers that no event carries (`api.md` 2.7).

use serde::Serialize;

use super::Vocabulary;
use super::client_input::InputJson;
use super::head_state::HeadStateJson;
use crate::effect::ClientMessage;
use crate::unit::Span;

#[derive(Serialize)]
#[serde(tag = "tag", rename_all_fields = "camelCase")]
enum Wire<'a> {
    CommandFailed { client_input: InputJson<'a>, state: HeadStateJson<'a> },
    RejectedInputBecauseUnsynced { client_input: InputJson<'a>, drift: Span },
}

/// Renders a client message; the input is echoed in the connection's vocabulary.
///
/// # Errors
/// Never, in fact; see [`super::to_json`].
pub fn render(
    message: &ClientMessage,
    vocabulary: Vocabulary,
) -> Result<Vec<u8>, serde_json::Error> {
    super::to_json(&match message {
        ClientMessage::CommandFailed { client_input, state } => Wire::CommandFailed {
            client_input: InputJson { input: client_input, vocabulary },
            state: HeadStateJson(state),
        },
        ClientMessage::RejectedInputBecauseUnsynced { client_input, drift } => {
            Wire::RejectedInputBecauseUnsynced {
                client_input: InputJson { input: client_input, vocabulary },
                drift: *drift,
            }
        }
    })
}
