//! A workspace that removed the bot: what is due there is held, and comes when it is installed again.

use std::time::Duration;

use fakes::slack::Standing;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, sleep_until};

use super::super::kit::{BOTH, Site, Way, shown, struck};
use super::kit::Public;
use crate::kit::postgres::Database;
use crate::kit::program::Scratch;

/// Ana's token for REST: nobody can speak to a bot that was removed.
async fn list(public: &Public) -> String {
    list_of(public, "T1").await
}

async fn list_of(public: &Public, team: &str) -> String {
    let token = public.scratch.token(&format!("slack:{team}/U1")).await;
    let answer = public.server.chat(&token, "list").await;
    answer["text"].as_str().map(str::to_owned).unwrap_or_else(|| answer.to_string())
}

/// The id of Ana's first task, and what its history says.
async fn first(public: &Public) -> (String, Vec<String>) {
    let token = public.scratch.token("slack:T1/U1").await;
    let tasks = public.server.get(&token, "/api/v1/tasks").await;
    let task = tasks["items"].as_array().expect("items").iter().find(|task| task["number"] == 1).expect("a task");
    let id = task["id"].as_str().expect("an id").to_owned();
    let history = public.server.get(&token, &format!("/api/v1/tasks/{id}/history")).await;
    let kind = |item: &Value| item["event_type"].as_str().expect("a type").to_owned();
    (id, history["items"].as_array().expect("items").iter().map(kind).collect())
}

#[tokio::test]
async fn a_removed_bots_reminders_are_held_and_come_once_it_is_back() {
    for way in BOTH {
        removed_and_back(Public::new(way).await).await;
    }
}

#[tokio::test]
async fn on_postgres_too_they_are_held_and_come_once_it_is_back() {
    let database = Database::migrated().await;
    let scratch = Scratch::new().with("TASKBOT_DATABASE_URL", &database.url());
    removed_and_back(Public::with(BOTH[1], scratch).await).await;
}

async fn removed_and_back(mut public: Public) {
    public.install("T1").await;
    public.install("T2").await;
    public.person("T1").command("C1", "/remindme", "to stretch in 15 seconds").await;
    let passed = Instant::now() + Duration::from_secs(16);
    public.person("T2").command("C1", "/remindme", "to stretch in 1 second").await;
    public.slack.uninstall("A1", "T1").await;
    public.logs("the bot was removed").await;
    public.comes("T2", "*stretch").await;
    sleep_until(passed).await;
    let told = list(&public).await;
    assert!(told.contains("Reminders of slack:T1 are held") && told.contains("stretch"), "{told}");
    let (id, kinds) = first(&public).await;
    assert!(!kinds.iter().any(|kind| kind == "REMINDER_FAILED" || kind == "TASK_MISSED"), "{kinds:?}");
    let why = public.scratch.run(&["explain", &id], "").await;
    assert!(why.out.contains("held back until the bot is installed there again"), "{}{}", why.out, why.err);
    public.install("T1").await;
    public.comes("T1", "*stretch").await;
    let told = list(&public).await;
    assert!(!told.contains("are held"), "{told}");
    assert_eq!(public.posted("T1", "*stretch").len(), 1);
}

#[tokio::test]
async fn a_token_that_is_revoked_between_two_posts_loses_and_doubles_nothing() {
    use fakes::kit::{Fault, What};
    let mut public = Public::new(BOTH[0]).await;
    public.install("T1").await;
    // What goes to the channel has to wait; what goes to ana is out before.
    public
        .slack
        .faults()
        .add(Fault::next(1, "chat.postMessage", What::Limited { retry_after: 15 }).field("channel", "C1"));
    let ana = public.person("T1");
    ana.command("C1", "/task", "remind us to lift in 3 seconds").await;
    ana.command("C1", "/remindme", "to stretch in 3 seconds").await;
    public.comes("T1", "*stretch").await;
    struck(&public.slack).await;
    let waited = Instant::now() + Duration::from_secs(16);
    public.slack.revoke("A1", "T1").await;
    public.logs("the bot was removed").await;
    sleep_until(waited).await;
    assert!(public.posted("T1", "*lift").is_empty());
    public.install("T1").await;
    public.comes("T1", "*lift").await;
    assert_eq!(public.slack.faults().left(), [], "it had to wait");
    assert_eq!((public.posted("T1", "*lift").len(), public.posted("T1", "*stretch").len()), (1, 1));
}

#[tokio::test]
async fn a_token_that_was_revoked_without_a_word_is_noticed_by_the_first_call() {
    let mut public = Public::new(BOTH[0]).await;
    public.install("T1").await;
    public.person("T1").command("C1", "/remindme", "to stretch in 15 seconds").await;
    public.slack.change(|world| world.apps.get_mut("A1").expect("the app").events.clear());
    public.slack.revoke("A1", "T1").await;
    public.logs("the bot was removed").await;
    assert!(list(&public).await.contains("Reminders of slack:T1 are held"));
    public.install("T1").await;
    public.comes("T1", "*stretch").await;
    let (_, kinds) = first(&public).await;
    assert!(!kinds.iter().any(|kind| kind == "REMINDER_FAILED"), "{kinds:?}");
}

