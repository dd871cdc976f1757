//! What the journal holds: events, checkpoints, waiting inputs, guards. Whatever decodes encodes again, and an
//! event folds into any state without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pallas_codec::minicbor;
use rydra_core::apply::apply;
use rydra_core::event::StateEvent;
use rydra_core::output::project;
use rydra_core::snapshot::guard::Guard;
use rydra_core::state::NodeState;
use rydra_core::waiting::Parked;

fuzz_target!(|bytes: &[u8]| {
    let mut state = minicbor::decode::<NodeState>(bytes).unwrap_or_default();
    if let Ok(event) = minicbor::decode::<StateEvent>(bytes) {
        let encoded = minicbor::to_vec(&event).expect("our own encoding is total");
        assert_eq!(minicbor::decode::<StateEvent>(&encoded).ok().as_ref(), Some(&event));
        let _ = project(&state, &event);
        apply(&mut state, &event);
    }
    let _ = minicbor::decode::<Parked>(bytes);
    let _ = minicbor::decode::<Guard>(bytes);
});
