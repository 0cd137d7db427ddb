//! How much, how fast, how long.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::stream::{self, Stream, StreamExt};
use gateway::{Limits, Timeouts};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use store_sqlite::{Options, SqliteStore};

use super::kit::{Answer, Site, patient};
use crate::kit::world::World;

const BODY_MAX: usize = 1 << 20;

fn limits(writes: u32, reads: u32, factor: u32) -> Limits {
    let number = |number| NonZeroU32::new(number).expect("not zero");
    Limits { writes_per_second: number(writes), reads_per_second: number(reads), tenant_factor: number(factor) }
}

async fn site(limits: Limits, timeouts: Timeouts) -> Site {
    Site::with(limits, timeouts, Vec::new()).await
}

fn chunks(bytes: Vec<Bytes>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::iter(bytes.into_iter().map(Ok))
}

fn assert_too_fast(answer: &Answer) {
    answer.problem(429, "too_fast");
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=2).contains(&seconds), "{seconds}");
}

/// Asks until it is too fast: the limit fills up again while a busy machine is slow. Returns how many passed.
async fn until_too_fast(ask: impl AsyncFn() -> Answer) -> usize {
    for passed in 0..1_000 {
        let answer = ask().await;
        if answer.status == 429 {
            assert_too_fast(&answer);
            return passed;
        }
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    panic!("a thousand requests in a row were not too fast");
}

#[tokio::test]
async fn a_person_who_asks_too_fast_is_told_when_to_try_again() {
    let site = site(limits(2, 3, 100), patient()).await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    assert!(until_too_fast(async || site.post(&ana, "/api/v1/tasks", json!({"title": "t"})).await).await >= 2);
    assert!(until_too_fast(async || site.get(&ana, "/api/v1/tasks").await).await >= 3);
    site.task(&ben, json!({"title": "t"})).await;
    site.get(&ben, "/api/v1/tasks").await.expect(200);
}

#[tokio::test]
async fn a_tenant_has_a_limit_of_its_own() {
    let site = site(limits(2, 2, 1), patient()).await;
    let mut tenant = Vec::new();
    for name in ["ana", "ben", "cat", "dan"] {
        tenant.push(site.guest(name).await);
    }
    let turn = AtomicUsize::new(0);
    let next = || &tenant[turn.fetch_add(1, Ordering::Relaxed) % tenant.len()];
    assert!(until_too_fast(async || site.get(next(), "/api/v1/tasks").await).await >= 2);
    let elsewhere = site.guest("slack:T1/U1").await;
    site.get(&elsewhere, "/api/v1/tasks").await.expect(200);
}

#[tokio::test]
async fn a_bad_token_uses_up_nobodys_limit() {
    let site = site(limits(1, 1, 1), patient()).await;
    let ana = site.guest("ana").await;
    for _ in 0..5 {
        site.call("GET", "/api/v1/tasks")
            .header("authorization", "Bearer no")
            .send()
            .await
            .problem(401, "unauthorized");
    }
    site.get(&ana, "/api/v1/tasks").await.expect(200);
}

#[tokio::test]
async fn a_body_of_a_megabyte_is_read_and_one_byte_more_is_not() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let fits = |extra: usize| {
        let frame = json!({"title": "t", "description": ""}).to_string().len();
        json!({"title": "t", "description": "x".repeat(BODY_MAX - frame + extra)}).to_string()
    };
    let largest = site.call("POST", "/api/v1/tasks").by(&ana).raw(fits(0)).send().await;
    largest.problem(422, "invalid");
    let more = site.call("POST", "/api/v1/tasks").by(&ana).raw(fits(1)).send().await;
    more.problem(413, "too_large");
    let declared = site.call("POST", "/api/v1/tasks").by(&ana).header("content-length", "99999999");
    declared.raw("{}").send().await.problem(413, "too_large");
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_off_at_the_limit() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 4_096])));
    let call = site.call("POST", "/api/v1/tasks").by(&ana).raw(Body::from_stream(endless));
    call.send().await.problem(413, "too_large");
}

#[tokio::test]
async fn a_body_that_dawdles_is_given_up() {
    let timeouts = Timeouts { body: Duration::from_millis(50), ..patient() };
    let site = site(Limits::default(), timeouts).await;
    let ana = site.guest("ana").await;
    let slow = chunks(vec![Bytes::from_static(b"{\"title\"")]).chain(stream::pending());
    let call = site.call("POST", "/api/v1/tasks").by(&ana).raw(Body::from_stream(slow));
    call.send().await.problem(408, "too_slow");
}

#[tokio::test]
async fn a_body_in_pieces_is_read() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let pieces = br#"{"title": "in pieces"}"#.chunks(3).map(Bytes::copy_from_slice).collect();
    let call = site.call("POST", "/api/v1/tasks").by(&ana).raw(Body::from_stream(chunks(pieces)));
    assert_eq!(call.send().await.expect(201)["title"], "in pieces");
}

#[tokio::test]
async fn what_takes_too_long_is_an_error_that_says_how_to_find_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("taskbot.db");
    let store = SqliteStore::open(&format!("sqlite://{}", file.display()), Options::default()).await.expect("a store");
    let timeouts = Timeouts { answer: Duration::from_millis(100), ..patient() };
    let site = Site::over(World::over(Arc::new(store)), Limits::default(), timeouts, Vec::new());
    let ana = site.guest("ana").await;
    // As long as somebody else writes, no task is made.
    let mut other = SqliteConnectOptions::new().filename(&file).connect().await.expect("a connection");
    let _held = other.begin_with("BEGIN IMMEDIATE").await.expect("the lock");
    let answer = site.post(&ana, "/api/v1/tasks", json!({"title": "t"})).await;
    let problem = answer.problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), "1");
    assert!(problem["next_step"].as_str().expect("a text").contains("Idempotency-Key"));
}

#[tokio::test]
async fn a_broken_store_shows_none_of_its_insides() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    site.world.store.close().await;
    let answer = site.post(&ana, "/api/v1/tasks", json!({"title": "t"})).await;
    answer.problem(503, "unavailable");
    let text = answer.text().to_lowercase();
    for word in ["sqlite", "sql", "store", "queue", "closed", "panicked"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}
