use std::collections::HashMap;
use std::sync::Mutex;

use crate::slack::web::Refusal;
use crate::slack::{Install, Slack};

/// What lets an app open a dialog, once and soon.
#[derive(Debug)]
struct Trigger {
    app: String,
    team: String,
    user: String,
    view: Option<String>,
    at: f64,
    used: bool,
}

/// All triggers.
#[derive(Debug, Default)]
pub(in crate::slack) struct Triggers(Mutex<HashMap<String, Trigger>>);

impl Slack {
    /// A new trigger; `view` is the dialog that it came from.
    pub(in crate::slack) fn new_trigger(&self, by: &Install, user: &str, view: Option<&str>) -> String {
        let id = format!("{}.{}", self.now() as u64, self.word());
        let trigger = Trigger {
            app: by.app_id.clone(),
            team: by.team_id.clone(),
            user: user.to_owned(),
            view: view.map(str::to_owned),
            at: self.now(),
            used: false,
        };
        self.triggers().0.lock().expect("no panic while locked").insert(id.clone(), trigger);
        id
    }

    /// Spends a trigger: whose it is, and the dialog that it came from.
    pub(in crate::slack) fn use_trigger(&self, by: &Install, id: &str) -> Result<(String, Option<String>), Refusal> {
        let life = self.settings().trigger_ms as f64 / 1_000.0;
        let mut triggers = self.triggers().0.lock().expect("no panic while locked");
        let trigger = triggers.get_mut(id).filter(|one| one.app == by.app_id && one.team == by.team_id);
        let trigger = trigger.ok_or("invalid_trigger_id")?;
        if trigger.used {
            return Err("exchanged_trigger_id".into());
        }
        if self.now() - trigger.at > life {
            return Err("expired_trigger_id".into());
        }
        trigger.used = true;
        Ok((trigger.user.clone(), trigger.view.clone()))
    }
}
