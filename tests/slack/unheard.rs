//! What cannot be done however often Slack sends it again: whoever said it hears so in the end.

use fakes::kit::{Fault, What};
use fakes::slack::Message;

use super::kit::{BOTH, Site, shown};

const ROTATE: &str = "remind @zoe to rotate the keys tomorrow";

fn answers(site: &Site, channel: &str) -> Vec<Message> {
    let mut posted = site.posted(channel);
    posted.retain(|message| shown(message).contains("nothing was done"));
    posted
}

#[tokio::test]
async fn what_slack_does_not_tell_all_along_is_said_once_with_the_last_repetition() {
    for way in BOTH {
        let site = Site::new(way).await;
        site.slack.faults().add(Fault::always("users.list", What::Limited { retry_after: 60 }));
        let said = site.person("U1").mention("C1", ROTATE).await;
        let word = site.message("C1", "nothing was done").await;
        assert_eq!(word.only_for.as_deref(), Some("U1"), "{way:?}: {word:#?}");
        assert!(shown(&word).contains("Slack does not tell me right now"), "{way:?}: {word:#?}");
        said.turns[0].again(4).await;
        site.told(&site.person("U1"), "C1", "/task", "list").await;
        assert_eq!(answers(&site, "C1").len(), 1, "{way:?}: once, with the last repetition");
    }
}

#[tokio::test]
async fn what_slack_tells_by_the_second_time_is_done_without_a_word_of_the_first() {
    for way in BOTH {
        let site = Site::new(way).await;
        site.slack.faults().add(Fault::next(1, "users.list", What::Limited { retry_after: 1 }));
        site.person("U1").mention("C1", "remind @bob to rotate the keys tomorrow").await;
        site.message("C1", "Added #1: rotate the keys").await;
        assert_eq!(answers(&site, "C1").len(), 0, "{way:?}");
    }
}
