//! The seals port: whatever is appended is sealed once, and whoever owns the database and changes the log is found.
//! The binary's own word on it is in `tests/journeys/seals`.

use std::sync::Arc;

use consumers::{Sealer, verify};
use domain::list::List;
use domain::ports::audit::AuditLog;
use domain::ports::seals::Seals;
use domain::seal::{Checkpoint, Finding, Report, Seal};
use embedded::FileLeases;

use super::audit::entries;
use crate::kit::clock::HandClock;
use crate::kit::samples::{Samples, tenant};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            seals: what_is_appended_is_sealed_once_and_verifies,
            of_two_sealers_one_wins_and_the_chain_holds,
            a_row_is_sealed_once_even_by_a_seal_of_its_own_number,
        );
    };
}
pub(crate) use suite;

fn sealer<S: Seals + 'static>(log: &Arc<S>) -> Sealer {
    let clock = Arc::new(HandClock::at("2026-03-04T15:00:00Z"));
    Sealer::new(log.clone(), Arc::new(FileLeases::default()), clock, None)
}

/// Appends so many tasks' first events to each of these tenants.
async fn append(log: &impl AuditLog, samples: &Samples, tenants: &[&str], tasks: u64) {
    for name in tenants {
        let ana = samples.person("ana").id;
        let list = List::personal(tenant(name), ana);
        let events: Vec<_> =
            (0..tasks).map(|number| samples.event(None, &samples.task(&list, ana, number), &list)).collect();
        log.append(&entries(&events)).await.expect("appended");
    }
}

/// Three seals of the console, rows 1 to 3, 7 to 9 and 10 to 12, and one of a team.
pub async fn sealed_history<S: AuditLog + Seals + 'static>(log: &Arc<S>) -> Samples {
    let samples = Samples::default();
    for tenants in [&["console", "slack:T1"][..], &["console"], &["console"]] {
        append(&**log, &samples, tenants, 3).await;
        sealer(log).seal().await.expect("sealed");
    }
    samples
}

async fn report(log: &impl Seals, checkpoints: Vec<Checkpoint>) -> Report {
    timeless(verify(log, checkpoints, 0, |_| ()).await.expect("verified"))
}

/// How long a row waited depends on how fast the machine is.
fn timeless(report: Report) -> Report {
    Report { waited: 0, ..report }
}

pub async fn what_is_appended_is_sealed_once_and_verifies<S: AuditLog + Seals + 'static>(log: Arc<S>) {
    let begun = tokio::time::Instant::now();
    assert_eq!(report(&*log, Vec::new()).await, Report::default(), "nothing is intact");
    let samples = sealed_history(&log).await;
    append(&*log, &samples, &["discord:G1"], 2).await;
    let expected = Report { rows: 14, waiting: 2, seals: 4, ..Report::default() };
    assert_eq!(report(&*log, Vec::new()).await, expected);
    let waits = log.waits().await.expect("an answer").expect("a row that waits").unsigned_abs();
    assert!(waits <= begun.elapsed(), "{waits:?}");
    assert_eq!(sealer(&log).seal().await.expect("sealed").len(), 1);
    assert_eq!(log.waits().await.expect("an answer"), None);
    assert!(sealer(&log).seal().await.expect("sealed").is_empty(), "each once");
    let seals = log.at_once().await.expect("the log").seals(Some(("console", 2)), 10).await.expect("seals");
    let places: Vec<_> = seals.iter().map(|seal| (seal.tenant.as_str(), seal.n, seal.rows.len())).collect();
    assert_eq!(places, [("console", 3, 3), ("discord:G1", 1, 2), ("slack:T1", 1, 3)]);
    let mut last = log.last_seals(None).await.expect("seals");
    last.sort_by(|one, other| one.tenant.cmp(&other.tenant));
    assert_eq!(last, seals);
    assert_eq!(log.last_seals(Some(&["slack:T1".to_owned(), "none".to_owned()])).await.expect("seals"), seals[2..]);
}

