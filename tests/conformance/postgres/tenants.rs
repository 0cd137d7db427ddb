//! Nothing of a tenant is read or changed by somebody with another tenant's scope, even by raw SQL.

use domain::access::Principal;
use domain::change::{Receipt, UndoNote, UndoRecord};
use domain::command::{Command, IdempotencyKey};
use domain::list::List;
use domain::message::ConversationId;
use domain::ports::installations::Installations;
use domain::ports::store::Store;
use domain::refusal::Code;
use domain::service::Failure;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor, PgConnection, Row};

use super::{known, migrated, request, service};
use crate::conformance::installations::installation;
use crate::conformance::store::make_one;
use crate::kit::samples::{Samples, at, tenant};
use crate::kit::world::draft;

/// Tables that the role of commands and questions reaches, by the names of what it may do with them.
const TABLES: [&str; 9] =
    ["lists", "counters", "tasks", "series", "reminders", "identities", "installations", "receipts", "undo"];

async fn count(connection: &mut PgConnection, scope: &str, table: &str) -> i64 {
    let scope = format!("BEGIN; SELECT set_config('taskbot.tenants', '{scope}', true)");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(scope))).await.expect("a scope");
    let rows = sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(&mut *connection).await;
    connection.execute("ROLLBACK").await.expect("the end");
    rows.expect("a count").get(0)
}

async fn touched(connection: &mut PgConnection, scope: &str, statement: &str) -> Result<u64, String> {
    let scope = format!("BEGIN; SELECT set_config('taskbot.tenants', '{scope}', true)");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(scope))).await.expect("a scope");
    let done = connection.execute(sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))).await;
    connection.execute("ROLLBACK").await.expect("the end");
    done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn nothing_of_a_tenant_is_seen_or_changed_in_the_scope_of_another() {
    let scratch = migrated().await;
    let samples = Samples::default();
    let ana = samples.person("ana");
    let list = List::personal(tenant("slack:T1"), ana.id);
    make_one(&*scratch.store, &samples, &list, ana.id).await;
    let task = samples.task(&list, ana.id, 77);
    let mut change = samples.making(&list, &task);
    change.series = vec![domain::change::Put::new(samples.series(&task, None))];
    let place = domain::place::Place::Direct(ana.id);
    change.reminders = vec![domain::change::Put::new(samples.reminder(&task, place, at(9)))];
    change.receipt = Some(Receipt { tenant: tenant("slack:T1"), ..samples.receipt("rest/1") });
    let taken_back = UndoRecord {
        at: at(1),
        tasks: Vec::new(),
        lists: Vec::new(),
        series: Vec::new(),
        snoozed: Vec::new(),
        cancelled: Vec::new(),
        settings: None,
    };
    let conversation = ConversationId("slack:T1/direct/ana".to_owned());
    change.undo = Some(UndoNote { conversation, change: Some(taken_back) });
    scratch.store.commit(change).await.expect("committed");
    let identity = "slack:T1/U1".parse().expect("an identity");
    domain::ports::people::People::introduce(&*scratch.store, &identity, ana).await.expect("introduced");
    scratch.store.put_installation(&installation("slack:T1")).await.expect("installed");

    let mut app = scratch.database.role("taskbot_app").await;
    for table in TABLES {
        assert!(count(&mut app, "{slack:T1}", table).await > 0, "{table}");
        for scope in ["", "{}", "{console}", "{slack:T2,console}", "{slack:T1x}"] {
            assert_eq!(count(&mut app, scope, table).await, 0, "{table} in the scope of {scope:?}");
        }
    }
    let writes = [
        "UPDATE tasks SET doc = '{}'",
        "UPDATE reminders SET state = 'cancelled'",
        "UPDATE series SET state = 'ended'",
        "UPDATE counters SET last = 1000",
        "UPDATE installations SET doc = '{}'",
        "UPDATE receipts SET outcome = '{}'",
        "DELETE FROM undo",
    ];
    for statement in writes {
        assert!(touched(&mut app, "{slack:T1}", statement).await.expect("done") > 0, "{statement}");
        assert_eq!(touched(&mut app, "{console}", statement).await, Ok(0), "{statement}");
    }
    let moved = touched(&mut app, "{slack:T1}", "UPDATE tasks SET tenant = 'console'").await;
    assert!(moved.is_err_and(|error| error.contains("row-level security")), "a task never changes tenant");
    let found = "SELECT matching('''x'':* | !''nothing''')";
    assert_eq!(touched(&mut app, "{slack:T1}", found).await, Ok(2), "the search keeps to the scope as well");
    assert_eq!(touched(&mut app, "{console}", found).await, Ok(0));
}

