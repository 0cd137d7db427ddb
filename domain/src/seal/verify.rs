//! Finding out whether a log is what was sealed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::content::{concerned, differs};
use super::{GENESIS, ScannedRow, Seal, StoredRow, content_digest};
use crate::event::Event;
use crate::ids::PersonId;

/// How many findings are kept; one is enough to know.
const KEPT: usize = 1_000;
/// A number that two rows share: which of them was sealed cannot be told by it.
const TWICE: &str = "stands in the log more than once";

/// A seal's hash as it was kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The tenant.
    pub tenant: String,
    /// The seal's number.
    pub n: u64,
    /// Its hash.
    pub hash: String,
}

/// Something that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The row, if it is about one.
    pub row: Option<i64>,
    /// The tenant.
    pub tenant: String,
    /// The seal, if it is about one.
    pub seal: Option<u64>,
    /// What, in words.
    pub what: String,
}

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows in the log.
    pub rows: u64,
    /// Rows that no seal covers yet.
    pub waiting: u64,
    /// For how many whole seconds the first of them has been waiting.
    pub waited: u64,
    /// Sealed rows whose content was erased.
    pub erased: u64,
    /// Seals.
    pub seals: u64,
    /// Checkpoints that were compared.
    pub checkpoints: u64,
    /// Events of the outbox that the audit has yet to write.
    pub behind: u64,
    /// When the first of them happened.
    pub behind_since: Option<Timestamp>,
    /// What is wrong, the first bad row first; at most 1,000.
    pub findings: Vec<Finding>,
}

/// Takes seals in the order of (tenant, n), then all rows in order, and says what is wrong.
#[derive(Debug, Default)]
pub struct Verifier {
    report: Report,
    /// The findings, by row; those of no row come last.
    findings: BTreeSet<(i64, Finding)>,
    /// How many there were, also of those that were not kept.
    found: u64,
    sealed: BTreeSet<i64>,
    /// The last row of the whole log.
    scanned: Option<i64>,
    last: Option<Seal>,
    /// The tenant's first row since the last checkpoint that was compared.
    since: Option<i64>,
    checkpoints: BTreeMap<(String, u64), String>,
    versions: HashMap<String, i64>,
    /// The rows that acts erased, with what each act was about.
    erased: BTreeMap<i64, String>,
    /// The last row that an act about a tenant erased of it.
    purged: BTreeMap<String, i64>,
    /// Tenants that have content before that row all the same.
    kept: BTreeSet<String>,
    /// The rows whose content is gone by an act, with their seals.
    gone: BTreeMap<i64, (String, u64)>,
}

impl Verifier {
    /// Compares with checkpoints that were kept elsewhere.
    #[must_use]
    pub fn new(checkpoints: Vec<Checkpoint>) -> Self {
        let mut verifier = Self::default();
        for Checkpoint { tenant, n, hash } in checkpoints {
            verifier.report.checkpoints += 1;
            let before = verifier.checkpoints.insert((tenant.clone(), n), hash.clone());
            if before.is_some_and(|before| before != hash) {
                verifier.find(None, &tenant, Some(n), "was sealed in two ways: two checkpoints differ");
            }
        }
        verifier
    }

    /// Takes content for erased where an act says so, and nowhere else.
    #[must_use]
    pub fn with_erased(mut self, rows: BTreeMap<i64, String>) -> Self {
        self.purged = rows.iter().map(|(row, subject)| (subject.clone(), *row)).collect();
        self.erased = rows;
        self
    }

