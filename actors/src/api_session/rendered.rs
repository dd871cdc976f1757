//! Frames of one output in all the forms that somebody wants, each encoded once.

use bytes::Bytes;
use rydra_core::api::greetings::View as Wanted;
use rydra_core::api::{ShowUtxo, Vocabulary, client_message, server_output};
use rydra_core::effect::ClientMessage;
use rydra_core::input::ClientInput;
use rydra_core::output::{ServerOutput, TimedOutput};

use super::frame;
use super::metrics::ApiMetrics;
use crate::observe::log::lines;

/// Forms: vocabulary times snapshot sets.
pub(crate) const FORMS: usize = 4;

/// Index of a form.
pub(crate) const fn form_of(wanted: Wanted) -> usize {
    let vocabulary = match wanted.vocabulary {
        Vocabulary::Deposit => 0,
        Vocabulary::Legacy => 2,
    };
    let show = match wanted.show {
        ShowUtxo::Yes => 0,
        ShowUtxo::No => 1,
    };
    vocabulary + show
}

const fn wanted_of(form: usize) -> Wanted {
    Wanted {
        vocabulary: if form & 2 == 0 { Vocabulary::Deposit } else { Vocabulary::Legacy },
        show: if form & 1 == 0 { ShowUtxo::Yes } else { ShowUtxo::No },
    }
}

/// One message in its forms; forms that do not differ share their bytes.
#[derive(Debug, Default)]
pub(crate) struct Rendered([Option<Bytes>; FORMS]);

impl Rendered {
    /// An output, in the forms that have subscribers.
    ///
    /// # Errors
    /// Never, in fact: our outputs are JSON.
    pub fn output(
        output: &TimedOutput,
        subscribers: &[usize; FORMS],
        metrics: &ApiMetrics,
    ) -> Result<Self, serde_json::Error> {
        let mask = mask_of(&output.output);
        lines::api_output_sent(output);
        Self::render(subscribers, mask, metrics, |wanted| {
            server_output::render(output, wanted.vocabulary, wanted.show)
        })
    }

    /// A client message, likewise.
    ///
    /// # Errors
    /// Never, in fact.
    pub fn message(
        message: &ClientMessage,
        subscribers: &[usize; FORMS],
        metrics: &ApiMetrics,
    ) -> Result<Self, serde_json::Error> {
        let (ClientMessage::CommandFailed { client_input, .. }
        | ClientMessage::RejectedInputBecauseUnsynced { client_input, .. }) = message;
        let mask = if matches!(client_input, ClientInput::RecoverDeposit { .. }) { 2 } else { 0 };
        Self::render(subscribers, mask, metrics, |wanted| {
            client_message::render(message, wanted.vocabulary)
        })
    }

    fn render(
        subscribers: &[usize; FORMS],
        mask: usize,
        metrics: &ApiMetrics,
        json: impl Fn(Wanted) -> Result<Vec<u8>, serde_json::Error>,
    ) -> Result<Self, serde_json::Error> {
        let mut frames: [Option<Bytes>; FORMS] = Default::default();
        for (form, count) in subscribers.iter().enumerate() {
            if *count == 0 {
                continue;
            }
            let same = form & mask;
            let bytes = match frames.get(same).and_then(Clone::clone) {
                Some(shared) => shared,
                None => {
                    ApiMetrics::count(&metrics.frames_encoded);
                    frame::text(&json(wanted_of(same))?)
                }
            };
            for slot in [same, form] {
                if let Some(slot) = frames.get_mut(slot) {
                    *slot = Some(bytes.clone());
                }
            }
        }
        Ok(Self(frames))
    }

    /// The frame of a form.
    pub fn of(&self, form: usize) -> Option<&Bytes> {
        self.0.get(form).and_then(Option::as_ref)
    }
}

/// Which bits of a form change an output.
const fn mask_of(output: &ServerOutput) -> usize {
    let vocabulary = if server_output::depends_on_vocabulary(output) { 2 } else { 0 };
    let show = if server_output::depends_on_utxo(output) { 1 } else { 0 };
    vocabulary + show
}
