//! What a form that was opened in a channel shows of it, once whoever opened it has left.

use fakes::kit::{Fault, What};
use fakes::slack::View;
use serde_json::{Value, json};

use super::kit::{BOTH, Site};

/// Ana opens a form in a private channel.
async fn opened(site: &Site) -> View {
    let ana = site.person("U1");
    let said = ana.say("C2", "the party is on friday").await;
    ana.shortcut("create", "C2", &said.ts).await;
    site.dialog("U1", "the party").await
}

/// The form was opened an hour before.
fn an_hour_ago(site: &Site, form: &View) {
    site.slack.change(|world| {
        let view = world.views.iter_mut().find(|view| view.id == form.id).expect("the form");
        let kept = view.payload["private_metadata"].as_str().unwrap_or_default();
        let mut kept: Value = serde_json::from_str(kept).expect("what the form keeps");
        let then = fakes::kit::now() as i64 - 3_600;
        kept["opened"] = json!(jiff::Timestamp::from_second(then).expect("an instant").to_string());
        view.payload["private_metadata"] = json!(kept.to_string());
    });
}

fn titled(title: &str) -> Value {
    json!({ "title": { "title": { "type": "plain_text_input", "value": title } } })
}

async fn saves(site: &Site, form: &View, title: &str) {
    site.person("U1").submit(&form.id, titled(title)).await;
}

#[tokio::test]
async fn whoever_left_a_channel_adds_nothing_to_it_from_a_form_that_was_opened_there() {
    for way in BOTH {
        let site = Site::new(way).await;
        let form = opened(&site).await;
        an_hour_ago(&site, &form);
        site.slack.change(|world| {
            let team = world.teams.get_mut("T1").expect("the team");
            team.channels.get_mut("C2").expect("the channel").members.remove("U1");
        });
        let wrong = site.errors("U1", &form, titled("bake the cake")).await;
        assert!(wrong.is_object(), "{way:?}: {wrong}");
        let token = site.scratch.token("slack:T1/U1").await;
        let found = site.server.chat(&token, "find cake").await.to_string();
        assert!(!found.contains("bake the cake"), "{way:?}: {found}");
    }
}

#[tokio::test]
async fn whoever_opened_a_form_in_a_channel_a_moment_ago_is_there_whatever_slack_can_say() {
    for way in BOTH {
        let site = Site::new(way).await;
        site.slack.faults().add(Fault::always("users.conversations", What::Broken));
        let form = opened(&site).await;
        saves(&site, &form, "bake the cake").await;
        site.dialog("U1", "Added #1: bake the cake").await;
    }
}

#[tokio::test]
async fn a_form_that_was_open_for_long_is_taken_from_whoever_is_still_there() {
    let site = Site::new(BOTH[0]).await;
    let form = opened(&site).await;
    an_hour_ago(&site, &form);
    saves(&site, &form, "bake the cake").await;
    site.dialog("U1", "Added #1: bake the cake").await;
}
