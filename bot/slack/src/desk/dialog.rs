//! Dialogs: a task filled in instead of typed, from a shortcut or a command without words.

use bot::reply::Verdict;
use bot::{Form, Reply};
use domain::person::Identity;
use domain::ports::error::PortError;
use domain::refusal::Code;
use domain::tenant::TenantId;
use jiff::Timestamp;
use language::{Addressee, Draft, Person, Repeat, RepeatFrom, When};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;
use tracing::{debug, warn};

use super::answer::{self, not_installed, not_opened, words};
use super::forms::filled_line;
use super::respond::Asked;
use super::title::{self, title_of};
use super::{Desk, Line};
use crate::api::{CallError, Message};
use crate::inbound::payload::{Command, Entered, Named, Shortcut, Shown, Submitted};
use crate::render::dialog::task::{REPEAT, TITLE, WHEN, WHERE, WHO, form};
use crate::render::dialog::{loading, outcome};
use crate::render::kit::section;
use crate::render::mrkdwn::unescaped;
use crate::render::reply;
use crate::term::waited_for;

/// The shortcut that reminds the one who uses it; every other one makes a task where it is used.
const REMIND: &str = "remind";

/// While the storage is away.
pub(super) const AWAY: &str = "I cannot reach my storage right now; save it once more in a minute.";

/// What a dialog is about, kept in it until it is submitted.
#[derive(Debug, Default, Serialize, Deserialize)]
struct About {
    /// A reminder, for the one who fills it in unless they say for whom.
    remind: bool,
    /// Where it was opened, unless in a direct message.
    channel: Option<String>,
    /// When: whoever opened it was there then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened: Option<Timestamp>,
    /// The thread in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<String>,
    /// The address of the message that it is about.
    link: Option<String>,
}

impl Desk {
    /// Opens the dialog of a shortcut: at first an empty one, because the permission to open it lasts three seconds.
    /// Whoever used it is told if it does not open.
    pub(super) async fn open_dialog(&self, used: Shortcut) {
        let opening = async {
            let tenant = self.tenant(&used.team.id).await.map_err(|error| (None, error))?;
            self.api.open_view(&used.trigger_id, &loading()).await.map_err(|error| (Some(tenant), error))
        };
        match waited_for(opening).await {
            Ok(view) => self.fill_about(&view, used).await,
            Err((_, error)) if error.is_on_screen() => debug!("Slack tells of a shortcut again"),
            Err((tenant, error)) => {
                warn!(%error, "a dialog could not be opened");
                self.not_opened(tenant.as_ref(), &used, &error).await;
            }
        }
    }

    /// Says so beside the message; of a shortcut that belongs to none, in the direct message.
    async fn not_opened(&self, tenant: Option<&TenantId>, used: &Shortcut, error: &CallError) {
        let told = if error.is_farewell() { not_installed() } else { not_opened() };
        match (&used.response_url, tenant) {
            (Some(url), _) => self.respond(&Asked::about(url, used), told).await,
            (None, Some(tenant)) => {
                let text = told["text"].as_str().unwrap_or_default();
                let message = Message::to(used.user.id.as_str(), text.to_owned(), vec![section(text)]);
                if let Err(error) = self.post_direct(tenant, &used.user.id, &message).await {
                    warn!(%error, "nobody hears that a dialog did not open");
                }
            }
            (None, None) => {}
        }
    }

    /// Fills an open dialog with what the message says that it is about.
    async fn fill_about(&self, view: &str, used: Shortcut) {
        let until = Instant::now() + title::PATIENCE;
        let (title, link) = match (&used.message, &used.channel) {
            (Some(message), Some(channel)) => {
                // Of a conversation that the bot is not in Slack gives no link.
                let link = title::in_time(until, self.api.permalink(&channel.id, &message.ts)).await;
                let link = link.or_else(|| address(used.team.domain.as_deref()?, channel, message));
                (title_of(&self.api, &message.text, until).await, link)
            }
            _ => (String::new(), None),
        };
        let remind = used.callback_id == REMIND;
        let thread = used.message.and_then(|message| message.thread_ts).filter(|_| !remind);
        let opened = Some(self.now());
        let channel = used.channel.as_ref().and_then(Named::as_channel).filter(|_| !remind);
        let about = About { remind, channel, opened, thread, link };
        let form = form(&title, about.link.as_deref(), remind, &metadata(&about));
        if let Err(error) = self.fill(view, Ok(form)).await {
            warn!(%error, "an open dialog could not be changed");
        }
    }

    /// The dialog of a command without words. What is filled in after `/todo` and `/remindme` is for one's own list, wherever
    /// it was typed.
    pub(super) async fn open_form(&self, command: &Command) -> Value {
        let channel = command.channel().filter(|_| command.command == "/task");
        let (remind, opened) = (command.command == "/remindme", Some(self.now()));
        let about = About { remind, channel, opened, ..About::default() };
        match self.api.open_view(&command.trigger_id, &form("", None, remind, &metadata(&about))).await {
            Ok(_) => answer::on_screen(),
            Err(error) if error.is_on_screen() => answer::on_screen(),
            Err(error) => {
                warn!(%error, "a dialog could not be opened");
                words("Type what is to be done, e.g. `/task call Ana tomorrow 5pm`; `/task help` tells more.")
            }
        }
    }

    /// The dialog of a task for one's own list.
    pub(super) fn task_form(&self) -> Value {
        form("", None, false, &metadata(&About { opened: Some(self.now()), ..About::default() }))
    }

