//! Samples of the reference node against our encodings: CBOR byte for byte, JSON value for value.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod cardano_cbor;
mod cardano_json;
mod dataset;
mod parameters;
mod reference;
