//! Whatever a reply says can be typed, can be typed: it is understood, and as what it says, not as a new task.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use bot::Limits;
use bot::reply::{Block, Piece, Reply, Text, Verdict};

use super::talk::{Speaker, Talk};

/// What is there before each line: an open task, one with a due, a series, one that is done, one that Sam set, one that
/// was deleted.
const BEFORE: &[&str] = &[
    "buy milk",
    "call Bo friday 5pm p1 #home",
    "water the plants every monday 9am",
    "feed the cat",
    "done 4",
    "old thing",
    "delete 5",
];

/// Lines that succeed, that are refused, and that cannot be read; of each command some.
const LINES: &[&str] = &[
    "help",
    "help add",
    "help list",
    "help done",
    "help skip",
    "help claim",
    "help stop",
    "help reopen",
    "help undo",
    "help edit",
    "help move",
    "help snooze",
    "help delete",
    "help history",
    "help settings",
    "settings",
    "web",
    "list",
    "list done",
    "list overdue",
    "find nothing at all like this",
    "history 2",
    "history 99",
    "add stretch in 20 minutes",
    "add stretch every day at 9am",
    "add pay rent on 31 feb",
    "add look back yesterday",
    "add blink every second",
    "add rest in 900 years",
    "add report every day until yesterday",
    "remind me",
    "remind @nobody to dance tomorrow",
    "remind #nowhere to dance tomorrow",
    "done",
    "done 1",
    "done 4",
    "done 99",
    "done it",
    "done 1-5000",
    "done the thing that nobody has",
    "reopen 1",
    "reopen 4",
    "reopen 5",
    "undo",
    "edit 1",
    "edit 99 p1",
    "edit 1 due yesterday",
    "edit 1 every second",
    "edit 4 every monday",
    "edit 2 every friday",
    "edit 3 no date",
    "edit 3 no repeat",
    "rename 1",
    "rename 1 to buy bread",
    "tag 1",
    "assign 1 to @nobody",
    "assign 1",
    "move 1",
    "move 4 to friday",
    "move 2 to saturday",
    "move 1 to #nowhere",
    "postpone 1 by 2 days",
    "move 99 to friday",
    "snooze",
    "snooze 1 20m",
    "snooze 4 20m",
    "snooze 1 until yesterday",
    "skip 1",
    "skip 3",
    "skip 4",
    "claim 4",
    "claim 1",
    "stop 1",
    "stop",
    "delete 3",
    "delete 2",
    "delete 5",
    "delete",
    "timezone Mars/Base",
    "timezone Europe/Madrid",
    "set default time 25:00",
    "set clock 24h",
    "",
    "?",
];

/// What stands in a reply to be typed, without what only shows a form (`edit 3 …`).
fn typed(reply: &Reply) -> BTreeSet<String> {
    let texts = reply.blocks.iter().flat_map(|block| match block {
        Block::Line(text) | Block::Detail(text) | Block::Heading(text) => std::slice::from_ref(text),
        Block::Row(cells) => cells,
    });
    let pieces = texts.flat_map(|Text(pieces)| pieces);
    let typed = pieces.filter_map(|piece| match piece {
        Piece::Typed(text) => Some(text.clone()),
        _ => None,
    });
    typed.filter(|text| !text.contains('…') && !text.starts_with("taskbot ")).collect()
}

async fn scene() -> (Talk, Speaker) {
    let talk = Talk::with(Limits { burst: NonZeroU32::MAX, ..Limits::default() }).await;
    talk.direct("sam").await;
    talk.in_channel("ana", "ops").await;
    let ana = talk.direct("ana").await;
    for line in BEFORE {
        talk.reply(&ana, line).await;
    }
    (talk, ana)
}

/// Words that only mean something within a line: `no date`, `this week`, `mdy`.
fn is_a_part(text: &str) -> bool {
    let parts = ["no date", "no repeat", "no time", "mdy", "dmy", "12h", "24h", "monday", "saturday", "sunday", "at 5"];
    let spans = ["overdue", "this week", "next week", "friday", "before friday", "every monday at 9am", "at 9am"];
    let times = ["march 12", "next friday", "tomorrow 9am", "17:30", "5pm", "noon"];
    let is_a_date = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/'));
    is_a_date
        || parts.contains(&text)
        || spans.contains(&text)
        || times.contains(&text)
        || text.starts_with("every ")
        || text.starts_with("in ")
}

#[tokio::test]
async fn what_a_reply_offers_to_type_is_understood_and_is_no_new_task() {
    let (mut offered, mut wrong) = (BTreeSet::new(), Vec::new());
    for line in LINES {
        let (talk, ana) = scene().await;
        let reply = talk.reply(&ana, line).await;
        let makes_tasks = line.starts_with("help") || *line == "?" || matches!(reply.verdict, Verdict::Refused { .. });
        for suggestion in typed(&reply).into_iter().filter(|text| !is_a_part(text)) {
            let (talk, ana) = scene().await;
            talk.reply(&ana, line).await;
            if suggestion.ends_with(" one") {
                talk.reply(&ana, "list").await;
            }
            let taken = talk.reply(&ana, &suggestion).await;
            let said = bot::reply::plain(&taken.blocks);
            let unread = matches!(taken.verdict, Verdict::Refused { misread: Some(_), .. });
            let is_a_name = line.starts_with("help") && !suggestion.contains(' ');
            if unread && !is_a_name {
                wrong.push(format!("after {line:?}: {suggestion:?} is not understood: {said}"));
            } else if !makes_tasks && said.starts_with("Added") {
                wrong.push(format!("after {line:?}: {suggestion:?} is a task: {said}"));
            }
            offered.insert(suggestion);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(offered.len() > 60, "they are found: {offered:?}");
}

#[tokio::test]
async fn every_no_says_why_and_what_to_do_next() {
    for line in LINES {
        let (talk, ana) = scene().await;
        let reply = talk.reply(&ana, line).await;
        let Verdict::Refused { .. } = reply.verdict else { continue };
        let [Block::Line(why), Block::Detail(next)] = &reply.blocks[..] else {
            panic!("{line:?}: {:?}", reply.blocks);
        };
        for text in [why, next] {
            let said = bot::reply::plain(&[Block::Line(text.clone())]);
            assert!(said.trim().len() > 8, "{line:?}: {said:?}");
        }
        assert!(reply.private && reply.shown_in_channel.is_none() && reply.tasks.is_empty(), "{line:?}");
    }
}
