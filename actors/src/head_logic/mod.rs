//! `HeadLogic`: the one actor that decides.

pub mod actor;
pub mod group;
mod handlers;
pub mod messages;
pub mod release;
mod report;
