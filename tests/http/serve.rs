//! The listener: real connections, and an end without losses.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::kit::Site;
use crate::kit::program::PATIENCE;

/// A site on a port of its own, until told to stop.
async fn listening() -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let (address, stop, serving, _) = with_a_slow_page().await;
    (address, stop, serving)
}

/// The same, and a word whenever its slow page has begun.
async fn with_a_slow_page() -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>, Arc<Notify>) {
    let site = Site::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let begun = Arc::new(Notify::new());
    let begins = begun.clone();
    let serving = tokio::spawn(async move {
        let slow = get(|| async move {
            begins.notify_one();
            sleep(Duration::from_millis(300)).await;
            "slow and sound\n"
        });
        let stop = async move { drop(stopped.await) };
        gateway::serve(listener, site.router.clone().route("/slow", slow), stop).await;
    });
    (address, stop, serving, begun)
}

/// Reads until the text has come.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        let byte = timeout(PATIENCE, stream.read_u8()).await.expect("in time").expect("a byte");
        read.push(byte);
    }
    String::from_utf8_lossy(&read).into_owned()
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let (address, _stop, _serving) = listening().await;
    let mut stream = TcpStream::connect(address).await.expect("connected");
    for _ in 0..3 {
        stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
        assert!(read_until(&mut stream, "live\n").await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn what_is_no_http_is_answered_and_hurts_nobody() {
    let (address, _stop, _serving) = listening().await;
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(b"\x16\x03\x01 this is TLS, or worse\r\n\r\n").await.expect("sent");
    assert!(read_until(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    let mut other = TcpStream::connect(address).await.expect("connected");
    other.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    read_until(&mut other, "live\n").await;
}

#[tokio::test]
async fn a_request_that_has_begun_is_answered_before_the_end() {
    let (address, stop, serving, begun) = with_a_slow_page().await;
    let mut idle = TcpStream::connect(address).await.expect("connected");
    idle.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    read_until(&mut idle, "live\n").await;
    let mut busy = TcpStream::connect(address).await.expect("connected");
    busy.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    timeout(PATIENCE, begun.notified()).await.expect("it begins");
    stop.send(()).expect("serving");
    read_until(&mut busy, "slow and sound\n").await;
    timeout(PATIENCE, serving).await.expect("an end").expect("in peace");
    assert_eq!(idle.read(&mut [0; 16]).await.expect("closed"), 0);
    TcpStream::connect(address).await.expect_err("nobody listens any more");
}
