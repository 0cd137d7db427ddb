//! A workspace in a stand-in for Slack, and several processes on one PostgreSQL that talk with it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fakes::kit::{Accepted, Call};
use fakes::slack::{Channel, FakeSlack, Kind, Person, Team, Turn, User};
use futures::{StreamExt as _, stream};
use sqlx::Executor as _;
use tokio::time::{Instant, sleep};

use crate::kit::postgres::Database;
use crate::kit::program::{PATIENCE, Scratch, Server};
use crate::slack::installs::kit::{self as installs, Browser};
use crate::slack::kit::patient;

/// What every message of a reminder says, and no other: the line by which a channel learns of a task may come late.
pub(super) const REMINDS: &str = "alarm_clock";
/// So long nothing is posted once nothing more waits: a message a second goes to a channel.
const QUIET: Duration = Duration::from_secs(3);
/// How many people type at once.
const TYPISTS: usize = 8;
const CHANNELS: usize = 40;
/// After so long whatever was typed is done or will not be.
const REFUSED: Duration = Duration::from_secs(5);

/// Slack, the database, and the processes between them.
pub(super) struct Workspace {
    pub(super) slack: FakeSlack,
    scratch: Scratch,
    pub(super) processes: Vec<Server>,
    database: Database,
    /// The workspaces, in which jobs are typed by turns.
    teams: Vec<&'static str>,
}

/// What a ledger says of jobs of which each was to arrive once.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    pub(super) lost: Vec<u64>,
    /// How often too often.
    pub(super) doubled: BTreeMap<u64, usize>,
    /// Calls that Slack answered with "too many".
    pub(super) too_many: usize,
    pub(super) messages: usize,
}

impl Workspace {
    /// So many processes, broken at these points.
    pub(super) async fn new(processes: usize, points: &str) -> Self {
        Self::with(processes, |scratch, _| scratch.with("FAILPOINTS", points)).await
    }

    /// So many processes, in whose environment there is more; that is given the address of the database.
    pub(super) async fn with(processes: usize, more: impl FnOnce(Scratch, &str) -> Scratch) -> Self {
        let slack = patient().await;
        slack.add_team(team("T1", "Acme"));
        let app = installs::app();
        let (app_token, secret) = (app.app_token.clone(), app.signing_secret.clone());
        slack.add_app(app);
        let install = slack.install("A1", "T1");
        invite_everywhere(&slack, "T1");
        let database = Database::migrated().await;
        let scratch = Scratch::new()
            .with("TASKBOT_DATABASE_URL", &database.url())
            .with("TASKBOT_SLACK__API_URL", &slack.api_url())
            .with("TASKBOT_SLACK__BOT_TOKEN", &install.token)
            .with("TASKBOT_SLACK__APP_TOKEN", &app_token)
            .with("TASKBOT_SLACK__SIGNING_SECRET", &secret)
            .with("TASKBOT_LIMITS__CHAT_RATE", "1000")
            .with("TASKBOT_LIMITS__CHAT_BURST", "1000");
        let scratch = more(scratch, &database.url());
        let mut site = Self { slack, scratch, processes: Vec::new(), database, teams: vec!["T1"] };
        for _ in 0..processes {
            site.processes.push(site.scratch.serve().await);
        }
        site.slack.connected("A1", processes).await;
        site
    }

    /// Whoever runs the second workspace, in which there is the same as in the first, installs the app in it. The
    /// environment must allow that.
    pub(super) async fn installed_in_another(mut self) -> Self {
        self.slack.add_team(team("T2", "Bolts"));
        Browser::before(&self.processes[0]).install("T2").await;
        invite_everywhere(&self.slack, "T2");
        self.teams.push("T2");
        self
    }

    pub(super) fn person(&self, user: &str) -> Person {
        self.slack.person("T1", user)
    }

    /// Kills a process and starts another in its place.
    pub(super) async fn lose(&mut self, nth: usize) {
        self.processes[nth].program.kill().await;
        self.replace(nth).await;
    }

    /// Starts another in the place of one that has ended.
    pub(super) async fn replace(&mut self, nth: usize) {
        self.processes[nth] = self.scratch.serve().await;
    }

    /// Makes reminders `job-0` and so on for much later: most for one channel, some for a direct message, the others
    /// for all the other channels. Nothing of that is limited, and the ledger forgets it.
    pub(super) async fn make(&self, jobs: u64) {
        self.make_at(jobs, place).await;
    }

