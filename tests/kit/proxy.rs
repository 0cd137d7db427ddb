//! A way to a server on which everything may stand still (connections stay open and nothing goes through), or which is
//! slow to connect, or narrow.

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
        Self::with(server, pause, None).await
    }

    async fn with(server: &str, pause: Duration, rate: Option<u32>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address").to_string();
        let (open, gate) = watch::channel(true);
        let server: Arc<str> = server.into();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::time::sleep(pause).await;
                tokio::spawn(connect(client, Arc::clone(&server), gate.clone(), rate));
            }
        });
        Self { addr, open, accepting }
    }

    /// The same where what the server says takes its time: so many bytes a second, on each connection.
    pub async fn narrow(server: &str, bytes_per_second: u32) -> Self {
        Self::with(server, Duration::ZERO, Some(bytes_per_second)).await
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

async fn connect(client: TcpStream, server: Arc<str>, gate: watch::Receiver<bool>, rate: Option<u32>) {
    let Ok(server) = TcpStream::connect(&*server).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::join!(pass(from_client, to_server, gate.clone(), None), pass(from_server, to_client, gate, rate));
}

/// One direction, until either end is gone.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut gate: watch::Receiver<bool>, rate: Option<u32>) {
    let mut bytes = vec![0; 1 << 14];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if let Some(rate) = rate {
            tokio::time::sleep(Duration::from_secs_f64(count as f64 / f64::from(rate))).await;
        }
        let through = gate.wait_for(|open| *open).await.is_ok();
        if !through || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
