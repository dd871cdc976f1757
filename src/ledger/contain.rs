//! Panics of others' code on hostile input: caught where it is called, and known to be while it runs.
//!
//! A panic hook runs before anything is caught, and the process's own prints every panic. The core sets no hook, as it
//! does no IO; it only tells the hook of the process ([`panics_are_contained`]) that this panic becomes a reason.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// Catchers around what this thread runs. No verdict depends on it.
    static CATCHERS: Cell<u32> = const { Cell::new(0) };
}

/// Runs work and catches its panic. What the work leaves half done must not be looked at after a panic.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    let _catcher = Catcher::new();
    catch_unwind(AssertUnwindSafe(work))
}

/// Whether a panic of this thread, now, is caught by the ledger and told as the reason of a refusal. For the panic
/// hook of a process, which need not print those.
#[must_use]
pub fn panics_are_contained() -> bool {
    // Nothing is contained while a thread ends and its locals are gone.
    CATCHERS.try_with(Cell::get).is_ok_and(|catchers| catchers > 0)
}

/// Counts itself from its making to its end.
struct Catcher;

impl Catcher {
    fn new() -> Self {
        CATCHERS.with(|catchers| catchers.set(catchers.get().saturating_add(1)));
        Self
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        CATCHERS.with(|catchers| catchers.set(catchers.get().saturating_sub(1)));
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn panics_are_contained_inside_and_nowhere_else() {
        assert!(!panics_are_contained());
        let seen = contained(|| (panics_are_contained(), contained(panics_are_contained).ok()));
        assert_eq!(seen.ok(), Some((true, Some(true))));
        assert!(!panics_are_contained());
    }

    #[test]
    fn a_panic_is_caught_with_its_text_and_ends_the_containment() {
        let outer = contained(|| {
            let inner: Result<(), _> = contained(|| panic!("gave up"));
            let text = inner.err().and_then(|text| text.downcast_ref::<&str>().copied());
            (text, panics_are_contained())
        });
        assert_eq!(outer.ok(), Some((Some("gave up"), true)), "the outer catcher still stands");
        assert!(!panics_are_contained());
    }
}
