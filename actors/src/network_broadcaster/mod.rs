//! `NetworkBroadcaster`: the outbox out, authenticated peer messages in.

pub mod actor;
pub mod messages;

#[cfg(test)]
mod tests;
