//! `ChainObserver`: layer 1 in, wanted transactions out.

pub mod actor;
pub mod messages;
pub mod offline;
