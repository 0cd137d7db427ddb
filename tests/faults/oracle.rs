//! What must be true whatever died when: asked of the database with SQL of its own, and compared with the ledger.
//! Of a PostgreSQL a copy is asked, so that there is one set of rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection, SqliteConnection};

use super::chat::shown;
use super::ledger::{Call, Entry, Ledger};
use super::{real, streams};

/// Looks at one database from outside.
pub(super) struct Oracle {
    pub(super) database: SqliteConnection,
    /// The real database, if `database` is a copy of one.
    live: Option<PgConnection>,
}

/// What it found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What must not be.
    pub(super) faults: Vec<String>,
    /// Calls that were acknowledged.
    pub(super) acknowledged: usize,
    /// Calls that had to be sent again.
    pub(super) repeated: usize,
    /// Reminders that came out.
    pub(super) reminders: usize,
    /// Reminders that were refused in words, because their time had passed when the line was carried out.
    pub(super) too_late: usize,
    /// Messages that came out more than once.
    pub(super) shown_again: i64,
}

/// A task as the database has it.
struct Row {
    id: String,
    status: String,
    version: i64,
}

/// What the ledger says about one title.
#[derive(Default)]
struct Wanted<'a> {
    made: Option<&'a Entry>,
    done: Option<&'a Entry>,
}

impl Oracle {
    pub(super) async fn over(database: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(database).read_only(true).disable_statement_logging();
        Self::of(options.connect().await.expect("the database"))
    }

    pub(super) fn of(database: SqliteConnection) -> Self {
        Self { database, live: None }
    }

    /// Over a PostgreSQL that is copied whenever it is examined.
    pub(super) async fn over_real(live: PgConnection) -> Self {
        let database = SqliteConnectOptions::new().in_memory(true).connect().await.expect("a database");
        Self { database, live: Some(live) }
    }

    /// The short number of a title's first task, if there is one.
    pub(super) async fn number(&mut self, title: &str) -> Option<i64> {
        let first = "SELECT min(number) FROM tasks WHERE doc ->> 'title' = ?1";
        let live = "SELECT min(number) FROM tasks WHERE doc::jsonb ->> 'title' = $1";
        match &mut self.live {
            Some(database) => sqlx::query_scalar(live).bind(title).fetch_one(database).await,
            None => sqlx::query_scalar(first).bind(title).fetch_one(&mut self.database).await,
        }
        .expect("an answer")
    }

    /// Whether what was asked for has happened.
    pub(super) async fn has(&mut self, call: Call, title: &str) -> bool {
        let there = "SELECT count(*) FROM tasks WHERE doc ->> 'title' = ?1 AND (status = 'done' OR ?2)";
        let live = "SELECT count(*) FROM tasks WHERE doc::jsonb ->> 'title' = $1 AND (status = 'done' OR $2)";
        let any = call != Call::Complete;
        let count: i64 = match &mut self.live {
            Some(database) => sqlx::query_scalar(live).bind(title).bind(any).fetch_one(database).await,
            None => sqlx::query_scalar(there).bind(title).bind(any).fetch_one(&mut self.database).await,
        }
        .expect("an answer");
        count > 0
    }

    /// Work that is left: due reminders that are not out, and events that are not audited.
    pub(super) async fn open_work(&mut self) -> i64 {
        let left = "SELECT
            (SELECT count(*) FROM reminders WHERE state = 'due'
                OR state = 'scheduled' AND at < unixepoch('subsec') * 1000000 + 1500000)
            + (SELECT count(*) FROM deliveries WHERE open = 1)
            + (SELECT count(*) FROM outbox WHERE event_id NOT IN (SELECT event_id FROM audit_log))";
        match &mut self.live {
            Some(database) => real::open_work(database).await,
            None => sqlx::query_scalar(left).fetch_one(&mut self.database).await.expect("an answer"),
        }
    }

    /// Everything that is not as it must be. `lines` is what consoles showed.
    pub(super) async fn examine(&mut self, ledger: &Ledger, lines: &[String]) -> Found {
        if let Some(live) = &mut self.live {
            real::copy(live, &mut self.database).await;
        }
        let entries = ledger.entries();
        let mut found = Found {
            acknowledged: entries.values().filter(|entry| entry.acknowledged).count(),
            repeated: entries.values().filter(|entry| entry.tries > 1).count(),
            ..Found::default()
        };
        self.tasks(&entries, &mut found.faults).await;
        self.receipts(&entries, &mut found.faults).await;
        streams::check(&mut self.database, &mut found.faults).await;
        self.reminders(&entries, lines, &mut found).await;
        found
    }

