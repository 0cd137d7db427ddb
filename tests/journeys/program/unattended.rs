//! A recurring reminder that nobody ticks comes again and again, once each.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use consumers::{Parts, Role};
use domain::command::AddTask;
use domain::ports::agenda::Reach;
use domain::ports::chat::{Chat, PostError, Posted, Posting};
use domain::tenant::Platform;
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use tokio::time::Instant;

use crate::kit::program::{PATIENCE, Scratch};
use crate::kit::world::{World, draft, due, repeat};

/// Notes for when each reminder was that was posted.
#[derive(Default)]
struct Noted(Mutex<Vec<Timestamp>>);

impl Noted {
    fn times(&self) -> Vec<String> {
        self.0.lock().expect("notes").iter().map(ToString::to_string).collect()
    }
}

#[async_trait]
impl Chat for Noted {
    fn reach(&self) -> Reach {
        Reach::Platform(Platform::Console)
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, PostError> {
        let mut noted = self.0.lock().expect("notes");
        noted.extend(posting.items.iter().map(|item| item.at));
        Ok(Posted { message_id: noted.len().to_string() })
    }
}

fn parts(world: &World, chat: &Arc<Noted>) -> Parts {
    Parts {
        tasks: world.tasks.clone(),
        bus: Arc::new(world.bus()),
        outbox: world.store.clone(),
        inbox: world.store.clone(),
        sealer: world.sealer(),
        leases: Arc::new(embedded::FileLeases::default()),
        chats: vec![chat.clone()],
        broker: consumers::Broker::default(),
    }
}

#[tokio::test]
async fn a_recurring_reminder_that_nobody_ticks_comes_every_day_once_also_over_a_clock_change() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let due = Some(due("2026-03-05T09:00"));
    world
        .add(&ana, AddTask { due, repeat: Some(repeat("FREQ=DAILY")), bare_reminder: true, ..draft(&ana, "drink") })
        .await;
    let chat = Arc::new(Noted::default());
    let running = consumers::start(&parts(&world, &chat), Role::ALL);
    // New York moves its clocks on the 8th, so 09:00 is an hour earlier from then on.
    let days = ["05T14", "06T14", "07T14", "08T13", "09T13", "10T13"].map(|at| format!("2026-03-{at}:00:00Z"));
    for (nth, day) in days.iter().enumerate() {
        world.clock.set(day);
        world.tasks.bell.ring();
        let until = Instant::now() + PATIENCE;
        while chat.times().len() <= nth && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(chat.times(), days[..=nth], "on time, once each");
    }
    running.stop(Duration::from_secs(10)).await;
    assert_eq!(chat.times(), days);
}

#[tokio::test]
async fn the_real_clock_brings_the_next_one_to_an_open_chat_beside_serve() {
    let scratch = Scratch::new();
    let token = scratch.token("ana").await;
    let server = scratch.serve().await;
    let mut chat = scratch.console("ana");
    chat.ask("list", "There are no open tasks").await;
    #[expect(clippy::disallowed_methods, reason = "the program under test goes by the machine's clock")]
    let due = (Timestamp::now() - 290.seconds()).strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let drink = json!({"title": "drink", "due": due, "rrule": "FREQ=MINUTELY;INTERVAL=5"});
    server.post(&token, "/api/v1/tasks", drink, 201).await;
    chat.out.line("⏰ Reminder (#2): drink").await;
    let missed = server.get(&token, "/api/v1/tasks?status=missed").await;
    assert_eq!(missed["items"][0]["number"], 1, "the one before is missed");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(chat.out.all().iter().filter(|line| line.contains('⏰')).count(), 1, "it comes once");
    let until = Instant::now() + PATIENCE;
    loop {
        let delivered = server.get(&token, "/api/me/audit?event_type=REMINDER_DELIVERED").await;
        match delivered["items"].as_array().map(Vec::len) {
            Some(0) => assert!(Instant::now() < until, "it is never audited"),
            count => return assert_eq!(count, Some(1)),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
