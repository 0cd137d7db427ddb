//! A writing load over HTTP that survives the deaths of the server: what was not acknowledged is sent again with
//! the same key.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use domain::ports::clock::Clock as _;
use embedded::SystemClock;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::crash_points::leases_pass;
use super::ledger::{Call, Ledger};
use super::oracle::{Found, Oracle};
use super::real::Real;
use crate::kit::program::{PATIENCE, Scratch};

/// A client that has no answer after so long asks again.
const ANSWER: Duration = Duration::from_secs(5);
/// Between two calls of one client, and before a call is sent again.
const PAUSE: Duration = Duration::from_millis(10);

/// How far ahead reminders are asked for.
pub(super) const DUE: Duration = Duration::from_secs(15);

/// The scratch folder, who calls, and where the server is at the moment.
pub(super) struct Load {
    pub(super) scratch: Scratch,
    pub(super) ledger: Ledger,
    pub(super) address: watch::Sender<String>,
    /// Set when no further call should be begun.
    pub(super) over: Cell<bool>,
    /// Calls that were neither carried out nor refused in words.
    pub(super) wordless: RefCell<Vec<String>>,
    token: String,
    client: Client,
    pub(super) real: Option<Real>,
}

impl Load {
    pub(super) async fn new(scratch: Scratch) -> Self {
        Self::over(scratch, None).await
    }

    /// On PostgreSQL and Kafka.
    pub(super) async fn on(real: Real, scratch: Scratch) -> Self {
        let scratch = real.environment(scratch);
        Self::over(scratch, Some(real)).await
    }

    async fn over(scratch: Scratch, real: Option<Real>) -> Self {
        let scratch = scratch
            .with("TASKBOT_LIMITS__CHAT_RATE", "1000")
            .with("TASKBOT_LIMITS__CHAT_BURST", "1000")
            .with("TASKBOT_LOG__LEVEL", "warn,taskbot=info,bus_kafka=info");
        let token = scratch.token("ana").await;
        let ledger = Ledger::new(&scratch.path("ledger"));
        let client = Client::builder().timeout(ANSWER).build().expect("a client");
        let (address, over, wordless) = (watch::Sender::default(), Cell::new(false), RefCell::default());
        Self { scratch, ledger, address, over, wordless, token, client, real }
    }

    pub(super) async fn oracle(&self) -> Oracle {
        match &self.real {
            Some(real) => Oracle::over_real(real.reader().await).await,
            None => Oracle::over(&self.scratch.path("taskbot.db")).await,
        }
    }

    /// Lets the lease of every attempt pass that died on the way, as waiting would.
    pub(super) async fn leases_pass(&self) {
        match &self.real {
            Some(real) => real.leases_pass().await,
            None => leases_pass(&self.scratch).await,
        }
    }

    /// What the oracle finds, on the topics too.
    pub(super) async fn examined(&self, shown: &[String]) -> Found {
        let mut found = self.oracle().await.examine(&self.ledger, shown).await;
        if let Some(real) = &self.real {
            real.check_topics(&mut found.faults).await;
        }
        found
    }

    /// Makes tasks, every third one a series, and completes every other one, until the load is over.
    pub(super) async fn client(&self, name: usize) {
        for nth in 1.. {
            if self.over.get() {
                return;
            }
            let title = format!("rest{name}-{nth}");
            let (call, body) = match nth % 3 {
                0 => (Call::CreateSeries, series(&title)),
                _ => (Call::Create, json!({"title": title})),
            };
            let made = self.call(call, &title, "/api/v1/tasks", &body).await;
            if let Some(id) = made.as_ref().and_then(|task| task["id"].as_str())
                && nth % 2 == 1
            {
                self.call(Call::Complete, &title, &format!("/api/v1/tasks/{id}/complete"), &Value::Null).await;
            }
            sleep(PAUSE).await;
        }
    }

    /// Makes tasks that are due soon, until the load is over.
    pub(super) async fn reminds(&self) {
        let clock = SystemClock::new();
        for nth in 1.. {
            if self.over.get() {
                return;
            }
            let (title, due) = (format!("job-{nth}"), clock.now() + DUE);
            self.call(Call::Remind, &title, "/api/v1/tasks", &json!({"title": title, "due": due})).await;
            sleep(PAUSE * 10).await;
        }
    }

