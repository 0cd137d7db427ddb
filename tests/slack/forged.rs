//! Requests that are not Slack's.

use fakes::slack::{Mangle, Signing, sign};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::kit::{BOTH, Site, Way, texts};
use crate::kit::program::{PATIENCE, Scratch};

/// The longest body that is read, in bytes.
const BODY_MAX: usize = 1 << 20;
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn slack_itself_is_answered_when_it_asks_for_nothing_but_an_answer() {
    let site = Site::new(BOTH[1]).await;
    site.slack.verify_url("A1", &Signing::default()).await.expect("the challenge");
    let at = |path: &str| format!("http://{}/slack/{path}", site.server.addr);
    for (url, kind, body, status) in [
        (at("commands"), FORM, "ssl_check=1&token=x", 200),
        (at("commands"), FORM, "team_id=T1", 400),
        (at("events"), "application/json", r#"{"type":"event_callback","event":7}"#, 200),
    ] {
        let (answered, _) = site.slack.send("A1", &url, kind, body.into(), &Signing::default()).await;
        assert_eq!(answered, Some(status), "{body}");
    }
}

#[tokio::test]
async fn a_request_that_slack_did_not_sign_changes_nothing() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    let mangled = [Mangle::EmptySignature, Mangle::LongerBody, Mangle::Truncated(9), Mangle::Version("v1".into())];
    let mangled = mangled.into_iter().map(|mangle| Signing { mangle: Some(mangle), ..Signing::default() });
    let offset = |offset| Signing { offset, ..Signing::default() };
    let others = [Signing { secret: Some("another".into()), ..Signing::default() }, offset(-301), offset(302)];
    for signing in mangled.chain(others) {
        let turn = ana.clone().signed(signing.clone()).command("C1", "/task", "add evil").await;
        assert_eq!(turn.first.status, Some(401), "{signing:?}");
        assert_eq!(texts(turn.answer()), "", "it says nothing");
    }
    let list = ana.command("C1", "/task", "list").await;
    assert!(!texts(list.answer()).contains("evil"));
}

#[tokio::test]
async fn a_request_without_a_good_time_or_signature_is_turned_away_at_each_door_without_a_reason() {
    let site = Site::new(Way::Http).await;
    let mangled = [
        Mangle::NoTimestamp,
        Mangle::TwiceTimestamp,
        Mangle::Timestamp("tomorrow".into()),
        Mangle::NoSignature,
        Mangle::TwiceSignature,
    ];
    let mangled = mangled.map(|mangle| Signing { mangle: Some(mangle), ..Signing::default() });
    let old = Signing { offset: -3_600, ..Signing::default() };
    let another = Signing { secret: Some("another".into()), ..Signing::default() };
    for signing in mangled.into_iter().chain([old, another]) {
        for door in ["commands", "interactions", "events"] {
            let url = format!("http://{}/slack/{door}", site.server.addr);
            let (status, answer) = site.slack.send("A1", &url, FORM, b"ssl_check=1".to_vec(), &signing).await;
            assert_eq!(status, Some(401), "{door} {signing:?}");
            assert_eq!(answer["detail"], "The request was refused.", "{door} {signing:?}: it is the same for all");
        }
    }
}

