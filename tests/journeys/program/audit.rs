//! What the audit log says of a task's life, by chat and by REST.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::program::{Scratch, Server};

/// The life of a recurring task that is created, edited, completed, reopened and deleted. A is the task, B the
/// occurrence after it; each reminder has a number of its own.
const LIFE: [&str; 13] = [
    "TASK_CREATED A version 1 by ana",
    "REMINDER_SCHEDULED A/1 version 1 by ana",
    "TASK_UPDATED A version 2 by ana",
    "TASK_COMPLETED A version 3 by ana",
    "REMINDER_CANCELLED A/1 version 2 by ana",
    "TASK_CREATED B version 1 by taskbot",
    "REMINDER_SCHEDULED B/2 version 1 by taskbot",
    "TASK_DELETED B version 2 by ana",
    "REMINDER_CANCELLED B/2 version 2 by ana",
    "TASK_REOPENED A version 4 by ana",
    "REMINDER_SCHEDULED A/3 version 1 by ana",
    "TASK_DELETED A version 5 by ana",
    "REMINDER_CANCELLED A/3 version 2 by ana",
];

/// Who Taskbot itself is in events.
const TASKBOT: &str = "7a5b0700-0000-5000-8000-000000000001";

/// Gives ids short names in the order in which they come.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    fn nth(&mut self, id: &Value) -> usize {
        let next = self.0.len();
        *self.0.entry(id.to_string()).or_insert(next)
    }
}

/// The audit log of a person, oldest first.
async fn audit(server: &Server, token: &str) -> Vec<Value> {
    let mut page = server.get(token, "/api/me/audit?limit=200").await;
    assert_eq!(page["next_cursor"], Value::Null, "one page is enough here");
    let mut items: Vec<Value> = page["items"].as_array_mut().expect("items").drain(..).collect();
    items.reverse();
    items
}

/// The audit log once it holds so many events, after `serve` has ended and begun again: nothing may come behind.
async fn settled(scratch: &Scratch, mut server: Server, token: &str, count: usize) -> Vec<Value> {
    for _ in 0..600 {
        if audit(&server, token).await.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(server.program.terminate().await.success());
    audit(&scratch.serve().await, token).await
}

fn lines(items: &[Value]) -> Vec<String> {
    let (mut tasks, mut reminders) = (Names::default(), Names::default());
    let line = |item: &Value| {
        let task = if item["task"].is_null() { &item["reminder"]["task_id"] } else { &item["task"]["id"] };
        let letter = ["A", "B", "C", "D"][tasks.nth(task)];
        let of = match &item["reminder"]["reminder_id"] {
            Value::Null => letter.to_owned(),
            reminder => format!("{letter}/{}", reminders.nth(reminder) + 1),
        };
        let by = if item["user_id"] == TASKBOT { "taskbot" } else { "ana" };
        let kind = item["event_type"].as_str().expect("a type");
        format!("{kind} {of} version {} by {by}", item["version"])
    };
    items.iter().map(line).collect()
}

/// Waits until there are so many tasks that are not deleted.
async fn tasks(server: &Server, token: &str, count: usize) {
    for _ in 0..1_200 {
        let listed = server.get(token, "/api/v1/tasks").await;
        if listed["items"].as_array().map(Vec::len) == Some(count) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there never were {count} tasks");
}

fn assert_every_event_once(items: &[Value]) {
    let ids: std::collections::BTreeSet<String> = items.iter().map(|item| item["event_id"].to_string()).collect();
    assert_eq!(ids.len(), items.len(), "an event stands twice");
}

#[tokio::test]
async fn the_life_of_a_task_by_chat_stands_in_the_audit_once_and_in_order() {
    let scratch = Scratch::new();
    let token = scratch.token("ana").await;
    let server = scratch.serve().await;
    for line in ["water plants every day at 9:00", "edit 1 title water the plants", "done 1"] {
        assert!(server.chat(&token, line).await.get("refused").is_none(), "{line}");
    }
    tasks(&server, &token, 2).await;
    for line in ["reopen 1", "delete 1"] {
        assert!(server.chat(&token, line).await.get("refused").is_none(), "{line}");
    }
    let items = settled(&scratch, server, &token, LIFE.len()).await;
    assert_eq!(lines(&items), LIFE);
    assert_every_event_once(&items);
    let of = |kind: &str| items.iter().find(|item| item["event_type"] == kind).expect("it is there");
    assert_eq!(of("TASK_UPDATED")["changes"]["title"], json!(["water plants", "water the plants"]));
    assert_eq!(items[5]["caused_by"], of("TASK_COMPLETED")["event_id"], "the next one says why it is there");
    assert_eq!(items[5]["trace_id"], of("TASK_COMPLETED")["trace_id"], "and belongs to the line that led to it");
}

#[tokio::test]
async fn the_life_of_a_task_by_rest_stands_in_the_audit_once_and_in_order() {
    let scratch = Scratch::new();
    let token = scratch.token("ana").await;
    let server = scratch.serve().await;
    let draft = json!({"title": "Stand-up", "due": "2031-03-09T09:00:00-05:00", "rrule": "FREQ=DAILY"});
    server.post(&token, "/api/v1/tasks", draft, 201).await;
    let change = |method, version: u32| {
        let request = server.request(method, "/api/v1/tasks/1", &token);
        request.header("If-Match", format!("\"{version}\""))
    };
    let renamed = change(Method::PATCH, 1).json(&json!({"title": "Daily"}));
    assert_eq!(server.answer(renamed, 200).await["version"], 2);
    let work = |what: &str| server.request(Method::POST, &format!("/api/v1/tasks/1/{what}"), &token);
    server.answer(work("complete"), 200).await;
    tasks(&server, &token, 2).await;
    server.answer(work("complete"), 200).await;
    server.answer(work("reopen"), 200).await;
    server.answer(work("reopen"), 200).await;
    let deleted = change(Method::DELETE, 4).send().await.expect("an answer").status();
    assert!(deleted.is_success(), "{deleted}");
    let items = settled(&scratch, server, &token, LIFE.len()).await;
    assert_eq!(lines(&items), LIFE, "completing and reopening twice is once");
    assert_every_event_once(&items);
}

#[tokio::test]
async fn what_the_console_delivers_stands_there_too() {
    let scratch = Scratch::new();
    let token = scratch.token("ana").await;
    let input = "remind me to stretch in 1 second\n";
    assert!(scratch.run(&["console", "--user", "ana"], input).await.status.success());
    let server = scratch.serve().await;
    let items = settled(&scratch, server, &token, 4).await;
    let expected = [
        "TASK_CREATED A version 1 by ana",
        "REMINDER_SCHEDULED A/1 version 1 by ana",
        "REMINDER_DUE A/1 version 2 by taskbot",
        "REMINDER_DELIVERED A/1 version 3 by taskbot",
    ];
    assert_eq!(lines(&items), expected);
    assert_eq!(items[2]["on_behalf_of"], items[0]["user_id"]);
}
