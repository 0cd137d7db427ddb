//! What is sent to do harm: SQL, markup, Unicode tricks, rules that never end. It is kept as text or refused in words.

use std::time::Duration;

use serde_json::{Value, json};

use super::kit::{Site, Texts, at};
use crate::kit::soon::soon;

/// Texts that mean something to databases, shells, browsers and chat platforms.
const TEXTS: &[&str] = &[
    "'; DROP TABLE tasks; --",
    "\" OR 1=1 --",
    "%' UNION SELECT hash FROM tokens --",
    "Robert\\'); DELETE FROM audit_log;",
    "<script>alert(1)</script>",
    "[a](javascript:alert(1)) @everyone <!channel> <@U1>",
    "$(rm -rf /) `id` ${HOME} {{7*7}}",
    "=1+1+cmd|' /C calc'!A0",
    "../../etc/passwd %00 %2e%2e",
    "\u{202e}gpj.exe \u{2066}hidden\u{2069}",
    "zero\u{200b}width\u{feff}joiner\u{200d}",
    "👩‍👩‍👧‍👦 é e\u{301} ﷽ 𝕬",
];

#[tokio::test]
async fn hostile_text_is_kept_as_it_is_and_harms_nothing() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    for text in TEXTS {
        let task = site.task(&ana, json!({"title": text, "description": text})).await;
        let read = site.get(&ana, &at(&task)).await.expect(200);
        assert_eq!((&read["title"], &read["description"]), (&json!(text), &json!(text)));
        let edited =
            site.call("PATCH", &at(&task)).by(&ana).version(&task).json(&json!({"title": "x", "description": text}));
        assert_eq!(edited.send().await.expect(200)["description"], *text);
    }
    assert_eq!(site.titles(&ana, "limit=200").await.len(), TEXTS.len(), "every table still stands");
}

#[tokio::test]
async fn hostile_text_in_a_question_finds_nothing_or_is_refused() {
    let site = Site::open().await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    site.task(&ana, json!({"title": "a secret", "tags": ["ring"]})).await;
    for text in TEXTS {
        let value: String = form_urlencoded(text);
        for name in
            ["q", "tag", "assignee", "list", "status", "priority", "sort", "order", "limit", "cursor", "due_before"]
        {
            let answer = site.get(&ben, &format!("/api/v1/tasks?{name}={value}")).await;
            match answer.status.as_u16() {
                200 => assert_eq!(answer.expect(200).texts("title"), Vec::<String>::new(), "{name}={text}"),
                400 | 404 | 422 => assert!(!answer.text().to_lowercase().contains("sqlite"), "{}", answer.text()),
                other => panic!("{other} for {name}={text}: {}", answer.text()),
            }
        }
    }
    assert_eq!(site.titles(&ana, "q=secret&tag=ring").await, ["a secret"]);
}

/// Percent-encodes everything but letters and digits.
fn form_urlencoded(text: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[tokio::test]
async fn what_has_no_bounds_is_bounded_and_a_thousand_marks_are_one_title() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let marks = |count: usize| format!("a{}", "\u{301}".repeat(count));
    site.task(&ana, json!({"title": marks(499)})).await;
    site.post(&ana, "/api/v1/tasks", json!({"title": marks(1_000)})).await.problem(422, "invalid");
    site.task(&ana, json!({"title": "t", "description": marks(7_999)})).await;
    assert_eq!(site.titles(&ana, "q=a").await.len(), 2, "it can be searched for");
    for title in ["\u{200b}", "\u{202e}\u{2066}", "\u{301}"] {
        let answer = site.post(&ana, "/api/v1/tasks", json!({"title": title})).await;
        assert!([201, 422].contains(&answer.status.as_u16()), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_rule_that_explodes_is_answered_at_once() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let list = |values: std::ops::Range<i32>| values.map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let rules = [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30".to_owned(),
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;INTERVAL=7".to_owned(),
        "FREQ=DAILY;INTERVAL=999999999".to_owned(),
        "FREQ=MINUTELY;BYMONTH=1;BYDAY=MO;BYHOUR=3;BYMINUTE=59;INTERVAL=7".to_owned(),
        format!("FREQ=MINUTELY;BYHOUR={};BYMINUTE={}", list(0..24), list(0..60)),
        format!("FREQ=YEARLY;BYMONTH={};BYHOUR={};BYMINUTE={}", list(1..13), list(0..24), list(0..60)),
        "FREQ=DAILY;COUNT=4294967295".to_owned(),
        "FREQ=DAILY;UNTIL=99991231T235959Z".to_owned(),
        "FREQ=SECONDLY".to_owned(),
        format!("FREQ=DAILY;BYSETPOS={}", list(1..366)),
        "FREQ=DAILY;".repeat(10_000),
    ];
    for rule in rules {
        let shown: String = rule.chars().take(60).collect();
        let asked = async || {
            let body = json!({"title": "t", "due": "2026-03-06T09:00:00Z", "rrule": rule});
            let answer = site.post(&ana, "/api/v1/tasks", body).await;
            assert!([201, 422].contains(&answer.status.as_u16()), "{shown}: {}", answer.text());
        };
        assert!(soon(Duration::from_secs(10), asked).await, "{shown}");
    }
}

#[tokio::test]
async fn the_ends_of_the_calendar_are_dates_like_others_or_refused() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let zones = ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu"];
    for due in
        ["9999-12-30T22:00:00Z", "9999-12-31", "9998-12-31", "0001-01-01", "0000-01-01", "9999-12-31T23:59:59-12:00"]
    {
        for zone in zones {
            for rrule in [Value::Null, json!("FREQ=DAILY"), json!("FREQ=HOURLY")] {
                let mut body = json!({"title": "t", "due": due, "due_zone": zone});
                if !rrule.is_null() {
                    body["rrule"] = rrule.clone();
                }
                let answer = site.post(&ana, "/api/v1/tasks", body).await;
                let status = answer.status.as_u16();
                assert!([201, 422].contains(&status), "{due} {zone} {rrule}: {}", answer.text());
                if status == 201 {
                    let task = answer.expect(201);
                    site.call("POST", &format!("{}/complete", at(&task))).by(&ana).send().await.expect(200);
                }
            }
        }
    }
    assert_eq!(site.get(&ana, "/api/v1/tasks?status=open").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_persons_audit_is_there_for_nobody_else_and_answers_foreign_like_absent() {
    let site = Site::open().await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    let mallory = site.guest("slack:T1/U1").await;
    site.task(&ana, json!({"title": "a ring"})).await;
    site.settle_audit().await;
    let absent = "00000000-0000-7000-8000-00000000dead";
    for guest in [&ben, &mallory] {
        let foreign = site.get(guest, &format!("/api/{}/audit", ana.who.person)).await;
        foreign.problem(404, "not_found");
        let nobody = site.get(guest, &format!("/api/{absent}/audit")).await;
        assert_eq!(foreign.untraced(), nobody.untraced(), "byte for byte");
        assert!(!site.get(guest, "/api/me/audit").await.text().contains("a ring"));
    }
    let mine = site.get(&ana, &format!("/api/{}/audit", ana.who.person)).await.text();
    assert!(mine.contains("a ring"), "{mine}");
}