    /// A task was filled in. However often and with what the same dialog is saved, it makes one.
    pub(super) async fn filled_in(&self, tenant: TenantId, submitted: Submitted) -> Value {
        let filled = Filled::of(&submitted.view.state);
        let about: About = serde_json::from_str(&submitted.view.private_metadata).unwrap_or_default();
        if let Some(wrong) = filled.wrong(&about, self.now()) {
            return wrong;
        }
        let draft = filled.draft(&about);
        self.visitors.meet(&tenant, draft.people.iter().map(Person::as_str)).await;
        let line = Line {
            channel: about.channel,
            thread: about.thread,
            there_at: Some(about.opened.unwrap_or_default()),
            ..filled_line(tenant.clone(), &submitted, format!("{draft:?}"))
        };
        let given = self.given(line, Form::Task(draft, about.link.unwrap_or_default())).await;
        let field = match &given {
            Ok(Reply { verdict: Verdict::Refused { code: Code::Unknown, .. }, .. }) => {
                self.unknown(&tenant, &filled).await
            }
            _ => TITLE,
        };
        shown(given, field)
    }

    /// The field that names whom or what nobody knows.
    async fn unknown(&self, tenant: &TenantId, filled: &Filled) -> &'static str {
        for user in &filled.who {
            let identity = Identity { tenant: tenant.clone(), user: user.clone() };
            if let Ok(None) = self.turns.tasks().people.who_is(&identity).await {
                return WHO;
            }
        }
        match filled.channel {
            Some(_) => WHERE,
            None if filled.who.is_empty() => TITLE,
            None => WHO,
        }
    }
}

/// The address of a message, as Slack makes them.
fn address(domain: &str, channel: &Named, message: &Shown) -> Option<String> {
    let fits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let parts = [domain, &channel.id, &message.ts, message.thread_ts.as_deref().unwrap_or("0")];
    parts.into_iter().all(fits).then(|| {
        let thread = message.thread_ts.as_ref().filter(|thread| **thread != message.ts);
        let thread = thread.map(|thread| format!("?thread_ts={thread}&cid={}", channel.id));
        let ts = message.ts.replace('.', "");
        format!("https://{domain}.slack.com/archives/{}/p{ts}{}", channel.id, thread.unwrap_or_default())
    })
}

/// The time that was picked.
pub(super) fn moment(entered: &Entered) -> Option<Timestamp> {
    Timestamp::from_second(entered.field(WHEN)?["selected_date_time"].as_i64()?).ok()
}

/// Whom the task is for.
pub(super) fn users(entered: &Entered) -> Vec<String> {
    let picked = entered.field(WHO).and_then(|field| field["selected_users"].as_array()).into_iter().flatten();
    picked.filter_map(|user| user.as_str().map(str::to_owned)).collect()
}

/// What was entered into the dialog.
struct Filled {
    title: String,
    when: Option<Timestamp>,
    rule: Option<String>,
    who: Vec<String>,
    channel: Option<String>,
}

impl Filled {
    fn of(entered: &Entered) -> Self {
        Self {
            title: entered.text(TITLE, "/value").unwrap_or_default().trim().to_owned(),
            when: moment(entered),
            rule: entered.text(REPEAT, "/selected_option/value"),
            who: users(entered),
            channel: entered.text(WHERE, "/selected_conversation"),
        }
    }

    /// What is wrong, beside the field that it is wrong in.
    fn wrong(&self, about: &About, now: Timestamp) -> Option<Value> {
        if self.title.is_empty() {
            return Some(errors(TITLE, "Say what is to be done."));
        }
        let wrong = match self.when {
            Some(when) if when <= now => "That has gone by already; pick a later time.",
            None if self.rule.is_some() => "Pick the first time of what repeats.",
            None if about.remind => "Pick when to remind.",
            _ => return None,
        };
        Some(errors(WHEN, wrong))
    }

    fn draft(&self, about: &About) -> Draft {
        let to_me = about.remind && self.who.is_empty() && self.channel.is_none();
        let rule = self.rule.as_ref().and_then(|rule| rule.parse().ok());
        Draft {
            title: self.title.clone(),
            when: self.when.map(When::At),
            repeat: rule.map(|rule| Repeat { rule, start: None, from: RepeatFrom::Schedule }),
            people: self.who.iter().cloned().map(Person::Id).collect(),
            channel: self.channel.clone(),
            explicit_reminder: about.remind,
            addressee: match () {
                () if to_me => Addressee::Me,
                () if self.who.is_empty() => Addressee::Nobody,
                () => Addressee::People,
            },
            ..Draft::default()
        }
    }
}

fn metadata(about: &About) -> String {
    serde_json::to_string(about).unwrap_or_default()
}

/// The answer to a dialog: what came of it, or what is wrong, beside this field.
pub(super) fn shown(given: Result<Reply, PortError>, field: &str) -> Value {
    let reply = match given {
        Ok(reply) => reply,
        Err(error) => {
            warn!(%error, "a dialog could not be taken");
            return errors(field, AWAY);
        }
    };
    let (text, blocks) = reply::message(&reply);
    match reply.verdict {
        Verdict::Answered => json!({ "response_action": "update", "view": outcome(blocks) }),
        Verdict::Refused { .. } | Verdict::Failed => errors(field, &unescaped(&text)),
    }
}

/// What is wrong in a dialog, beside a field: a sentence without markup, in which nothing is escaped.
pub(super) fn errors(block: &str, sentence: &str) -> Value {
    json!({ "response_action": "errors", "errors": { block: sentence } })
}
