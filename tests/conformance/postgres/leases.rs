//! Leases and what is written under them; the bell that other processes hear.

use std::time::Duration;

use domain::list::List;
use domain::ports::archive::Archive;
use domain::ports::bell::Bell;
use domain::ports::bus::{Cursor, Outbox};
use domain::ports::clock::Clock;
use domain::ports::lease::Leases;
use store_postgres::PostgresArchive;
use tokio::time::{Instant, timeout};

use super::{migrated, open};
use crate::conformance::leases::had_at_once_or_not_at_all;
use crate::conformance::store::make_one;
use crate::kit::samples::{Samples, tenant};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_lease_goes_to_one_at_a_time_and_counts_its_holders() {
    let scratch = migrated().await;
    let other = open(&scratch.database).await;
    let first = scratch.store.acquire("relay").await.expect("a lease");
    assert!(first.held());
    assert!(timeout(Duration::from_secs(1), other.acquire("relay")).await.is_err(), "it is held");
    let elsewhere = other.acquire("audit").await.expect("another name");
    assert_eq!((first.epoch(), elsewhere.epoch()), (1, 1));
    drop(first);
    let second = timeout(SOON, other.acquire("relay")).await.expect("given back").expect("a lease");
    assert_eq!(second.epoch(), 2);
}

#[tokio::test]
async fn what_somebody_holds_is_had_by_nobody_else_even_for_a_moment() {
    let scratch = migrated().await;
    let other = open(&scratch.database).await;
    had_at_once_or_not_at_all(&*scratch.store, &other).await;
}

#[tokio::test]
async fn a_process_that_ends_gives_back_what_it_holds() {
    let scratch = migrated().await;
    let ending = open(&scratch.database).await;
    let lease = ending.try_acquire("deliver/slack:T1").await.expect("an answer").expect("free");
    drop(lease);
    ending.close().await;
    let next = scratch.store.try_acquire("deliver/slack:T1").await.expect("an answer");
    assert!(next.is_some_and(|lease| lease.epoch() == 2), "it does not have to run out");
}

#[tokio::test]
async fn whoever_is_overtaken_notices_and_writes_nothing_more() {
    let scratch = migrated().await;
    let old = scratch.store.acquire("relay").await.expect("a lease");
    scratch.store.save_cursor("relay", &Cursor::at(5), old.epoch()).await.expect("saved");
    let other = open(&scratch.database).await;
    let new = loop {
        // As if its holder had been stopped for longer than the lease. It may renew it before the other one looks.
        scratch.database.sql("UPDATE leases SET lease_until = now() - interval '1 s'").await.expect("run out");
        if let Ok(taken) = timeout(Duration::from_secs(2), other.acquire("relay")).await {
            break taken.expect("a lease");
        }
    };
    assert!(new.epoch() > old.epoch());
    let late = scratch.store.save_cursor("relay", &Cursor::at(9), old.epoch()).await;
    assert!(late.is_err_and(|error| error.is_transient()));
    assert_eq!(other.cursor("relay").await.expect("a cursor"), Cursor::at(5));
    other.save_cursor("relay", &Cursor::at(7), new.epoch()).await.expect("saved");
    let deadline = Instant::now() + SOON;
    while old.held() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!old.held() && new.held(), "the next renewal tells");
}

#[tokio::test]
async fn a_lease_that_is_seized_is_its_former_holders_no_more() {
    let scratch = migrated().await;
    let old = scratch.store.acquire("relay").await.expect("a lease");
    let other = open(&scratch.database).await;
    let new = other.seize("relay").await.expect("asked").expect("seized");
    assert!(new.epoch() > old.epoch() && new.held());
    let late = scratch.store.save_cursor("relay", &Cursor::at(9), old.epoch()).await;
    assert!(late.is_err_and(|error| error.is_transient()));
    let deadline = Instant::now() + SOON;
    while old.held() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!old.held() && old.taken_over(), "the next renewal tells");
}

#[tokio::test]
async fn a_commit_rings_in_every_other_process() {
    let scratch = migrated().await;
    let other = open(&scratch.database).await;
    let (here, there) = (Bell::default(), Bell::default());
    let _bridges = (scratch.store.bell_bridge(here.clone()), other.bell_bridge(there.clone()));
    let (mut own, mut ear) = (here.listen(), there.listen());
    for ear in [&mut own, &mut ear] {
        timeout(SOON, ear.heard()).await.expect("listening begins with a ring");
    }
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    make_one(&*scratch.store, &samples, &list, ana).await;
    timeout(SOON, ear.heard()).await.expect("rung");
    assert!(timeout(Duration::from_millis(300), own.heard()).await.is_err(), "not by its own commits");
}

#[tokio::test]
async fn a_release_of_what_a_restore_held_back_rings_in_every_process() {
    let scratch = migrated().await;
    let bell = Bell::default();
    let _bridge = scratch.store.bell_bridge(bell.clone());
    let mut ear = bell.listen();
    timeout(SOON, ear.heard()).await.expect("listening begins with a ring");
    scratch.database.sql("INSERT INTO hold (until) VALUES (1)").await.expect("held back");
    let archive = PostgresArchive::at(&scratch.database.url()).expect("a URL");
    assert!(archive.release().await.expect("released").is_some());
    timeout(SOON, ear.heard()).await.expect("rung");
}

#[tokio::test]
async fn the_clock_is_the_databases_and_never_ahead_of_it() {
    let scratch = migrated().await;
    let clock = scratch.store.clock().await.expect("a clock");
    assert!(clock.is_trusted());
    let before = clock.now();
    let at = before + Duration::from_millis(20);
    clock.until(at).await;
    assert!(clock.now() >= at);
    let micros = clock.now().as_microsecond();
    let check = format!("DO $$ BEGIN ASSERT {micros} <= extract(epoch FROM clock_timestamp()) * 1000000; END $$");
    scratch.database.sql(&check).await.expect("not ahead");
}
