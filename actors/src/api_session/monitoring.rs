//! The monitoring port: metrics and nothing else (`api.md` 7.1).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};

use super::listener::{ApiStartError, SHUTDOWN_TIMEOUT_S, bind_text};

/// `GET /metrics` on the monitoring port, in Prometheus' text format.
pub struct MetricsServer {
    /// Port that was bound.
    pub port: u16,
    handle: ServerHandle,
}

impl MetricsServer {
    /// Serves what `source` renders at each request. Bound to the same host as the API.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(
        host: IpAddr,
        port: u16,
        source: Arc<dyn Fn() -> String + Send + Sync>,
    ) -> Result<Self, ApiStartError> {
        let address = SocketAddr::new(host, port);
        let data = web::Data::from(source);
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).route("/metrics", web::get().to(metrics))
        })
        .workers(1)
        .shutdown_timeout(SHUTDOWN_TIMEOUT_S)
        .disable_signals()
        .bind(address)
        .map_err(|error| ApiStartError(bind_text("monitoring", address, &error)))?;
        let port = server.addrs().first().map_or(port, SocketAddr::port);
        let server = server.run();
        let handle = server.handle();
        actix_rt::spawn(server);
        Ok(Self { port, handle })
    }

    /// Stops.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn metrics(source: web::Data<dyn Fn() -> String + Send + Sync>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(source())
}
