//! A workspace with three people and the program in it.

use std::time::Duration;

use fakes::slack::{Channel, Delivery, FakeSlack, Group, Install, Kind, Message, Person, Team, User, View};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};
use tokio::time::{Instant, sleep};

use super::manifest;
use crate::kit::program::{PATIENCE, Scratch, Server};

/// The program, installed in a workspace.
pub(super) struct Site {
    pub(super) slack: FakeSlack,
    pub(super) install: Install,
    pub(super) scratch: Scratch,
    pub(super) server: Server,
}

/// How Slack hands things over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Socket,
    Http,
}

pub(crate) const BOTH: [Way; 2] = [Way::Socket, Way::Http];

impl Site {
    pub(super) async fn new(way: Way) -> Self {
        Self::with(way, Scratch::new()).await
    }

    /// With a program that has this in its environment besides.
    pub(super) async fn with(way: Way, scratch: Scratch) -> Self {
        let slack = patient().await;
        let team = Team::new("T1", "Acme")
            .user(User::new("U1", "ana", "Europe/Madrid"))
            .user(User::new("U2", "bob", "America/New_York"))
            .user(User::new("U3", "eve", "UTC"))
            .user(User { is_restricted: true, ..User::new("U4", "gus", "UTC") })
            .group(group("S1", "ops-group", &["U1", "U2"]))
            .group(Group { disabled: true, ..group("S2", "old-group", &["U1"]) })
            .group(group("S3", "nobodies", &[]))
            .channel(Channel::new("C1", "ops", Kind::Public, &["U1", "U2"]))
            .channel(Channel::new("C2", "quiet", Kind::Private, &["U1"]));
        slack.add_team(team);
        let app = manifest::app();
        let keys = (app.signing_secret.clone(), app.app_token.clone());
        slack.add_app(app);
        let install = slack.install("A1", "T1");
        for channel in ["C1", "C2"] {
            slack.invite("T1", channel, &install.bot_user);
        }
        let scratch = scratch
            .with("TASKBOT_SLACK__API_URL", &slack.api_url())
            .with("TASKBOT_SLACK__BOT_TOKEN", &install.token)
            // A test types faster than people.
            .with("TASKBOT_LIMITS__CHAT_BURST", "1000");
        let scratch = match way {
            Way::Socket => scratch.with("TASKBOT_SLACK__APP_TOKEN", &keys.1),
            Way::Http => scratch.with("TASKBOT_SLACK__SIGNING_SECRET", &keys.0),
        };
        let server = scratch.serve().await;
        let site = Self { slack, install, scratch, server };
        connect(&site.slack, &site.server, way).await;
        site
    }

    /// Ends the program and starts it again in Socket Mode, with this in its environment.
    pub(super) async fn again(&mut self, key: &str, value: &str) {
        assert!(self.server.program.terminate().await.success());
        self.anew(Way::Socket, key, value).await;
    }

    /// Starts the program again after its end, with this in its environment.
    pub(super) async fn anew(&mut self, way: Way, key: &str, value: &str) {
        let scratch = std::mem::replace(&mut self.scratch, Scratch::new());
        self.scratch = scratch.with(key, value);
        self.server = self.scratch.serve().await;
        connect(&self.slack, &self.server, way).await;
    }

    /// The program's database.
    pub(super) async fn database(&self) -> SqliteConnection {
        let file = SqliteConnectOptions::new().filename(self.scratch.path("taskbot.db"));
        file.connect().await.expect("a connection")
    }

    pub(super) fn person(&self, user: &str) -> Person {
        self.slack.person("T1", user)
    }

    /// The messages of the bot in a channel, as they stand now.
    pub(super) fn posted(&self, channel: &str) -> Vec<Message> {
        let of_bot = |message: &Message| message.user == self.install.bot_user;
        self.slack.read(|world| match world.channel("T1", channel) {
            Some((_, channel)) => channel.messages.iter().filter(|one| of_bot(one)).cloned().collect(),
            None => Vec::new(),
        })
    }

