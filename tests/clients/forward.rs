//! An address that outlives the node behind it: the node takes a new port with each start, its clients know one.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Passes bytes between its own address and the node's. A connection ends when either side does.
pub struct Forward {
    address: SocketAddr,
    target: Arc<Mutex<String>>,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Forward {
    /// Listens, for a node at `target`.
    pub fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let target = Arc::new(Mutex::new(target.to_owned()));
        let stopped = Arc::new(AtomicBool::new(false));
        let accepting = thread::spawn({
            let (target, stopped) = (Arc::clone(&target), Arc::clone(&stopped));
            move || {
                for client in listener.incoming().map_while(Result::ok) {
                    if stopped.load(Ordering::Acquire) {
                        return;
                    }
                    let at = target.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    // No node there: the client sees its connection end, as it would without us.
                    if let Ok(node) = TcpStream::connect(at) {
                        let _ = join(&client, &node);
                    }
                }
            }
        });
        Self { address, target, stopped, accepting: Some(accepting) }
    }

    /// `HOST:PORT` for clients.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// From now on, a node at another address.
    pub fn turn_to(&self, target: &str) {
        target.clone_into(&mut self.target.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // The thread waits for a connection, so it gets one.
        let _ = TcpStream::connect(self.address);
        let _ = self.accepting.take().map(JoinHandle::join);
    }
}

fn join(client: &TcpStream, node: &TcpStream) -> io::Result<()> {
    for (from, to) in [(client, node), (node, client)] {
        to.set_nodelay(true)?;
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    Ok(())
}
