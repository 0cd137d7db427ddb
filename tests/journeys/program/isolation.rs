//! What is ana's, or of a channel that ben is not in, is not there for ben: through no door of the real binary.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::kit::program::{Scratch, Server};

/// What ben must never read.
const SECRETS: [&str; 4] = ["diary", "plans", "hush", "#ops"];

/// #1 is on ana's own list, #2 on that of #ops, which ben is not in.
async fn secrets(scratch: &Scratch) {
    let said = scratch.run(&["console", "--user", "ana"], "write diary tomorrow 9am #hush\n").await;
    assert!(said.out.contains("Added #1"), "{}", said.out);
    let said = scratch.run(&["console", "--user", "ana", "--channel", "ops"], "draw plans tomorrow 9am #hush\n").await;
    assert!(said.out.contains("Added #2") && said.out.contains("on #ops"), "{}", said.out);
}

/// Both are still what ana made.
async fn assert_untouched(server: &Server, token: &str) {
    for (number, title) in [(1, "write diary"), (2, "draw plans")] {
        let task = server.get(token, &format!("/api/v1/tasks/{number}")).await;
        assert_eq!((&task["title"], &task["status"], &task["version"]), (&json!(title), &json!("open"), &json!(1)));
    }
}

fn assert_silent(text: &str) {
    for secret in SECRETS {
        assert!(!text.to_lowercase().contains(secret), "“{secret}” in:\n{text}");
    }
}

#[tokio::test]
async fn ben_learns_and_changes_nothing_through_the_console() {
    let scratch = Scratch::new();
    secrets(&scratch).await;
    let verbs = [
        "done #",
        "edit # title mine",
        "move # to friday",
        "snooze # 20m",
        "skip #",
        "claim #",
        "reopen #",
        "history #",
        "move # to my list",
        "delete #",
        "undo",
    ];
    let mut chat = scratch.console("ben");
    for verb in verbs {
        let mut answers = Vec::new();
        for number in ["1", "2", "99"] {
            let before = chat.out.all().len();
            // What comes after the answer shows where it ended.
            chat.say(&verb.replace('#', number)).await;
            chat.ask("search nothing-at-all", "shows all that is open").await;
            answers.push(chat.out.all()[before..].join("\n").replace(&format!("#{number}"), "#N"));
        }
        assert_eq!(answers[0], answers[2], "{verb}: ana's own differs from none");
        assert_eq!(answers[1], answers[2], "{verb}: the channel's differs from none");
    }
    for line in ["list", "list all", "list #hush", "search write", "search draw", "history", "list overdue"] {
        chat.say(line).await;
    }
    assert!(chat.end().await.success());
    assert_silent(&chat.out.all().join("\n"));
    let token = scratch.token("ana").await;
    assert_untouched(&scratch.serve().await, &token).await;
}

/// Every way to one task, as a request and what it carries.
fn doors(server: &Server, token: &str, id: &str) -> Vec<RequestBuilder> {
    let to = |method, what: &str| {
        let request = server.request(method, &format!("/api/v1/tasks/{id}{what}"), token);
        request.header("If-Match", "\"1\"").header("traceparent", TRACE)
    };
    vec![
        to(Method::GET, ""),
        to(Method::GET, "/history"),
        to(Method::PATCH, "").json(&json!({"title": "mine"})),
        to(Method::DELETE, ""),
        to(Method::POST, "/complete"),
        to(Method::POST, "/reopen"),
        to(Method::POST, "/snooze").json(&json!({"for": "PT20M"})),
    ]
}

/// With the same trace the answers can be the same to the letter.
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn ben_learns_and_changes_nothing_through_rest() {
    let scratch = Scratch::new();
    secrets(&scratch).await;
    let (ana, ben) = (scratch.token("ana").await, scratch.token("ben").await);
    let server = scratch.serve().await;
    let id = |task: Value| task["id"].as_str().expect("an id").to_owned();
    let own = id(server.get(&ana, "/api/v1/tasks/1").await);
    let shared = id(server.get(&ana, "/api/v1/tasks/2").await);
    let absent = doors(&server, &ben, "99");
    for (nth, none) in absent.into_iter().enumerate() {
        let none = server.answer(none, 404).await;
        for foreign in ["1", "2", &own, &shared] {
            let request = doors(&server, &ben, foreign).swap_remove(nth);
            assert_eq!(server.answer(request, 404).await, none, "door {nth} of {foreign}");
        }
    }
    for query in ["", "?q=diary", "?tag=hush", "?list=%23ops", "?list=personal", "?status=all&sort=due"] {
        assert_eq!(server.get(&ben, &format!("/api/v1/tasks{query}")).await["items"], json!([]), "{query}");
    }
    assert_eq!(server.get(&ben, "/api/me/audit").await["items"], json!([]));
    let anas = server.get(&ana, "/api/v1/tasks/1").await["author_id"].as_str().expect("ana's id").to_owned();
    server.answer(server.request(Method::GET, &format!("/api/{anas}/audit"), &ben), 404).await;
    assert_untouched(&server, &ana).await;
}

#[tokio::test]
async fn ben_cannot_speak_in_a_channel_that_he_is_not_in() {
    let scratch = Scratch::new();
    secrets(&scratch).await;
    let ben = scratch.token("ben").await;
    let server = scratch.serve().await;
    let mut answers = Vec::new();
    for channel in ["ops", "nowhere"] {
        let mut said = server.post(&ben, "/api/v1/chat", json!({"text": "list", "channel": channel}), 404).await;
        said["trace_id"] = Value::Null;
        answers.push(said);
    }
    assert_eq!(answers[0], answers[1], "one that he is not in is as absent as one that is not there");
    let moved = server.chat(&ben, "buy milk").await;
    let number = &moved["tasks"][0]["number"];
    let refused = server.chat(&ben, &format!("move {number} to #ops")).await;
    assert!(refused["refused"].is_object(), "{refused}");
}
