use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

/// Marks a response that is not sent: the connection is cut in its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut;

/// A place that listens and does not yet serve, so that what serves can know its address.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    addr: SocketAddr,
    ends: CancellationToken,
}

impl Bound {
    /// Takes a port; 0 is any free one.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn take(addr: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        Ok(Self { listener, addr, ends: CancellationToken::new() })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Cancelled when the server ends; for what outlives a request, such as sockets.
    pub fn ends(&self) -> CancellationToken {
        self.ends.clone()
    }

    /// Serves from now on.
    pub fn serve(self, router: Router) -> Server {
        let ends = self.ends.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = self.ends.cancelled() => {}
                () = accept(self.listener, router) => {}
            }
        });
        Server { addr: self.addr, _ends: ends.drop_guard() }
    }
}

/// A server on loopback. Dropped, it ends with all its connections.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    _ends: DropGuard,
}

impl Server {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => drop(connections.spawn(converse(stream, router.clone()))),
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection until either side ends it. An error of the service cuts it without an answer.
async fn converse(stream: TcpStream, router: Router) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request.map(Body::new)).await;
            if response.extensions().get::<Cut>().is_some() { Err(io::Error::other("cut")) } else { Ok(response) }
        }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A client that goes away, or whom we cut off, is no fault of ours.
    drop(connection.with_upgrades().await);
}
