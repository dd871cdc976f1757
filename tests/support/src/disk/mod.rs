//! A node's disk in the hands of a test (ADR 0016): every call that changes it is recorded, can be made to fail or
//! to be slow, and what a power cut could have left of it is built from the record.

pub mod image;
pub mod model;
#[cfg(test)]
mod model_tests;
pub mod shim;
pub mod trace;