    /// The next seal, with those of its rows that are there, and of those whom they concern
    /// ([`concerned`](super::concerned)) the ones that the log still names.
    pub fn seal(&mut self, seal: &Seal, rows: &[StoredRow], named: &BTreeSet<(PersonId, i64)>) {
        self.report.seals += 1;
        let last = self.last.take().filter(|last| last.tenant == seal.tenant);
        self.follows(seal, last.as_ref());
        let before = self.found;
        let mut found = BTreeMap::new();
        for stored in rows {
            if found.insert(stored.log.row, stored).is_some() {
                self.find(Some(stored.log.row), &seal.tenant, Some(seal.n), TWICE);
            }
        }
        for row in &seal.rows {
            match found.get(row) {
                Some(stored) => self.sealed_row(seal, stored),
                None => self.find(Some(*row), &seal.tenant, Some(seal.n), "is gone from the log"),
            }
        }
        for (_, row) in concerned(rows).into_iter().filter(|pair| !named.contains(pair)) {
            self.find(Some(row), &seal.tenant, Some(seal.n), "is hidden from somebody whom it concerns");
        }
        let missing = found.len() != seal.rows.len();
        let logs = seal.rows.iter().filter_map(|row| found.get(row)).map(|stored| &stored.log);
        if !missing && seal.hash_over(logs) != seal.hash && self.found == before {
            let first = seal.rows.first().copied();
            self.find(first, &seal.tenant, Some(seal.n), "or one after it in this seal, is not as it was sealed");
        }
        self.compare(seal, last.is_none());
        self.last = Some(seal.clone());
    }

    /// The next row of the whole log.
    pub fn row(&mut self, row: &ScannedRow) {
        self.report.rows += 1;
        if self.scanned.replace(row.row) == Some(row.row) {
            self.find(Some(row.row), &row.tenant, None, TWICE);
        }
        if !self.sealed.contains(&row.row) {
            self.unsealed_row(row);
        }
        let last = self.versions.entry(row.stream.clone()).or_default();
        let expected = *last + 1;
        *last = row.version.max(*last);
        if row.version != expected {
            let what = format!("is version {} of {} where {expected} should stand", row.version, row.stream);
            self.find(Some(row.row), &row.tenant, None, &what);
        }
    }

    /// A row of whose event the outbox knows nothing, although it holds all of that time.
    pub fn unheard_of(&mut self, row: i64, tenant: &str) {
        self.find(
            Some(row),
            tenant,
            None,
            "is of an event that the outbox, which holds all of that time, does not know",
        );
    }

    /// The rows whose content is gone by an act, after all seals.
    #[must_use]
    pub fn gone(&self) -> Vec<i64> {
        self.gone.keys().copied().collect()
    }

    /// The outbox still holds the event of a row whose content is gone by an act. Only of a tenant that is purged whole
    /// anything that young is erased.
    pub fn still_told(&mut self, row: i64) {
        let Some((tenant, n)) = self.gone.get(&row).cloned() else { return };
        if self.erased.get(&row) != Some(&tenant) || self.kept.contains(&tenant) {
            let what = "has lost its content, and the act that names it is no good: the outbox still holds the event";
            self.find(Some(row), &tenant, Some(n), what);
        }
    }

    /// An event that the audit was given, and that stands in the outbox alone.
    pub fn unlogged(&mut self, event: &Event) {
        let Event { id, time, data, .. } = event;
        let (version, stream) = (data.version, event.stream());
        let what = format!(
            "event {id}, version {version} of {stream} at {time:.0}, is in the outbox, was given to the audit, and is not in the log"
        );
        self.find(None, data.tenant_id.as_str(), None, &what);
    }

    /// An event that the audit may yet have to write.
    pub fn awaited(&mut self, event: &Event) {
        self.report.behind += 1;
        let since = self.report.behind_since.map_or(event.time, |since| since.min(event.time));
        self.report.behind_since = Some(since);
    }

    /// What was found, the first bad row first.
    #[must_use]
    pub fn end(mut self) -> Report {
        for (tenant, n) in std::mem::take(&mut self.checkpoints).into_keys() {
            self.find(None, &tenant, Some(n), "is known from a checkpoint and not there: cut off, or an old copy");
        }
        self.report.findings = self.findings.into_iter().map(|(_, finding)| finding).collect();
        self.report
    }