    /// The direct message of a person with the bot, once there is one.
    pub(super) async fn direct(&self, user: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let both = [user, self.install.bot_user.as_str()];
        loop {
            let found = self.slack.read(|world| {
                let mut direct = world.teams["T1"].channels.values().filter(|one| one.kind == Kind::Im);
                let found = direct.find(|one| both.iter().all(|who| one.members.iter().any(|member| member == who)));
                found.map(|channel| channel.id.clone())
            });
            if let Some(id) = found {
                return id;
            }
            assert!(Instant::now() < until, "nobody opened a direct message with {user}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// What somebody is told in answer to a command: at once, or a moment later where the machine is busy.
    pub(super) async fn told(&self, who: &Person, channel: &str, command: &str, text: &str) -> String {
        texts(&self.answer(who, channel, command, text).await)
    }

    /// What somebody is told, asked again until it says this.
    pub(super) async fn tells(&self, who: &Person, text: &str, part: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let told = self.told(who, "C1", "/task", text).await;
            if told.contains(part) {
                return told;
            }
            assert!(Instant::now() < until, "{text} never says “{part}”: {told}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// The answer to a command, also when it comes a moment after "Working on it".
    pub(super) async fn answer(&self, who: &Person, channel: &str, command: &str, text: &str) -> Value {
        let before = self.posted(channel).len();
        let turn = who.command(channel, command, text).await;
        if !is_first_word(&texts(turn.answer())) {
            return turn.answer().clone();
        }
        let user = turn.parcel.payload["user_id"].as_str();
        let until = Instant::now() + PATIENCE;
        loop {
            let posted = self.posted(channel);
            let mut later = posted.iter().skip(before).filter(|message| message.only_for.as_deref() == user);
            if let Some(told) = later.find(|message| !is_first_word(&shown(message))) {
                return json!({ "response_type": "ephemeral", "text": told.text, "blocks": told.blocks });
            }
            assert!(Instant::now() < until, "{command} {text} was never answered");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The dialog on somebody's screen, once it has this in it.
    pub(super) async fn dialog(&self, user: &str, part: &str) -> View {
        let until = Instant::now() + PATIENCE;
        loop {
            let dialogs = self.person(user).dialogs();
            if let Some(view) = dialogs.iter().find(|view| view.payload.to_string().contains(part)) {
                return view.clone();
            }
            assert!(Instant::now() < until, "no dialog with “{part}”: {dialogs:#?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// What is wrong in a dialog, beside its fields; saved again where the machine is too busy to say so at once.
    pub(super) async fn errors(&self, user: &str, form: &View, values: Value) -> Value {
        let (who, until) = (self.person(user), Instant::now() + PATIENCE);
        loop {
            assert!(Instant::now() < until, "what is wrong in {form:#?} is never said at once");
            let answer = who.submit(&form.id, values.clone()).await.answer().clone();
            if answer["response_action"] != "push" {
                return answer["errors"].clone();
            }
            let above = self.above(user, form).await;
            if !texts(&above.payload).contains("Nothing that you filled in is lost") {
                return Value::Null;
            }
            who.close(&above.id).await;
        }
    }

    /// What lies on top of a dialog that took long to save, once it says what came of it.
    pub(super) async fn above(&self, user: &str, form: &View) -> View {
        let until = Instant::now() + PATIENCE;
        loop {
            let dialogs = self.person(user).dialogs();
            let mut above = dialogs.iter().filter(|view| view.previous.as_ref() == Some(&form.id));
            if let Some(view) = above.find(|view| !is_first_word(&texts(&view.payload))) {
                return view.clone();
            }
            assert!(Instant::now() < until, "nothing is said about {form:#?}: {dialogs:#?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The dialog of somebody of any workspace, once it has this in it.
    pub(super) async fn dialog_of(&self, user: &str, part: &str) -> View {
        let until = Instant::now() + PATIENCE;
        loop {
            let views = self.slack.read(|world| world.views.clone());
            let theirs = views.iter().filter(|view| view.user == user && view.open);
            if let Some(view) = theirs.into_iter().find(|view| view.payload.to_string().contains(part)) {
                return view.clone();
            }
            assert!(Instant::now() < until, "no dialog with “{part}”: {views:#?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Somebody's page, once it is as wanted.
    pub(super) async fn home(&self, user: &str, wanted: impl Fn(&str) -> bool) -> View {
        let until = Instant::now() + PATIENCE;
        loop {
            let homes = self.slack.read(|world| {
                let theirs = world.views.iter().filter(|view| view.user == user && view.kind() == "home");
                theirs.cloned().collect::<Vec<_>>()
            });
            if let Some(view) = homes.iter().find(|view| wanted(&texts(&view.payload))) {
                return view.clone();
            }
            let log = || self.server.program.err.all().join("\n");
            assert!(Instant::now() < until, "no such page: {homes:#?}\n{}", log());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until a message of the bot is as wanted.
    pub(super) async fn changed(&self, channel: &str, ts: &str, wanted: impl Fn(&Message) -> bool) -> Message {
        let until = Instant::now() + PATIENCE;
        loop {
            let posted = self.posted(channel);
            if let Some(found) = posted.iter().find(|message| message.ts == ts && wanted(message)) {
                return found.clone();
            }
            assert!(Instant::now() < until, "{ts} never comes to that; there is {posted:#?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for a message of the bot that has this in it.
    pub(super) async fn message(&self, channel: &str, part: &str) -> Message {
        let until = Instant::now() + PATIENCE;
        loop {
            let posted = self.posted(channel);
            if let Some(found) = posted.iter().find(|message| shown(message).contains(part)) {
                return found.clone();
            }
            assert!(Instant::now() < until, "“{part}” never came to {channel}; there is {posted:#?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A Slack that waits longer for answers than the real one: a busy machine is no reason to fail. Whether they
/// come within its three seconds is looked at in `faults::patience`, with nothing beside it.
pub(crate) async fn patient() -> FakeSlack {
    let slack = FakeSlack::start().await;
    slack.set(|settings| (settings.ack_ms, settings.trigger_ms) = (9_000, 9_000));
    slack
}

/// Waits until everything has gone wrong that was to.
pub(super) async fn struck(slack: &FakeSlack) {
    let until = Instant::now() + PATIENCE;
    while !slack.faults().left().is_empty() {
        assert!(Instant::now() < until, "nothing met {:?}", slack.faults().left());
        sleep(Duration::from_millis(5)).await;
    }
}

/// Whether an answer only says that the answer comes later.
pub(crate) fn is_first_word(answer: &str) -> bool {
    ["Working on it", "That takes too long", "That takes longer than usual"].iter().any(|word| answer.contains(word))
}

pub(super) fn group(id: &str, handle: &str, users: &[&str]) -> Group {
    let users = users.iter().map(|&user| user.to_owned()).collect();
    Group { id: id.to_owned(), handle: handle.to_owned(), name: handle.to_owned(), users, disabled: false }
}

/// The value of the choice with this label, wherever it stands.
pub(super) fn choice(blocks: &Value, label: &str) -> Option<String> {
    match blocks {
        Value::Object(fields) if fields.get("text").is_some_and(|text| text["text"] == label) => {
            fields.get("value").and_then(Value::as_str).map(str::to_owned)
        }
        Value::Object(fields) => fields.values().find_map(|value| choice(value, label)),
        Value::Array(values) => values.iter().find_map(|value| choice(value, label)),
        _ => None,
    }
}

/// Tells Slack the way to the program.
pub(crate) async fn connect(slack: &FakeSlack, server: &Server, way: Way) {
    match way {
        Way::Socket => slack.connected("A1", 1).await,
        Way::Http => {
            let at = |path: &str| format!("http://{}/slack/{path}", server.addr);
            let delivery =
                Delivery::Http { commands: at("commands"), interactivity: at("interactions"), events: at("events") };
            slack.change(|world| world.apps.get_mut("A1").expect("the app").delivery = delivery);
        }
    }
}

/// Everything that a message says.
pub(super) fn shown(message: &Message) -> String {
    let mut texts = vec![message.text.clone()];
    collect(&message.blocks, &mut texts);
    texts.join("\n")
}

/// Every text in an answer or block.
pub(super) fn texts(value: &Value) -> String {
    let mut found = Vec::new();
    collect(value, &mut found);
    found.join("\n")
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            texts.extend(fields.get("text").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, texts));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

/// So much of one workspace is worked on at the same time: three quarters of the seats.
const SHARE: usize = 12;

/// Waits until so much is worked on in a workspace that nothing more finds a seat: all of it asks Slack for a name that Slack
/// was told to keep back.
pub async fn filled(slack: &FakeSlack) {
    let until = Instant::now() + PATIENCE;
    let kept_back = || slack.ledger().calls(Some("users.info")).into_iter().filter(|call| call.fault.is_some()).count();
    while kept_back() < SHARE {
        assert!(Instant::now() < until, "{} of {SHARE} seats are taken", kept_back());
        sleep(Duration::from_millis(5)).await;
    }
}
