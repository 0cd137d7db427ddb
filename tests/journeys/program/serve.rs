//! `taskbot serve` without a terminal.

use reqwest::Method;
use serde_json::json;

use crate::kit::program::Scratch;

#[tokio::test]
async fn serve_without_a_terminal_is_ready_and_answers_rest_and_chat() {
    let scratch = Scratch::new();
    let token = scratch.token("ana").await;
    let server = scratch.serve().await;
    let ready = server.answer(server.client.get(format!("http://{}/health/ready", server.addr)), 200).await;
    assert_eq!(ready["status"], "ready");
    let made = server.post(&token, "/api/v1/tasks", json!({"title": "Ship release", "priority": 2}), 201).await;
    assert_eq!((&made["number"], &made["version"]), (&json!(1), &json!(1)));
    let said = server.chat(&token, "list").await;
    assert!(said["reply"].as_str().is_some_and(|reply| reply.contains("Ship release")), "{said}");
    let said = server.chat(&token, "call Ana tomorrow 5pm #home").await;
    assert_eq!(said["tasks"][0]["tags"], json!(["home"]));
    let listed = server.get(&token, "/api/v1/tasks?sort=number").await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(server.program.out.all(), Vec::<String>::new(), "standard output belongs to results");
}

#[tokio::test]
async fn sigterm_ends_serve_without_waiting_for_connections_and_loses_nothing() {
    let scratch = Scratch::new();
    let token = scratch.token("ana").await;
    let mut server = scratch.serve().await;
    // The connection stays open, as a browser's would.
    server.chat(&token, "call Ana tomorrow 5pm").await;
    let status = server.program.terminate().await;
    assert!(status.success(), "{status}");
    let said = server.program.err.all();
    let late = |line: &&String| line.contains("did not end in time") || line.contains("cut off");
    assert_eq!(said.iter().find(late), None, "whoever holds a connection open is not waited for");
    assert!(said.iter().any(|line| line.contains("ending")), "it says that it ends: {said:#?}");
    let again = scratch.serve().await;
    assert_eq!(again.get(&token, "/api/v1/tasks/1").await["title"], "call Ana");
}

#[tokio::test]
async fn sigterm_ends_a_chat_whose_input_is_still_open() {
    let scratch = Scratch::new();
    let mut chat = scratch.console("ana");
    chat.ask("water the plants tomorrow", "Added #1").await;
    assert!(chat.terminate().await.success());
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let scratch = Scratch::new();
    let server = scratch.serve().await;
    let (addr, scratch) = (server.addr.clone(), Scratch::new().with("TASKBOT_HTTP__ADDR", &server.addr));
    for command in ["serve", "check"] {
        let ended = scratch.run(&[command], "").await;
        assert_eq!(ended.status.code(), Some(1), "{command}");
        let said = format!("{}{}", ended.out, ended.err);
        assert!(said.contains(&addr) && said.contains("TASKBOT_HTTP__ADDR"), "{command}: {said}");
    }
}

#[tokio::test]
async fn the_embedded_bus_refuses_a_part_of_the_roles_with_a_reason() {
    let ended = Scratch::new().run(&["serve", "--roles", "audit"], "").await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.err.contains("the embedded bus needs every role in one process"), "{}", ended.err);
}

#[tokio::test]
async fn the_same_key_over_a_restart_does_nothing_twice() {
    let scratch = Scratch::new();
    let token = scratch.token("ana").await;
    let body = json!({"title": "Ship release"});
    let post = |server: &crate::kit::program::Server| {
        let request = server.request(Method::POST, "/api/v1/tasks", &token);
        request.header("Idempotency-Key", "3f0c5d").json(&body)
    };
    let mut server = scratch.serve().await;
    let first = server.answer(post(&server), 201).await;
    server.program.kill().await;
    let server = scratch.serve().await;
    assert_eq!(server.answer(post(&server), 201).await["id"], first["id"]);
    assert_eq!(server.get(&token, "/api/v1/tasks").await["items"].as_array().map(Vec::len), Some(1));
}