    /// How long it has been waiting is no proof of anything: a house that was stopped seals when it is started again.
    fn unsealed_row(&mut self, row: &ScannedRow) {
        self.report.waiting += 1;
        match row.waits {
            None => self.find(Some(row.row), &row.tenant, None, "stands in the log, and nothing sealed it"),
            Some(waits) => {
                self.report.waited = self.report.waited.max(u64::try_from(waits.as_secs()).unwrap_or_default());
            }
        }
    }

    /// Whether the seal continues the tenant's chain.
    fn follows(&mut self, seal: &Seal, last: Option<&Seal>) {
        let (n, previous) = last.map_or((1, GENESIS), |last| (last.n + 1, last.hash.as_str()));
        let first = seal.rows.first().copied();
        if seal.n != n {
            let what = format!("stands where seal {n} should: seals are gone or doubled");
            self.find(first, &seal.tenant, Some(seal.n), &what);
        } else if seal.previous != previous {
            self.find(first, &seal.tenant, Some(seal.n), "does not continue the seal before it");
        }
        if last.is_some_and(|last| last.at > seal.at) {
            self.find(first, &seal.tenant, Some(seal.n), "was closed before the seal before it");
        }
    }

    /// Compares with the checkpoint of this seal, if one was kept. What does not fit may be any row since the last
    /// checkpoint that did.
    fn compare(&mut self, seal: &Seal, first: bool) {
        if first {
            self.since = None;
        }
        self.since = self.since.or(seal.rows.first().copied());
        let Some(hash) = self.checkpoints.remove(&(seal.tenant.clone(), seal.n)) else { return };
        let since = self.since.take();
        if hash != seal.hash {
            let what = "or one after it, is sealed otherwise than a checkpoint says";
            self.find(since, &seal.tenant, Some(seal.n), what);
        }
    }

    fn sealed_row(&mut self, seal: &Seal, stored: &StoredRow) {
        let log = &stored.log;
        if !self.sealed.insert(log.row) {
            self.find(Some(log.row), &seal.tenant, Some(seal.n), "is sealed a second time");
        }
        if log.tenant != seal.tenant {
            let what = format!("belongs to {} now", log.tenant);
            self.find(Some(log.row), &seal.tenant, Some(seal.n), &what);
        }
        if stored.content.is_some() && self.purged.get(&log.tenant).is_some_and(|last| log.row < *last) {
            self.kept.insert(log.tenant.clone());
        }
        match &stored.content {
            None if self.erased.contains_key(&log.row) => {
                self.report.erased += 1;
                self.gone.insert(log.row, (log.tenant.clone(), seal.n));
            }
            None => {
                let what = "has lost its content, and no act of erasure names it";
                self.find(Some(log.row), &seal.tenant, Some(seal.n), what);
            }
            Some((salt, content)) if content_digest(salt, content) != log.digest => {
                self.find(Some(log.row), &seal.tenant, Some(seal.n), "has another content than was sealed");
            }
            Some(_) => {
                if let Some(column) = differs(stored) {
                    let what = format!("has another {column} than its content, which is as it was sealed");
                    self.find(Some(log.row), &seal.tenant, Some(seal.n), &what);
                }
            }
        }
    }

    fn find(&mut self, row: Option<i64>, tenant: &str, seal: Option<u64>, what: &str) {
        self.found += 1;
        let finding = Finding { row, tenant: tenant.to_owned(), seal, what: what.to_owned() };
        self.findings.insert((row.unwrap_or(i64::MAX), finding));
        if self.findings.len() > KEPT {
            self.findings.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_findings_the_lowest_rows_are_kept_whatever_their_tenant() {
        let mut verifier = Verifier::default();
        for (tenant, first, rows) in [("a", 10_000, 2 * KEPT as i64), ("b", 1, 1)] {
            let seal = Seal { tenant: tenant.to_owned(), rows: (first..first + rows).collect(), ..Seal::default() };
            verifier.seal(&seal, &[], &BTreeSet::new());
        }
        let findings = verifier.end().findings;
        assert_eq!(findings.len(), KEPT);
        assert_eq!(findings[0].row, Some(1), "{:?}", findings[0]);
    }
}
