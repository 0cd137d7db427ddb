//! Tokens at rest: encrypted, under keys that change.

use super::super::kit::BOTH;
use super::kit::{KEY, Public};

const NEW: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

#[tokio::test]
async fn no_token_stands_in_a_file_or_in_the_logs() {
    let public = Public::new(BOTH[0]).await.again("TASKBOT_LOG__LEVEL", "debug").await;
    let install = public.install("T1").await;
    public.person("T1").command("C1", "/task", "alpha").await;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(public.scratch.path(".")).expect("a folder") {
        files.extend(std::fs::read(entry.expect("a file").path()).unwrap_or_default());
    }
    let holds = |part: &str| files.windows(part.len()).any(|window| window == part.as_bytes());
    assert!(holds("Acme"), "the installation is stored");
    assert!(!holds(&install.token) && !holds("xoxb-"));
    let log = public.log();
    assert!(log.contains("users.info"), "what was asked is logged");
    for secret in ["xoxb-", KEY, "client-secret-A1", "code=", "state="] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_key_is_replaced_while_both_are_there() {
    let public = Public::new(BOTH[0]).await;
    public.install("T1").await;
    let mut public = public.again("TASKBOT_SLACK__TOKEN_KEY", &format!("{NEW},{KEY}")).await;
    public.logs("a token was encrypted with the new key").await;
    let public = public.again("TASKBOT_SLACK__TOKEN_KEY", NEW).await;
    let added = public.told("T1", "/task", "alpha").await;
    assert!(added.contains("Added #1: alpha"), "{added}");
    let public = public.again("TASKBOT_SLACK__TOKEN_KEY", KEY).await;
    let lost = public.told("T1", "/task", "beta").await;
    assert!(lost.contains("nothing was done"), "{lost}");
    let check = public.scratch.run(&["check"], "").await;
    assert!(!check.status.success() && check.out.contains("FAIL  slack workspace Acme"), "{}", check.out);
    assert!(check.out.contains("no key opens its token"), "{}", check.out);
}

#[tokio::test]
async fn without_a_good_key_nothing_starts() {
    let public = Public::new(BOTH[0]).await;
    let refused = async |key: &str, value: &str, says: &str| {
        let mut command = public.scratch.command(&["serve"]);
        match value {
            "-" => command.env_remove(key),
            value => command.env(key, value),
        };
        let ended = command.output().await.expect("it ran");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && told.contains(key) && told.contains(says), "{key}={value}: {told}");
    };
    refused("TASKBOT_SLACK__TOKEN_KEY", "-", "installing over OAuth needs").await;
    refused("TASKBOT_SLACK__TOKEN_KEY", "", "a secret must not be empty").await;
    refused("TASKBOT_SLACK__TOKEN_KEY", "abcd", "64 hex digits").await;
    refused("TASKBOT_SLACK__TOKEN_KEY", &format!("{KEY},"), "a secret must not be empty").await;
    refused("TASKBOT_SLACK__CLIENT_ID", "-", "installing over OAuth needs").await;
    refused("TASKBOT_SLACK__CLIENT_SECRET", "-", "installing over OAuth needs").await;
    refused("TASKBOT_SLACK__REDIRECT_URL", "-", "installing over OAuth needs").await;
    refused("TASKBOT_SLACK__REDIRECT_URL", "http://tasks.example/slack/oauth", "no address to come back to").await;
}
