//! Words that only a conversation can resolve.

use jiff::civil::date;
use taskbot_language::{ErrorCode, Ids, Move, Reading, Spoken, Target, When, read, read_in_conversation};

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
    let moved = Move { ids: Ids::Spoken(Spoken::It), target: Target::To(When::Day(date(2026, 3, 6))) };
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

#[test]
fn a_correction_moves_what_was_spoken_of() {
    let moved = Move { ids: Ids::Spoken(Spoken::It), target: Target::To(When::Day(date(2026, 3, 6))) };
    for text in ["no, friday", "actually friday", "make it friday", "i meant friday", "no, on friday"] {
        assert_eq!(heard(text), Reading::Move(moved.clone()), "{text}");
    }
    assert!(matches!(heard("no, buy oat milk"), Reading::Add(_)));
    assert!(matches!(heard("make it pretty"), Reading::Add(_)));
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
