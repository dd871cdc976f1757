//! What `GET /metrics` answers: gauges and totals kept elsewhere are read into the table at each request.

use std::sync::Arc;

use super::log::Log;
use super::metrics::{Counter, Gauge, Lane, Role};
use crate::api_session::ApiServer;
use crate::api_session::metrics::ApiMetrics;
use crate::api_session::server::Load;
use crate::root::Shared;
use crate::settings::{Limits, Mailboxes};

/// Everything that has something to tell.
pub struct Exporter {
    shared: Shared,
    limits: Limits,
    log: Log,
    api: Arc<ApiMetrics>,
    load: Box<dyn Fn() -> Load + Send + Sync>,
}

impl Exporter {
    /// Over a node's parts.
    #[must_use]
    pub fn new(shared: Shared, limits: Limits, log: Log, api: &ApiServer) -> Self {
        Self { shared, limits, log, api: api.metrics(), load: api.load() }
    }

    /// The text of all metrics as of now.
    #[must_use]
    pub fn render(&self) -> String {
        let Shared { metrics, lanes, journal, readiness, .. } = &self.shared;
        lanes.export(metrics);
        journal.export(metrics);
        self.api.export(metrics);
        self.mailboxes();
        let load = (self.load)();
        metrics.lane(Lane::Queries, load.reads, load.reads_max);
        metrics.set_len(Gauge::Submissions, load.submissions);
        metrics.set_len(Gauge::SessionBufferBytes, load.buffered_bytes);
        metrics.set(Gauge::Ready, i64::from(readiness.get().0));
        metrics.raise(Counter::LogLinesDropped, self.log.dropped_total());
        metrics.render()
    }

    fn mailboxes(&self) {
        let Shared { metrics, lanes, depths, edges, .. } = &self.shared;
        let Mailboxes {
            chain_observer,
            head_logic,
            network_broadcaster,
            persistence,
            api_hub,
            api_session,
        } = self.limits.mailboxes;
        // What HeadLogic put off has left its mailbox, but keeps its credit.
        let deferred = usize::try_from(metrics.gauge(Gauge::DeferredInputs)).unwrap_or(0);
        metrics.mailbox(Role::HeadLogic, lanes.in_flight().saturating_sub(deferred), head_logic);
        metrics.mailbox(Role::Persistence, depths.persistence.get(), persistence);
        metrics.mailbox(Role::ChainObserver, depths.chain_observer.get(), chain_observer);
        let network = depths.network_broadcaster.get();
        metrics.mailbox(Role::NetworkBroadcaster, network, network_broadcaster);
        metrics.mailbox(Role::ApiHub, edges.projection_depth(), api_hub);
        // Of a session only what it could not take is known: `rydra_mailbox_refused_total`.
        metrics.mailbox(Role::ApiSession, 0, api_session);
    }
}
