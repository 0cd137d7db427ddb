//! The operator's commands.

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use crate::kit::program::Scratch;

#[tokio::test]
async fn check_says_what_it_looked_at_and_migrate_makes_the_tables() {
    let scratch = Scratch::new();
    let migrated = scratch.run(&["migrate"], "").await;
    assert!(migrated.status.success() && migrated.out.contains("the tables are up to date"), "{}", migrated.err);
    assert!(scratch.path("taskbot.db").exists());
    let checked = scratch.run(&["check"], "").await;
    assert!(checked.status.success(), "{}", checked.err);
    for what in ["configuration", "database", "events", "state", "http"] {
        assert!(checked.out.contains(&format!("ok    {what}:")), "{}", checked.out);
    }
}

#[tokio::test]
async fn check_fails_on_a_file_that_is_no_database_and_leaves_it_as_it_was() {
    let scratch = Scratch::new();
    let text = "this is my diary, not a database\n".repeat(200);
    std::fs::write(scratch.path("taskbot.db"), &text).expect("written");
    let checked = scratch.run(&["check"], "").await;
    assert_eq!(checked.status.code(), Some(1));
    assert!(checked.out.contains("FAIL  database:"), "{}", checked.out);
    assert_eq!(std::fs::read_to_string(scratch.path("taskbot.db")).expect("read"), text);
}

#[tokio::test]
async fn explain_tells_of_a_task_its_reminder_and_its_events() {
    let scratch = Scratch::new();
    scratch.run(&["console", "--user", "ana"], "call Ben tomorrow 9am\n").await;
    let ended = scratch.run(&["explain", "1"], "").await;
    assert!(ended.status.success(), "{}", ended.err);
    for part in ["task #1 “call Ben”", "reminder ", "TASK_CREATED", "REMINDER_SCHEDULED", "passed by audit"] {
        assert!(ended.out.contains(part), "no {part} in {}", ended.out);
    }
    for unknown in ["77", "00000000-0000-7000-8000-000000000000", "nonsense"] {
        let ended = scratch.run(&["explain", unknown], "").await;
        assert_eq!(ended.status.code(), Some(1), "{unknown}");
        assert!(ended.out.is_empty() && ended.err.starts_with("taskbot: "), "{}", ended.err);
    }
}

#[tokio::test]
async fn without_dead_letters_there_is_nothing_to_list_or_replay() {
    let scratch = Scratch::new();
    let listed = scratch.run(&["dead-letters", "list"], "").await;
    assert!(listed.status.success() && listed.out.is_empty(), "{}", listed.out);
    assert!(listed.err.contains("there are no dead letters"), "{}", listed.err);
    let all = scratch.run(&["dead-letters", "replay", "all", "--dry-run"], "").await;
    assert!(all.status.success(), "{}", all.err);
    let one = scratch.run(&["dead-letters", "replay", "7"], "").await;
    assert_eq!(one.status.code(), Some(1), "{}", one.err);
}

#[tokio::test]
async fn parse_answers_bad_request_for_a_bad_line_and_goes_on() {
    // It needs no configuration, not even a good one.
    let scratch = Scratch::new().with("TASKBOT_NONSENSE", "1");
    let line = |id: &str, text: &str| {
        let request = json!({"id": id, "text": text, "now": "2026-03-04T10:00:00-05:00", "tz": "America/New_York"});
        format!("{request}\n").into_bytes()
    };
    let bad: &[&[u8]] = &[b"nonsense\n", b"\xff\xfe\n", b"\n", b"{\"id\":\"c\",\"text\":7}\n"];
    let input = [line("a", "call Ana tomorrow"), bad.concat(), line("b", "done 3")].concat();
    let ended = scratch.run(&["parse"], input).await;
    assert!(ended.status.success(), "{}", ended.err);
    let answers: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 6, "a line for a line: {}", ended.out);
    assert_eq!((&answers[0]["title"], &answers[0]["due"]), (&json!("call Ana"), &json!("2026-03-05")));
    for answer in &answers[1..5] {
        assert_eq!((&answer["command"], &answer["error"]), (&Value::Null, &json!("bad_request")), "{}", ended.out);
    }
    assert_eq!((&answers[5]["id"], &answers[5]["ids"]), (&json!("b"), &json!([3])));
}

/// Puts two rows into the outbox that the audit cannot take: one that is no JSON, and a good event under a wrong key.
async fn poison(scratch: &Scratch) {
    let file = scratch.path("taskbot.db").display().to_string();
    let mut connection = SqliteConnection::connect(&file).await.expect("opened");
    for (id, key, payload) in [("a", "key", "'{'"), ("b", "wrong", "payload")] {
        let insert = format!(
            "INSERT INTO outbox (topic, key, event_id, stream, version, created_at, payload)
             SELECT topic, '{key}', '{id}', '{id}', 1, created_at, {payload} FROM outbox
             WHERE payload LIKE '%TASK_CREATED%' LIMIT 1"
        );
        sqlx::query(sqlx::AssertSqlSafe(insert)).execute(&mut connection).await.expect("inserted");
    }
    connection.close().await.expect("closed");
}

/// The letters of the audit, as `dead-letters list` shows them.
async fn letters(scratch: &Scratch) -> Vec<String> {
    let listed = scratch.run(&["dead-letters", "list", "--consumer", "audit"], "").await;
    assert!(listed.status.success(), "{}", listed.err);
    listed.out.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn dead_letters_are_listed_tried_replayed_and_gone_only_when_they_were_handled() {
    let scratch = Scratch::new();
    scratch.run(&["console", "--user", "ana"], "call Ben\n").await;
    poison(&scratch).await;
    let ended = scratch.run(&["console", "--user", "ana"], "remind me to stretch in 1 second\n").await;
    assert!(ended.out.contains('⏰'), "a bad message stops nothing but itself: {}", ended.out);
    let listed = letters(&scratch).await;
    let [broken, wrong] = listed.as_slice() else { panic!("two letters, not {listed:?}") };
    assert!(broken.contains("outbox@") && broken.contains("no CloudEvent"), "{broken}");
    assert!(wrong.contains("is not the subject"), "{wrong}");
    let row = |line: &str| line.split_whitespace().next().expect("a number").to_owned();
    let dry = scratch.run(&["dead-letters", "replay", &row(wrong), "--dry-run"], "").await;
    assert!(dry.status.success() && dry.err.contains("would be handed over"), "{}", dry.err);
    assert_eq!(letters(&scratch).await, listed, "a dry run changes nothing");
    let replayed = scratch.run(&["dead-letters", "replay", &row(wrong)], "").await;
    assert!(replayed.status.success() && replayed.err.contains("handled"), "{}", replayed.err);
    assert_eq!(letters(&scratch).await, [broken.as_str()]);
    let all = scratch.run(&["dead-letters", "replay", "all"], "").await;
    assert_eq!(all.status.code(), Some(1), "{}", all.err);
    assert!(all.err.contains("failed again") && all.out.is_empty(), "{}", all.err);
    assert_eq!(letters(&scratch).await, [broken.as_str()], "what fails again stays");
    let others = scratch.run(&["dead-letters", "list", "--consumer", "relay"], "").await;
    assert!(others.out.is_empty(), "{}", others.out);
}
