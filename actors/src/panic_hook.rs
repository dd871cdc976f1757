//! The process's panic hook: silent about panics that the ledger catches and tells as a refusal's reason.

use rydra_core::ledger::panics_are_contained;

/// Puts the hook in front of the one that stands. Every other panic is told as before.
pub fn install() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panics_are_contained() {
            usual(panic);
        }
    }));
}
