//! Each role of the program in a process with a login of its own, which may do what that role needs and nothing else.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::kit::kafka::Cluster;
use crate::kit::postgres::Database;
use crate::kit::program::{Running, Scratch, Server};

/// What each process is, and what its login is a member of.
const PROCESSES: [(&str, &str); 4] = [
    ("gateway,bot", "taskbot_app, taskbot_relay"),
    ("recurrence,reminders", "taskbot_app, taskbot_relay"),
    ("relay", "taskbot_relay"),
    ("audit", "taskbot_audit"),
];

/// A login that is a member of these roles alone, as a URL.
async fn login(database: &Database, nth: usize, roles: &str) -> String {
    let owner: PgConnectOptions = database.owner_url().parse().expect("a URL");
    let name = name(&owner, nth);
    let make = format!("CREATE ROLE {name} LOGIN NOINHERIT PASSWORD 'secret'; GRANT {roles} TO {name}");
    database.sql(&make).await.expect("an owner may");
    owner.username(&name).password("secret").to_url_lossy().to_string()
}

/// A name that no other database's login has.
fn name(owner: &PgConnectOptions, nth: usize) -> String {
    format!("{}_{nth}", owner.get_database().expect("a database").replace("taskbot_test", "login"))
}

async fn drop_logins(database: &Database) {
    let owner: PgConnectOptions = database.owner_url().parse().expect("a URL");
    let names: Vec<_> = (0..PROCESSES.len()).map(|nth| name(&owner, nth)).collect();
    database.sql(&format!("DROP ROLE {}", names.join(", "))).await.expect("dropped");
}

fn start(scratch: &Scratch, url: &str, roles: &str) -> Running {
    let mut command = scratch.command(&["serve", "--roles", roles]);
    let mut program = Running::over(command.env("TASKBOT_DATABASE_URL", url).spawn().expect("started"));
    drop(program.stdin.take());
    program
}

/// Runs a command with a login. Whether it succeeded, and all that it wrote.
async fn run(scratch: &Scratch, url: &str, args: &[&str]) -> (bool, String) {
    let output = scratch.command(args).env("TASKBOT_DATABASE_URL", url).output().await.expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).expect("UTF-8"))
}

