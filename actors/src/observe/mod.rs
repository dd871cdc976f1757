//! What the node shows of itself: log lines and metrics.

pub mod clock;
pub mod exporter;
pub mod journal;
pub mod log;
pub mod metrics;
pub mod progress;
pub mod stderr;
