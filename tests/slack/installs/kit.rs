//! Two workspaces with the same ids in them, a program that others install, and a browser.

use std::time::Duration;

use fakes::slack::{App, Channel, FakeSlack, Install, Kind, Message, Person, Team, User};
use reqwest::Url;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use tokio::time::{Instant, sleep};

use super::super::kit::{Way, connect, is_first_word, patient, shown, texts};
use super::super::manifest;
use crate::kit::program::{PATIENCE, Scratch, Server};

/// A key that tokens are closed with.
pub(super) const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// By which Slack knows the app.
const CLIENT: &str = "1234567890.9876543210";

/// The app, which others may install.
pub(crate) fn app() -> App {
    App { client_id: CLIENT.to_owned(), ..manifest::app() }
}

/// What the program needs for that.
pub(crate) fn may_be_installed(scratch: Scratch) -> Scratch {
    scratch
        .with("TASKBOT_SLACK__CLIENT_ID", CLIENT)
        .with("TASKBOT_SLACK__CLIENT_SECRET", "client-secret-A1")
        .with("TASKBOT_SLACK__REDIRECT_URL", "http://127.0.0.1:1/slack/oauth")
        .with("TASKBOT_SLACK__TOKEN_KEY", KEY)
}

/// The program, installed nowhere yet.
pub(super) struct Public {
    pub(super) slack: FakeSlack,
    pub(super) scratch: Scratch,
    pub(super) server: Server,
    way: Way,
}

/// A page that a browser sees.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) page: String,
}

impl Seen {
    pub(super) fn says(&self, status: u16, part: &str) {
        assert!(self.status == status && self.page.contains(part), "expected {status} and “{part}”, got {self:?}");
    }
}

impl Public {
    pub(super) async fn new(way: Way) -> Self {
        Self::with(way, Scratch::new()).await
    }

    /// With a program that has this in its environment besides.
    pub(super) async fn with(way: Way, scratch: Scratch) -> Self {
        let slack = patient().await;
        for (id, name, first) in [("T1", "Acme", "ana"), ("T2", "Bolts & <Nuts>", "zoe")] {
            let team = Team::new(id, name).user(User::new("U1", first, "Europe/Madrid")).channel(Channel::new(
                "C1",
                "ops",
                Kind::Public,
                &["U1"],
            ));
            slack.add_team(team);
        }
        slack.add_app(app());
        let scratch = may_be_installed(scratch).with("TASKBOT_SLACK__API_URL", &slack.api_url());
        let scratch = match way {
            Way::Socket => scratch.with("TASKBOT_SLACK__APP_TOKEN", "xapp-fake-A1"),
            Way::Http => scratch.with("TASKBOT_SLACK__SIGNING_SECRET", "signing-secret-A1"),
        };
        let server = scratch.serve().await;
        connect(&slack, &server, way).await;
        Self { slack, scratch, server, way }
    }

    /// Ends the program and starts it again, with this in its environment.
    pub(super) async fn again(mut self, key: &str, value: &str) -> Self {
        assert!(self.server.program.terminate().await.success());
        let scratch = self.scratch.with(key, value);
        let server = scratch.serve().await;
        connect(&self.slack, &server, self.way).await;
        Self { scratch, server, ..self }
    }

    /// Somebody installs it, and invites it to `ops`.
    pub(super) async fn install(&self, team: &str) -> Install {
        self.browser().install(team).await;
        let install = self.slack.read(|world| world.install("A1", team).cloned()).expect("an installation");
        self.slack.invite(team, "C1", &install.bot_user);
        install
    }

    pub(super) fn person(&self, team: &str) -> Person {
        self.slack.person(team, "U1")
    }

