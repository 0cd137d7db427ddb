//! Asking back and putting right: the next line answers a question, a correction means what was just made.

use super::talk::{Speaker, Talk};

/// Ana in a direct message, with tasks made from these lines.
async fn with(lines: &[&str]) -> (Talk, Speaker) {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    for line in lines {
        talk.says(&ana, line).await;
    }
    (talk, ana)
}

const TWO_DECKS: [&str; 3] = ["call Bo", "print the deck", "paint the deck"];

#[tokio::test]
async fn a_question_is_answered_by_number_or_place() {
    for (answer, done) in [
        ("2", "Done #2: print"),
        ("#3", "Done #3: paint"),
        ("3", "Done #3: paint"),
        ("1", "Done #2: print"),
        ("the first one", "Done #2: print"),
        ("the second", "Done #3: paint"),
        ("last one", "Done #3: paint"),
    ] {
        let (talk, ana) = with(&TWO_DECKS).await;
        talk.says(&ana, "edit 1 p1").await;
        let asked = talk.says(&ana, "done the deck task").await;
        assert!(asked.starts_with("Which one with “deck”? #2 print the deck, #3 paint the deck."), "{asked}");
        assert!(asked.contains("Say its number, e.g. `2`, or `the first one`, or type `done 2`."), "{asked}");
        let answered = talk.says(&ana, answer).await;
        assert!(answered.starts_with(done), "{answer}: {answered}");
    }
}

#[tokio::test]
async fn the_answer_carries_out_the_whole_line_and_only_the_next_line_is_one() {
    let (talk, ana) = with(&TWO_DECKS).await;
    talk.says(&ana, "edit 1 p1").await;
    let asked = talk.says(&ana, "move the deck task to friday 3pm").await;
    assert!(asked.contains("or type `move 2 to friday 3pm`."), "{asked}");
    let moved = talk.says(&ana, "3").await;
    assert!(moved.starts_with("Moved #3: paint the deck\n  due Fri 6 Mar 2026 15:00"), "{moved}");
    talk.says(&ana, "edit 1 p2").await;
    talk.says(&ana, "done the deck task").await;
    talk.says(&ana, "help").await;
    let late = talk.says(&ana, "2").await;
    assert!(late.starts_with("Added #4: 2"), "{late}");
}

#[tokio::test]
async fn deleting_by_name_asks_even_if_one_was_just_spoken_of() {
    let (talk, ana) = with(&TWO_DECKS).await;
    let asked = talk.says(&ana, "delete the deck task").await;
    assert!(asked.starts_with("Which one with “deck”?") && asked.contains("`delete 2`"), "{asked}");
    let both = talk.says(&ana, "both").await;
    assert!(both.contains("#2: print the deck") && both.contains("#3: paint the deck"), "{both}");
}

#[tokio::test]
async fn a_correction_right_after_a_series_was_made_means_the_series() {
    let (talk, ana) = with(&["standup every monday 9am"]).await;
    let later = talk.says(&ana, "no, 10am").await;
    assert!(later.contains("→ 10:00") || later.contains("→ Mon 9 Mar 2026 10:00"), "{later}");
    assert!(later.contains("for the whole series"), "{later}");
    let friday = talk.says(&ana, "no, friday").await;
    assert!(friday.contains("every Friday at 10:00") && friday.contains("for the whole series"), "{friday}");
    talk.says(&ana, "buy milk").await;
    talk.says(&ana, "edit 1 p1").await;
    let once = talk.says(&ana, "no, 11am").await;
    assert!(once.contains("only this time; `edit 1 every …` changes the whole series"), "{once}");
}

#[tokio::test]
async fn the_speaker_is_reminded_beside_those_named() {
    let (talk, ana) = with(&[]).await;
    talk.direct("sam").await;
    for line in ["remind me and @sam to eat in 2 hours", "remind @sam and me to eat in 2 hours"] {
        let reply = talk.says(&ana, line).await;
        assert!(reply.contains("  for you and sam\n") && reply.contains("I'll remind you and sam"), "{reply}");
    }
}

#[tokio::test]
async fn what_only_says_what_is_not_meant_is_asked_back_and_makes_no_task() {
    let (talk, ana) = with(&["call Bo friday 3pm"]).await;
    let asked = talk.says(&ana, "not friday").await;
    assert!(asked.contains("`no, saturday`"), "{asked}");
    let moved = talk.says(&ana, "no, saturday instead").await;
    assert!(moved.starts_with("Moved #1: call Bo\n  due Fri 6 Mar 15:00 → Sat 7 Mar 2026 15:00"), "{moved}");
    let again = talk.says(&ana, "remind me about it tomorrow").await;
    assert!(again.starts_with("Snoozed #1: call Bo until Thu 5 Mar 2026 09:00"), "{again}");
}
