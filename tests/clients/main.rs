//! What others rely on: packages of other people against a real node, and its messages against the published
//! schema. Needs the packages of `tests/clients/npm` and, for the schema, the reference data; says SKIPPED
//! without them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod faults;
mod forward;
mod npm;
mod outputs;
mod record;
mod schema;
mod stories;
