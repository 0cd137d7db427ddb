//! Words that only a conversation can resolve.

use jiff::ToSpan;
use jiff::civil::date;
use taskbot_language::{ErrorCode, Ids, Move, Reading, Snooze, Spoken, Target, When, read, read_in_conversation};

use crate::wednesday;

/// Reads a line after three tasks were listed.
fn heard(text: &str) -> Reading {
    read_in_conversation(text, &wednesday(), 3).expect(text)
}

#[test]
fn pronouns_and_places_in_the_list_name_tasks() {
    let cases = [
        ("done it", Spoken::It),
        ("done that", Spoken::It),
        ("complete this one", Spoken::It),
        ("done that please", Spoken::It),
        ("done them", Spoken::Them),
        ("finish all of them", Spoken::Them),
        ("done both", Spoken::Them),
        ("done the first one", Spoken::Nth(1)),
        ("done the second", Spoken::Nth(2)),
        ("done 3rd one", Spoken::Nth(3)),
        ("done the last one", Spoken::Last),
        ("mark it as done", Spoken::It),
        ("mark the second one done", Spoken::Nth(2)),
        ("it is done", Spoken::It),
        ("that's done", Spoken::It),
    ];
    for (text, spoken) in cases {
        assert_eq!(heard(text), Reading::Done(Ids::Spoken(spoken)), "{text}");
    }
}

#[test]
fn every_command_with_ids_takes_spoken_ones() {
    assert_eq!(heard("delete both"), Reading::Delete(Ids::Spoken(Spoken::Them)));
    assert_eq!(heard("reopen that"), Reading::Reopen(Ids::Spoken(Spoken::It)));
    assert_eq!(heard("history of it"), Reading::History(Ids::Spoken(Spoken::It)));
    let moved = Move { ids: Ids::Spoken(Spoken::It), target: Target::To(When::Day(date(2026, 3, 6))), corrects: false };
    assert_eq!(heard("move it to friday"), Reading::Move(moved));
    for text in ["snooze it", "snooze that for 20 min", "snooze the first one until noon"] {
        assert!(matches!(heard(text), Reading::Snooze(snooze) if snooze.ids != Ids::NONE), "{text}");
    }
    for text in ["rename it to Deck", "edit it due friday", "assign it to @ana", "tag that #home"] {
        assert!(matches!(heard(text), Reading::Edit(_)), "{text}");
    }
}

#[test]
fn numbers_work_in_a_conversation_as_well() {
    assert_eq!(heard("done 3 and 4"), Reading::Done(Ids::Numbers(vec![3, 4])));
    assert_eq!(heard("undo that"), Reading::Undo);
}

const IT: Ids = Ids::Spoken(Spoken::It);

/// Where a correction moves what was spoken of.
fn corrected(text: &str) -> Target {
    match heard(text) {
        Reading::Move(Move { ids: IT, target, .. }) => target,
        other => panic!("{text:?} is {other:?}"),
    }
}

#[test]
fn a_correction_changes_the_day_and_leaves_the_time_or_the_other_way_round() {
    for text in
        ["no, friday", "actually friday", "make it friday", "make that friday", "i meant friday", "no, on friday"]
    {
        assert_eq!(corrected(text), Target::Day(date(2026, 3, 6)), "{text}");
    }
    let five = "2026-03-04T17:00:00-05:00".parse().expect("an instant");
    for text in ["no, 5pm", "no, at 5", "sorry, i meant 17:00", "make it 5pm"] {
        assert_eq!(corrected(text), Target::Time(five), "{text}");
    }
    let both = "2026-03-06T17:00:00-05:00".parse().expect("an instant");
    assert_eq!(corrected("no, friday at 5pm"), Target::To(When::At(both)));
    assert!(matches!(heard("no, buy oat milk"), Reading::Add(_)));
    assert!(matches!(heard("make it pretty"), Reading::Add(_)));
    assert!(matches!(heard("no problem"), Reading::Add(_)));
}

#[test]
fn a_correction_changes_recurrence_priority_tags_and_people_too() {
    for text in ["no, every friday", "actually every other week", "no, p1", "no, for @bob", "sorry, #work"] {
        assert!(matches!(heard(text), Reading::Edit(edit) if edit.ids == IT), "{text}");
    }
    let misread = read_in_conversation("no, 31 feb", &wednesday(), 3).expect_err("no such day");
    assert_eq!(misread.code, ErrorCode::InvalidDate);
}