/// A task over the gateway's login; its history comes from what the audit's login wrote.
async fn a_task_is_audited(gateway: &Server, token: &str) {
    let task = gateway.post(token, "/api/v1/tasks", json!({"title": "one", "due": "2040-01-05T09:00:00Z"}), 201).await;
    let path = format!("/api/v1/tasks/{}/history", task["id"].as_str().expect("an id"));
    for _ in 0..600 {
        let history = gateway.get(token, &path).await;
        if history["items"]
            .as_array()
            .is_some_and(|items| items.iter().any(|item| item["event_type"] == "TASK_CREATED"))
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the task is not audited");
}

/// What the checker of each process finds, once a minute, while a reminder is held back and nothing waits for its seal:
/// whoever only audits sees no reminders, and nobody else looks after seals.
const FOUND: [&str; 4] = [
    "taskbot_held_reminders 1",
    "taskbot_held_reminders 1",
    "taskbot_held_reminders 1",
    "taskbot_audit_unsealed_seconds 0",
];

/// Waits until the process tells this.
async fn tells(server: &Server, found: &str) {
    let mut text = String::new();
    for _ in 0..1_800 {
        let answer = server.request(Method::GET, "/metrics", "").send().await.expect("an answer");
        text = answer.text().await.expect("a body");
        if text.lines().any(|line| line == found) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("“{found}” was never told:\n{text}\n{}", server.program.err.all().join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_process_works_with_a_login_that_may_do_no_more_than_its_roles_need() {
    let (database, cluster) = (Database::migrated().await, Cluster::shared().await);
    let mut urls = Vec::new();
    for (nth, (_, roles)) in PROCESSES.iter().enumerate() {
        urls.push(login(&database, nth, roles).await);
    }
    let scratch = Scratch::new()
        .with("TASKBOT_DATABASE_URL", &urls[0])
        .with("TASKBOT_EVENTS_URL", &format!("kafka://{}", cluster.config.brokers))
        .with("TASKBOT_KAFKA__TOPIC_PREFIX", &cluster.config.topic_prefix)
        .with("TASKBOT_KAFKA__GROUP_PREFIX", &cluster.config.group_prefix);
    let token = scratch.token("ana").await;
    let mut servers = Vec::new();
    for ((roles, _), url) in PROCESSES.iter().zip(&urls) {
        let mut program = start(&scratch, url, roles);
        let addr = program.address().await;
        servers.push(Server { program, addr, client: reqwest::Client::new() });
    }
    a_task_is_audited(&servers[0], &token).await;
    let (intact, said) = run(&scratch, &urls[3], &["audit", "verify"]).await;
    assert!(intact && said.contains("intact"), "{said}");
    let hold = "INSERT INTO hold (until) VALUES (extract(epoch FROM timestamptz '2041-01-01 00:00Z') * 1000000)";
    database.sql(hold).await.expect("an owner may");
    for (server, found) in servers.iter().zip(FOUND) {
        tells(server, found).await;
    }
    for (server, (roles, _)) in servers.iter_mut().zip(PROCESSES) {
        server.answer(server.request(Method::GET, "/health/ready", ""), 200).await;
        assert!(server.program.terminate().await.success(), "{roles}");
        let refused: Vec<_> = server.program.err.all().into_iter().filter(|line| line.contains("permission")).collect();
        assert!(refused.is_empty(), "{roles}: {refused:#?}");
    }
    drop_logins(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_was_not_granted_is_named_with_what_grants_it() {
    let (database, cluster) = (Database::migrated().await, Cluster::shared().await);
    let url = login(&database, 0, "taskbot_audit").await;
    let scratch = Scratch::new().with("TASKBOT_EVENTS_URL", &format!("kafka://{}", cluster.config.brokers));
    let (good, said) = run(&scratch, &url, &["check", "--roles", "audit"]).await;
    assert!(good, "{said}");
    for (roles, lacks) in [("gateway", "taskbot_app"), ("relay", "taskbot_relay")] {
        for args in [["check", "--roles", roles], ["serve", "--roles", roles]] {
            let (good, said) = run(&scratch, &url, &args).await;
            assert!(!good && said.contains(&format!("GRANT {lacks} TO login_")), "{said}");
        }
    }
    let owner: PgConnectOptions = database.owner_url().parse().expect("a URL");
    database.sql(&format!("DROP ROLE {}", name(&owner, 0))).await.expect("dropped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_sees_rows_without_a_role_is_warned_of() {
    let database = Database::migrated().await;
    let url = login(&database, 0, "taskbot_app, taskbot_relay, taskbot_audit").await;
    let owner: PgConnectOptions = database.owner_url().parse().expect("a URL");
    let name = name(&owner, 0);
    let (scratch, warning) =
        (Scratch::new(), format!("the login {name} sees every tenant's rows without taking a role on"));
    for (inherits, warned) in [("NOINHERIT", false), ("INHERIT", true)] {
        // From version 16 on it is the grant that says so.
        let grant = format!("GRANT taskbot_app, taskbot_relay, taskbot_audit TO {name}");
        let revoke = grant.replace("GRANT", "REVOKE").replace(" TO ", " FROM ");
        database.sql(&format!("ALTER ROLE {name} {inherits}; {revoke}; {grant}")).await.expect("an owner may");
        let (good, said) = run(&scratch, &url, &["token", "create", "--user", "ana"]).await;
        assert!(good && said.contains(&warning) == warned, "{inherits}: {said}");
    }
    database.sql(&format!("DROP ROLE {name}")).await.expect("dropped");
}

#[tokio::test]
async fn migrations_need_the_owners_login_alone() {
    let database = Database::empty().await;
    let scratch = Scratch::new().with("TASKBOT_MIGRATE__DATABASE_URL", &database.owner_url());
    for _ in 0..2 {
        let ended = scratch.run(&["migrate"], "").await;
        assert!(ended.status.success() && ended.out.contains("up to date"), "{} {}", ended.out, ended.err);
    }
}
