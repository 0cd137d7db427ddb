//! Titles and names with marks that turn the direction of writing turn nothing around that is not theirs.

use super::kit::{BOTH, Site, choice, shown, texts};

const TURNS: [char; 9] =
    ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];

#[tokio::test]
async fn no_title_and_no_name_turns_a_line_around() {
    for way in BOTH {
        let site = Site::new(way).await;
        site.slack.change(|world| {
            let bob = world.teams.get_mut("T1").and_then(|team| team.users.get_mut("U2")).expect("bob");
            bob.real_name = "Bob \u{202e}Lee".to_owned();
        });
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        let added = site.answer(&bob, "C1", "/task", "remind @ana to pay \u{202e}eve\u{2067} in 2 seconds").await;
        assert!(texts(&added).contains("Added #1: pay eve"), "{way:?}: {added}");
        site.message("C1", "Bob Lee added #1: pay eve, ").await;
        let list = site.answer(&ana, "C1", "/task", "list").await;
        let reminder = site.message(&site.direct("U1").await, "*pay eve*").await;
        assert!(choice(&reminder.blocks, "Stop all from Bob Lee").is_some(), "{way:?}: {}", shown(&reminder));
        let calls = site.slack.ledger().calls(None).into_iter().map(|call| call.body.to_string());
        for said in calls.chain([added.to_string(), list.to_string()]) {
            assert!(!said.contains(TURNS), "{way:?}: {said:?}");
        }
    }
}