#[tokio::test]
async fn a_token_that_slack_refused_by_mistake_wakes_its_workspace_again() {
    let mut public = Public::new(BOTH[0]).await;
    let install = public.install("T1").await;
    public.person("T1").command("C1", "/remindme", "to stretch in 2 seconds").await;
    public.slack.revoke("A1", "T1").await;
    public.logs("the bot was removed").await;
    let check = public.scratch.run(&["check"], "").await;
    assert!(check.out.contains("slack workspace Acme (slack:T1): removed the bot"), "{}", check.out);
    assert!(check.status.success(), "that somebody removed it is no fault: {}", check.out);
    public.slack.change(|world| {
        let found = world.installs.iter_mut().find(|one| one.token == install.token);
        found.expect("an installation").standing = Standing::Active;
    });
    let public = public.again("TASKBOT_LOG__LEVEL", "info").await;
    public.comes("T1", "*stretch").await;
}

#[tokio::test]
async fn a_late_word_of_a_removal_does_not_put_a_new_installation_to_sleep() {
    for way in BOTH {
        let mut public = Public::new(way).await;
        public.install("T1").await;
        let turns = public.slack.uninstall("A1", "T1").await;
        assert!(turns.len() == 2 && turns.iter().all(|turn| turn.taken()), "{turns:?}");
        public.logs("the bot was removed").await;
        public.install("T1").await;
        for turn in &turns {
            turn.again(1).await;
        }
        let added = public.told("T1", "/remindme", "to stretch in 1 second").await;
        assert!(added.contains("stretch"), "{added}");
        public.comes("T1", "*stretch").await;
    }
}

#[tokio::test]
async fn the_token_of_the_configuration_may_be_replaced_after_a_removal() {
    let mut site = Site::new(Way::Socket).await;
    site.person("U1").command("C1", "/remindme", "to stretch in 15 seconds").await;
    let passed = Instant::now() + Duration::from_secs(16);
    site.slack.uninstall("A1", "T1").await;
    site.server.program.err.line("the bot was removed").await;
    sleep_until(passed).await;
    let install = site.slack.install("A1", "T1");
    site.again("TASKBOT_SLACK__BOT_TOKEN", &install.token).await;
    let direct = site.direct("U1").await;
    let reminder = site.message(&direct, "*stretch").await;
    assert!(shown(&reminder).contains("Done"));
}

/// Puts a removal back to a month ago, and starts the program anew.
async fn a_month_later(public: Public) -> Public {
    let options = SqliteConnectOptions::new().filename(public.scratch.path("taskbot.db"));
    let mut database = options.connect().await.expect("the database");
    let then = "UPDATE installations SET doc = json_set(doc, '$.asleep_since', '2026-01-01T00:00:00Z')
        WHERE asleep_since IS NOT NULL";
    sqlx::query(then).execute(&mut database).await.expect("written");
    database.close().await.expect("closed");
    let mut public = public.again("TASKBOT_LOG__LEVEL", "info").await;
    public.logs("a month ago is gone").await;
    public
}

/// How often this is written anywhere in the database, but for the log of the last week.
async fn written(public: &Public, part: &str) -> usize {
    let options = SqliteConnectOptions::new().filename(public.scratch.path("taskbot.db"));
    let mut database = options.connect().await.expect("the database");
    let mut found = 0;
    for table in ["tasks", "series", "reminders", "deliveries", "undo", "people", "installations"] {
        let docs: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT doc FROM {table}")))
            .fetch_all(&mut database)
            .await
            .expect("rows");
        found += docs.iter().filter(|doc| doc.contains(part)).count();
    }
    let contents: Vec<String> =
        sqlx::query_scalar("SELECT payload FROM audit_content").fetch_all(&mut database).await.expect("rows");
    database.close().await.expect("closed");
    found + contents.iter().filter(|content| content.contains(part)).count()
}

#[tokio::test]
async fn after_thirty_days_all_that_a_workspace_had_is_gone_and_the_log_is_intact() {
    let mut public = Public::new(BOTH[0]).await;
    for team in ["T1", "T2"] {
        public.install(team).await;
        let said = format!("buy milk for {team}");
        public.person(team).command("C1", "/todo", &format!("{said} every day at 9am")).await;
    }
    public.slack.uninstall("A1", "T1").await;
    public.logs("the bot was removed").await;
    assert!(written(&public, "milk for T1").await > 0);
    let public = a_month_later(public).await;
    assert_eq!((written(&public, "milk for T1").await, written(&public, "slack:T1").await), (0, 0));
    assert!(written(&public, "milk for T2").await > 0);
    let verified = public.scratch.run(&["audit", "verify"], "").await;
    assert!(verified.status.success() && verified.out.contains("erased"), "{}{}", verified.out, verified.err);
    public.install("T1").await;
    let told = public.told("T1", "/task", "list me").await;
    assert!(!told.contains("milk"), "it begins anew: {told}");
    let told = public.told("T1", "/todo", "buy bread").await;
    assert!(told.contains("Added #2: buy bread"), "no number is given twice: {told}");
    let listed = list_of(&public, "T2").await;
    assert!(listed.contains("milk for T2"), "{listed}");
}
