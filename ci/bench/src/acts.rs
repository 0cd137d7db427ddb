//! People in front of the stand-in for Slack: they type commands, write to the bot, use shortcuts, press buttons and save
//! forms, at their own pace, however long answers take. How long Slack waited for the first answer, the stand-in says.

use std::net::SocketAddr;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::http::Connection;
use crate::runtime;
use crate::tally::Tally;

/// Of so many acts one is a message to the bot, one a shortcut, one a form that is saved, one a press, and one a command
/// without words; the others are commands.
const ROUND: u64 = 20;

/// Who acts, how much, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Where the stand-in listens.
    #[arg(long)]
    addr: SocketAddr,
    /// How many people act at once.
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// How long.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// The message in C0 whose button `add` is pressed.
    #[arg(long)]
    message: String,
    /// How many acts a second in all; without it, each acts again when the first answer is there.
    #[arg(long)]
    rate: Option<f64>,
}

/// What the acts came to.
#[derive(Debug, Default)]
struct Found {
    /// Those that Slack was given an answer to in time.
    taken: Tally,
    /// Messages that the bot gave back, for Slack to tell them again later.
    withheld: Tally,
    /// Commands that were carried out at once, put off with a first word, or refused in words.
    done: u64,
    later: u64,
    refused: u64,
}

/// Lets them act.
pub(crate) fn run(options: Options) -> Result<Value> {
    runtime()?.block_on(async {
        let (began, nth) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let mut people = Vec::new();
        for _ in 0..options.clients {
            let connection = Connection::open(options.addr).await?;
            people.push(tokio::spawn(person(options.clone(), connection, began, Arc::clone(&nth))));
        }
        let mut found = Found::default();
        for person in people {
            found.add(person.await??);
        }
        Ok(found.told(began.elapsed()))
    })
}

async fn person(options: Options, mut connection: Connection, began: Instant, next: Arc<AtomicU64>) -> Result<Found> {
    let (mut found, end) = (Found::default(), began + Duration::from_secs_f64(options.seconds));
    loop {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        if let Some(rate) = options.rate {
            sleep_until(end.min(began + Duration::from_secs_f64(nth as f64 / rate))).await;
        }
        if Instant::now() >= end {
            return Ok(found);
        }
        let act = act(process::id(), nth, &options.message);
        if act["do"] == "submit" {
            told(&mut connection, options.addr, "/control/seed", &form(&act["view"])).await?;
        }
        let act = json!({ "team": "T1", "user": "U1", "act": act });
        found.note(&told(&mut connection, options.addr, "/control/act", &act).await?);
    }
}

async fn told(connection: &mut Connection, addr: SocketAddr, path: &str, body: &Value) -> Result<Value> {
    let (status, answer) = connection.post(addr, path, &body.to_string()).await?;
    ensure!(status == 200, "the stand-in says {status}: {answer}");
    Ok(serde_json::from_str(&answer)?)
}

fn act(run: u32, nth: u64, message: &str) -> Value {
    let command = |text: String| json!({ "do": "command", "channel": "C0", "command": "/task", "text": text });
    match nth % ROUND {
        0 => json!({ "do": "dm", "text": format!("add letter-{nth}") }),
        1 => json!({ "do": "global_shortcut", "callback_id": "new" }),
        2 => {
            let title = json!({ "type": "plain_text_input", "value": format!("form-{nth}") });
            json!({ "do": "submit", "view": format!("V{run}-{nth}"), "values": { "title": { "title": title } } })
        }
        3 => json!({ "do": "press", "channel": "C0", "ts": message, "action_id": "add" }),
        4 => command(String::new()),
        _ => command(format!("add parcel-{nth}")),
    }
}

/// The form for a task, on somebody's screen.
fn form(id: &Value) -> Value {
    let plain = |text: &str| json!({ "type": "plain_text", "text": text });
    let title = json!({ "type": "plain_text_input", "action_id": "title" });
    let field = json!({ "type": "input", "block_id": "title", "label": plain("What"), "element": title });
    let payload = json!({
        "type": "modal", "callback_id": "task", "private_metadata": "{}", "title": plain("Taskbot"),
        "submit": plain("Save"), "blocks": [field],
    });
    let view = json!({
        "id": id, "app_id": "A1", "team_id": "T1", "user": "U1", "root": id, "payload": payload, "values": {}, "open": true,
    });
    json!({ "views": [view] })
}

impl Found {
    fn note(&mut self, answer: &Value) {
        let turn = answer["turns"].get(0).unwrap_or(answer);
        let first = &turn["first"];
        let took = Duration::from_millis(first["took_ms"].as_u64().unwrap_or_default());
        let words = first["answer"].to_string();
        match (first["kind"].as_str(), first["problem"].as_str()) {
            (_, None) => self.taken.done(took),
            (Some("event"), Some(_)) => self.withheld.done(took),
            (_, Some(problem)) => self.taken.failed(problem),
        }
        self.done += u64::from(words.contains("Added #"));
        self.later += u64::from(words.contains("Working on it"));
        self.refused += u64::from(words.contains("nothing was done"));
    }

    fn add(&mut self, other: Self) {
        self.taken.add(other.taken);
        self.withheld.add(other.withheld);
        self.done += other.done;
        self.later += other.later;
        self.refused += other.refused;
    }

    fn told(self, lasted: Duration) -> Value {
        json!({
            "done": self.done,
            "later": self.later,
            "refused": self.refused,
            "done_per_second": self.done as f64 / lasted.as_secs_f64(),
            "taken": self.taken.told(lasted),
            "withheld": self.withheld.told(lasted),
        })
    }
}
