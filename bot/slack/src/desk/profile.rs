//! Somebody's profile in Slack says another name, by which they are called from now on, or another zone: it is theirs from
//! now on, and they are told. Slack tells of a change; one that it could not tell is found when they come to their page.

use std::time::Duration;

use bot::reply::{Block, Text, Verdict};
use domain::person::Identity;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use domain::zone::Zone;
use tokio::time::timeout;
use tracing::warn;

use super::{Desk, Line, scoped};
use crate::api::{CallError, Message, Person};
use crate::render;
use crate::silence::{Question, late};

/// How long Slack may take to say what somebody's profile says.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How Slack is asked.
const QUESTION: Question = "users.info";
/// The same where nobody waits for the answer.
const LOOK: Question = "users.info, once in a while";

impl Desk {
    /// Follows the profile of somebody known. What Slack tells again may be over by now, so it is asked.
    ///
    /// # Errors
    /// When a backend fails: nothing is lost if it is done again.
    pub(super) async fn profile_changed(&self, tenant: &TenantId, told: Person, again: bool) -> Result<(), CallError> {
        let identity = Identity { tenant: tenant.clone(), user: told.id.clone() };
        match self.turns.tasks().people.who_is(&identity).await? {
            None => Ok(()),
            Some(_) if again => self.follow_profile(&identity, &self.profile(tenant, &told.id).await?).await,
            Some(_) => self.follow_profile(&identity, &told).await,
        }
    }

    /// Looks whether the profile of somebody who follows it says something else than is known, once in a while: that Slack
    /// does not say so is no reason to ask it less often for names, for which people wait.
    ///
    /// # Errors
    /// As [`Self::profile_changed`].
    pub(super) async fn look_at_profile(&self, tenant: &TenantId, user: &str) -> Result<(), CallError> {
        let identity = Identity { tenant: tenant.clone(), user: user.to_owned() };
        let known = self.turns.tasks().people.who_is(&identity).await?;
        let follows = known.is_some_and(|known| known.settings.follows_profile());
        if !follows || self.look_rests(tenant) || !self.profiles.may_look(&identity) {
            return Ok(());
        }
        let found = timeout(PATIENCE, self.api.person(user)).await.unwrap_or_else(|_| Err(late(PATIENCE)));
        if let Err(error @ CallError::Later { .. }) = &found {
            self.around.silence.note(tenant, LOOK, error);
        }
        self.follow_profile(&identity, &found?).await
    }

    /// Whether Slack wants no looks at profiles, or gives no answers, at present.
    fn look_rests(&self, tenant: &TenantId) -> bool {
        let silence = &self.around.silence;
        silence.holds(tenant, QUESTION) || [QUESTION, LOOK].iter().any(|asked| silence.may_ask(tenant, asked).is_err())
    }

    /// What Slack says of somebody now.
    ///
    /// # Errors
    /// Slack's; when it does not say so in time.
    pub(super) async fn profile(&self, tenant: &TenantId, user: &str) -> Result<Person, CallError> {
        self.around.silence.broken(tenant, QUESTION, PATIENCE, self.api.person(user)).await
    }

    /// Follows a profile, unless it was followed as it became later: what was read or told before that is over.
    async fn follow_profile(&self, identity: &Identity, person: &Person) -> Result<(), CallError> {
        let _turn = self.profiles.turn(identity).await;
        if !person.is_there() || self.profiles.is_over(identity, person.updated) {
            return Ok(());
        }
        self.follow_profile_as(identity, person).await?;
        self.profiles.followed(identity, person.updated);
        Ok(())
    }

    /// Whoever set a zone of their own keeps it.
    async fn follow_profile_as(&self, identity: &Identity, person: &Person) -> Result<(), CallError> {
        let (tenant, mut followed) = (&identity.tenant, Ok(()));
        let named = self.visitors.follow_name(identity, person).await;
        let known = self.turns.tasks().people.who_is(identity).await?;
        let mine = known.and_then(|known| known.settings.zone);
        if let Some(zone) = person.zone().filter(|zone| mine.as_ref() != Some(zone)) {
            // One change is followed once, however often and late Slack tells of it.
            let key = scoped(tenant, &format!("profile/{}/{}/{zone}", person.id, person.updated));
            let following = async {
                followed = self.follow(tenant, &person.id, zone).await;
                followed.is_ok()
            };
            self.once_given(tenant, &key, following).await;
        }
        followed.and(named.map_err(CallError::from))
    }

    async fn follow(&self, tenant: &TenantId, user: &str, zone: Zone) -> Result<(), CallError> {
        let (user_id, text) = (user.to_owned(), format!("timezone {zone}"));
        let line = Line::of(tenant.clone(), user_id, text);
        let trace = TraceParent::root(self.turns.tasks().ids.fresh());
        let message = self.message(line, trace).await?;
        let Some(mut reply) = self.turns.follow_profile(message, zone.clone()).await else { return Ok(()) };
        if reply.verdict == Verdict::Failed {
            return Err(CallError::Later { after: None, reason: "the storage did not take it".to_owned() });
        }
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