    /// The same with a channel and a command for each job.
    pub(super) async fn make_at(&self, jobs: u64, place: impl Fn(u64) -> (String, &'static str)) {
        self.make_by(jobs, |_| "U0".to_owned(), place).await;
    }

    /// The same with somebody who types it.
    pub(super) async fn make_by(
        &self,
        jobs: u64,
        user: impl Fn(u64) -> String,
        place: impl Fn(u64) -> (String, &'static str),
    ) {
        self.slack.set(|settings| settings.limited = false);
        let until = Instant::now() + PATIENCE + PATIENCE + Duration::from_millis(100 * jobs);
        let mut missing: Vec<u64> = (0..jobs).collect();
        // A process that has only just started may refuse, and says so.
        while !missing.is_empty() {
            assert!(Instant::now() < until, "{missing:?} cannot be made");
            let teams = self.teams.len() as u64;
            let typing = stream::iter(missing).map(|job| self.type_job(job, user(job), place(job / teams)));
            let typed = typing.buffer_unordered(TYPISTS);
            typed.collect::<Vec<()>>().await;
            missing = self.missing(jobs).await;
        }
        self.quiet().await;
        self.slack.set(|settings| settings.limited = true);
        self.slack.ledger().clear();
    }

    /// Until no channel is told of what was made any more.
    async fn quiet(&self) {
        let (mut posts, mut since) = (self.posts().len(), Instant::now());
        while since.elapsed() < QUIET {
            sleep(Duration::from_millis(250)).await;
            let now = self.posts().len();
            if now != posts {
                (posts, since) = (now, Instant::now());
            }
        }
    }

    /// What the person was told about a turn, in order.
    pub(super) fn told(&self, turn: &Turn) -> Vec<String> {
        let hook = turn.response_url().rsplit('/').next().unwrap_or_default();
        let calls = self.slack.ledger().calls(Some("response_url"));
        let later =
            calls.into_iter().filter(|call| call.body["response_url"] == hook).map(|call| call.body.to_string());
        let first = turn.taken().then(|| turn.answer().to_string());
        first.into_iter().chain(later).collect()
    }

    /// Has a reminder made for a channel, for a second later. A process that is busy, or has only just started, may refuse.
    pub(super) async fn remind(&self, channel: &str) {
        let until = Instant::now() + PATIENCE;
        let typed = async || self.person("U0").command(channel, "/task", "remind us to water in 1 second").await;
        let mut turn = typed().await;
        loop {
            let told = self.told(&turn).concat();
            if told.contains("Added") {
                return;
            }
            assert!(Instant::now() < until, "no reminder in {channel}: {told}");
            sleep(Duration::from_millis(200)).await;
            if !turn.taken() || told.contains("nothing was done") {
                turn = typed().await;
            }
        }
    }

    async fn type_job(&self, job: u64, user: String, (channel, command): (String, &str)) {
        let team = self.team_of(job);
        let text = format!("to do job-{job} of {team} in 3 hours");
        self.slack.person(team, &user).command(&channel, command, &text).await;
    }

    /// The workspace in which a job is typed.
    pub(super) fn team_of(&self, job: u64) -> &'static str {
        self.teams[usize::try_from(job).expect("few") % self.teams.len()]
    }

    /// The jobs of which no task is there, when whatever was typed has been done or refused.
    async fn missing(&self, jobs: u64) -> Vec<u64> {
        let until = Instant::now() + REFUSED;
        loop {
            let made = self.made().await;
            let missing: Vec<u64> = (0..jobs).filter(|job| !made.contains_key(job)).collect();
            if missing.is_empty() || Instant::now() > until {
                return missing;
            }
            sleep(Duration::from_millis(250)).await;
        }
    }

    /// How many tasks there are of each job.
    pub(super) async fn made(&self) -> BTreeMap<u64, usize> {
        let mut reader = self.database.role("taskbot_relay").await;
        let docs = sqlx::query_scalar("SELECT doc FROM tasks").fetch_all(&mut reader).await.expect("tasks");
        let mut made = BTreeMap::new();
        docs.into_iter().flat_map(jobs_in).for_each(|job| *made.entry(job).or_default() += 1);
        made
    }

    /// Lets every reminder fall due in two seconds, all at the same instant.
    pub(super) async fn fall_due(&self, jobs: u64) {
        assert_eq!(self.open().await, jobs, "reminders that wait");
        let due = "SET taskbot.tenants = '{slack:T1,slack:T2}';
            UPDATE reminders SET at = t.at * 1000000, doc = jsonb_set(doc::jsonb, '{at}',
                to_jsonb(to_char(to_timestamp(t.at) AT TIME ZONE 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')))::text
            FROM (SELECT extract(epoch FROM now())::bigint + 2 AS at) t WHERE state = 'scheduled'";
        self.database.role("taskbot_app").await.execute(sqlx::raw_sql(due)).await.expect("all at once");
    }

    /// How many reminders and deliveries are not at their end.
    async fn open(&self) -> u64 {
        let count = "SELECT (SELECT count(*) FROM reminders WHERE state IN ('scheduled', 'due'))
            + (SELECT count(*) FROM deliveries WHERE open)";
        self.count(count).await
    }

    /// What a question comes to.
    pub(super) async fn count(&self, sql: &'static str) -> u64 {
        let mut reader = self.database.role("taskbot_relay").await;
        let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut reader).await.expect("a count");
        u64::try_from(found).expect("a count")
    }

    /// Waits until every reminder is out, and gives how long that took.
    pub(super) async fn all_out(&self, patience: Duration) -> Duration {
        let began = Instant::now();
        loop {
            match self.open().await {
                0 => return began.elapsed(),
                open => assert!(began.elapsed() < patience, "{open} are left after {patience:?}"),
            }
            sleep(Duration::from_millis(250)).await;
        }
    }

    /// What arrived, as Slack's ledger has it.
    pub(super) fn arrivals(&self, jobs: u64) -> Arrivals {
        let mut posts = self.posts();
        posts.retain(|post| post.content.to_string().contains(REMINDS));
        let mut times = BTreeMap::<u64, usize>::new();
        posts.iter().flat_map(|post| jobs_of(&post.content)).for_each(|job| *times.entry(job).or_default() += 1);
        let too_many = self.slack.ledger().calls(None).iter().filter(|call| call.status == Some(429)).count();
        Arrivals {
            lost: (0..jobs).filter(|job| !times.contains_key(job)).collect(),
            doubled: times.into_iter().filter(|(_, times)| *times > 1).map(|(job, times)| (job, times - 1)).collect(),
            too_many,
            messages: posts.len(),
        }
    }

    pub(super) fn posts(&self) -> Vec<Accepted> {
        let mut posts = self.slack.ledger().accepted(None);
        posts.retain(|one| one.act == "post");
        posts
    }

    /// The message in a channel that has this in its blocks, once it is there: its timestamp.
    pub(super) async fn post(&self, channel: &str, part: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let posts = self.posts().into_iter().filter(|post| post.place == channel);
            let mut found = posts.filter(|post| post.content["blocks"].to_string().contains(part));
            if let Some(post) = found.next() {
                return post.id;
            }
            assert!(Instant::now() < until, "“{part}” never came to {channel}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The posts that were taken, but whose answer was lost.
    pub(super) fn unanswered(&self) -> Vec<Call> {
        let mut calls = self.slack.ledger().calls(Some("chat.postMessage"));
        calls.retain(|call| call.fault.is_some());
        calls
    }
}

/// A workspace with people and channels.
fn team(id: &str, name: &str) -> Team {
    let people = ["ana", "bob", "eve"].iter().enumerate();
    let team = people
        .fold(Team::new(id, name), |team, (nth, name)| team.user(User::new(&format!("U{nth}"), name, "Europe/Madrid")));
    (0..CHANNELS).fold(team, |team, nth| {
        team.channel(Channel::new(&format!("C{nth}"), &format!("room{nth}"), Kind::Public, &["U0", "U1"]))
    })
}

fn invite_everywhere(slack: &FakeSlack, team: &str) {
    let install = slack.read(|world| world.install("A1", team).cloned()).expect("an installation");
    (0..CHANNELS).for_each(|nth| slack.invite(team, &format!("C{nth}"), &install.bot_user));
}

/// Where a job of a herd is typed: most in one channel, some for a direct message, the others all over.
fn place(job: u64) -> (String, &'static str) {
    let rooms = CHANNELS as u64 - 1;
    match job % 10 {
        0 => ("C1".to_owned(), "/remindme"),
        1 => (format!("C{}", 1 + job / 10 % rooms), "/task"),
        _ => ("C0".to_owned(), "/task"),
    }
}

/// The jobs that a message carries, each once.
pub(super) fn jobs_of(content: &serde_json::Value) -> BTreeSet<u64> {
    jobs_in(content.to_string())
}

fn jobs_in(text: String) -> BTreeSet<u64> {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    text.split("job-").skip(1).filter_map(|rest| digits(rest).parse().ok()).collect()
}
