//! Pages of several workspaces.

use fakes::kit::{Fault, What};
use fakes::slack::User;
use tokio::time::{Duration, Instant, sleep};

use super::super::kit::{BOTH, texts};
use super::kit::Public;
use crate::kit::program::PATIENCE;

/// How many pages of a workspace Slack does not take: each is waited for ten seconds.
const PAGES: usize = 8;

fn reader(nth: usize) -> String {
    format!("U{}", 10 + nth)
}

/// What people type behind `@`.
fn name(user: &str) -> String {
    format!("reader{user}").to_lowercase()
}

/// More people, who are in `ops` and look at their pages.
async fn read(public: &Public, team: &str) {
    for user in (0..PAGES).map(reader) {
        public.slack.change(|world| {
            let team = world.teams.get_mut(team).expect("the team");
            team.users.insert(user.clone(), User::new(&user, &name(&user), "UTC"));
            team.channels.get_mut("C1").expect("ops").members.insert(user.clone());
        });
        public.slack.person(team, &user).open_home().await;
        page(public, team, &user, "There are no open tasks").await;
    }
}

/// Waits until a page says this.
async fn page(public: &Public, team: &str, user: &str, part: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let said = public.slack.read(|world| {
            let theirs = world.views.iter().filter(|view| view.team_id == team && view.user == user);
            theirs.map(|view| texts(&view.payload)).collect::<Vec<_>>()
        });
        if said.iter().any(|said| said.contains(part)) {
            return;
        }
        assert!(Instant::now() < until, "the page of {user} in {team} never says “{part}”: {said:#?}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_workspace_that_takes_no_pages_holds_up_those_of_no_other() {
    for way in BOTH {
        let public = Public::new(way).await;
        for team in ["T1", "T2"] {
            public.install(team).await;
        }
        read(&public, "T1").await;
        public.person("T2").open_home().await;
        page(&public, "T2", "U1", "There are no open tasks").await;
        (0..PAGES).for_each(|nth| {
            public.slack.faults().add(Fault::always("views.publish", What::Hang).field("user_id", &reader(nth)));
        });
        let readers: Vec<String> = (0..PAGES).map(|nth| format!("@{}", name(&reader(nth)))).collect();
        public.told("T1", "/task", &format!("lift the bar {}", readers.join(" "))).await;
        let until = Instant::now() + PATIENCE;
        while !public.slack.ledger().calls(Some("views.publish")).iter().any(|call| call.fault.is_some()) {
            assert!(Instant::now() < until, "no page was to be shown anew");
            sleep(Duration::from_millis(5)).await;
        }
        public.told("T2", "/todo", "drop the bar").await;
        page(&public, "T2", "U1", "drop the bar").await;
        public.slack.faults().clear();
        for user in (0..PAGES).map(reader) {
            page(&public, "T1", &user, "lift the bar").await;
        }
    }
}
