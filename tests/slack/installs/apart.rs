//! Workspaces are apart, whatever ids they have in common.

use std::time::{Duration, Instant};

use fakes::kit::{Call, Fault, What};
use fakes::slack::{Channel, Kind, User};
use futures::future::join_all;
use tokio::time::sleep;

use super::super::kit::{BOTH, filled, shown, texts};
use super::kit::Public;
use crate::kit::program::Scratch;

/// How many channels of a workspace hang: more than are posted to at the same time in one workspace, or in all.
const HANGING: usize = 40;

/// When those of the channels that hang fall due, all at once, after they were asked for.
const DUE_AFTER: Duration = Duration::from_secs(10);

/// A workspace gets more channels, to which Slack never answers a post.
fn hang(public: &Public, team: &str, bot: &str) {
    for nth in 0..HANGING {
        let id = format!("C{}", 100 + nth);
        let channel = Channel::new(&id, &format!("room{nth}"), Kind::Public, &["U1"]);
        public.slack.change(|world| world.teams.get_mut(team).expect("the team").channels.insert(id.clone(), channel));
        public.slack.invite(team, &id, bot);
        public.slack.faults().add(Fault::always("chat.postMessage", What::Hang).field("channel", &id));
    }
}

#[tokio::test]
async fn a_workspace_that_hangs_holds_up_no_other() {
    // A test types faster than people.
    let scratch = Scratch::new().with("TASKBOT_LIMITS__CHAT_BURST", "1000");
    let public = Public::with(BOTH[0], scratch).await;
    public.slack.set(|settings| (settings.history_per_minute, settings.history_page) = (100.0, 100));
    let install = public.install("T1").await;
    public.install("T2").await;
    hang(&public, "T1", &install.bot_user);
    let (ana, due) = (public.person("T1"), Instant::now() + DUE_AFTER);
    let seconds = |at: Instant| at.duration_since(Instant::now()).as_secs().max(1);
    for nth in 0..HANGING {
        let line = format!("remind us to lift in {} seconds", seconds(due));
        ana.command(&format!("C{}", 100 + nth), "/task", &line).await;
    }
    let line = format!("remind us to drop in {} seconds", seconds(due + Duration::from_secs(2)));
    public.person("T2").command("C1", "/task", &line).await;
    public.comes("T2", "*drop").await;
    let tried = |call: &&Call| call.body["blocks"].to_string().contains("alarm_clock");
    let hanging = public.slack.ledger().calls(Some("chat.postMessage")).iter().filter(tried).count();
    assert!(hanging > 1, "the other workspace hangs: {hanging} of its posts were begun");
    assert!(public.posted("T1", "*lift").is_empty(), "and it came meanwhile");
    public.slack.faults().clear();
    for _ in 0..1_800 {
        if public.posted("T1", "*lift").len() >= HANGING {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(public.posted("T1", "*lift").len(), HANGING, "and each of its own comes once, later");
}

/// What somebody asks at once: more than is worked on of all workspaces.
const FLOOD: usize = 60;

#[tokio::test]
async fn a_workspace_that_floods_leaves_the_others_their_answers() {
    for way in BOTH {
        // A test types faster than people.
        let public = Public::with(way, Scratch::new().with("TASKBOT_LIMITS__CHAT_BURST", "1000")).await;
        public.install("T1").await;
        public.install("T2").await;
        public.told("T2", "/task", "list").await;
        public.slack.change(|world| {
            let users = &mut world.teams.get_mut("T1").expect("the team").users;
            users.insert("U9".to_owned(), User::new("U9", "max", "UTC"));
        });
        // Of somebody who never spoke to the bot, Slack is asked for the name.
        public.slack.faults().add(Fault::always("users.info", What::Hang).field("user", "U9"));
        let (max, zoe) = (public.slack.person("T1", "U9"), public.person("T2"));
        let flood = join_all((0..FLOOD).map(|_| max.command("C1", "/task", "list")));
        let other = async {
            filled(&public.slack).await;
            let lines: Vec<String> = (1..=4).map(|nth| format!("alpha {nth} tomorrow")).collect();
            let typed = lines.iter().map(async |line| texts(zoe.command("C1", "/task", line).await.answer()));
            join_all(typed).await
        };
        let (flood, answers) = tokio::join!(flood, other);
        let busy = |answer: &str| answer.contains("nothing was done");
        assert!(answers.iter().all(|answer| !busy(answer)), "{way:?}: {answers:#?}");
        public.comes("T2", "zoe added #4: alpha").await;
        let refused = flood.iter().filter(|turn| busy(&texts(turn.answer()))).count();
        assert!(refused > 0, "{way:?}: it was a flood");
    }
}

#[tokio::test]
async fn two_workspaces_with_the_same_ids_share_nothing() {
    for way in BOTH {
        let public = Public::new(way).await;
        public.install("T1").await;
        public.install("T2").await;
        let (ana, zoe) = (public.person("T1"), public.person("T2"));
        for (team, title) in [("T1", "alpha"), ("T2", "beta")] {
            let answer = public.told(team, "/task", &format!("{title} tomorrow")).await;
            assert!(answer.contains(&format!("Added #1: {title}")), "numbers are a tenant's own: {answer}");
            let list = public.told(team, "/task", "list").await;
            let other = if title == "alpha" { "beta" } else { "alpha" };
            assert!(list.contains(title) && !list.contains(other), "{way:?}: {list}");
        }
        ana.command("C1", "/task", "remind us to lift in 1 second").await;
        zoe.command("C1", "/remindme", "to drop in 1 second").await;
        public.comes("T1", "lift").await;
        let (direct, reminder) = public.comes("T2", "*drop").await;
        assert!(public.posted("T1", "drop").is_empty() && public.posted("T2", "lift").is_empty(), "{way:?}");
        zoe.press(&direct, &reminder.ts, "done", None).await;
        public.comes("T2", "Done by ").await;
    }
}

#[tokio::test]
async fn a_direct_message_is_answered_in_the_workspace_that_it_came_from() {
    for way in BOTH {
        let public = Public::new(way).await;
        public.install("T1").await;
        public.install("T2").await;
        public.person("T1").dm("water the plants tomorrow").await;
        public.person("T2").dm("feed the cat tomorrow").await;
        public.comes("T1", "Added #1: water the plants").await;
        public.comes("T2", "Added #1: feed the cat").await;
        assert!(public.posted("T1", "feed").is_empty() && public.posted("T2", "water").is_empty(), "{way:?}");
        public.person("T2").say("C1", "@taskbot list").await;
        let list = public.comes("T2", "There are no").await;
        assert!(!shown(&list.1).contains("water"));
    }
}

#[tokio::test]
async fn a_workspace_that_did_not_install_it_gets_a_clear_answer_and_has_no_effect() {
    for way in BOTH {
        let public = Public::new(way).await;
        public.install("T1").await;
        // Slack knows of an installation of which the program does not.
        public.slack.install("A1", "T2");
        let zoe = public.person("T2");
        let answer = public.told("T2", "/task", "alpha tomorrow").await;
        assert!(answer.contains("I am not installed in this workspace"), "{answer}");
        let said = zoe.dm("beta tomorrow").await;
        assert!(said.turns[0].taken(), "it is not sent again: {:?}", said.turns);
        public.install("T2").await;
        let list = public.told("T2", "/todo", "list").await;
        assert!(list.contains("There are no open tasks"), "{list}");
    }
}
