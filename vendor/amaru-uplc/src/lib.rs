pub mod arena;
pub mod binder;
pub mod bls;
pub mod builtin;
pub mod constant;
pub mod data;
pub mod ledger_value;
pub mod machine;
pub mod program;
pub mod seq;
pub mod sorted;
pub mod term;
pub mod typ;
mod walk;

pub use bumpalo;
