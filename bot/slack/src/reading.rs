//! Long answers of Slack's, read page by page. Where a page does not come, it goes on there the next time.

use std::time::Duration;

use domain::tenant::TenantId;
use tokio::time::Instant;

use crate::api::{CallError, FORGOTTEN, PAGES};
use crate::silence::{Question, Silence};

/// How long somebody waits for a page of Slack's.
pub(crate) const PATIENCE: Duration = Duration::from_millis(2_500);

/// How far an answer is read.
#[derive(Debug)]
pub(crate) struct Reading<T> {
    rows: Vec<T>,
    pages: usize,
    /// Where the next page begins; empty before the first and behind the last.
    cursor: String,
    /// When the first page was asked for.
    since: Instant,
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), pages: 0, cursor: String::new(), since: Instant::now() }
    }
}

impl<T> Reading<T> {
    /// Reads the pages that are missing, until then at most if there is an end to it. What was read stays if one of them does
    /// not come.
    ///
    /// # Errors
    /// Slack's; [`CallError::Unknown`] when a page does not come in time.
    pub(crate) async fn read_on<F: Future<Output = Result<(Vec<T>, String), CallError>>>(
        &mut self,
        silence: &Silence,
        (tenant, question): (&TenantId, Question),
        until: Option<Instant>,
        page: impl Fn(String) -> F,
    ) -> Result<(), CallError> {
        while !self.is_whole() {
            let left = until.map_or(PATIENCE, |until| until.saturating_duration_since(Instant::now()).min(PATIENCE));
            match silence.broken(tenant, question, left, page(self.cursor.clone())).await {
                Ok((rows, cursor)) => {
                    self.rows.extend(rows);
                    (self.pages, self.cursor) = (self.pages + 1, cursor);
                }
                Err(CallError::Refused(word)) if word == FORGOTTEN && self.has_begun() => *self = Self::default(),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What was read; the next one begins anew.
    pub(crate) fn take(&mut self) -> Vec<T> {
        std::mem::take(self).rows
    }

    /// Whether there is something to go on with.
    pub(crate) const fn has_begun(&self) -> bool {
        self.pages > 0
    }

    /// When it was begun.
    pub(crate) const fn since(&self) -> Instant {
        self.since
    }

    const fn is_whole(&self) -> bool {
        self.pages == PAGES || (self.has_begun() && self.cursor.is_empty())
    }
}
