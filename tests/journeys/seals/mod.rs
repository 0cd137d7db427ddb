//! Seals: whoever owns the database and changes the audit log is found out, and where.

mod ending;
mod history;
mod owner;
mod postgres;

use std::path::Path;

use domain::seal::Seal;

use crate::kit::program::Scratch;
use history::{History, KEY};
use owner::Owner;

/// Somebody notes that they erased the content of these rows, for the sake of this.
fn erasure(subject: &str, rows: &str) -> String {
    format!(
        r#"INSERT INTO acts (actor, doc) VALUES ('019cb9a2-3c00-7000-8000-000000000009',
        '{{"actor":"019cb9a2-3c00-7000-8000-000000000009","action":"audit.erased","subject":"{subject}","detail":{{"rows":[{rows}]}},"at":"2026-03-04T15:00:00Z"}}')"#
    )
}

/// What `audit verify` prints and ends with.
async fn verdict(scratch: &Scratch) -> (bool, String) {
    let ended = scratch.run(&["audit", "verify"], "").await;
    assert!(ended.status.code() == Some(0) || ended.status.code() == Some(1), "{}", ended.err);
    (ended.status.success(), ended.out)
}

/// Tampers with a copy of the history; a line of the verdict must say this, with anything at each `…`: which seal a row
/// lies in depends on how fast the machine was.
async fn found(history: &History, tamper: impl AsyncFnOnce(&mut Owner), says: &str) {
    let copy = history.copy();
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    tamper(&mut owner).await;
    owner.leaves().await;
    let (good, text) = verdict(&copy).await;
    assert!(!good && says_so(&text, says), "expected “{says}”, got:\n{text}");
}

/// Whether a line of the verdict says this, with anything at each `…`.
fn says_so(text: &str, says: &str) -> bool {
    text.lines().any(|line| says.split('…').all(|part| line.contains(part)))
}

#[tokio::test]
async fn an_untouched_log_is_intact_and_content_is_erased_where_an_act_says_so() {
    let history = History::happens().await;
    let (good, text) = verdict(&history.copy()).await;
    assert!(good && text.starts_with("intact: "), "{text}");
    assert!(text.contains(" 0 erased, 0 not sealed yet") && !text.contains(" 0 checkpoints"), "{text}");
    let copy = history.copy();
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    owner.does("DELETE FROM audit_content WHERE row = 2").await;
    owner.leaves().await;
    let (good, text) = verdict(&copy).await;
    let lost = "row 2 (seal … of console) has lost its content, and no act of erasure";
    assert!(!good && says_so(&text, lost), "{text}");
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    owner.does(&erasure("ben", "2")).await;
    owner.leaves().await;
    let (good, text) = verdict(&copy).await;
    let young = "row 2 (seal … of console) has lost its content, and the act that names it is no good";
    assert!(!good && says_so(&text, young), "the outbox still has it: {text}");
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    owner.does("DELETE FROM outbox WHERE position <= (SELECT position FROM outbox JOIN audit_log USING (event_id) WHERE row = 2)").await;
    owner.leaves().await;
    let (good, text) = verdict(&copy).await;
    assert!(good && text.contains(" 1 erased, "), "{text}");
}

#[tokio::test]
async fn a_tenant_is_erased_whole_or_somebody_else_did_it() {
    let history = History::happens().await;
    let copy = history.copy();
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    let rows: Vec<i64> = owner.seals("slack:T1").await.into_iter().flat_map(|seal| seal.rows).collect();
    let all = rows.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    owner.does(&format!("DELETE FROM audit_content WHERE row IN ({all})")).await;
    owner.does(&erasure("slack:T1", &all)).await;
    owner.leaves().await;
    let (good, text) = verdict(&copy).await;
    assert!(good && text.contains(&format!(" {} erased, ", rows.len())), "{text}");
    let some = async |owner: &mut Owner| {
        owner.does(&format!("DELETE FROM audit_content WHERE row = {}", rows[1])).await;
        owner.does(&erasure("slack:T1", &rows[1].to_string())).await;
    };
    let says =
        format!("row {} (seal … of slack:T1) has lost its content, and the act that names it is no good", rows[1]);
    found(&history, some, &says).await;
}

#[tokio::test]
async fn a_change_of_any_row_or_column_is_found_and_named() {
    let history = History::happens().await;
    for column in ["event_id", "type", "subject", "actor", "digest"] {
        let sql = format!("UPDATE audit_log SET {column} = {column} || '0' WHERE row = 3");
        let what = if column == "digest" { "content" } else { column };
        let says = format!("row 3 (seal … of slack:T1) has another {what} than");
        found(&history, async |owner| owner.does(&sql).await, &says).await;
    }
    let earlier = "UPDATE audit_log SET time = time - 1 WHERE row = 1";
    found(&history, async |owner| owner.does(earlier).await, "row 1 (seal … of console) has another time than").await;
    let null = "UPDATE audit_content SET payload = payload || char(0) WHERE row = 2";
    found(&history, async |owner| owner.does(null).await, "row 2 (seal … of console) has another content").await;
    let foreign = "UPDATE audit_log SET tenant = 'slack:T2' WHERE row = 2";
    found(&history, async |owner| owner.does(foreign).await, "row 2 (seal … of console) belongs to slack:T2 now").await;
}

