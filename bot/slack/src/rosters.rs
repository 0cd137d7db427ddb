//! The rosters of the workspaces: asked at most every five minutes. A large workspace is read page by page, also when nobody
//! waits for it any more; where Slack stops that, it goes on there the next time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use tokio::sync::Mutex as Turn;
use tokio::time::Instant;
use tracing::{Instrument, warn};

use crate::api::{Api, CallError, Person};
use crate::reading::{PATIENCE, Reading};
use crate::roster::{Roster, there};
use crate::silence::Silence;
use crate::term::in_time;

/// How long an answer of Slack's is believed.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How long a new roster is waited for where there is an old one.
const HASTE: Duration = Duration::from_millis(500);
/// What was read so long ago of a roster is read anew.
const OLD: Duration = Duration::from_secs(60 * 60);
/// How long a roster is kept that nobody asks for.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// What is known of which workspace, and when that was asked for last.
type Sheets = HashMap<TenantId, (Instant, Arc<Sheet>)>;

/// The rosters that were asked for lately.
#[derive(Clone, Debug)]
pub(crate) struct Rosters {
    sheets: Arc<Mutex<Sheets>>,
    pub(crate) silence: Silence,
}

/// What is known of a workspace.
#[derive(Debug, Default)]
struct Sheet {
    /// The roster, and since when.
    known: Mutex<Option<(Instant, Arc<Roster>)>>,
    /// How far the people of the next one are read.
    reading: Turn<Reading<Person>>,
    /// How many readings have failed, and how the last one did.
    failed: Mutex<(u64, Option<CallError>)>,
}

impl Rosters {
    pub(crate) fn new(silence: Silence) -> Self {
        Self { sheets: Arc::default(), silence }
    }

    /// The roster of a workspace; an old one where Slack gives no new one soon.
    ///
    /// # Errors
    /// When Slack does not say who is there and has not said so before. Groups that it does not show are none.
    pub(crate) async fn of(&self, tenant: &TenantId, api: &Api) -> Result<Arc<Roster>, CallError> {
        let sheet = self.sheet(tenant);
        sheet.roster(Arc::clone(&sheet).read(self.silence.clone(), tenant.clone(), api.clone())).await
    }

    /// The roster of a workspace, if Slack gave it lately. It is not asked.
    pub(crate) fn lately(&self, tenant: &TenantId) -> Option<Arc<Roster>> {
        self.sheets().get(tenant)?.1.fresh()
    }

    /// Somebody who is there, if Slack said so lately. It is not asked.
    pub(crate) fn person(&self, tenant: &TenantId, user: &str) -> Option<Person> {
        self.lately(tenant)?.person(user).cloned()
    }

    fn sheet(&self, tenant: &TenantId) -> Arc<Sheet> {
        let (mut sheets, now) = (self.sheets(), Instant::now());
        sheets.retain(|_, (asked, sheet)| asked.elapsed() < KEPT || Arc::strong_count(sheet) > 1);
        let (asked, sheet) = sheets.entry(tenant.clone()).or_insert_with(|| (now, Arc::default()));
        *asked = now;
        Arc::clone(sheet)
    }

