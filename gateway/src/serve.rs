//! Listening: like `axum::serve`, but nobody may dawdle over the head of a request.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;
use tracing::{debug, info, warn};

/// How long the head of a request may take; an idle connection is closed after it, too.
const HEAD: Duration = Duration::from_secs(30);
/// The pause after a connection could not be accepted: file handles are short, most likely.
const PAUSE: Duration = Duration::from_millis(100);
/// How long requests may take to end once the process is to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves the routes until `stop` ends, then lets running requests come to their end.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    let stopping = watch::Sender::new(());
    tokio::select! {
        () = accept(&listener, &routes, &stopping) => {}
        () = stop => {}
    }
    drop(listener);
    stopping.send_replace(());
    // Each connection holds an ear of its own until it is closed.
    if timeout(FAREWELL, stopping.closed()).await.is_err() {
        info!("some requests did not end in time");
    }
}

async fn accept(listener: &TcpListener, routes: &Router, stopping: &watch::Sender<()>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(attend(stream, routes.clone(), stopping.subscribe()));
            }
            Err(error) => {
                warn!(%error, "no connection can be accepted");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Answers the requests of one connection.
async fn attend(stream: TcpStream, routes: Router, mut stopping: watch::Receiver<()>) {
    // Answers are small and written at once: waiting for more only makes them late.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "the connection is gone already");
    }
    let service = TowerToHyperService::new(routes.map_request(|request: Request<Incoming>| request.map(Body::new)));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection broke");
    }
}