    /// Sends a call with one key until it is answered; `None` if the answer is a refusal.
    async fn call(&self, call: Call, title: &str, path: &str, body: &Value) -> Option<Value> {
        let key = format!("rest-{call:?}-{title}");
        loop {
            self.ledger.begin(&key, call, title);
            let answer = self.send(&key, path, body).await;
            self.read_words(&answer);
            match answer {
                Ok((status, text)) if status.is_success() => {
                    let task: Value = serde_json::from_str(&text).expect("a task");
                    self.ledger.acknowledge(&key, task["id"].as_str());
                    return Some(task);
                }
                Ok((status, text)) if status.is_client_error() => {
                    self.ledger.refused(&key, &text);
                    return None;
                }
                Ok(_) | Err(_) => sleep(PAUSE).await,
            }
        }
    }

    async fn send(&self, key: &str, path: &str, body: &Value) -> Result<(StatusCode, String), reqwest::Error> {
        let mut there = self.address.subscribe();
        let address = there.wait_for(|address| !address.is_empty()).await.expect("a server").clone();
        let request = self.client.post(format!("http://{address}{path}")).bearer_auth(&self.token);
        let request = request.header("idempotency-key", key);
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = request.send().await?;
        let status = answer.status();
        Ok((status, answer.text().await?))
    }

    /// Whoever is refused for now reads why, and what to do.
    fn read_words(&self, answer: &Result<(StatusCode, String), reqwest::Error>) {
        let wordless = match answer {
            Ok((status, text)) if status.is_server_error() && !is_in_words(text) => format!("{status} {text:?}"),
            Ok(_) => return,
            // A busy machine; how long answers take is looked at elsewhere.
            Err(error) if error.is_timeout() => return,
            Err(error) => format!("{error:?}"),
        };
        self.wordless.borrow_mut().push(wordless);
    }

    /// How many calls were acknowledged so far.
    pub(super) fn acknowledged(&self) -> usize {
        self.ledger.entries().values().filter(|entry| entry.acknowledged).count()
    }

    /// Asks for a task once, and says how that was answered.
    pub(super) async fn probe(&self) -> Option<StatusCode> {
        let title = "probe";
        let key = format!("rest-{title}");
        self.ledger.begin(&key, Call::Create, title);
        let answer = self.send(&key, "/api/v1/tasks", &json!({"title": title})).await;
        self.read_words(&answer);
        let (status, text) = answer.ok()?;
        if let Some(id) = serde_json::from_str::<Value>(&text).ok().filter(|_| status.is_success()) {
            self.ledger.acknowledge(&key, id["id"].as_str());
        }
        Some(status)
    }

    /// Asks a question once, and says how that was answered.
    pub(super) async fn reads(&self) -> Option<StatusCode> {
        let address = self.address.borrow().clone();
        let path = format!("http://{address}/api/v1/tasks?limit=1");
        Some(self.client.get(path).bearer_auth(&self.token).send().await.ok()?.status())
    }

    /// Every task that the API shows: title, id and status.
    pub(super) async fn listed(&self) -> Vec<(String, String, String)> {
        let address = self.address.borrow().clone();
        let (mut tasks, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("http://{address}/api/v1/tasks?limit=200{cursor}");
            let answer = self.client.get(path).bearer_auth(&self.token).send().await.expect("an answer");
            let page: Value = answer.json().await.expect("a page");
            let text = |task: &Value, field: &str| task[field].as_str().unwrap_or_default().to_owned();
            let items = page["items"].as_array().expect("items");
            tasks.extend(items.iter().map(|task| (text(task, "title"), text(task, "id"), text(task, "status"))));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return tasks,
            }
        }
    }

    /// What is left on PostgreSQL, by kind.
    pub(super) async fn what_is_left(&self) -> String {
        match &self.real {
            Some(real) => super::real::what_is_left(&mut real.reader().await).await,
            None => String::new(),
        }
    }

    /// Waits until everything due is out and every event is audited.
    pub(super) async fn drain(&self) {
        assert!(self.drained_within(PATIENCE).await, "work is left over after {PATIENCE:?}");
    }

    /// Whether everything due is out and every event audited before so much time has passed.
    pub(super) async fn drained_within(&self, patience: Duration) -> bool {
        let mut oracle = self.oracle().await;
        let drained = async {
            loop {
                let asked = Instant::now();
                if oracle.open_work().await == 0 {
                    return;
                }
                // Whoever looks at a long log all the time holds up what it waits for.
                sleep(Duration::from_millis(50).max(asked.elapsed() * 4)).await;
            }
        };
        tokio::time::timeout(patience, drained).await.is_ok()
    }
}

/// Whether a problem document says what is wrong and what to do.
fn is_in_words(text: &str) -> bool {
    let problem: Value = serde_json::from_str(text).unwrap_or_default();
    ["detail", "next_step"].iter().all(|field| problem[field].as_str().is_some_and(|words| words.contains(' ')))
}

fn series(title: &str) -> Value {
    json!({"title": title, "due": "2040-01-05T09:00:00Z", "rrule": "FREQ=DAILY"})
}