/// Posts this to a door, byte by byte as it stands, and gives the status of the answer.
async fn status(site: &Site, door: &str, headers: &str, body: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(&site.server.addr).await.expect("a connection");
    let head = format!("POST /slack/{door} HTTP/1.1\r\nhost: taskbot\r\ncontent-type: {FORM}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.expect("the head is read");
    // Whoever turns it away need not read all of it.
    let _ = stream.write_all(body).await;
    let mut answer = [0; 12];
    let read = timeout(PATIENCE, stream.read_exact(&mut answer)).await;
    read.expect("an answer in time").expect("an answer");
    let status = String::from_utf8_lossy(&answer).rsplit(' ').next().and_then(|code| code.parse().ok());
    status.expect("a status")
}

/// What Slack puts beside a body.
fn signed(site: &Site, body: &[u8]) -> String {
    let secret = site.slack.read(|world| world.apps["A1"].signing_secret.clone());
    let now = (fakes::kit::now() as i64).to_string();
    let signature = sign(&secret, &now, body);
    let length = body.len();
    format!("content-length: {length}\r\nx-slack-request-timestamp: {now}\r\nx-slack-signature: {signature}\r\n")
}

#[tokio::test]
async fn a_body_that_is_too_large_is_turned_away_before_anything_else_is_looked_at() {
    let site = Site::new(Way::Http).await;
    for door in ["commands", "interactions", "events"] {
        let mut body = b"ssl_check=1&token=".to_vec();
        body.resize(BODY_MAX, b'x');
        assert_ne!(status(&site, door, &signed(&site, &body), &body).await, 413, "{door}: it just fits");
        body.push(b'x');
        assert_eq!(status(&site, door, &signed(&site, &body), &body).await, 413, "{door}: though it is signed");
        let unsigned = format!("content-length: {}\r\n", body.len());
        assert_eq!(status(&site, door, &unsigned, &body).await, 413, "{door}: its signature is not looked at");
        let mut chunked = format!("{:x}\r\n", body.len()).into_bytes();
        chunked.extend_from_slice(&body);
        let endless = status(&site, door, "transfer-encoding: chunked\r\n", &chunked).await;
        assert_eq!(endless, 413, "{door}: though it does not say how long it is");
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let site = Site::new(Way::Http).await;
    for door in ["commands", "interactions", "events"] {
        assert_eq!(status(&site, door, "content-length: 100\r\n", b"team_id=T1").await, 408, "{door}");
    }
    let list = site.told(&site.person("U1"), "C1", "/task", "list").await;
    assert!(list.contains("There are no open tasks"), "and others are answered: {list}");
}

#[tokio::test]
async fn while_a_secret_is_replaced_either_signs_and_afterwards_the_new_one_alone() {
    const KEY: &str = "TASKBOT_SLACK__SIGNING_SECRET";
    let mut site = Site::new(Way::Http).await;
    let old = site.slack.read(|world| world.apps["A1"].signing_secret.clone());
    let ana = site.person("U1");
    let with = |secret: &str| ana.clone().signed(Signing { secret: Some(secret.to_owned()), ..Signing::default() });
    for (keys, old_is_good, new_is_good) in [
        (format!("{old},fresh"), true, true),
        (format!(" fresh , {old} "), true, true),
        ("fresh".to_owned(), false, true),
    ] {
        assert!(site.server.program.terminate().await.success());
        site.anew(Way::Http, KEY, &keys).await;
        for (secret, good) in [(old.as_str(), old_is_good), ("fresh", new_is_good), ("another", false)] {
            let turn = with(secret).command("C1", "/task", "list").await;
            assert_eq!(turn.first.status, Some(if good { 200 } else { 401 }), "{secret} of two: {good}");
        }
        let said = with("fresh").dm("list").await;
        assert!(said.turns.iter().all(|turn| turn.taken()), "events too: {said:?}");
    }
}

#[tokio::test]
async fn a_program_refuses_to_start_with_an_empty_secret_and_believes_nobody_without_one() {
    const KEY: &str = "TASKBOT_SLACK__SIGNING_SECRET";
    for empty in ["", " ", ",", "good,", ",good", "good, ,better"] {
        let scratch = Scratch::new().with("TASKBOT_SLACK__BOT_TOKEN", "xoxb-1").with(KEY, empty);
        let ended = scratch.run(&["serve"], "").await;
        assert_eq!(ended.status.code(), Some(1), "“{empty}”: {}", ended.err);
        assert!(ended.err.contains(KEY) && ended.err.contains("must not be empty"), "“{empty}”: {}", ended.err);
    }
    let site = Site::new(Way::Socket).await;
    let url = format!("http://{}/slack/commands", site.server.addr);
    for secret in [None, Some(String::new())] {
        let signing = Signing { secret, ..Signing::default() };
        let answer = site.slack.send("A1", &url, FORM, b"ssl_check=1".to_vec(), &signing).await;
        assert_eq!(answer.0, Some(401), "{signing:?}");
    }
}
