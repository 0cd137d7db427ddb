use super::methods::{Method, Tier};
use super::{Ask, Refusal};
use crate::kit::Rate;

/// Whether this call comes too soon.
pub(super) fn check(ask: &Ask<'_>, method: &Method) -> Result<(), Refusal> {
    let settings = ask.slack.settings();
    if !settings.limited {
        return Ok(());
    }
    let install = &ask.caller.install;
    let own = format!("{} {} {}", method.name(), install.app_id, install.team_id);
    let wanted = match method.tier {
        Tier::PerMinute(count) => vec![(own, Rate::per_minute(count))],
        Tier::History => vec![(own, Rate::per_minute(settings.history_per_minute))],
        Tier::Posting => {
            let channel = format!("{own} {}", ask.args.text("channel").unwrap_or_default());
            let rate = Rate { burst: settings.posts_burst, per_second: settings.posts_per_second };
            vec![(channel, rate), (own, Rate::per_minute(settings.team_posts_per_minute))]
        }
    };
    ask.slack.limits().take(ask.slack.now(), &wanted).map_err(Refusal::too_soon)
}
