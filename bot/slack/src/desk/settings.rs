//! Somebody's own settings, in a dialog.

use bot::Form;
use domain::service::Failure;
use domain::tenant::TenantId;
use language::SettingsChange;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::warn;

use super::Desk;
use super::dialog::{errors, shown};
use super::forms::{filled_line, kept};
use crate::inbound::payload::{Entered, Submitted};
use crate::render::dialog::settings;

/// While Slack does not say where somebody is.
const NO_PROFILE: &str =
    "Slack does not tell me your zone right now; save it once more in a minute, or name a zone below.";

/// What the dialog showed when it was opened.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Before {
    zone: String,
    follows: bool,
}

/// From where the zone comes from now on.
enum Zone {
    AsBefore,
    Profile,
    Own(String),
}

impl Desk {
    pub(super) async fn settings_form(&self, tenant: &TenantId, user: &str) -> Result<Value, Failure> {
        let settings = self.person(tenant, user).await?.settings;
        let zone = settings.zone.as_ref().map(ToString::to_string).unwrap_or_default();
        let follows = settings.follows_profile();
        Ok(settings::form(&settings, follows, &kept(&Before { zone, follows })))
    }

    /// Somebody's settings were filled in.
    pub(super) async fn settings_given(&self, tenant: TenantId, submitted: Submitted) -> Value {
        let entered = &submitted.view.state;
        let before: Before = serde_json::from_str(&submitted.view.private_metadata).unwrap_or_default();
        let (timezone, of_profile) = match zone(&before, entered) {
            Zone::AsBefore => (None, false),
            Zone::Own(zone) => (Some(zone), false),
            Zone::Profile => match self.zone_of_profile(&tenant, &submitted.user.id).await {
                // It was followed before; whatever it says, the rest is saved.
                zone if before.follows => (zone.filter(|zone| *zone != before.zone), true),
                Some(zone) => (Some(zone), true),
                None => return errors(settings::FOLLOW, NO_PROFILE),
            },
        };
        let time = entered.text(settings::TIME, "/selected_time");
        let order = entered.text(settings::ORDER, "/selected_option/value");
        let change = SettingsChange {
            timezone,
            default_time: time.and_then(|time| time.parse().ok()),
            day_first: order.map(|order| order == settings::DAY_FIRST),
            ..SettingsChange::default()
        };
        let line = filled_line(tenant, &submitted, format!("{change:?} {of_profile}"));
        shown(self.given(line, Form::Settings { change, of_profile }).await, settings::ZONE)
    }

    /// As Slack says now: people choose to follow their profile when they have just changed it.
    async fn zone_of_profile(&self, tenant: &TenantId, user: &str) -> Option<String> {
        let asked = self.profile(tenant, user).await;
        let asked = asked.inspect_err(|error| warn!(%error, "a profile could not be read"));
        Some(asked.ok()?.zone()?.to_string())
    }
}

/// A zone that is named counts, whatever is chosen beside it; what is left as it was is not chosen.
fn zone(before: &Before, entered: &Entered) -> Zone {
    let named = entered.text(settings::ZONE, "/value").map(|zone| zone.trim().to_owned());
    let named = named.filter(|zone| !zone.is_empty());
    let chosen = entered.text(settings::FOLLOW, "/selected_option/value");
    let follows = chosen.as_ref().map_or(before.follows, |chosen| chosen == settings::PROFILE);
    match named {
        Some(zone) if zone != before.zone || (before.follows && !follows) => Zone::Own(zone),
        _ if follows => Zone::Profile,
        _ => Zone::AsBefore,
    }
}