pub async fn of_two_sealers_one_wins_and_the_chain_holds<S: AuditLog + Seals + 'static>(log: Arc<S>) {
    append(&*log, &Samples::default(), &["console", "slack:T1"], 20).await;
    let (one, other) = (sealer(&log), sealer(&log));
    let (first, second) = tokio::join!(one.seal(), other.seal());
    assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
    let expected = Report { rows: 40, seals: 2, ..Report::default() };
    assert_eq!(report(&*log, Vec::new()).await, expected);
}

pub async fn a_row_is_sealed_once_even_by_a_seal_of_its_own_number<S: AuditLog + Seals + 'static>(log: Arc<S>) {
    append(&*log, &Samples::default(), &["console"], 4).await;
    let rows = log.unsealed(10).await.expect("rows");
    let first = Seal::over("console", None, 1, &rows[..2]);
    log.seal(std::slice::from_ref(&first)).await.expect("sealed");
    let late = Seal::over("console", Some(&first), 2, &rows[1..]);
    log.seal(&[late]).await.expect_err("its first row was sealed meanwhile");
    let expected = Report { rows: 4, waiting: 2, seals: 1, ..Report::default() };
    assert_eq!(report(&*log, Vec::new()).await, expected, "nothing of it is written");
}

/// For adapters that append while somebody reads: what comes and is sealed after the verifier has read the seals, and
/// before it reads the rows, is not taken for somebody else's.
pub async fn what_is_sealed_while_somebody_verifies_is_no_tampering<S: AuditLog + Seals + 'static>(log: Arc<S>) {
    let samples = sealed_history(&log).await;
    let meanwhile = |_| {
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                append(&*log, &samples, &["console", "discord:G1"], 2).await;
                assert_eq!(sealer(&log).seal().await.expect("sealed").len(), 2);
            });
        });
    };
    let first = verify(&*log, Vec::new(), 0, meanwhile).await.expect("verified");
    assert_eq!(first, Report { rows: 12, seals: 4, ..Report::default() }, "as it was at first");
    assert_eq!(report(&*log, Vec::new()).await, Report { rows: 16, seals: 6, ..Report::default() });
}

/// What an owner does, the first row that is named for it, and in which words.
pub type Tampering = (&'static str, Option<i64>, &'static str);

/// What an owner can do to the log.
const TAMPERINGS: &[Tampering] = &[
    ("UPDATE audit_log SET actor = subject WHERE row = 8", Some(8), "another actor than its content"),
    ("UPDATE audit_log SET version = 1 + version WHERE row = 1", Some(1), "another version than its content"),
    ("UPDATE audit_log SET type = 'TASK_DELETED' WHERE row = 3", Some(3), "another type than its content"),
    ("UPDATE audit_log SET time = time - 3600000000 WHERE row = 9", Some(9), "another time than its content"),
    ("DELETE FROM audit_content WHERE row = 6", Some(6), "no act of erasure names it"),
    ("DELETE FROM audit_people WHERE row = 4", Some(4), "hidden from somebody whom it concerns"),
    (
        "UPDATE audit_content SET row = -row WHERE row IN (1, 2); UPDATE audit_content SET row = 3 + row WHERE row < 0",
        Some(1),
        "another content",
    ),
    ("UPDATE audit_log SET tenant = 'slack:T2' WHERE row = 2", Some(2), "belongs to slack:T2 now"),
    ("UPDATE audit_content SET payload = payload || ' ' WHERE row = 5", Some(5), "another content"),
    (
        "UPDATE audit_content SET payload = replace(payload, 'Task 2', 'Tusk 2') WHERE row = 9",
        Some(9),
        "another content",
    ),
    ("DELETE FROM audit_log WHERE row = 10", Some(10), "is gone from the log"),
    ("DELETE FROM audit_log WHERE row = 12", Some(12), "is gone from the log"),
    ("DELETE FROM audit_seals WHERE tenant = 'console' AND n = 2", Some(7), "nothing sealed it"),
    ("DELETE FROM audit_seals WHERE tenant = 'console' AND n = 3", Some(10), "nothing sealed it"),
    ("UPDATE audit_seals SET at = at - 1 WHERE tenant = 'console' AND n = 3", Some(10), "closed before"),
    ("UPDATE audit_seals SET previous = hash WHERE tenant = 'console' AND n = 2", Some(7), "does not continue"),
    ("UPDATE audit_seals SET n = 5 WHERE tenant = 'slack:T1'", Some(4), "stands where seal 1 should"),
    ("UPDATE audit_seals SET hash = previous WHERE tenant = 'console' AND n = 2", Some(7), "not as it was sealed"),
    ("UPDATE audit_seals SET tenant = 'slack:T3' WHERE tenant = 'slack:T1'", Some(4), "belongs to slack:T1 now"),
];

