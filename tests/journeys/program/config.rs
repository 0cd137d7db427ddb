//! What is wrong with the configuration is said at the start, and nothing runs with it.

use crate::kit::program::Scratch;

/// The start must fail and its reason have these words.
async fn assert_refused(scratch: &Scratch, words: &[&str]) {
    for command in ["serve", "check", "migrate"] {
        let ended = scratch.run(&[command], "").await;
        assert_eq!(ended.status.code(), Some(1), "{command}: {}{}", ended.out, ended.err);
        for word in words {
            assert!(ended.err.contains(word), "{command} does not name {word}: {}", ended.err);
        }
    }
    assert!(!scratch.path("taskbot.db").exists(), "nothing was made");
}

#[tokio::test]
async fn an_unknown_key_in_the_environment_is_an_error_that_names_it() {
    assert_refused(&Scratch::new().with("TASKBOT_DATABSE_URL", "sqlite://x.db"), &["DATABSE_URL"]).await;
    assert_refused(&Scratch::new().with("TASKBOT_HTTP__PORT", "80"), &["TASKBOT_HTTP__PORT"]).await;
}

#[tokio::test]
async fn an_unknown_key_in_the_file_is_an_error_that_names_it() {
    let scratch = Scratch::new();
    std::fs::write(scratch.path("taskbot.toml"), "[limits]\ncolour = \"red\"\n").expect("written");
    assert_refused(&scratch, &["limits.colour", "taskbot.toml"]).await;
}

#[tokio::test]
async fn an_empty_secret_refuses_to_start() {
    for key in ["SLACK__SIGNING_SECRET", "SLACK__BOT_TOKEN", "DISCORD__TOKEN"] {
        let scratch = Scratch::new().with(&format!("TASKBOT_{key}"), " ");
        assert_refused(&scratch, &["must not be empty", &format!("TASKBOT_{key}")]).await;
    }
}

#[tokio::test]
async fn an_adapter_that_this_version_lacks_is_an_error_that_says_which_it_has() {
    let postgres = Scratch::new().with("TASKBOT_DATABASE_URL", "postgres://user:hidden@host/db");
    assert_refused(&postgres, &["TASKBOT_DATABASE_URL", "sqlite://taskbot.db"]).await;
    let ended = postgres.run(&["serve"], "").await;
    assert!(!ended.err.contains("hidden"), "a password is no part of an error: {}", ended.err);
    assert_refused(&Scratch::new().with("TASKBOT_EVENTS_URL", "kafka://x"), &["TASKBOT_EVENTS_URL"]).await;
}

#[tokio::test]
async fn the_environment_beats_the_file() {
    let scratch = Scratch::new().with("TASKBOT_CONSOLE__TIMEZONE", "Europe/Madrid");
    std::fs::write(scratch.path("taskbot.toml"), "[console]\ntimezone = \"Asia/Tokyo\"\nuser = \"ana\"\n")
        .expect("written");
    let checked = scratch.run(&["check"], "").await;
    assert!(checked.status.success() && checked.out.contains("Europe/Madrid"), "{}{}", checked.out, checked.err);
}