    /// What somebody is told in answer to a command in `ops`: at once, or a moment later where the machine is busy.
    pub(super) async fn told(&self, team: &str, command: &str, text: &str) -> String {
        let before = self.said(team).len();
        let turn = self.person(team).command("C1", command, text).await;
        let until = Instant::now() + PATIENCE;
        let mut answer = texts(turn.answer());
        while is_first_word(&answer) {
            assert!(Instant::now() < until, "{command} {text} was never answered");
            sleep(Duration::from_millis(20)).await;
            let later = self.said(team).into_iter().skip(before).filter(|one| one.only_for.is_some());
            answer = later.map(|one| shown(&one)).find(|said| !is_first_word(said)).unwrap_or(answer);
        }
        answer
    }

    fn said(&self, team: &str) -> Vec<Message> {
        self.slack.read(|world| world.teams[team].channels["C1"].messages.clone())
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::before(&self.server)
    }

    /// The messages of the bot in a team with this in them, each with its channel.
    pub(super) fn posted(&self, team: &str, part: &str) -> Vec<(String, Message)> {
        self.slack.read(|world| {
            let of_channel = |channel: &Channel| {
                let said = channel.messages.iter().filter(|one| shown(one).contains(part) && one.user != "U1");
                said.map(|one| (channel.id.clone(), one.clone())).collect::<Vec<_>>()
            };
            world.teams[team].channels.values().flat_map(of_channel).collect()
        })
    }

    /// Waits for such a message.
    pub(super) async fn comes(&self, team: &str, part: &str) -> (String, Message) {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = self.posted(team, part).pop() {
                return found;
            }
            assert!(Instant::now() < until, "“{part}” never came to {team}:\n{}", self.log());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the program has logged this, perhaps before it was ready.
    pub(super) async fn logs(&mut self, part: &str) {
        let logged = self.server.program.err.until(|lines| lines.iter().any(|line| line.contains(part))).await;
        assert!(logged, "“{part}” was never logged:\n{}", self.log());
    }

    pub(super) fn log(&self) -> String {
        self.server.program.err.all().join("\n")
    }
}

/// Somebody's browser.
pub(crate) struct Browser {
    client: reqwest::Client,
    base: String,
    pub(super) cookie: String,
}

impl Browser {
    pub(crate) fn before(server: &Server) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { client, base: format!("http://{}", server.addr), cookie: String::new() }
    }

    /// Installs it in a team.
    pub(crate) async fn install(mut self, team: &str) {
        let back = self.consent(team).await;
        self.back(&back).await.says(200, "Taskbot is installed in");
    }

    /// Begins to install, and keeps the cookie. Gives Slack's page.
    pub(super) async fn begin(&mut self) -> Url {
        let answer = self.client.get(format!("{}/slack/install", self.base)).send().await.expect("an answer");
        assert_eq!(answer.status(), 302);
        let cookie = answer.headers()[SET_COOKIE].to_str().expect("a cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        answer.headers()[LOCATION].to_str().expect("a location").parse().expect("a URL")
    }

    /// Begins, and says yes in a team, or no. Gives where Slack leads back to.
    pub(super) async fn consent(&mut self, team: &str) -> Url {
        let mut page = self.begin().await;
        page.query_pairs_mut().append_pair("team", team).append_pair("user", "U1");
        let answer = self.client.get(page).send().await.expect("an answer");
        assert_eq!(answer.status(), 302);
        answer.headers()[LOCATION].to_str().expect("a location").parse().expect("a URL")
    }

    /// Goes back from Slack.
    pub(super) async fn back(&self, to: &Url) -> Seen {
        assert_eq!((to.host_str(), to.path()), (Some("127.0.0.1"), "/slack/oauth"));
        let url = format!("{}{}?{}", self.base, to.path(), to.query().unwrap_or_default());
        let answer = self.client.get(url).header(COOKIE, &self.cookie).send().await.expect("an answer");
        Seen { status: answer.status().as_u16(), page: answer.text().await.expect("a page") }
    }
}

/// The address with another value of a parameter, or without it.
pub(super) fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| key != name).map(|(key, value)| (key.into(), value.into())).collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    changed
}
