//! Whose page was opened lately, and what it showed.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use serde_json::Value;
use tokio::time::Instant;

/// How long at least between two pages, and after a change before they are looked at: Slack takes some 100 pages a
/// minute.
pub(crate) const PACE: Duration = Duration::from_millis(600);
/// How long at most before pages are looked at again, where no bell tells of changes.
pub(crate) const BETWEEN: Duration = Duration::from_secs(60);
/// How long a page is kept up to date after somebody saw it. Slack says so each time that they come back to it.
const WATCHED_FOR: Duration = Duration::from_secs(12 * 60 * 60);
/// So many pages are kept up to date.
const MOST: usize = 1_000;

/// What a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Its beginning, by a digest.
    Top(u64),
    /// Another part, which its reader asked for: it stays until they leave it.
    Elsewhere,
}

impl Look {
    pub(crate) fn at(view: &Value) -> Self {
        let mut hasher = DefaultHasher::new();
        view.to_string().hash(&mut hasher);
        Self::Top(hasher.finish())
    }
}

/// The pages that people look at.
#[derive(Debug, Default)]
pub(crate) struct Homes(Mutex<HashMap<(TenantId, String), (Instant, Look)>>);

impl Homes {
    /// A page was shown.
    pub(crate) fn shown(&self, tenant: &TenantId, user: &str, look: Look) {
        let mut pages = self.pages();
        if pages.len() >= MOST {
            let oldest = pages.iter().min_by_key(|(_, (at, _))| *at).map(|(whose, _)| whose.clone());
            oldest.map(|whose| pages.remove(&whose));
        }
        pages.insert((tenant.clone(), user.to_owned()), (Instant::now(), look));
    }

    /// Whether a page would say something else than it does.
    pub(crate) fn differs(&self, tenant: &TenantId, user: &str, look: Look) -> bool {
        let shown = self.pages().get(&(tenant.clone(), user.to_owned())).map(|(_, look)| *look);
        !matches!(shown, Some(Look::Elsewhere)) && shown != Some(look)
    }

    /// Whose pages are to be kept up to date.
    pub(crate) fn watched(&self) -> Vec<(TenantId, String)> {
        let mut pages = self.pages();
        pages.retain(|_, (at, _)| at.elapsed() < WATCHED_FOR);
        pages.iter().filter(|(_, (_, look))| *look != Look::Elsewhere).map(|(whose, _)| whose.clone()).collect()
    }

    fn pages(&self) -> MutexGuard<'_, HashMap<(TenantId, String), (Instant, Look)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_page_is_watched_for_half_a_day_unless_its_reader_turned_it() {
        let tenant: TenantId = "slack:T1".parse().expect("a tenant");
        let homes = Homes::default();
        homes.shown(&tenant, "U1", Look::Top(1));
        homes.shown(&tenant, "U2", Look::Elsewhere);
        assert_eq!(homes.watched(), [(tenant.clone(), "U1".to_owned())]);
        assert!(homes.differs(&tenant, "U1", Look::Top(2)) && !homes.differs(&tenant, "U1", Look::Top(1)));
        assert!(!homes.differs(&tenant, "U2", Look::Top(2)));
        tokio::time::advance(WATCHED_FOR).await;
        assert_eq!(homes.watched(), []);
    }
}
