//! The shell of Rydra: supervised actors around the pure core, all the IO of the node.

pub mod api_session;
pub mod bench;
pub mod chain_observer;
pub mod cli;
pub mod effects;
pub mod failpoint;
pub mod faults;
pub mod head_logic;
pub mod history;
pub mod keygen;
pub mod mailbox;
pub mod network_broadcaster;
pub mod node;
pub mod observe;
pub mod panic_hook;
pub mod persistence;
pub mod root;
pub mod settings;
pub mod supervision;
