//! Connections of the load generator.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::BenchError;

/// A connected client.
pub type Socket = WebSocketStream<TcpStream>;

/// Largest incoming message in bytes: a snapshot with `utxo` of 4,000 outputs takes 2 MB.
const MESSAGE_MAX_BYTES: usize = 256 * 1024 * 1024;

/// Longest wait for a connection and its handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of a connection is buffered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A client that reads and writes much: a full snapshot frame of 100 payments is 80 kB.
    Busy,
    /// One of many that only listen.
    Small,
    /// One that reads little or nothing: the kernel, too, takes as little as it can for it.
    Narrow,
}

impl Size {
    const fn read_bytes(self) -> usize {
        match self {
            Self::Busy => 256 * 1024,
            Self::Small | Self::Narrow => 4 * 1024,
        }
    }

    /// Frames that are gathered into one write; at most this much of a burst waits for its flush.
    const fn write_bytes(self) -> usize {
        match self {
            Self::Busy => 32 * 1024,
            Self::Small | Self::Narrow => 0,
        }
    }
}

/// Connects to a node's API with a query (`history=no&…`).
///
/// # Errors
/// When the node cannot be reached or refuses; with its answer.
pub async fn open(node: &str, query: &str, size: Size) -> Result<Socket, BenchError> {
    let refused = |what: &str, e: &dyn std::fmt::Display| BenchError::Node {
        node: node.to_owned(),
        why: format!("{what}: {e}; check host, port and that the node runs"),
    };
    let stream = connect(node, size).await.map_err(|e| refused("cannot connect", &e))?;
    stream.set_nodelay(true).map_err(|e| refused("cannot set up the socket", &e))?;
    let url = format!("ws://{node}/?{query}");
    let config = WebSocketConfig::default()
        .read_buffer_size(size.read_bytes())
        .write_buffer_size(size.write_bytes())
        .max_message_size(Some(MESSAGE_MAX_BYTES))
        .max_frame_size(Some(MESSAGE_MAX_BYTES));
    let handshake = tokio_tungstenite::client_async_with_config(url, stream, Some(config));
    match timeout(HANDSHAKE_TIMEOUT, handshake).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(Error::Http(response))) => {
            let body = response.body().as_deref().map(String::from_utf8_lossy);
            let why = format!("{} {}", response.status(), body.unwrap_or_default());
            Err(refused("no WebSocket", &why))
        }
        Ok(Err(e)) => Err(refused("no WebSocket", &e)),
        Err(late) => Err(refused("no WebSocket", &late)),
    }
}

async fn connect(node: &str, size: Size) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::other(format!("no address for {node}"));
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host(node).await?.collect();
    for address in addresses {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if size == Size::Narrow {
            // The kernel rounds it up to its least.
            socket.set_recv_buffer_size(1)?;
        }
        match timeout(HANDSHAKE_TIMEOUT, socket.connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(e)) => last = e,
            Err(late) => last = late.into(),
        }
    }
    Err(last)
}
