//! Answers that come late, at an address that works five times and for half an hour.

use std::time::Duration;

use fakes::kit::{Call, Fault, What};
use fakes::slack::{FakeSlack, Message};
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site, Way, shown, struck};
use crate::kit::program::{PATIENCE, Scratch};
use crate::kit::soon::once_in_three;

/// A workspace in which Slack takes a moment to say who Bob is, so that whatever he types first is answered late.
async fn slow(way: Way, ms: u64) -> Site {
    let site = Site::new(way).await;
    site.slack.faults().add(Fault::next(1, "users.info", What::Delay { ms }).field("user", "U2"));
    site
}

/// What the bot has answered to Bob in this channel.
fn answers(site: &Site, channel: &str, part: &str) -> Vec<Message> {
    let mut posted = site.posted(channel);
    posted.retain(|message| shown(message).contains(part));
    posted
}

fn responses(site: &Site) -> Vec<Call> {
    site.slack.ledger().calls(Some("response_url"))
}

#[tokio::test]
async fn a_late_answer_uses_the_address_once_and_one_that_takes_too_long_twice() {
    for (way, ms, words) in [
        (Way::Socket, 1_000, &["Added #1: water the plants"][..]),
        (Way::Http, 3_500, &["That takes too long", "Added #1: water the plants"][..]),
    ] {
        let slow = format!("service.slow_commit=return({ms})");
        once_in_three(async || {
            let site = Site::with(way, Scratch::new().with("FAILPOINTS", &slow)).await;
            site.person("U2").command("C1", "/todo", "water the plants").await;
            site.message("C1", "Added #1: water the plants").await;
            assert_eq!(answers(&site, "C1", "Added #1").len(), 1, "{way:?}");
            let uses = responses(&site);
            let said = uses.len() == words.len()
                && uses.iter().zip(words).all(|(call, word)| call.body.to_string().contains(word));
            if said { Ok(()) } else { Err(format!("{way:?}: {uses:#?}")) }
        })
        .await;
    }
}

#[tokio::test]
async fn waiting_as_long_as_slack_asks_uses_nothing_of_the_address() {
    for way in BOTH {
        let site = slow(way, 1_000).await;
        // The address works once: an answer that used it up while it waited would be lost.
        site.slack.set(|settings| settings.hook_uses = 1);
        site.slack.faults().add(Fault::next(3, "response_url", What::Limited { retry_after: 1 }));
        site.person("U2").command("C1", "/todo", "water the plants").await;
        site.message("C1", "Added #1: water the plants").await;
        let taken = responses(&site).iter().filter(|call| call.status == Some(200)).count();
        assert_eq!((responses(&site).len(), taken), (4, 1), "{way:?}");
        assert!(site.slack.ledger().calls(Some("chat.postEphemeral")).is_empty(), "{way:?}: no other way is needed");
    }
}

#[tokio::test]
async fn an_answer_is_given_once_in_whatever_words_it_is_taken() {
    for (way, body) in BOTH.into_iter().cycle().zip(["", "ok", "{}", "null"]) {
        let site = slow(way, 1_000).await;
        site.slack.set(|settings| settings.bare_answers = Some(body.to_owned()));
        site.slack.faults().add(Fault::next(1, "response_url", What::Limited { retry_after: 2 }));
        site.person("U2").command("C1", "/todo", "water the plants").await;
        site.message("C1", "Added #1: water the plants").await;
        // Whatever was said before this is there.
        site.slack.faults().add(Fault::next(1, "users.info", What::Delay { ms: 1_500 }).field("user", "U1"));
        site.person("U1").command("C1", "/todo", "feed the cat").await;
        site.message("C1", ": feed the cat").await;
        let uses = responses(&site);
        let statuses: Vec<_> = uses.iter().filter_map(|call| call.status).collect();
        assert_eq!(statuses, [429, 200, 200], "{way:?} “{body}”: {uses:#?}");
        assert!(uses[1].at - uses[0].at >= 2.0, "{way:?} “{body}”: as late as was asked for");
    }
}

