//! Somebody's profile in Slack says another name, by which they are called from now on, or another zone: it is theirs from
//! now on, and they are told.

use bot::reply::{Block, Text};
use domain::person::Identity;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use domain::zone::Zone;
use tracing::warn;

use super::{Desk, Line, scoped};
use crate::api::{CallError, Message, Person};
use crate::render;

impl Desk {
    /// Follows the profile of somebody known. Whoever set a zone of their own keeps it.
    pub(super) async fn profile_changed(&self, tenant: &TenantId, person: &Person) {
        let identity = Identity { tenant: tenant.clone(), user: person.id.clone() };
        if person.is_there()
            && let Err(error) = self.visitors.follow_name(&identity, person).await
        {
            warn!(%error, "somebody is not called by their new name yet");
        }
        let Ok(Some(known)) = self.turns.tasks().people.who_is(&identity).await else { return };
        let another = |zone: &Zone| person.is_there() && known.settings.zone.as_ref() != Some(zone);
        if let Some(zone) = person.zone().filter(another) {
            // One change is followed once, however often and late Slack tells of it.
            let key = scoped(tenant, &format!("profile/{}/{}/{zone}", person.id, person.updated));
            let followed = async {
                let followed = self.follow(tenant, &person.id, zone).await;
                followed.inspect_err(|error| warn!(%error, "somebody did not hear of their new zone")).is_ok()
            };
            self.once_given(tenant, &key, followed).await;
        }
    }

    async fn follow(&self, tenant: &TenantId, user: &str, zone: Zone) -> Result<(), CallError> {
        let (user_id, text) = (user.to_owned(), format!("timezone {zone}"));
        let line = Line::of(tenant.clone(), user_id, text);
        let trace = TraceParent::root(self.turns.tasks().ids.fresh());
        let message = self.message(line, trace).await.map_err(|error| CallError::Unknown(error.to_string()))?;
        let Some(mut reply) = self.turns.follow_profile(message, zone.clone()).await else { return Ok(()) };
        let why = Text::say(format!("Your Slack profile says {zone} now, so I read and show your times there."));
        reply.blocks.insert(0, Block::Line(why));
        reply.blocks.push(Block::Detail(Text::say("`undo` keeps the zone that you had, whatever the profile says")));
        let (desk, tenant, user) = (self.clone(), tenant.clone(), user.to_owned());
        let tell = async move {
            let (text, blocks) = render::reply::message(&reply);
            // To the user: Slack opens the direct message.
            if let Err(error) = desk.post_direct(&tenant, &user, &Message::to(user.as_str(), text, blocks)).await {
                warn!(%error, "somebody did not hear of their new zone");
            }
        };
        self.beside(tell);
        Ok(())
    }
}
