use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Person, Tried, Turn};
use crate::slack::web::{opened, replaced};
use crate::slack::{Install, Parcel, Purpose, View};

impl Person {
    /// The dialogs on the person's screen, the topmost last.
    pub fn dialogs(&self) -> Vec<View> {
        let mine = |view: &&View| view.user == self.user && view.team_id == self.team;
        self.slack.read(|world| {
            let open = world.views.iter().filter(mine).filter(|view| view.open && view.kind() == "modal");
            open.cloned().collect()
        })
    }

    /// Enters values, by block and action, as `state.values` has them, and submits a dialog.
    pub async fn submit(&self, view: &str, values: Value) -> Turn {
        self.try_submit(view, values).await.expect("a dialog to submit")
    }

    /// Closes a dialog; its app hears of it if it asked to.
    pub async fn close(&self, view: &str) -> Option<Turn> {
        self.try_close(view).await.expect("a dialog to close")
    }

    pub(in crate::slack) async fn try_submit(&self, view: &str, values: Value) -> Tried<Turn> {
        self.topmost(view)?;
        let view = self.entered(view, values)?;
        let by = self.behind(&view)?;
        let trigger = self.slack.new_trigger(&by, &self.user, Some(&view.id));
        let mut payload = self.interaction("view_submission", &by);
        payload["view"] = view.shown(&by.bot_id);
        payload["trigger_id"] = json!(trigger);
        payload["response_urls"] = json!([]);
        let parcel = Parcel { app_id: by.app_id.clone(), purpose: Purpose::Interactive, id: trigger, payload };
        let turn = self.hand(parcel, None).await;
        if turn.taken() {
            sleep(Duration::from_millis(self.slack.settings().view_ms)).await;
            self.respond(&view, &by, &turn);
        }
        Ok(turn)
    }

    pub(in crate::slack) async fn try_close(&self, view: &str) -> Tried<Option<Turn>> {
        let view = self.view(view)?;
        let by = self.behind(&view)?;
        let clears = view.payload["clear_on_close"] == true;
        self.shut(|one| one.id == view.id || (clears && one.root == view.root));
        if view.payload["notify_on_close"] != true {
            return Ok(None);
        }
        let mut payload = self.interaction("view_closed", &by);
        payload["view"] = view.shown(&by.bot_id);
        payload["is_cleared"] = json!(clears);
        let parcel = Parcel { app_id: by.app_id, purpose: Purpose::Interactive, id: self.slack.word(), payload };
        Ok(Some(self.hand(parcel, None).await))
    }

    /// A view that the person sees.
    pub(super) fn view(&self, id: &str) -> Tried<View> {
        let world = self.slack.world();
        let found = world.views.iter().find(|view| view.id == id && view.user == self.user && view.open);
        found.cloned().ok_or_else(|| format!("{} does not see {id}", self.user))
    }

    /// A view that the person sees, with none above it.
    fn topmost(&self, id: &str) -> Tried<()> {
        self.view(id)?;
        let covers = |view: &&View| view.open && view.previous.as_deref() == Some(id);
        match self.slack.world().views.iter().find(covers) {
            Some(above) => Err(format!("{id} lies under {}", above.id)),
            None => Ok(()),
        }
    }

    fn behind(&self, view: &View) -> Tried<Install> {
        let found = self.slack.read(|world| world.install(&view.app_id, &view.team_id).cloned());
        found.ok_or_else(|| "the app is gone".to_owned())
    }

    /// Keeps what was entered, by block and action.
    pub(super) fn entered(&self, id: &str, values: Value) -> Tried<View> {
        let mut world = self.slack.world();
        let view = world.views.iter_mut().find(|view| view.id == id).ok_or("there is no such view")?;
        for (block, actions) in values.as_object().into_iter().flatten() {
            for (action, value) in actions.as_object().into_iter().flatten() {
                view.values[block][action] = value.clone();
            }
        }
        Ok(view.clone())
    }

    /// Does with the dialogs what the app answered to a submission.
    fn respond(&self, view: &View, by: &Install, turn: &Turn) {
        let answer = turn.answer();
        let next = answer["view"].clone();
        match answer["response_action"].as_str() {
            Some("errors") => {}
            Some("update") => drop(replaced(&self.slack, &mut self.slack.world(), &view.id, next)),
            Some("push") => {
                drop(opened(&self.slack, &mut self.slack.world(), by, &self.user, next, Some(view)));
            }
            Some("clear") => self.shut(|one| one.root == view.root),
            Some(_) => self.slack.complain(&turn.parcel, "invalid_response_action"),
            None => self.shut(|one| one.id == view.id),
        }
    }

    fn shut(&self, which: impl Fn(&View) -> bool) {
        let mut world = self.slack.world();
        world.views.iter_mut().filter(|view| which(view)).for_each(|view| view.open = false);
    }
}
