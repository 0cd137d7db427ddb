//! The fields of a new task: what they take, and what is said when they don't.

use serde_json::{Value, json};

use super::kit::Site;

/// A body that is refused, and words that the problem must have.
async fn refused(bodies: &[(Value, &str)]) {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    for (body, words) in bodies {
        let answer = site.post(&ana, "/api/v1/tasks", body.clone()).await;
        assert_eq!(answer.status.as_u16(), 422, "{body}: {}", answer.text());
        let said = answer.expect(422);
        let said = format!("{} {}", said["detail"], said["next_step"]);
        assert!(said.contains(words), "{body}: {said}");
    }
    assert!(site.titles(&ana, "").await.is_empty());
}

#[tokio::test]
async fn a_wrong_field_is_named_with_what_would_be_right() {
    refused(&[
        (json!({}), "title"),
        (json!({"title": "   "}), "title"),
        (json!({"title": 5}), "`title`"),
        (json!({"title": null}), "`title`"),
        (json!({"title": "a\u{0}b"}), "NUL"),
        (json!({"title": "x".repeat(501)}), "500"),
        (json!({"title": "t", "description": "x".repeat(8_001)}), "8000"),
        (json!({"title": "t", "priority": 0}), "1 (urgent)"),
        (json!({"title": "t", "priority": 5}), "1 (urgent)"),
        (json!({"title": "t", "priority": "high"}), "`priority`"),
        (json!({"title": "t", "tags": "ops"}), "`tags`"),
        (json!({"title": "t", "tags": ["two words"]}), "two words"),
        (json!({"title": "t", "tags": [""]}), "tag"),
        (json!({"title": "t", "tags": (0..21).map(|n| format!("t{n}")).collect::<Vec<_>>()}), "20"),
    ])
    .await;
}

#[tokio::test]
async fn times_and_rules_are_checked() {
    refused(&[
        (json!({"title": "t", "due": "tomorrow"}), "2026-03-06"),
        (json!({"title": "t", "due": "2026-02-30"}), "2026-03-06"),
        (json!({"title": "t", "due": "2026-03-06T17:00:00"}), "offset"),
        (json!({"title": "t", "due": "20260306"}), "2026-03-06"),
        (json!({"title": "t", "due": "99999-01-01"}), "2026-03-06"),
        (json!({"title": "t", "due": "2026-03-06", "due_zone": "Mars/Base"}), "Mars/Base"),
        (json!({"title": "t", "due_zone": "Europe/Madrid"}), "`due`"),
        (json!({"title": "t", "rrule": "FREQ=DAILY"}), "the first time"),
        (json!({"title": "t", "due": "2026-03-06", "rrule": "FREQ=SOMETIMES"}), "SOMETIMES"),
        (json!({"title": "t", "due": "2026-03-06", "rrule": "FREQ=SECONDLY"}), "MINUTELY"),
        (json!({"title": "t", "due": "2026-03-06", "repeat_from": "schedule"}), "`rrule`"),
        (json!({"title": "t", "due": "2026-03-06", "rrule": "FREQ=DAILY", "repeat_from": "x"}), "completion"),
    ])
    .await;
}

#[tokio::test]
async fn unknown_keys_people_and_lists_are_named() {
    refused(&[
        (json!({"title": "t", "colour": "red"}), "colour"),
        (json!({"title": "t", "status": "done"}), "status"),
        (json!({"title": "t", "assignee": "nobody"}), "nobody"),
        (json!({"title": "t", "assignees": ["me", "nobody"]}), "nobody"),
        (json!({"title": "t", "assignee": "me", "assignees": ["me"]}), "`assignees`"),
        (json!({"title": "t", "assignee": "019c0000-0000-7000-8000-000000000001"}), "019c"),
        (json!({"title": "t", "list": "work"}), "personal"),
        (json!({"title": "t", "list": "#"}), "personal"),
    ])
    .await;
}

#[tokio::test]
async fn a_due_is_meant_in_the_named_zone_else_in_the_callers() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let own = site.task(&ana, json!({"title": "own", "due": "2026-03-06T22:00:00Z"})).await;
    assert_eq!((&own["due"], &own["due_zone"]), (&json!("2026-03-06T17:00:00-05:00"), &json!("America/New_York")));
    let named = json!({"title": "named", "due": "2026-03-06T22:00:00Z", "due_zone": "Europe/Madrid"});
    let named = site.task(&ana, named).await;
    assert_eq!((&named["due"], &named["due_zone"]), (&json!("2026-03-06T23:00:00+01:00"), &json!("Europe/Madrid")));
    let day = site.task(&ana, json!({"title": "day", "due": "2026-03-06"})).await;
    assert_eq!((&day["due"], &day["due_zone"]), (&json!("2026-03-06"), &json!("America/New_York")));
}

#[tokio::test]
async fn people_are_named_by_name_by_id_or_as_me() {
    let site = Site::open().await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    let id = ben.who.person.to_string();
    for (word, name) in [("ben", "ben"), ("@Ben", "ben"), (id.as_str(), "ben"), ("me", "ana")] {
        let task = site.task(&ana, json!({"title": "t", "assignee": word})).await;
        assert_eq!((&task["assignee"], &task["assignees"]), (&json!(name), &json!([name])), "{word}");
    }
    let both = site.task(&ana, json!({"title": "t", "assignees": ["ben", "me", id]})).await;
    assert_eq!(both["assignees"], json!(["ben", "ana"]));
}

#[tokio::test]
async fn a_channels_list_takes_tasks_of_those_who_are_in_it() {
    let site = Site::open().await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    site.world.join(&ana.who, "ops").await;
    let task = site.task(&ana, json!({"title": "shared", "list": "#ops"})).await;
    assert_eq!(task["list"], "#ops");
    let foreign = site.post(&ben, "/api/v1/tasks", json!({"title": "intruder", "list": "#ops"})).await;
    foreign.problem(404, "not_found");
    let absent = site.post(&ben, "/api/v1/tasks", json!({"title": "intruder", "list": "#none"})).await;
    assert_eq!(foreign.untraced(), absent.untraced());
}
