//! A database as the relay sees it: writers that take positions in one order and commit in another, and snapshots.

use domain::ports::bus::Cursor;
use store_postgres::holes::{Look, aim};

/// One event: writer `stream` changes a row of its own again and again, so that its versions come one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    pub position: i64,
    pub stream: usize,
    pub version: u8,
}

/// A writer: how many transactions it still begins, its last committed version, and the transaction that it is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Writer {
    left: u8,
    version: u8,
    running: Option<(u64, Option<i64>)>,
}

/// What a writer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Takes its row's lock and its transaction id.
    Begins,
    /// Takes a position in the outbox.
    Takes,
    Commits,
    RollsBack,
}

/// The outbox with its writers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outbox {
    pub writers: Vec<Writer>,
    pub rows: Vec<Row>,
    next_xid: u64,
    latest_completed: u64,
    next_position: i64,
}

impl Outbox {
    /// With writers of so many transactions each.
    pub fn of(plan: &[u8]) -> Self {
        let writers = plan.iter().map(|left| Writer { left: *left, version: 0, running: None }).collect();
        Self { writers, rows: Vec::new(), next_xid: 2, latest_completed: 1, next_position: 1 }
    }

    /// What a writer may do next.
    pub fn choices(&self, writer: usize) -> &'static [Write] {
        match self.writers[writer] {
            Writer { running: Some((_, None)), .. } => &[Write::Takes, Write::RollsBack],
            Writer { running: Some((_, Some(_))), .. } => &[Write::Commits, Write::RollsBack],
            Writer { running: None, left: 0, .. } => &[],
            Writer { running: None, .. } => &[Write::Begins],
        }
    }

    pub fn write(&mut self, stream: usize, write: Write) {
        let mut writer = self.writers[stream].clone();
        match (write, writer.running) {
            (Write::Begins, _) => {
                writer.left -= 1;
                writer.running = Some((self.fresh_xid(), None));
            }
            (Write::Takes, Some((xid, _))) => {
                writer.running = Some((xid, Some(self.next_position)));
                self.next_position += 1;
            }
            (_, Some((xid, position))) => {
                self.latest_completed = self.latest_completed.max(xid);
                writer.running = None;
                if let (Write::Commits, Some(position)) = (write, position) {
                    writer.version += 1;
                    self.rows.push(Row { position, stream, version: writer.version });
                    self.rows.sort();
                }
            }
            (_, None) => unreachable!("nothing runs"),
        }
        self.writers[stream] = writer;
    }

    fn fresh_xid(&mut self) -> u64 {
        self.next_xid += 1;
        self.next_xid - 1
    }

    /// `pg_current_xact_id()` in a transaction of its own.
    pub fn marker(&mut self) -> u64 {
        self.latest_completed = self.next_xid;
        self.fresh_xid()
    }

    /// `pg_snapshot_xmin`: everything before was over.
    pub fn xmin(&self) -> u64 {
        let running = self.writers.iter().filter_map(|writer| writer.running.map(|(xid, _)| xid));
        running.min().unwrap_or(self.next_xid)
    }

    /// `pg_snapshot_xmax`: one more than the latest that is over, which is not the next to be given out.
    pub fn xmax(&self) -> u64 {
        self.latest_completed + 1
    }

    /// Whether every writer has done all that it does.
    pub fn is_over(&self) -> bool {
        self.writers.iter().all(|writer| writer.running.is_none() && writer.left == 0)
    }

    /// The statement with which the relay reads: so many holes at most, and so many rows of what follows the cursor.
    /// Whoever is `hasty` reads on though a hole was left out.
    pub fn look(&self, cursor: &Cursor, holes: usize, max: usize, hasty: bool) -> (Look, Vec<Row>) {
        let (holes, behind) = aim(cursor, holes);
        let behind = if hasty { cursor.position } else { behind };
        let late = self.rows.iter().filter(|row| holes.contains(&row.position));
        let next = self.rows.iter().filter(|row| row.position > behind).take(max);
        let rows: Vec<Row> = late.chain(next).copied().collect();
        let seen = rows.iter().map(|row| row.position).collect();
        (Look { looked_into: holes.len(), seen, xmin: self.xmin(), floor: 0 }, rows)
    }
}