    /// Each acknowledged call has had its effect, none has had it twice, and nobody else made a task.
    async fn tasks(&mut self, entries: &BTreeMap<String, Entry>, faults: &mut Vec<String>) {
        let mut rows = self.rows().await;
        let mut wanted: BTreeMap<&str, Wanted<'_>> = BTreeMap::new();
        for entry in entries.values() {
            if let Some(answer) = &entry.refused {
                faults.push(format!("{:?} {} was refused: {answer}", entry.call, entry.title));
            }
            let of_title = wanted.entry(&entry.title).or_default();
            let place = if entry.call == Call::Complete { &mut of_title.done } else { &mut of_title.made };
            *place = Some(entry);
        }
        for (title, wanted) in &wanted {
            wanted.compare(title, &rows.remove(*title).unwrap_or_default(), faults);
        }
        faults.extend(rows.keys().map(|title| format!("nobody asked for {title}")));
    }

    async fn rows(&mut self) -> BTreeMap<String, Vec<Row>> {
        let all = "SELECT doc ->> 'title', id, status, version FROM tasks ORDER BY number";
        let all: Vec<(String, String, String, i64)> =
            sqlx::query_as(all).fetch_all(&mut self.database).await.expect("the tasks");
        let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for (title, id, status, version) in all {
            rows.entry(title).or_default().push(Row { id, status, version });
        }
        rows
    }

    /// Each acknowledged REST call has its receipt.
    async fn receipts(&mut self, entries: &BTreeMap<String, Entry>, faults: &mut Vec<String>) {
        let all = "SELECT key FROM receipts WHERE key LIKE 'rest/%'";
        let keys: Vec<String> = sqlx::query_scalar(all).fetch_all(&mut self.database).await.expect("the receipts");
        let keys: BTreeSet<&str> = keys.iter().filter_map(|key| key.rsplit('/').next()).collect();
        for (key, _) in entries.iter().filter(|(key, entry)| entry.acknowledged && key.starts_with("rest-")) {
            if !keys.contains(key.as_str()) {
                faults.push(format!("lost: the receipt of {key}"));
            }
        }
    }

    /// Each reminder is delivered and was seen; it was seen again only if its message was tried again.
    async fn reminders(&mut self, entries: &BTreeMap<String, Entry>, lines: &[String], found: &mut Found) {
        let all = "SELECT t.doc ->> 'title', r.state, coalesce(r.doc ->> 'delivery', ''), d.doc ->> 'attempts'
            FROM reminders r JOIN tasks t ON t.id = r.task LEFT JOIN deliveries d ON d.id = r.doc ->> 'delivery'";
        let all: Vec<(String, String, String, Option<i64>)> =
            sqlx::query_as(all).fetch_all(&mut self.database).await.expect("the reminders");
        let late = "SELECT doc ->> 'title' FROM tasks WHERE created_at >= due_at";
        let late: Vec<String> = sqlx::query_scalar(late).fetch_all(&mut self.database).await.expect("the tasks");
        let mut rows: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (title, state, delivery, attempts) in &all {
            rows.entry(title).or_default().push((state.as_str(), delivery.as_str(), *attempts));
        }
        let (shown, mut again) = (shown(lines), BTreeMap::<&str, i64>::new());
        for entry in entries.values().filter(|entry| entry.call == Call::Remind) {
            let title = entry.title.as_str();
            let seen = shown.get(title).copied().unwrap_or_default();
            match rows.get(title).map(Vec::as_slice).unwrap_or_default() {
                [] if late.contains(&entry.title) => found.too_late += 1,
                [] if !entry.acknowledged => {}
                [("delivered", delivery, Some(attempts))] if (1..=*attempts).contains(&seen) => {
                    let most = again.entry(delivery).or_default();
                    *most = (*most).max(seen - 1);
                    found.reminders += 1;
                }
                other => found.faults.push(format!("the reminder {title} was seen {seen} times, and is {other:?}")),
            }
        }
        found.shown_again = again.values().sum();
    }
}

impl Wanted<'_> {
    fn compare(&self, title: &str, rows: &[Row], faults: &mut Vec<String>) {
        let Some(made) = self.made else { return faults.push(format!("{title} is done but was never made")) };
        if rows.is_empty() {
            if made.acknowledged {
                faults.push(format!("lost: {:?} {title} was acknowledged", made.call));
            }
            return;
        }
        if let Some(id) = &made.id
            && rows.iter().all(|row| row.id != *id)
        {
            faults.push(format!("lost: {title} was acknowledged as {id}"));
        }
        let done = rows.iter().filter(|row| row.status == "done").count();
        match self.done {
            Some(call) if call.acknowledged && done == 0 => faults.push(format!("lost: {title} was done")),
            None if done > 0 => faults.push(format!("nobody did {title}")),
            _ => {}
        }
        let occurrences = if made.call == Call::CreateSeries { 1 + done } else { 1 };
        if rows.len() != occurrences || done > 1 {
            faults.push(format!("doubled: {title} has {} rows, {done} of them done", rows.len()));
        }
        for row in rows {
            let steps = if row.status == "done" { 2 } else { 1 };
            if row.version != steps {
                faults.push(format!("{title} is {} in version {}, not {steps}", row.status, row.version));
            }
        }
    }
}
