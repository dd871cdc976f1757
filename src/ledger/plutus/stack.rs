//! Enough stack for the recursion inside the evaluator.
//!
//! Equality, size and serialisation of Plutus data are recursive in the evaluator, and scripts build data as
//! deep as their budget allows. Running off the end of the stack ends the process, and no code can catch it.
//! So the deepest nesting that a budget pays for decides where a script runs: on the caller's stack, or on a
//! scoped thread of its own that ends before the call returns. The result is the same; nothing is shared.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, scope};

use super::instance::stack_address;

/// What a caller's stack must have left: a quarter of the 2 MiB that threads have by default.
pub(super) const CALLER_BYTES: usize = 512 * 1024;
/// Largest stack of a thread. Address space, not memory, until it is used.
const THREAD_BYTES_MAX: usize = 1 << 30;
/// For everything but the recursion.
const RESERVE_BYTES: usize = 256 * 1024;
/// What one level of nested data, or of nested terms, may take in any of the recursive functions, debug
/// builds included.
pub(super) const LEVEL_BYTES: usize = 512;

/// Runs `work` with a stack for so many levels; `work` gets the address that its stack must not pass.
///
/// None when the work panicked, or when the system gives no thread.
pub(super) fn with_levels<T: Send>(levels: u64, work: impl FnOnce(usize) -> T + Send) -> Option<T> {
    let levels = usize::try_from(levels).unwrap_or(usize::MAX);
    let needed = levels.saturating_mul(LEVEL_BYTES);
    if needed <= CALLER_BYTES - RESERVE_BYTES {
        return contained(CALLER_BYTES - RESERVE_BYTES, work);
    }
    let usable = needed.min(THREAD_BYTES_MAX);
    scope(|scope| {
        let builder = Builder::new().name("plutus".to_owned()).stack_size(usable + RESERVE_BYTES);
        let thread = builder.spawn_scoped(scope, || contained(usable, work)).ok()?;
        thread.join().ok().flatten()
    })
}

fn contained<T>(usable: usize, work: impl FnOnce(usize) -> T) -> Option<T> {
    let floor = stack_address().saturating_sub(usable);
    catch_unwind(AssertUnwindSafe(|| work(floor))).ok()
}
