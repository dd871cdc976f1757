//! Where released effects go. Edges know the core; HeadLogic knows only this file. After an edge actor was
//! rebuilt, one address changes in one place.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use actix::Addr;
use rydra_core::state::SyncStatus;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api_session::hub::ApiHub;
use crate::api_session::messages::Published;
use crate::chain_observer::actor::ChainObserver;
use crate::chain_observer::messages::Want;
use crate::head_logic::messages::NetworkDurable;
use crate::mailbox::Depths;
use crate::network_broadcaster::actor::NetworkBroadcaster;
use crate::network_broadcaster::messages::OutboxReady;
use crate::observe::metrics::{Metrics, Role};
use crate::supervision::Ping;

#[derive(Default)]
struct Addresses {
    hub: Option<Addr<ApiHub>>,
    chain: Option<Addr<ChainObserver>>,
    network: Option<Addr<NetworkBroadcaster>>,
}

/// The current edge actors. Cloning shares it.
#[derive(Clone)]
pub struct Edges {
    addresses: Arc<RwLock<Addresses>>,
    projection: Arc<Semaphore>,
    projection_batches: usize,
    in_sync: Arc<AtomicBool>,
    depths: Depths,
    metrics: Arc<Metrics>,
}

impl Edges {
    /// No edge yet; at most so many durable batches before the projection.
    #[must_use]
    pub fn new(projection_batches: usize, depths: Depths, metrics: Arc<Metrics>) -> Self {
        Self {
            addresses: Arc::default(),
            projection: Arc::new(Semaphore::new(projection_batches)),
            projection_batches,
            in_sync: Arc::default(),
            depths,
            metrics,
        }
    }

    /// Durable batches before the projection.
    #[must_use]
    pub fn projection_depth(&self) -> usize {
        self.projection_batches.saturating_sub(self.projection.available_permits())
    }

    /// Names the projection.
    pub fn set_hub(&self, hub: Addr<ApiHub>) {
        self.addresses.write().unwrap_or_else(PoisonError::into_inner).hub = Some(hub);
    }

    /// Names the chain observer.
    pub fn set_chain(&self, chain: Addr<ChainObserver>) {
        self.addresses.write().unwrap_or_else(PoisonError::into_inner).chain = Some(chain);
    }

    /// Names the broadcaster.
    pub fn set_network(&self, network: Addr<NetworkBroadcaster>) {
        self.addresses.write().unwrap_or_else(PoisonError::into_inner).network = Some(network);
    }

    fn with<T>(&self, pick: impl FnOnce(&Addresses) -> Option<T>) -> Option<T> {
        pick(&self.addresses.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Credit for messages to the projection.
    #[must_use]
    pub fn projection_credit(&self) -> Arc<Semaphore> {
        Arc::clone(&self.projection)
    }

    /// Sends a batch to the projection. One that is being rebuilt starts from HeadLogic's state instead.
    #[expect(
        clippy::disallowed_methods,
        reason = "bounded by the permit, which travels with the batch"
    )]
    pub fn publish(&self, published: Published, credit: OwnedSemaphorePermit) {
        self.in_sync.store(published.state.sync == SyncStatus::InSync, Ordering::Release);
        if let Some(hub) = self.hub() {
            hub.do_send(published.with_credit(credit));
        }
    }

    /// HeadLogic is being rebuilt: what it published last says nothing about its next life.
    pub fn forget_sync(&self) {
        self.in_sync.store(false, Ordering::Release);
    }

    /// Whether the last published state was in sync.
    #[must_use]
    pub fn is_in_sync(&self) -> bool {
        self.in_sync.load(Ordering::Acquire)
    }

    /// The projection, if there is one.
    #[must_use]
    pub fn hub(&self) -> Option<Addr<ApiHub>> {
        self.with(|a| a.hub.clone())
    }

    /// Asks the projection for its pulse; `None` when there is none.
    #[must_use]
    pub fn ping_hub(&self, ping: Ping) -> Option<bool> {
        self.hub().map(|hub| hub.try_send(ping).is_ok())
    }

    /// Sends wishes to the chain observer; a full mailbox drops them, the next tick repeats them.
    pub fn chain(&self, want: Want) {
        if let Some(chain) = self.with(|a| a.chain.clone()) {
            self.depths.chain_observer.enter();
            let told = chain.try_send(want);
            if told.is_err() {
                self.depths.chain_observer.leave();
            }
            self.metrics.sent(Role::ChainObserver, &told);
        }
    }

    /// Sends durable rows to the broadcaster. Never dropped: one message per journal batch, and a broadcaster
    /// that is gone reads the rows from the journal when it is rebuilt.
    #[expect(clippy::disallowed_methods, reason = "bounded by the outbox limit of the machine")]
    pub fn network(&self, ready: OutboxReady) {
        if let Some(network) = self.with(|a| a.network.clone()) {
            self.depths.network_broadcaster.enter();
            network.do_send(ready);
        }
    }

    /// Tells the broadcaster what is durable; cumulative, so a refused one is repeated by the next.
    pub fn network_durable(&self, durable: NetworkDurable) {
        if let Some(network) = self.with(|a| a.network.clone()) {
            self.depths.network_broadcaster.enter();
            let told = network.try_send(durable);
            if told.is_err() {
                self.depths.network_broadcaster.leave();
            }
            self.metrics.sent(Role::NetworkBroadcaster, &told);
        }
    }
}
