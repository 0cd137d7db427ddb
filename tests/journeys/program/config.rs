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
async fn text_that_looks_like_something_else_stays_text() {
    let digits = format!("{:064}", 1);
    let scratch = Scratch::new()
        .with("TASKBOT_AUDIT__CHECKPOINTS", "checkpoints")
        .with("TASKBOT_AUDIT__SIGNING_KEY", &digits)
        .with("TASKBOT_SLACK__SIGNING_SECRET", "00123456")
        .with("TASKBOT_KAFKA__USERNAME", "true")
        .with("TASKBOT_KAFKA__PASSWORD", "1.5")
        .with("TASKBOT_KAFKA__GROUP_PREFIX", "+5")
        .with("TASKBOT_CONSOLE__USER", "007")
        .with("TASKBOT_OPERATORS", "[\"ana\"]")
        .with("TASKBOT_LIMITS__REST_WRITES", "7");
    std::fs::write(scratch.path("taskbot.toml"), "[kafka]\npassword = 15\n").expect("written");
    let checked = scratch.run(&["check"], "").await;
    assert!(checked.status.success(), "{}{}", checked.out, checked.err);
    let chat = scratch.run(&["console"], "list\n").await;
    assert!(chat.status.success(), "{}{}", chat.out, chat.err);
}

#[tokio::test]
async fn what_was_given_is_no_part_of_an_error() {
    let wrong = [
        ("TASKBOT_LIMITS__REST_WRITES", "hunter2"),
        ("TASKBOT_LIMITS__CHAT_RATE", "-4711"),
        ("TASKBOT_DATABASE__CONNECTIONS", "4711.5"),
        ("TASKBOT_OPERATORS", "4711"),
        ("TASKBOT_KAFKA", "4711"),
        ("TASKBOT_LOG__FORMAT", "hunter2"),
        ("TASKBOT_HTTP__ADDR", "hunter2"),
        ("TASKBOT_DATABASE_URL", "hunter2"),
        ("TASKBOT_EVENTS_URL", "hunter2"),
        ("TASKBOT_STATE_URL", "hunter2:x"),
    ];
    for (key, value) in wrong {
        assert_silent(&Scratch::new().with(key, value), key).await;
    }
    for file in ["[kafka]\npassword = 4711\n", "[kafka]\npassword = \"hunter2\n", "[kafka]\npassword = hunter2\n"] {
        let scratch = Scratch::new();
        std::fs::write(scratch.path("taskbot.toml"), file).expect("written");
        assert_silent(&scratch, "taskbot.toml").await;
    }
}

/// The start must fail and name the key, but not the value.
async fn assert_silent(scratch: &Scratch, key: &str) {
    assert_refused(scratch, &[key]).await;
    let ended = scratch.run(&["serve"], "").await;
    assert!(!ended.err.contains("hunter2") && !ended.err.contains("4711"), "{}", ended.err);
}

#[tokio::test]
async fn an_adapter_that_this_version_lacks_is_an_error_that_says_which_it_has() {
    let other = Scratch::new().with("TASKBOT_DATABASE_URL", "mysql://user:hidden@host/db");
    assert_refused(&other, &["TASKBOT_DATABASE_URL", "sqlite://taskbot.db", "postgres://"]).await;
    let ended = other.run(&["serve"], "").await;
    assert!(!ended.err.contains("hidden"), "a password is no part of an error: {}", ended.err);
    assert_refused(&Scratch::new().with("TASKBOT_EVENTS_URL", "nats://x"), &["TASKBOT_EVENTS_URL", "kafka://"]).await;
}

#[tokio::test]
async fn an_audit_log_in_a_database_of_its_own_is_refused_with_what_to_do_instead() {
    let apart = Scratch::new().with("TASKBOT_AUDIT__DATABASE_URL", "postgres://user:hidden@host/audit");
    assert_refused(&apart, &["TASKBOT_AUDIT__DATABASE_URL", "TASKBOT_DATABASE_URL", "--roles audit"]).await;
    let ended = apart.run(&["serve"], "").await;
    assert!(!ended.err.contains("hidden"), "a password is no part of an error: {}", ended.err);
    let asked = Scratch::new().with("TASKBOT_AUDIT__URL", "http://127.0.0.1:8082");
    assert_refused(&asked, &["TASKBOT_AUDIT__URL", "TASKBOT_DATABASE_URL"]).await;
    let the_same = Scratch::new().with("TASKBOT_AUDIT__DATABASE_URL", "sqlite://taskbot.db");
    the_same.done(&["migrate"]).await;
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_without_its_password() {
    let away = Scratch::new().with("TASKBOT_DATABASE_URL", "postgres://user:hidden@127.0.0.1:9/db");
    let ended = away.run(&["serve"], "").await;
    assert!(!ended.status.success() && !ended.err.contains("hidden"), "{}", ended.err);
    assert!(ended.err.contains("postgres://127.0.0.1:9/db does not answer"), "{}", ended.err);
    let checked = away.run(&["check"], "").await;
    assert!(checked.out.contains("FAIL  database: postgres://127.0.0.1:9/db does not answer"), "{}", checked.out);
    let ended = away.run(&["migrate"], "").await;
    assert!(!ended.status.success() && ended.err.contains("TASKBOT_MIGRATE__DATABASE_URL"), "{}", ended.err);
    assert!(!ended.err.contains("hidden"), "a password is no part of an error: {}", ended.err);
}

#[tokio::test]
async fn a_process_without_connections_to_its_database_is_refused() {
    let none = Scratch::new()
        .with("TASKBOT_DATABASE_URL", "postgres://user@127.0.0.1:9/db")
        .with("TASKBOT_DATABASE__CONNECTIONS", "0");
    let ended = none.run(&["serve"], "").await;
    assert!(!ended.status.success() && ended.err.contains("TASKBOT_DATABASE__CONNECTIONS is 0"), "{}", ended.err);
}

#[tokio::test]
async fn half_a_sign_in_to_kafka_is_refused() {
    let half = Scratch::new().with("TASKBOT_EVENTS_URL", "kafka://127.0.0.1:9").with("TASKBOT_KAFKA__USERNAME", "ana");
    assert_refused(&half, &["USERNAME is set", "SECURITY_PROTOCOL"]).await;
}

#[tokio::test]
async fn the_environment_beats_the_file() {
    let scratch = Scratch::new().with("TASKBOT_CONSOLE__TIMEZONE", "Europe/Madrid");
    std::fs::write(scratch.path("taskbot.toml"), "[console]\ntimezone = \"Asia/Tokyo\"\nuser = \"ana\"\n")
        .expect("written");
    let checked = scratch.run(&["check"], "").await;
    assert!(checked.status.success() && checked.out.contains("Europe/Madrid"), "{}{}", checked.out, checked.err);
}
