//! The JSON lines.

use taskbot_language::wire::{answer, run};

/// The answer to a text typed on a Wednesday morning in New York.
fn answered(text: &str) -> String {
    let request = serde_json::json!({
        "id": "x", "text": text, "now": "2026-03-04T10:00:00-05:00", "tz": "America/New_York", "more": 1
    });
    answer(&request.to_string())
}

#[test]
fn a_day_stays_a_day_and_an_instant_has_an_offset() {
    assert_eq!(answered("call Ana friday"), r#"{"id":"x","command":"add","title":"call Ana","due":"2026-03-06"}"#);
    assert_eq!(
        answered("call Ana monday 5pm"),
        r#"{"id":"x","command":"add","title":"call Ana","due":"2026-03-09T17:00:00-04:00"}"#
    );
}

#[test]
fn groups_people_and_places_are_told_as_typed() {
    assert_eq!(
        answered("ask @Ana and <@U02ABC> and <!subteam^S1> in <#C0123|ops>"),
        r#"{"id":"x","command":"add","title":"ask","assignee":"ana","assignees":["ana","U02ABC","<!subteam^S1>"],"channel":"C0123"}"#
    );
    assert_eq!(answered("remind #Ops to deploy"), r#"{"id":"x","command":"add","title":"deploy","channel":"ops"}"#);
}

#[test]
fn a_line_that_is_no_request_is_answered_and_stops_nothing() {
    let bad = r#"{"command":null,"error":"bad_request"}"#;
    let lines: [&[u8]; 7] = [
        b"",
        b"not json",
        b"[1]",
        b"{\"text\": \"a\"}",
        b"\xff\xfe",
        br#"{"text": "a", "now": "yesterday", "tz": "UTC"}"#,
        br#"{"text": "a", "now": "2026-03-04T10:00:00Z", "tz": "Mars/Phobos"}"#,
    ];
    let mut input = lines.join(&b"\n"[..]);
    input.extend_from_slice(b"\r\n{\"text\": \"a\", \"now\": \"2026-03-04T10:00:00Z\", \"tz\": \"utc\"}");
    let mut output = Vec::new();
    run(&input[..], &mut output).expect("memory can be written");
    let output = String::from_utf8(output).expect("answers are UTF-8");
    let answers: Vec<&str> = output.lines().collect();
    assert_eq!(answers[..7], [bad; 7]);
    assert_eq!(answers[7..], [r#"{"command":"add","title":"a"}"#]);
}

#[test]
fn the_id_is_copied_from_a_bad_request_too() {
    assert_eq!(answer(r#"{"id": "x7", "text": 5}"#), r#"{"id":"x7","command":null,"error":"bad_request"}"#);
}

#[test]
fn a_request_may_say_what_its_speaker_has_set() {
    let asked = |text: &str, settings: &str| {
        let fixed = r#""now": "2026-03-04T10:00:00Z", "tz": "UTC""#;
        answer(&format!(r#"{{"text": "{text}", {fixed}, "settings": {settings}}}"#))
    };
    let due = |due: &str| format!(r#"{{"command":"add","title":"pay","due":"{due}"}}"#);
    assert_eq!(asked("pay 4/5", "{}"), due("2026-04-05"));
    assert_eq!(asked("pay 4/5", r#"{"date_order": "dmy"}"#), due("2026-05-04"));
    assert_eq!(asked("pay next week", r#"{"week_start": "sunday"}"#), due("2026-03-08"));
    assert_eq!(asked("pay tomorrow at 5", r#"{"clock": "24h"}"#), due("2026-03-05T05:00:00+00:00"));
    assert_eq!(
        asked("snooze until friday", r#"{"default_time": "07:30"}"#),
        r#"{"command":"snooze","due":"2026-03-06T07:30:00+00:00"}"#
    );
    let bad = r#"{"command":null,"error":"bad_request"}"#;
    assert_eq!(asked("pay 4/5", r#"{"date_order": "ymd"}"#), bad);
}
