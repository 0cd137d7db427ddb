//! The same thing, told more than once.

use super::kit::{BOTH, Site, shown};
use crate::kit::program::Scratch;

#[tokio::test]
async fn one_message_has_one_effect_however_often_slack_tells_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.dm("water the plants tomorrow").await;
        let turn = &said.turns[0];
        turn.again(3).await;
        turn.again(20).await;
        turn.under_another_id().await;
        ana.dm("list").await;
        let direct = site.direct("U1").await;
        let list = site.message(&direct, "open task").await;
        assert_eq!(
            shown(&list).matches("water the plants").count(),
            2,
            "once in the text, once in the blocks: {list:?}"
        );
        let answers = site.posted(&direct).iter().filter(|one| one.text.starts_with("Added")).count();
        assert_eq!(answers, 1, "{way:?}");
    }
}

#[tokio::test]
async fn twenty_at_once_are_answered_once() {
    for way in BOTH {
        let site = Site::new(way).await;
        let said = site.person("U1").dm("list").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "There are no").await;
        let before = site.posted(&direct).len();
        let next = site.person("U1").dm("water the plants tomorrow").await;
        futures::future::join_all([said.turns[0].again(20), next.turns[0].again(20)]).await;
        site.message(&direct, "water the plants").await;
        assert_eq!(site.posted(&direct).len(), before + 1, "{way:?}");
    }
}

#[tokio::test]
async fn an_answer_on_which_the_process_dies_is_given_when_slack_tells_of_the_message_again() {
    for way in BOTH {
        let dies = Scratch::new().with("FAILPOINTS", "slack.before_answer=return");
        let mut site = Site::with(way, dies).await;
        let said = site.person("U1").dm("water the plants tomorrow").await;
        assert!(!site.server.program.ended().await.success(), "{way:?}: it died before it answered");
        site.anew(way, "FAILPOINTS", "").await;
        said.turns[0].again(4).await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1: water the plants").await;
        said.turns[0].again(4).await;
        site.person("U1").dm("list").await;
        site.message(&direct, "open task").await;
        let answers = site.posted(&direct).iter().filter(|one| one.text.starts_with("Added")).count();
        assert_eq!(answers, 1, "{way:?}: {:#?}", site.posted(&direct));
    }
}
