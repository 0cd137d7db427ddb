//! The words on the command line: what is wrong with them is said on standard error in a sentence that helps, the exit
//! code tells it to scripts, and standard output stays for results.

use crate::kit::program::{Ended, Scratch};

/// Nothing on standard output, and one complaint that begins with the program's name and has these words.
fn assert_complains(ended: &Ended, args: &[&str], words: &[&str]) {
    // What `audit verify` cannot look at is not yet found to be tampered with.
    let code = if args[0] == "audit" { 2 } else { 1 };
    assert_eq!((ended.status.code(), ended.out.as_str()), (Some(code), ""), "{args:?}: {}", ended.err);
    let complaint = ended.err.lines().find(|line| line.starts_with("taskbot: "));
    assert!(complaint.is_some(), "{args:?}: {}", ended.err);
    for word in words {
        assert!(ended.err.contains(word), "{args:?} does not say {word:?}: {}", ended.err);
    }
    for inside in ["panicked", "Error(", "Caused by", ".rs:", "backtrace"] {
        assert!(!ended.err.contains(inside), "{args:?}: {}", ended.err);
    }
}

#[tokio::test]
async fn whatever_cannot_be_done_fails_and_says_what_to_do_instead() {
    let scratch = Scratch::new();
    let nobody = "00000000-0000-0000-0000-000000000000";
    let cases: [(&[&str], &[&str]); 21] = [
        (&["token", "create", "--user", ""], &["“” is no user", "slack:TEAM/USER"]),
        (&["token", "create", "--user", "a b/c"], &["“a b/c” is no user"]),
        (&["token", "create", "--user", "ana", "--expires", "soon"], &["--expires “soon”", "30d"]),
        (&["token", "create", "--user", "ana", "--expires=-1d"], &["not in the future", "30d"]),
        (&["token", "create", "--user", "ana", "--expires=0s"], &["not in the future"]),
        (&["token", "list", "--user", "nobody"], &["I know no nobody"]),
        (&["token", "revoke", "--user", "ana", "x"], &["I know no ana"]),
        (&["explain", "x"], &["“x” is no id", "short number"]),
        (&["explain", "7"], &["no task #7"]),
        (&["explain", "#7"], &["no task #7"]),
        (&["explain", nobody], &["nothing has the id", nobody]),
        (&["dead-letters", "replay", "x"], &["the row's number, or all"]),
        (&["dead-letters", "replay", "9"], &["taskbot dead-letters list"]),
        (&["restore", "missing.json"], &["missing.json cannot be opened"]),
        (&["backup", "/no/such/folder/backup.json"], &["/no/such/folder/backup.json"]),
        (&["backup", "."], &["is there already"]),
        (&["migrate", "--from", "sqlite://missing.db"], &["no database at sqlite://missing.db"]),
        (&["migrate", "--from", "postgres://host/db"], &["sqlite://PATH", "taskbot backup"]),
        (&["serve", "--roles", "audit"], &["leaves out bot, gateway", "TASKBOT_EVENTS_URL=kafka://"]),
        (&["audit", "verify", "--checkpoints", "x"], &["--public-key"]),
        (&["audit", "verify", "--checkpoints", "x", "--public-key", "zz"], &["64 hex digits"]),
    ];
    for (args, words) in cases {
        assert_complains(&scratch.run(args, "").await, args, words);
    }
}

#[tokio::test]
async fn words_that_are_none_end_with_2_and_show_which_there_are() {
    let scratch = Scratch::new();
    let cases: [(&[&str], &str); 10] = [
        (&["frobnicate"], "unrecognized subcommand"),
        (&["serve", "--role", "bot"], "--roles"),
        (&["serve", "--roles", "cook"], "possible values: bot, gateway, relay, audit, recurrence, reminders, sync"),
        (&["token"], "taskbot token <COMMAND>"),
        (&["token", "create"], "--user <USER>"),
        (&["token", "revoke", "--user", "ana"], "<ID>"),
        (&["explain"], "<ID>"),
        (&["restore"], "<FILE>"),
        (&["restore", "--release", "file"], "cannot be used with"),
        (&["dead-letters", "list", "--consumer", "cook"], "possible values: audit, recurrence, reminders, relay"),
    ];
    for (args, says) in cases {
        let ended = scratch.run(args, "").await;
        assert_eq!((ended.status.code(), ended.out.as_str()), (Some(2), ""), "{args:?}: {}", ended.err);
        assert!(ended.err.contains(says), "{args:?}: {}", ended.err);
    }
    assert!(!scratch.path("taskbot.db").exists(), "nothing was opened");
}

