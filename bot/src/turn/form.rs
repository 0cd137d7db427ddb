//! What was filled into a form instead of typed.

use domain::message::Message;
use domain::refusal::Code;
use language::{Draft, Edit, SettingsChange};

use super::talk::Talk;
use super::{Turns, short_enough};
use crate::reply::Reply;
use crate::reply::answer::No;

/// A form that was filled in.
#[derive(Debug)]
pub enum Form {
    /// A task, with its description.
    Task(Draft, String),
    /// What is to be changed of tasks, perhaps nothing.
    Edit(Edit),
    /// Somebody's own settings; `of_profile` where their zone is that of the platform's profile, which they follow from now
    /// on.
    Settings {
        /// What is to be changed of them, perhaps nothing.
        change: SettingsChange,
        /// Whether the zone is that of the profile.
        of_profile: bool,
    },
    /// What `message.text` says.
    Line,
}

impl Turns {
    /// Takes a form. `message.key` is the form's: what is saved under it again with another `message.text` is answered with
    /// what the first came to.
    pub async fn take_form(&self, message: Message, form: Form) -> Reply {
        if let Err(refusal) = self.admit(&message).await {
            return No::from(refusal).into();
        }
        let taken = async {
            let talk = Talk::with(self, &message).await?;
            match talk.filled_in(form).await {
                Err(No::Refused(refusal)) if refusal.code == Code::KeyReused => talk.saved_before(refusal).await,
                taken => taken,
            }
        };
        self.turn(&message, taken).await
    }
}

impl Talk<'_> {
    async fn filled_in(&self, form: Form) -> Result<Reply, No> {
        match form {
            Form::Task(draft, description) => {
                self.zone_for(draft.repeat.as_ref())?;
                self.add(draft, description).await
            }
            Form::Edit(edit) => {
                self.zone_for(edit.repeat.as_ref())?;
                self.edit_if_at_all(edit).await
            }
            Form::Settings { change, of_profile } => self.set(change, of_profile).await,
            Form::Line => {
                short_enough(self.message)?;
                self.carry_out(self.read()?).await
            }
        }
    }
}