#[tokio::test]
async fn an_answer_whose_address_has_run_out_comes_another_way_once() {
    let used = |site: &Site| site.slack.set(|settings| settings.hook_uses = 0);
    let old = |site: &Site| site.slack.set(|settings| settings.hook_seconds = 0.5);
    for (way, run_out) in [(Way::Socket, &used as &dyn Fn(&Site)), (Way::Http, &old)] {
        let site = slow(way, 1_500).await;
        run_out(&site);
        site.person("U2").command("C1", "/todo", "water the plants").await;
        let answer = site.message("C1", "Added #1: water the plants").await;
        assert_eq!(answer.only_for.as_deref(), Some("U2"), "{way:?}: {answer:#?}");
        assert!(responses(&site).iter().all(|call| call.status == Some(404)), "{way:?}: {:#?}", responses(&site));
        assert_eq!(answers(&site, "C1", "Added #1").len(), 1, "{way:?}");
        let list = site.told(&site.person("U2"), "C1", "/todo", "my tasks").await;
        assert!(list.contains("water the plants") && !list.contains("#2"), "{way:?}: it was done once: {list}");
    }
}

#[tokio::test]
async fn an_answer_whose_address_has_run_out_comes_directly_where_the_bot_is_not_in_the_channel() {
    for way in BOTH {
        let site = slow(way, 1_500).await;
        site.slack.change(|world| {
            let room = world.teams.get_mut("T1").and_then(|team| team.channels.get_mut("C1")).expect("the channel");
            room.members.remove(&site.install.bot_user);
        });
        site.slack.set(|settings| settings.hook_uses = 0);
        site.person("U2").command("C1", "/todo", "water the plants").await;
        let direct = site.direct("U2").await;
        site.message(&direct, "Added #1: water the plants").await;
        assert!(answers(&site, "C1", "Added #1").is_empty(), "{way:?}");
    }
}

#[tokio::test]
async fn an_answer_that_broke_on_its_way_is_given_once_more() {
    for (way, what) in [(Way::Socket, What::Broken), (Way::Http, What::CutAfter)] {
        let site = slow(way, 1_000).await;
        site.slack.faults().add(Fault::next(1, "response_url", what));
        site.person("U2").command("C1", "/todo", "water the plants").await;
        site.message("C1", "Added #1: water the plants").await;
        let list = site.told(&site.person("U2"), "C1", "/todo", "my tasks").await;
        assert!(list.contains("water the plants"), "{way:?}: {list}");
        assert_eq!(answers(&site, "C1", "Added #1").len(), 1, "{way:?}");
    }
}

#[tokio::test]
async fn an_answer_that_the_channel_does_not_take_comes_in_the_direct_message() {
    for way in BOTH {
        let site = Site::new(way).await;
        let word = What::Error { error: "user_not_in_channel".to_owned() };
        site.slack.faults().add(Fault::next(1, "chat.postEphemeral", word));
        site.person("U1").mention("C1", "water the plants tomorrow").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1: water the plants").await;
    }
}

#[tokio::test]
async fn a_message_whose_change_broke_once_is_changed() {
    for (way, what) in BOTH.into_iter().zip([What::Broken, What::Cut]) {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        site.slack.faults().add(Fault::next(1, "chat.update", what));
        ana.press("C1", &reminder.ts, "done", None).await;
        let shown = site.message("C1", "Done by ").await;
        assert_eq!(shown.ts, reminder.ts, "{way:?}");
    }
}

#[tokio::test]
async fn whoever_pressed_is_told_another_way_where_their_address_has_run_out() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        let gone = What::Error { error: "message_not_found".to_owned() };
        site.slack.faults().add(Fault::next(1, "chat.update", gone));
        site.slack.set(|settings| settings.hook_uses = 0);
        ana.press("C1", &reminder.ts, "done", None).await;
        let told = site.message("C1", "Done #1: tag the release").await;
        assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}: {told:#?}");
    }
}

