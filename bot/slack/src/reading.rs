//! Long answers of Slack's, read page by page. Where a page does not come, it goes on there the next time.

use std::time::Duration;

use domain::tenant::TenantId;
use tokio::time::Instant;
use tracing::warn;

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
        if !self.cursor.is_empty() {
            warn!(question, pages = self.pages, "Slack has more to say than is read");
        }
        Ok(())
    }

    /// Forgets what was read so long ago that it may not be so any more.
    pub(crate) fn begin_anew_after(&mut self, long: Duration) {
        if !self.has_begun() || self.since.elapsed() >= long {
            *self = Self::default();
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads so many rows of an answer that has this many, one a page, until Slack wants no more.
    async fn read(reading: &mut Reading<usize>, upto: usize, all: usize) -> Result<(), CallError> {
        let page = async |cursor: String| {
            let row = cursor.parse().unwrap_or(0);
            if row >= upto {
                return Err(CallError::Later { after: None, reason: "ratelimited".to_owned() });
            }
            let next = if row + 1 < all { (row + 1).to_string() } else { String::new() };
            Ok((vec![row], next))
        };
        let tenant: TenantId = "slack:T1".parse().expect("a tenant");
        reading.read_on(&Silence::default(), (&tenant, "users.list"), None, page).await
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_read_long_ago_is_read_anew_and_what_was_read_lately_is_not() {
        let (mut reading, long) = (Reading::default(), Duration::from_secs(60));
        assert!(read(&mut reading, 2, 3).await.is_err());
        tokio::time::advance(long / 2).await;
        reading.begin_anew_after(long);
        assert!(reading.has_begun(), "it goes on where it stopped");
        tokio::time::advance(long / 2).await;
        reading.begin_anew_after(long);
        assert!(!reading.has_begun());
        read(&mut reading, 3, 3).await.expect("to its end");
        assert_eq!(reading.take(), [0, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_never_ends_is_read_so_far_and_no_further() {
        let mut reading = Reading::default();
        read(&mut reading, usize::MAX, usize::MAX).await.expect("so far");
        assert_eq!(reading.take().len(), PAGES);
    }
}
