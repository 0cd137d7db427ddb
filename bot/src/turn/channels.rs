//! From a channel's name to the channel, if the speaker is in it.

use domain::place::Channel;
use domain::ports::chat::Channels;
use domain::refusal::{Code, Refusal};
use domain::tenant::Platform;
use tracing::warn;

use super::talk::Talk;
use crate::reply::answer::No;

impl Talk<'_> {
    /// The channels of this tenant that the platform shows the speaker.
    pub(super) async fn channels(&self) -> Result<Channels, No> {
        let mut channels = self.service().directory.channels(&self.message.author).await?;
        channels.shown.retain(|channel| channel.tenant == self.message.tenant);
        Ok(channels)
    }

    /// The channel named. One that the speaker is not in answers like one that does not exist.
    pub(super) async fn channel(&self, named: &str) -> Result<Channel, No> {
        let Channels { shown, whole } = self.channels().await?;
        let same = |channel: &Channel| channel.id.to_lowercase() == named.to_lowercase();
        let refusal = || if whole { self.no_channel(named) } else { Refusal::unseen(self.as_known(named)) };
        shown.into_iter().find(same).ok_or_else(|| refusal().into())
    }

    /// `#ops` of `C0123|ops`; of `C0123` as far as the platform says it of a channel that the speaker is in. `None` where it is
    /// no channel's id.
    pub(super) async fn name_of_channel(&self, mention: &str) -> Option<String> {
        let (id, label) = mention.split_once('|').unwrap_or((mention, ""));
        if id.is_empty() || id.contains(char::is_whitespace) {
            return None;
        }
        let name = match label.trim_start_matches('#') {
            "" if self.message.tenant.platform() == Platform::Console => id.to_owned(),
            "" => self.called_by_others(id).await.unwrap_or_else(|| "channel".to_owned()),
            label => label.to_owned(),
        };
        Some(format!("#{name}"))
    }

    async fn called_by_others(&self, id: &str) -> Option<String> {
        let channel = self.channel(id).await.ok()?;
        let name = self.service().directory.channel_name(&channel).await;
        name.inspect_err(|error| warn!(%error, "a channel's name cannot be looked up")).ok().flatten()
    }

    fn no_channel(&self, named: &str) -> Refusal {
        let next = match self.message.tenant.platform() {
            Platform::Console => format!("Join it with `taskbot console --channel {named}`, then say it again."),
            Platform::Slack | Platform::Discord => "Join it, invite me, then say it again.".to_owned(),
        };
        Refusal::new(Code::Unknown, format!("I know no {} that you are in.", self.as_known(named)), next)
    }

    /// How people call it. Where platforms send ids, a name is only what it cannot be found by.
    fn as_known(&self, named: &str) -> String {
        match self.message.tenant.platform() {
            Platform::Console => format!("channel #{named}"),
            Platform::Slack | Platform::Discord => "such channel".to_owned(),
        }
    }
}
