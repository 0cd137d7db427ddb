use std::time::Duration;

use super::{App, Install, Slack, Standing, Team, User, World};

impl Slack {
    /// Adds teams, apps and what they have put on somebody's screen; a team or app with the same id is replaced.
    pub fn seed(&self, seed: World) {
        let mut world = self.world();
        world.teams.extend(seed.teams);
        world.apps.extend(seed.apps.into_iter().map(|(id, app)| (id, app.filled())));
        world.views.extend(seed.views);
    }

    /// Adds a team.
    pub fn add_team(&self, team: Team) {
        self.world().teams.insert(team.id.clone(), team);
    }

    /// Adds an app. [`install`](Self::install) brings it into a team.
    pub fn add_app(&self, app: App) {
        self.world().apps.insert(app.id.clone(), app.filled());
    }

    /// Brings an app into a team, with the scopes of its manifest and without OAuth.
    ///
    /// # Panics
    /// When there is no such app or team.
    pub fn install(&self, app: &str, team: &str) -> Install {
        let scopes = self.read(|world| world.apps[app].scopes.clone());
        self.install_with(app, team, scopes, "")
    }

    pub(super) fn install_with(&self, app: &str, team: &str, scopes: Vec<String>, installer: &str) -> Install {
        let word = self.word();
        let mut world = self.world();
        let (bot_user, bot_id) = bot_of(&mut world, app, team);
        let token = format!("xoxb-fake-{team}-{app}-{word}");
        world.installs.retain(|one| one.app_id != app || one.team_id != team || one.standing != Standing::Active);
        let (app_id, team_id, installer) = (app.to_owned(), team.to_owned(), installer.to_owned());
        let standing = Standing::Active;
        let install = Install { app_id, team_id, token, bot_user, bot_id, scopes, installer, standing };
        world.installs.push(install.clone());
        install
    }

    /// Brings a user, or an app's, into a channel.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn invite(&self, team: &str, channel: &str, user: &str) {
        let mut world = self.world();
        world.channel_mut(team, channel).expect("a channel").members.insert(user.to_owned());
    }

    /// Waits until an app has so many sockets open, at most ten seconds.
    ///
    /// # Panics
    /// When it does not come to that.
    pub async fn connected(&self, app: &str, count: usize) {
        for _ in 0..1_000 {
            if self.sockets().count(app) == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{app} has {} sockets open, not {count}", self.sockets().count(app));
    }
}

/// The user and the bot of an app in a team: those of its last installation there, or new ones.
fn bot_of(world: &mut World, app: &str, team: &str) -> (String, String) {
    if let Some(last) = world.installs.iter().find(|one| one.app_id == app && one.team_id == team) {
        return (last.bot_user.clone(), last.bot_id.clone());
    }
    let name = world.apps[app].name.clone();
    let (id, bot_id) = (world.id("UB"), world.id("B"));
    let user = User { id: id.clone(), real_name: name.clone(), name, is_bot: true, ..User::default() };
    world.teams.get_mut(team).expect("a team").users.insert(id.clone(), user);
    (id, bot_id)
}
