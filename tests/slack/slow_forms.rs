//! Forms while Slack has a bad moment. Those that take long to save: `late_forms`.

use std::time::Duration;

use fakes::kit::{Fault, What};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site, texts};
use crate::kit::program::PATIENCE;

/// So many names that each would be waited for longer than anybody waits for a form.
const NAMES: usize = 8;

fn titled(text: &str) -> Value {
    json!({ "title": { "title": { "type": "plain_text_input", "value": text } } })
}

#[tokio::test]
async fn a_form_does_not_wait_for_names_that_slack_does_not_tell() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", &format!("ask {}about it", "@bob ".repeat(NAMES))).await;
        site.slack.faults().add(Fault::always("users.info", What::Hang).field("user", "U2"));
        site.slack.faults().add(Fault::always("chat.getPermalink", What::Hang));
        ana.shortcut("create", "C1", &said.ts).await;
        let form = site.dialog("U1", "plain_text_input").await;
        let title = format!("ask {}about it", "@somebody ".repeat(NAMES));
        assert!(form.payload.to_string().contains(&title), "{way:?}: {:#?}", form.payload);
        let link = format!("/archives/C1/p{}", said.ts.replace('.', ""));
        assert!(form.payload["private_metadata"].to_string().contains(&link), "{way:?}: it still leads back");
    }
}

#[tokio::test]
async fn a_form_that_slack_does_not_open_in_time_is_given_up_in_words() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", "ask bob about it").await;
        // Longer than the permission to open it is good for, and sooner than the call is given up.
        site.slack.faults().add(Fault::next(2, "views.open", What::Delay { ms: 6_000 }));
        ana.shortcut("create", "C1", &said.ts).await;
        let told = site.message("C1", "The form could not be opened").await;
        assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}: {told:#?}");
        let words = site.told(&ana, "C1", "/task", "").await;
        assert!(words.contains("Type what is to be done"), "{way:?}: {words}");
    }
}

#[tokio::test]
async fn what_was_filled_in_is_kept_while_nobody_says_whose_the_token_is() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/todo", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        assert!(site.server.program.terminate().await.success());
        site.slack.faults().add(Fault::always("auth.test", What::Broken));
        site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "999").await;
        let wrong = site.errors("U1", &form, titled("water the plants")).await;
        assert!(wrong["title"].is_string(), "{way:?}: {wrong}");
        site.slack.faults().clear();
        let until = Instant::now() + PATIENCE;
        while site.errors("U1", &form, titled("water the plants")).await.is_object() {
            assert!(Instant::now() < until, "{way:?}: it is never taken");
            sleep(Duration::from_millis(100)).await;
        }
        let told = texts(&site.dialog("U1", "Added #1: water the plants").await.payload);
        assert!(told.contains("on your list"), "{way:?}: {told}");
    }
}