#[tokio::test]
async fn each_role_may_do_its_own_work_and_no_other() {
    let scratch = migrated().await;
    let refused = [
        ("taskbot_app", "SELECT * FROM outbox"),
        ("taskbot_app", "DELETE FROM tasks"),
        ("taskbot_app", "SELECT * FROM audit_content"),
        ("taskbot_app", "SELECT * FROM parked"),
        ("taskbot_app", "SELECT * FROM dead_letters"),
        ("taskbot_relay", "DELETE FROM dead_letters"),
        ("taskbot_app", "INSERT INTO audit_people VALUES (gen_random_uuid(), 1)"),
        ("taskbot_app", "UPDATE acts SET doc = ''"),
        ("taskbot_app", "ALTER TABLE tasks DISABLE ROW LEVEL SECURITY"),
        ("taskbot_app", "SET ROLE taskbot_finder"),
        ("taskbot_relay", "UPDATE tasks SET doc = ''"),
        ("taskbot_relay", "DELETE FROM outbox"),
        ("taskbot_relay", "SELECT matching('''x''')"),
        ("taskbot_audit", "SELECT * FROM tasks"),
        ("taskbot_audit", "DELETE FROM audit_content"),
        ("taskbot_audit", "UPDATE audit_log SET actor = gen_random_uuid()"),
    ];
    for (role, statement) in refused {
        let mut connection = scratch.database.role(role).await;
        let result = connection.execute(statement).await;
        assert!(result.is_err_and(|error| error.to_string().contains("denied") || error.to_string().contains("must be owner")), "{role}: {statement}");
    }
    let mut relay = scratch.database.role("taskbot_relay").await;
    assert_eq!(relay.execute("SELECT * FROM canary").await.expect("seen").rows_affected(), 1);
}

#[tokio::test]
async fn what_consumers_gave_up_on_is_written_in_no_scope() {
    let scratch = migrated().await;
    let letter = "(consumer, topic, origin, reason, payload, at) VALUES ('audit', '', 'here', '', '{}', 0)";
    let bury = format!("INSERT INTO dead_letters {letter}");
    let mut audit = scratch.database.role("taskbot_audit").await;
    audit.execute(sqlx::raw_sql(AssertSqlSafe(bury.clone()))).await.expect("buried");
    let mut app = scratch.database.role("taskbot_app").await;
    for scope in ["", "{console}", "{slack:T1,console}"] {
        for statement in ["UPDATE dead_letters SET reason = 'forged'", "DELETE FROM dead_letters", "DELETE FROM parked"]
        {
            assert_eq!(touched(&mut app, scope, statement).await, Ok(0), "{statement}");
        }
        let forged = touched(&mut app, scope, &bury.replace("here", "there")).await;
        assert!(forged.is_err_and(|error| error.contains("row-level security")));
    }
    let mut relay = scratch.database.role("taskbot_relay").await;
    assert_eq!(relay.execute("SELECT * FROM dead_letters WHERE reason = ''").await.expect("seen").rows_affected(), 1);
}

#[tokio::test]
async fn the_services_login_sees_nothing_before_it_takes_a_role_on() {
    let scratch = migrated().await;
    let login: PgConnectOptions = scratch.database.url().parse().expect("a URL");
    let mut bare = login.connect().await.expect("a connection");
    for table in ["canary", "outbox", "audit_log", "dead_letters", "people"].iter().chain(&TABLES) {
        let asked = bare.execute(sqlx::raw_sql(AssertSqlSafe(format!("SELECT FROM taskbot.{table}")))).await;
        assert!(asked.is_err_and(|error| error.to_string().contains("denied")), "{table}");
    }
}

#[tokio::test]
async fn a_key_that_was_used_in_another_tenant_answers_as_one_that_was_used() {
    let scratch = migrated().await;
    let (tasks, here) = (service(&scratch.store), known(&scratch.store).await);
    let elsewhere = Principal { tenants: [tenant("slack:T1")].into(), ..here.clone() };
    let add = |who: &Principal| {
        let key = IdempotencyKey { key: "rest/ana/1".to_owned(), digest: "digest".to_owned() };
        tasks.execute(request(who, Some(key), Command::Add(Box::new(draft(who, "one")))))
    };
    let made = add(&here).await.expect("made").effects.remove(0).task;
    let Failure::Refused(refusal) = add(&elsewhere).await.expect_err("it was used") else { panic!("a refusal") };
    assert_eq!(refusal.code, Code::KeyReused);
    assert_eq!(add(&here).await.expect("repeated").effects.remove(0).task, made);
}