#[test]
fn a_correction_may_say_what_is_not_meant_as_well() {
    let lines = [
        "not tomorrow, friday",
        "not thursday but friday",
        "no it's friday",
        "no - friday",
        "no, friday instead",
        "no, friday not thursday",
        "no, friday, not thursday",
        "it should be friday",
        "sorry, that should be friday",
    ];
    for text in lines {
        assert_eq!(corrected(text), Target::Day(date(2026, 3, 6)), "{text}");
    }
    let five = "2026-03-04T17:00:00-05:00".parse().expect("an instant");
    assert_eq!(corrected("no, 5"), Target::Time(five));
    assert_eq!(corrected("it should be at 5 or so"), Target::Time(five));
    assert_eq!(corrected("no, an hour later"), Target::By(1.hour()));
    assert_eq!(corrected("actually 2 days earlier"), Target::By(-2.days()));
    for text in ["make it urgent", "no, no date", "no, low", "nope, no priority"] {
        assert!(matches!(heard(text), Reading::Edit(edit) if edit.ids == IT), "{text}");
    }
}

#[test]
fn what_only_opens_like_a_correction_is_asked_back_or_stays_a_task() {
    for text in ["not friday", "no, not friday", "no, saturday would be better", "it should be at 5 if he can"] {
        let misread = read_in_conversation(text, &wednesday(), 3).expect_err(text);
        assert_eq!(misread.code, ErrorCode::Correction, "{text}");
        assert!(misread.hint.contains("`no, saturday`"), "{misread}");
    }
    for text in ["no friday meetings for Bo", "not my circus", "no, 77", "it should be fun", "make it urgent for Bo"] {
        assert!(matches!(heard(text), Reading::Add(_)), "{text}");
    }
}

#[test]
fn what_was_spoken_of_can_be_moved_and_heard_of_again_without_a_verb() {
    assert_eq!(corrected("it to friday"), Target::To(When::Day(date(2026, 3, 6))));
    let tomorrow = "2026-03-05T09:00:00-05:00".parse().expect("an instant");
    let five = "2026-03-04T17:00:00-05:00".parse().expect("an instant");
    let cases = [
        ("remind me about it tomorrow", tomorrow),
        ("remind me tomorrow about this", tomorrow),
        ("remind me of that at 5", five),
        ("snooze it until 5", five),
    ];
    for (text, until) in cases {
        assert_eq!(heard(text), Reading::Snooze(Snooze { ids: IT, until }), "{text}");
    }
    for text in ["remind me about it", "remind me about that thing tomorrow", "this to do list"] {
        assert!(matches!(heard(text), Reading::Add(_)), "{text}");
    }
    let fresh = read_in_conversation("remind me about this tomorrow", &wednesday(), 0);
    assert!(matches!(fresh, Ok(Reading::Add(_))), "nothing was spoken of");
}

#[test]
fn a_task_is_named_by_words_of_its_title() {
    let deck = || Ids::Named("deck".to_owned());
    assert_eq!(heard("done the deck task"), Reading::Done(deck()));
    assert_eq!(heard("delete the deck one"), Reading::Delete(deck()));
    assert_eq!(heard("mark the deck task as done"), Reading::Done(deck()));
    let moved = Move { ids: deck(), target: Target::To(When::Day(date(2026, 3, 6))), corrects: false };
    assert_eq!(heard("move the deck task to friday"), Reading::Move(moved));
    assert_eq!(heard("done the q3 board deck task"), Reading::Done(Ids::Named("q3 board deck".to_owned())));
    for text in ["complete the tax form", "finish the deck", "cancel the gym membership tomorrow"] {
        assert!(matches!(heard(text), Reading::Add(_)), "{text}");
    }
    assert!(matches!(read("done the deck task", &wednesday()), Ok(Reading::Add(_))), "outside a conversation");
}

#[test]
fn what_was_not_listed_cannot_be_meant() {
    let misread = read_in_conversation("done the fourth one", &wednesday(), 3).expect_err("no fourth");
    assert_eq!(misread.code, ErrorCode::MissingId);
    let misread = read_in_conversation("done that", &wednesday(), 0).expect_err("nothing listed");
    assert_eq!(misread.code, ErrorCode::MissingId);
}

#[test]
fn outside_a_conversation_they_are_titles() {
    for text in ["done that", "move it to friday", "delete both", "no, friday"] {
        assert!(matches!(read(text, &wednesday()), Ok(Reading::Add(_))), "{text}");
    }
}
