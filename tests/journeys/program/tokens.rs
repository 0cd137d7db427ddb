//! Access tokens, made and taken back on the command line while `serve` runs.

use std::time::Duration;

use reqwest::Method;

use crate::kit::program::{Scratch, Server};

async fn status(server: &Server, token: &str) -> u16 {
    let sent = server.request(Method::GET, "/api/v1/tasks", token).send().await;
    sent.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn token_create_prints_the_token_alone_on_standard_output() {
    let scratch = Scratch::new();
    let ended = scratch.run(&["token", "create", "--user", "ana"], "").await;
    assert!(ended.status.success(), "{}", ended.err);
    let secret = ended.out.strip_suffix('\n').expect("one line").to_owned();
    assert!(secret.starts_with("taskbot_") && secret.len() > 40, "{secret}");
    assert!(secret.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{secret}");
    assert!(!ended.err.contains(&secret), "it is shown once: {}", ended.err);
    let listed = scratch.run(&["token", "list", "--user", "ana"], "").await;
    assert!(listed.out.contains("good until") && !listed.out.contains(&secret), "{}", listed.out);
}

#[tokio::test]
async fn tokens_that_are_revoked_expired_or_invented_are_refused() {
    let scratch = Scratch::new();
    let server = scratch.serve().await;
    let token = scratch.token("ana").await;
    assert_eq!(status(&server, &token).await, 200);
    let listed = scratch.run(&["token", "list", "--user", "ana"], "").await.out;
    let id = listed.split_whitespace().next().expect("an id");
    let revoked = scratch.run(&["token", "revoke", "--user", "ana", id], "").await;
    assert!(revoked.status.success(), "{}", revoked.err);
    assert_eq!(status(&server, &token).await, 401, "although it had been good a moment ago");
    let brief = scratch.run(&["token", "create", "--user", "ana", "--expires", "1s"], "").await.out;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(status(&server, brief.trim()).await, 401);
    assert_eq!(status(&server, &token.replace(['1', '2'], "3")).await, 401);
    let bens = scratch.run(&["token", "revoke", "--user", "ben", id], "").await;
    assert_eq!(bens.status.code(), Some(1), "ana's token is not ben's");
}