    fn sheets(&self) -> MutexGuard<'_, Sheets> {
        self.sheets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sheet {
    /// The roster that is known if it is new enough, else the one that is read now. That goes on when nobody waits for it any
    /// more.
    async fn roster(
        &self,
        reading: impl Future<Output = Result<Arc<Roster>, CallError>> + Send + 'static,
    ) -> Result<Arc<Roster>, CallError> {
        if let Some(roster) = self.fresh() {
            return Ok(roster);
        }
        let old = self.known().as_ref().map(|(_, roster)| Arc::clone(roster));
        let reading = tokio::spawn(reading.in_current_span());
        let read = in_time(if old.is_some() { HASTE } else { Duration::MAX }, reading).await;
        let read = read.and_then(|read| read.unwrap_or_else(|_| Err(CallError::Unknown("it was given up".to_owned()))));
        match (read, old) {
            (Err(error), Some(old)) => {
                warn!(%error, "Slack does not say who is there; an old roster is used");
                Ok(old)
            }
            (read, _) => read,
        }
    }

    /// Reads what is missing, one at a time. What failed while others waited for their turn has failed for them as well.
    async fn read(self: Arc<Self>, silence: Silence, tenant: TenantId, api: Api) -> Result<Arc<Roster>, CallError> {
        let failed_before = self.failed().0;
        let mut reading = self.reading.lock().await;
        if let Some(roster) = self.fresh() {
            return Ok(roster);
        }
        match self.failed().clone() {
            (failed, Some(error)) if failed > failed_before => return Err(error),
            _ => {}
        }
        let read = self.read_on(&mut reading, silence, tenant, api).await;
        if let Err(error) = &read {
            let mut failed = self.failed();
            *failed = (failed.0 + 1, Some(error.clone()));
        }
        read
    }

    async fn read_on(
        &self,
        reading: &mut Reading<Person>,
        silence: Silence,
        tenant: TenantId,
        api: Api,
    ) -> Result<Arc<Roster>, CallError> {
        reading.begin_anew_after(OLD);
        let page = async |cursor: String| api.people(&cursor).await;
        reading.read_on(&silence, (&tenant, "users.list"), None, page).await?;
        let groups = silence.broken(&tenant, "usergroups.list", PATIENCE, api.groups()).await;
        let groups = there(groups)?.unwrap_or_default();
        let roster = Arc::new(Roster::new(reading.take(), groups));
        *self.known() = Some((Instant::now(), Arc::clone(&roster)));
        Ok(roster)
    }

    fn fresh(&self) -> Option<Arc<Roster>> {
        let known = self.known();
        known.as_ref().filter(|(since, _)| since.elapsed() < FRESH).map(|(_, roster)| Arc::clone(roster))
    }

    fn failed(&self) -> MutexGuard<'_, (u64, Option<CallError>)> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, Option<(Instant, Arc<Roster>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn roster() -> Arc<Roster> {
        Arc::new(Roster::new(Vec::new(), Vec::new()))
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_roster_is_used_while_slack_gives_no_new_one() {
        let (sheet, old, new) = (Sheet::default(), roster(), roster());
        *sheet.known() = Some((Instant::now(), Arc::clone(&old)));
        tokio::time::advance(FRESH).await;
        let later = CallError::Later { after: None, reason: "ratelimited".to_owned() };
        let refused = sheet.roster(ready(Err(later.clone()))).await.expect("the old one");
        let unheard = sheet.roster(pending()).await.expect("the old one");
        assert!(Arc::ptr_eq(&refused, &old) && Arc::ptr_eq(&unheard, &old));
        let told = sheet.roster(ready(Ok(Arc::clone(&new)))).await.expect("the new one");
        assert!(Arc::ptr_eq(&told, &new));
        let none = Sheet::default().roster(ready(Err(later.clone()))).await;
        assert_eq!(none.map(drop), Err(later), "where there is none at all");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_being_read_is_read_on_when_nobody_waits_for_it_any_more() {
        let (sheet, (told, heard)) = (Sheet::default(), tokio::sync::oneshot::channel());
        *sheet.known() = Some((Instant::now(), roster()));
        tokio::time::advance(FRESH).await;
        let slow = async {
            tokio::time::sleep(2 * HASTE).await;
            told.send(()).expect("somebody looks");
            Ok(roster())
        };
        sheet.roster(slow).await.expect("the old one");
        heard.await.expect("it was read to its end");
    }

    #[tokio::test(start_paused = true)]
    async fn a_roster_that_nobody_asks_for_is_forgotten() {
        let team = |id: usize| format!("slack:T{id}").parse::<TenantId>().expect("a tenant");
        let rosters = Rosters::new(Silence::default());
        for id in 0..100 {
            rosters.sheet(&team(id));
        }
        tokio::time::advance(KEPT / 2).await;
        let in_use = (rosters.sheet(&team(1)), rosters.sheet(&team(2)).known().is_none());
        tokio::time::advance(KEPT / 2).await;
        rosters.sheet(&team(1));
        assert_eq!((rosters.sheets().len(), in_use.1), (2, true));
    }
}
