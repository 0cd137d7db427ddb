//! Showing and changing the speaker's own settings.

use domain::command::{Command, SettingsEdit};
use domain::refusal::{Code, Refusal};
use domain::zone::{UnknownZone, Zone};
use language::SettingsChange;

use super::talk::Talk;
use crate::reply::answer::No;
use crate::reply::{Reply, settings};

impl Talk<'_> {
    pub(super) async fn settings(&self, change: SettingsChange) -> Result<Reply, No> {
        let zone =
            change.timezone.as_deref().map(str::parse::<Zone>).transpose().map_err(|unknown| no_zone(&unknown))?;
        let edit = SettingsEdit { zone, default_time: change.default_time, day_first: change.day_first };
        if change.week_start.is_some() {
            return Err(weeks_begin_on_monday().into());
        }
        if edit == SettingsEdit::default() {
            return Ok(Reply::private(settings::shown(&self.watch(), &self.me.settings)));
        }
        self.execute(Command::Settings(edit)).await
    }
}

fn weeks_begin_on_monday() -> Refusal {
    Refusal::new(Code::Invalid, "Weeks begin on Monday here.", "Name days instead, e.g. `list before sunday`.")
}

fn no_zone(unknown: &UnknownZone) -> Refusal {
    let sentence = format!("I know no time zone “{}”.", unknown.0);
    Refusal::new(Code::Unknown, sentence, "Name one such as `timezone Europe/Madrid` or `timezone UTC`.")
}
