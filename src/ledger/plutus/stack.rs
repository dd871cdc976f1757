//! Enough stack for the recursion inside the evaluator.
//!
//! Equality, size and serialisation of Plutus data are recursive in the evaluator, and scripts build data as
//! deep as their budget allows. Running off the end of the stack ends the process, and no code can catch it.
//! So the deepest nesting that a budget pays for decides where a script runs: on the caller's stack, or on a
//! scoped thread of its own that ends before the call returns. The result is the same; nothing is shared.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, scope};

use super::instance::stack_address;

/// What a caller's stack must have left: half of the 2 MiB that threads have by default.
const CALLER_BYTES: usize = 1024 * 1024;
/// Largest stack of a thread. Address space, not memory, until it is used.
const THREAD_BYTES_MAX: usize = 1 << 30;
/// For everything but the recursion.
const RESERVE_BYTES: usize = 256 * 1024;
/// What one level of nested data, or of nested terms, may take in any of the recursive functions, debug
/// builds included.
const LEVEL_BYTES: usize = 512;

/// Runs `work` with a stack for so many levels of data or closures, and for terms nested `depth` deep between
/// two of them; `work` gets the address that it must not pass at a level.
///
/// None when the work panicked, or when the system gives no thread.
pub(super) fn with_levels<T: Send>(
    levels: u64,
    depth: usize,
    work: impl FnOnce(usize) -> T + Send,
) -> Option<T> {
    let levels = usize::try_from(levels).unwrap_or(usize::MAX);
    let usable = levels.saturating_mul(LEVEL_BYTES).min(THREAD_BYTES_MAX);
    let reserve = depth.saturating_mul(LEVEL_BYTES).min(THREAD_BYTES_MAX) + RESERVE_BYTES;
    if usable + reserve <= CALLER_BYTES {
        return contained(CALLER_BYTES - reserve, work);
    }
    scope(|scope| {
        let builder = Builder::new().name("plutus".to_owned()).stack_size(usable + reserve);
        let thread = builder.spawn_scoped(scope, || contained(usable, work)).ok()?;
        thread.join().ok().flatten()
    })
}

fn contained<T>(usable: usize, work: impl FnOnce(usize) -> T) -> Option<T> {
    let floor = stack_address().saturating_sub(usable);
    catch_unwind(AssertUnwindSafe(|| work(floor))).ok()
}
