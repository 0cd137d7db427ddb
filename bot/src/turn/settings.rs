//! Showing and changing the speaker's own settings.

use domain::command::{Command, SettingsEdit};
use domain::person::{NoWeekStart, WeekStart};
use domain::refusal::{Code, Refusal};
use domain::zone::{UnknownZone, Zone};
use language::SettingsChange;

use super::talk::Talk;
use crate::reply::answer::No;
use crate::reply::{Reply, settings};

impl Talk<'_> {
    /// Shows or changes them.
    pub(super) async fn settings(&self, change: SettingsChange) -> Result<Reply, No> {
        if change == SettingsChange::default() {
            let scene = self.scene(self.me.settings.blocked.iter().copied().collect()).await;
            return Ok(Reply::private(settings::shown(&scene, &self.me.settings)));
        }
        self.set(change, false).await
    }

    /// Changes them; `of_profile` where the zone is that of the platform's profile, to be followed.
    pub(super) async fn set(&self, change: SettingsChange, of_profile: bool) -> Result<Reply, No> {
        let zone =
            change.timezone.as_deref().map(str::parse::<Zone>).transpose().map_err(|unknown| no_zone(&unknown))?;
        let week_start = change.week_start.map(WeekStart::try_from).transpose().map_err(no_week)?;
        let edit = SettingsEdit {
            zone,
            default_time: change.default_time,
            day_first: change.day_first,
            week_start,
            hours_24: change.hours_24,
            zone_of_profile: of_profile,
        };
        self.execute(Command::Settings(edit)).await
    }
}

impl Talk<'_> {
    /// Follows the platform's profile, unless the speaker chose a zone.
    pub(super) async fn follow_profile(&self, zone: Zone) -> Result<Option<Reply>, No> {
        let mine = &self.me.settings;
        if !mine.follows_profile() || mine.zone.as_ref() == Some(&zone) {
            return Ok(None);
        }
        let edit = SettingsEdit { zone: Some(zone), zone_of_profile: true, ..SettingsEdit::default() };
        self.execute(Command::Settings(edit)).await.map(Some)
    }
}

fn no_week(no_start: NoWeekStart) -> Refusal {
    let sentence = format!("I know no weeks that begin on {:?}.", no_start.0);
    Refusal::new(Code::Invalid, sentence, "Say `set week start monday`, `sunday` or `saturday`.")
}

fn no_zone(unknown: &UnknownZone) -> Refusal {
    let sentence = format!("I know no time zone “{}”.", unknown.0);
    Refusal::new(Code::Unknown, sentence, "Name one such as `timezone Europe/Madrid` or `timezone UTC`.")
}
