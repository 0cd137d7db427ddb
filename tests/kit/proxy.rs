//! A way to a server on which everything may stand still (connections stay open and nothing goes through), or which is
//! slow to connect.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Passes bytes on, while it is open, until it is dropped.
pub struct Proxy {
    /// Host and port.
    pub addr: String,
    open: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// In front of this host and port.
    pub async fn before(server: &str) -> Self {
        Self::slow(server, Duration::ZERO).await
    }

    /// The same where connections come about one after the other, each after so long.
    pub async fn slow(server: &str, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address").to_string();
        let (open, gate) = watch::channel(true);
        let server: Arc<str> = server.into();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::time::sleep(pause).await;
                tokio::spawn(connect(client, Arc::clone(&server), gate.clone()));
            }
        });
        Self { addr, open, accepting }
    }

    /// Nothing goes through from now on, or everything again, also what was sent meanwhile.
    pub fn set(&self, open: bool) {
        self.open.send_replace(open);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connect(client: TcpStream, server: Arc<str>, gate: watch::Receiver<bool>) {
    let Ok(server) = TcpStream::connect(&*server).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::join!(pass(from_client, to_server, gate.clone()), pass(from_server, to_client, gate));
}

/// One direction, until either end is gone.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut gate: watch::Receiver<bool>) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let through = gate.wait_for(|open| *open).await.is_ok();
        if !through || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