#[tokio::test]
async fn nobody_is_led_elsewhere_by_the_address_for_answers() {
    for way in BOTH {
        let elsewhere = FakeSlack::start().await;
        let site = slow(way, 1_500).await;
        let to = What::Redirect { to: format!("{}/hooks/elsewhere", elsewhere.url()) };
        site.slack.faults().add(Fault::next(1, "response_url", to.clone()));
        let turn = site.person("U2").command("C1", "/todo", "water the plants").await;
        site.message("C1", "Added #1: water the plants").await;
        struck(&site.slack).await;
        assert_eq!(responses(&site)[0].status, Some(307), "{way:?}: it was led there");
        assert!(elsewhere.ledger().calls(None).is_empty(), "{way:?}: {:#?}", elsewhere.ledger().calls(None));
        site.slack.faults().add(Fault::next(1, "response_url", to));
        let led = reqwest::Client::new().post(turn.response_url()).body("{}").send().await;
        assert!(led.is_ok() && elsewhere.ledger().calls(None).len() == 1, "{way:?}: whoever follows gets there");
    }
}

/// What may become of a message whose answer is lost; one of them is taken while nobody listens any more.
fn ways_to_lose() -> [(&'static str, What); 5] {
    [
        ("roses", What::Broken),
        ("tulips", What::Cut),
        ("lilies", What::BrokenAfter),
        ("daisies", What::CutAfter),
        ("poppies", What::CutBefore { ms: 3_000 }),
    ]
}

#[tokio::test]
async fn an_answer_in_a_direct_message_that_broke_on_its_way_is_there_once() {
    for way in BOTH {
        let site = Site::new(way).await;
        site.slack.set(|settings| settings.history_per_minute = 50.0);
        site.slack.faults().add(Fault::next(1, "conversations.history", What::Limited { retry_after: 1 }));
        let ana = site.person("U1");
        for (flowers, what) in ways_to_lose() {
            site.slack.faults().add(Fault::next(1, "chat.postMessage", what).saying(flowers));
            ana.dm(&format!("water the {flowers} tomorrow")).await;
        }
        let direct = site.direct("U1").await;
        for (flowers, _) in ways_to_lose() {
            site.message(&direct, &format!(": water the {flowers}")).await;
        }
        looked_for(&site, ways_to_lose().len() + 1).await;
        struck(&site.slack).await;
        // Answers to the same person come one after the other.
        ana.dm("done 1").await;
        site.message(&direct, "Done #1: ").await;
        for (flowers, what) in ways_to_lose() {
            let added = site.posted(&direct).into_iter().filter(|one| shown(one).starts_with("Added #"));
            let times = added.filter(|one| shown(one).contains(flowers)).count();
            assert_eq!(times, 1, "{way:?} {what:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_in_a_direct_message_that_cannot_be_looked_for_is_not_given_twice() {
    for way in BOTH {
        let site = Site::new(way).await;
        site.slack.faults().add(Fault::next(1, "chat.postMessage", What::CutAfter));
        let no = What::Error { error: "missing_scope".to_owned() };
        site.slack.faults().add(Fault::next(1, "conversations.history", no));
        let ana = site.person("U1");
        ana.dm("water the plants tomorrow").await;
        let direct = site.direct("U1").await;
        looked_for(&site, 1).await;
        ana.dm("done 1").await;
        site.message(&direct, "Done #1: water the plants").await;
        assert_eq!(answers(&site, &direct, "Added #1").len(), 1, "{way:?}");
    }
}

/// Waits until direct messages were looked into so often.
async fn looked_for(site: &Site, times: usize) {
    let until = Instant::now() + PATIENCE;
    while site.slack.ledger().calls(Some("conversations.history")).len() < times {
        assert!(Instant::now() < until, "nobody looks whether it is there");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_slash_behind_the_address_of_slacks_api_changes_nothing() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        assert!(site.server.program.terminate().await.success());
        let address = format!("{}/", site.slack.api_url());
        site.anew(way, "TASKBOT_SLACK__API_URL", &address).await;
        let told = site.told(&site.person("U1"), "C1", "/task", "water the plants").await;
        assert!(told.contains("Added #1"), "{way:?}: {told}");
        site.message("C1", "ana added #1").await;
    }
}