#[tokio::test]
async fn rows_that_go_come_change_places_or_stand_twice_are_found() {
    let history = History::happens().await;
    let gone = "DELETE FROM audit_log WHERE row = 2";
    found(&history, async |owner| owner.does(gone).await, "row 2 (seal … of console) is gone from the log").await;
    let swap = async |owner: &mut Owner| {
        owner.does("UPDATE audit_content SET row = -row WHERE row IN (1, 2)").await;
        owner.does("UPDATE audit_content SET row = 3 + row WHERE row < 0").await;
    };
    found(&history, swap, "row 1 (seal … of console) has another content than was sealed").await;
    let insert =
        "INSERT INTO audit_log SELECT 1000, 'made-up', stream || '0', 1, type, tenant, subject, actor, time, digest
                  FROM audit_log WHERE row = 1";
    found(&history, async |owner| owner.does(insert).await, "row 1000 (of console) stands in the log, and nothing")
        .await;
    let beside = async |owner: &mut Owner| {
        owner.does(insert).await;
        owner.does("INSERT INTO audit_unsealed (row) VALUES (1000)").await;
    };
    found(&history, beside, "row 1000 (of console) is of an event that the outbox, which holds …, does not know").await;
    let double = async |owner: &mut Owner| {
        owner.does("ALTER TABLE audit_log RENAME TO former").await;
        owner.does("CREATE TABLE audit_log AS SELECT * FROM former").await;
        owner.does("INSERT INTO audit_log SELECT * FROM former WHERE row = 2").await;
    };
    found(&history, double, "row 2 (seal … of console) stands in the log more than once").await;
    let borrowed = async |owner: &mut Owner| {
        owner.does("ALTER TABLE audit_log RENAME TO former").await;
        owner.does("CREATE TABLE audit_log AS SELECT * FROM former WHERE row < 2").await;
        let forged = "INSERT INTO audit_log SELECT 2, event_id, stream || '0', 1, type, tenant, subject, actor, time,
            digest FROM former WHERE row = 1";
        owner.does(forged).await;
        owner.does("INSERT INTO audit_log SELECT * FROM former WHERE row >= 2").await;
    };
    found(&history, borrowed, "row 2 (seal … of console) stands in the log more than once").await;
}

#[tokio::test]
async fn a_chain_that_was_cut_forked_or_turned_back_is_found() {
    let history = History::happens().await;
    let cut = async |owner: &mut Owner| {
        let last = owner.seals("console").await.pop().expect("a seal");
        owner.replace(&[], std::slice::from_ref(&last)).await;
        for row in last.rows {
            owner.does(&format!("DELETE FROM audit_log WHERE row = {row}")).await;
        }
    };
    found(&history, cut, "is known from a checkpoint and not there").await;
    let fork = async |owner: &mut Owner| {
        owner.does("ALTER TABLE audit_seals RENAME TO former").await;
        owner.does("CREATE TABLE audit_seals AS SELECT * FROM former").await;
        owner.does("INSERT INTO audit_seals SELECT * FROM former WHERE tenant = 'console' AND n = 1").await;
    };
    found(&history, fork, "row 1 (seal 1 of console) is sealed a second time").await;
    let back = async |owner: &mut Owner| {
        owner.rechain("console", |seal| seal.at -= i64::from(seal.n == 2) * 3_600_000_000).await
    };
    found(&history, back, "(seal 2 of console) was closed before the seal before it").await;
}

#[tokio::test]
async fn whoever_rewrites_the_whole_chain_is_found_by_a_checkpoint_alone() {
    let history = History::happens().await;
    let rewrite = async |owner: &mut Owner| owner.rechain("console", |seal| seal.at += 1).await;
    found(&history, rewrite, "row 1 (seal … of console), or one after it, is sealed otherwise than a checkpoint says")
        .await;
    let copy = history.copy().with("TASKBOT_AUDIT__CHECKPOINTS", "");
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    rewrite(&mut owner).await;
    owner.leaves().await;
    assert!(verdict(&copy).await.0, "without checkpoints nobody can tell, which is why they lie elsewhere");
}

#[tokio::test]
async fn an_old_backup_and_a_forged_checkpoint_are_found() {
    let history = History::happens().await;
    let old = history.old_copy();
    let (good, text) = verdict(&old).await;
    assert!(!good && text.contains("is known from a checkpoint and not there: cut off, or an old copy"), "{text}");
    let copy = history.copy();
    let forged =
        std::fs::read_to_string(copy.path("checkpoints")).expect("checkpoints").replacen("\"n\":", "\"n\":1", 1);
    std::fs::write(copy.path("checkpoints"), forged).expect("written");
    let ended = copy.run(&["audit", "verify"], "").await;
    assert!(ended.err.contains("line 1 is no checkpoint: its signature is not by this key"), "{}", ended.err);
    assert_eq!(ended.status.code(), Some(2), "nothing was verified, so nothing was found");
    let keyless = copy.run(&["audit", "verify", "--public-key", "abc"], "").await;
    assert!(keyless.err.contains("64 hex digits") && !keyless.err.contains(KEY), "{}", keyless.err);
}

/// The seals in order, chained anew over what the rows say now.
fn chained(seals: &[Seal], rows: impl Fn(&Seal) -> Vec<domain::seal::LogRow>) -> Vec<Seal> {
    let mut last: Option<Seal> = None;
    let mut chained = Vec::new();
    for seal in seals {
        let previous = last.as_ref().map(|last| last.hash.clone()).unwrap_or_default();
        let mut anew = Seal { previous, ..seal.clone() };
        anew.hash = anew.hash_over(rows(&anew).iter());
        last = Some(anew.clone());
        chained.push(anew);
    }
    chained
}

/// Copies a database file with what belongs to it.
fn copy_files(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("taskbot.db") || name == "checkpoints" {
            std::fs::copy(entry.path(), to.join(name)).expect("copied");
        }
    }
}