/// For adapters whose tables can be reached behind the port: each way to tamper is found, the row named. `open`
/// gives a log of its own and a way for its owner to change anything in it; `own` is what takes another statement in
/// each database.
pub async fn tampering_is_found<S, Does>(own: &[Tampering], open: impl AsyncFn() -> (Arc<S>, Does))
where
    S: AuditLog + Seals + 'static,
    Does: AsyncFn(String),
{
    for (sql, row, what) in TAMPERINGS.iter().chain(own).copied() {
        let (log, does) = open().await;
        sealed_history(&log).await;
        does(sql.to_owned()).await;
        let findings = report(&*log, Vec::new()).await.findings;
        let named = |finding: &Finding| finding.row == row && finding.what.contains(what);
        assert!(findings.iter().any(named), "{sql}: {findings:#?}");
        assert_eq!(findings[0].row, row, "{sql}: the first bad row comes first: {findings:#?}");
    }
    let (log, does) = open().await;
    sealed_history(&log).await;
    let kept: Vec<Checkpoint> = log.last_seals(None).await.expect("seals").into_iter().map(checkpoint).collect();
    does("DELETE FROM audit_seals WHERE tenant = 'slack:T1'".to_owned()).await;
    does("DELETE FROM audit_log WHERE tenant = 'slack:T1'".to_owned()).await;
    assert!(report(&*log, Vec::new()).await.findings.is_empty(), "a tail that was cut off leaves no trace");
    let findings = report(&*log, kept).await.findings;
    assert!(findings[0].what.contains("is known from a checkpoint and not there"), "{findings:#?}");
    a_chain_that_was_rewritten_is_found_by_a_checkpoint(open().await).await;
}

async fn a_chain_that_was_rewritten_is_found_by_a_checkpoint<S, Does>((log, does): (Arc<S>, Does))
where
    S: AuditLog + Seals + 'static,
    Does: AsyncFn(String),
{
    sealed_history(&log).await;
    let kept: Vec<Checkpoint> = log.last_seals(None).await.expect("seals").into_iter().map(checkpoint).collect();
    let mut moment = log.at_once().await.expect("the log");
    let (mut updates, mut previous) = (Vec::new(), String::new());
    for mut seal in moment.seals(None, 3).await.expect("seals") {
        let rows = moment.stored(&seal.rows).await.expect("rows");
        let logs = seal.rows.iter().filter_map(|row| rows.iter().find(|stored| stored.log.row == *row));
        (seal.at, seal.previous) = (seal.at + 1, previous);
        let hash = seal.hash_over(logs.map(|stored| &stored.log));
        let Seal { n, at, previous: before, .. } = &seal;
        updates.push(format!(
            "UPDATE audit_seals SET at = {at}, previous = '{before}', hash = '{hash}' WHERE tenant = 'console' AND n = {n}"
        ));
        previous = hash;
    }
    drop(moment);
    does(updates.join(";")).await;
    assert_eq!(report(&*log, Vec::new()).await.findings, [], "which is why checkpoints lie elsewhere");
    let findings = report(&*log, kept).await.findings;
    assert!(findings[0].what.contains("is sealed otherwise than a checkpoint says"), "{findings:#?}");
}

fn checkpoint(seal: Seal) -> Checkpoint {
    Checkpoint { tenant: seal.tenant, n: seal.n, hash: seal.hash }
}