#[tokio::test]
async fn what_finds_nothing_to_do_is_no_failure() {
    let scratch = Scratch::new();
    let cases: [(&[&str], &str, &str); 5] = [
        (&["--version"], "taskbot 0.", ""),
        (&["dead-letters", "list"], "", "there are no dead letters\n"),
        (&["dead-letters", "replay", "all"], "", "0 looked at, 0 failed and stay\n"),
        (&["restore", "--release"], "nothing was held back\n", ""),
        (&["audit", "verify"], "intact: 0 rows, 0 seals", ""),
    ];
    for (args, out, err) in cases {
        let ended = scratch.run(args, "").await;
        assert_eq!(ended.status.code(), Some(0), "{args:?}: {}", ended.err);
        assert!(ended.out.starts_with(out), "{args:?}: {}", ended.out);
        assert!(ended.err.ends_with(err), "{args:?}: {}", ended.err);
    }
    let migrated = scratch.run(&["migrate"], "").await;
    assert!(migrated.status.success() && migrated.out.contains("the tables are up to date"), "{}", migrated.out);
}

#[tokio::test]
async fn what_was_typed_neither_colours_a_complaint_nor_moves_the_cursor() {
    let scratch = Scratch::new();
    for args in [["explain", "\u{1b}[31mred"], ["explain", "\u{202e}left\u{7}"], ["restore", "a\rb\u{8}.json"]] {
        let ended = scratch.run(&args, "").await;
        assert_eq!(ended.status.code(), Some(1), "{args:?}");
        let moves = |c: char| c.is_control() && c != '\n';
        assert!(!ended.err.contains(moves), "{args:?}: {:?}", ended.err);
    }
}

#[tokio::test]
async fn a_value_that_makes_no_sense_is_named_with_its_key() {
    let cases = [
        ("TASKBOT_LIMITS__CHAT_RATE", "0", "at least 1"),
        ("TASKBOT_LIMITS__REST_READS", "0", "at least 1"),
        ("TASKBOT_LIMITS__CHAT_BURST", "-1", "a whole number"),
        ("TASKBOT_LIMITS__REST_WRITES", "many", "a whole number"),
        ("TASKBOT_HTTP__ADDR", "localhost", "127.0.0.1:8080"),
        ("TASKBOT_LOG__FORMAT", "xml", "json"),
        ("TASKBOT_LOG__LEVEL", "((", "try info"),
        ("TASKBOT_STATE_URL", "redis://host", "use memory:"),
        ("TASKBOT_SECRETS_URL", "dapr://host", "from the environment"),
        ("TASKBOT_OPERATORS", "[\"slack:\"]", "“slack:” is no user"),
        ("TASKBOT_CONSOLE__TIMEZONE", "Mars/Base", "Europe/Madrid"),
        ("TASKBOT_EVENTS_URL", "kafka://", "kafka://host:9092"),
        ("TASKBOT_EVENTS_URL", "", "kafka://host:9092"),
        ("TASKBOT_DATABASE_URL", "", "sqlite://taskbot.db"),
        ("TASKBOT_DATABASE_URL", "taskbot.db", "sqlite://taskbot.db"),
    ];
    for (key, value, says) in cases {
        let ended = Scratch::new().with(key, value).run(&["serve"], "").await;
        assert_complains(&ended, &[key, value], &[key, says]);
    }
}

#[tokio::test]
async fn a_file_that_is_no_configuration_is_named_with_the_place() {
    let scratch = Scratch::new();
    std::fs::write(scratch.path("taskbot.toml"), "[limits\n").expect("written");
    let ended = scratch.run(&["serve"], "").await;
    assert_complains(&ended, &["serve"], &["configuration: taskbot.toml: ", "line 1"]);
}
