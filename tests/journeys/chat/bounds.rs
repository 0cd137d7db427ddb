//! Bounds: too fast, too long, twice.

use std::num::NonZeroU32;

use bot::Limits;
use bot::reply::{Verdict, plain};
use domain::message::Message;
use domain::refusal::Code;

use super::talk::Talk;

fn refused(code: Code) -> Verdict {
    Verdict::Refused { code, misread: None }
}

#[tokio::test]
async fn what_was_done_is_told_again_however_fast_it_is_asked_again() {
    let one = NonZeroU32::MIN;
    let talk = Talk::with(Limits { per_second: one, burst: one, ..Limits::default() }).await;
    let ana = talk.direct("ana").await;
    let message = Message { key: Some("once".to_owned()), ..talk.message(&ana, "add call Ana") };
    let first = talk.turns.take(message.clone()).await;
    assert!(plain(&first.blocks).starts_with("Added #1: call Ana"));
    assert_eq!(talk.turns.take(message).await.blocks, first.blocks);
}

#[tokio::test]
async fn whoever_types_too_fast_is_told_so_and_nobody_else_is() {
    let few = NonZeroU32::new(3).expect("three");
    let talk = Talk::with(Limits { per_second: NonZeroU32::MIN, burst: few, ..Limits::default() }).await;
    let (ana, sam) = (talk.direct("ana").await, talk.direct("sam").await);
    for line in ["a", "b", "c"] {
        assert_eq!(talk.reply(&ana, line).await.verdict, Verdict::Answered);
    }
    let reply = talk.reply(&ana, "d").await;
    assert_eq!(reply.verdict, refused(Code::TooFast));
    assert!(reply.private);
    assert_eq!(talk.reply(&sam, "list").await.verdict, Verdict::Answered);
}

#[tokio::test]
async fn a_tenant_has_a_multiple_of_what_a_person_has() {
    let limits = Limits { per_second: NonZeroU32::MIN, burst: NonZeroU32::MIN, tenant_factor: NonZeroU32::MIN };
    let talk = Talk::with(limits).await;
    let (ana, sam) = (talk.direct("ana").await, talk.direct("sam").await);
    assert_eq!(talk.reply(&ana, "a").await.verdict, Verdict::Answered);
    assert_eq!(talk.reply(&sam, "b").await.verdict, refused(Code::TooFast));
}

#[tokio::test]
async fn a_line_that_is_too_long_is_refused() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_eq!(talk.reply(&ana, &"x".repeat(16_001)).await.verdict, refused(Code::Invalid));
    assert_eq!(talk.reply(&ana, &"é ".repeat(300)).await.verdict, refused(Code::Invalid));
}

#[tokio::test]
async fn the_same_message_again_has_no_second_effect_and_the_same_answer() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let mut message = talk.message(&ana, "buy milk");
    message.key = Some("event/1".to_owned());
    let first = talk.turns.take(message.clone()).await;
    let second = talk.turns.take(message.clone()).await;
    assert_eq!(first.blocks, second.blocks);
    assert!(talk.says(&ana, "list").await.starts_with("1 open task\n"));
    message.text = "buy bread".to_owned();
    assert_eq!(talk.turns.take(message).await.verdict, refused(Code::KeyReused));
}

#[tokio::test]
async fn an_interval_below_the_shortest_is_refused_with_the_shortest_and_what_to_type() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    insta::assert_snapshot!(talk.says(&ana, "remind me every 2 seconds to blink").await, @"
    I understood that you want a new task, but not “every 2 seconds”.
      The shortest interval is a minute; type `every minute`, `every 20 minutes`, or once, `in 20 seconds`.
    ");
    let taken = talk.says(&ana, "remind me every minute to blink").await;
    assert!(taken.starts_with("Added #1: blink"), "{taken}");
}
