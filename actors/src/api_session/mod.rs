//! `ApiSession`: one per client, and the projection they share (`api.md` 2, 4; `head-logic.md` 10).
//!
//! ```text
//!  HeadLogic --Published--> ApiHub --frames, encoded once--> Outbound (one per client) --> socket
//!      ^                      |  moves the read models first        ^            ^
//!      |                      v                                     |            |
//!      +----Submit---- ApiSession <--- socket            replay worker      sweeper: pings, deadlines
//!      +----Submit---- HttpDesk   <--- POST /transaction
//! ```
//!
//! Nothing in here decides; nothing in here can hold HeadLogic up but through the bounded mailbox of `ApiHub`.

mod body;
pub mod desk;
mod entry;
mod faults;
mod frame;
mod gate;
pub mod history;
pub mod hub;
pub mod link;
mod listener;
pub mod messages;
pub mod metrics;
pub mod monitoring;
pub mod options;
mod outbound;
mod outstanding;
mod query;
mod rendered;
mod replay;
mod routes;
pub mod server;
mod session;
mod shared;
mod submit;
mod sweeper;
pub mod view;

pub use history::{HistoryError, HistorySource};
pub use hub::ApiHub;
pub use link::{HeadLogicLink, HeadLogicSlot};
pub use monitoring::MetricsServer;
pub use options::ApiOptions;
pub use server::{ApiDeps, ApiServer};
pub use shared::FaultDoor;
pub use view::Readiness;
