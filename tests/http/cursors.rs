//! Paging: every row once, in order, and cursors that fit no other question.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::kit::{Guest, Site, Texts, at};
use crate::kit::dice::Dice;

/// Follows the cursors of a question to its end.
async fn walk(site: &Site, guest: &Guest, path: &str, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..100 {
        let page = site.get(guest, &format!("{path}{cursor}")).await.expect(200);
        found.extend(page.texts(field));
        match &page["next_cursor"] {
            Value::Null => return found,
            next => cursor = format!("&cursor={}", next.as_str().expect("a text")),
        }
    }
    panic!("the pages of {path} have no end");
}

async fn many(site: &Site, guest: &Guest) {
    for number in 0..13 {
        let mut body = json!({"title": format!("t{number}"), "tags": ["x"]});
        if number % 3 > 0 {
            body["due"] = json!(format!("2026-03-{:02}", 5 + number % 4));
            body["priority"] = json!(1 + number % 4);
        }
        site.task(guest, body).await;
    }
}

#[tokio::test]
async fn pages_of_any_size_and_order_give_every_task_once() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    many(&site, &ana).await;
    for sort in ["created", "due", "priority", "number"] {
        for order in ["asc", "desc"] {
            let question = format!("/api/v1/tasks?sort={sort}&order={order}&tag=x");
            let whole = site.get(&ana, &format!("{question}&limit=200")).await.expect(200).texts("title");
            assert_eq!(whole.len(), 13);
            for limit in [1, 4, 13] {
                let paged = walk(&site, &ana, &format!("{question}&limit={limit}"), "title").await;
                assert_eq!(paged, whole, "{sort} {order} {limit}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_goes_on_where_it_ended_whatever_is_made_or_closed_meanwhile() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    many(&site, &ana).await;
    let question = "/api/v1/tasks?sort=number&limit=5";
    let first = site.get(&ana, question).await.expect(200);
    site.call("POST", "/api/v1/tasks/5/complete").by(&ana).send().await.expect(200);
    site.task(&ana, json!({"title": "late"})).await;
    let next = format!("{question}&cursor={}", first["next_cursor"].as_str().expect("a cursor"));
    assert_eq!(site.get(&ana, &next).await.expect(200).texts("title"), ["t5", "t6", "t7", "t8", "t9"]);
}

#[tokio::test]
async fn a_cursor_fits_only_its_own_question_and_person() {
    let site = Site::open().await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    many(&site, &ana).await;
    many(&site, &ben).await;
    let page = site.get(&ana, "/api/v1/tasks?tag=x&limit=3").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    assert!(cursor.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{cursor}");
    let own = format!("/api/v1/tasks?tag=x&limit=7&cursor={cursor}");
    assert_eq!(site.get(&ana, &own).await.expect(200).texts("title").len(), 7);
    site.get(&ben, &own).await.problem(400, "bad_request");
    for other in ["tag=y", "tag=x&sort=due", "tag=x&order=desc", "tag=x&status=open", "tag=x&q=t"] {
        let path = format!("/api/v1/tasks?{other}&cursor={cursor}");
        site.get(&ana, &path).await.problem(400, "bad_request");
    }
    site.get(&ana, &format!("/api/me/audit?cursor={cursor}")).await.problem(400, "bad_request");
}

#[tokio::test]
async fn a_damaged_cursor_is_refused() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    many(&site, &ana).await;
    let page = site.get(&ana, "/api/v1/tasks?limit=3").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    for index in 0..cursor.len() {
        let mut bytes = cursor.as_bytes().to_vec();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let damaged = String::from_utf8(bytes).expect("ASCII");
        let answer = site.get(&ana, &format!("/api/v1/tasks?limit=3&cursor={damaged}")).await;
        answer.problem(400, "bad_request");
    }
    for damaged in ["", "%00", "x", &cursor[1..], &format!("{cursor}AAAA"), &"A".repeat(5_000), "%27%20OR%201%3D1"] {
        let answer = site.get(&ana, &format!("/api/v1/tasks?limit=3&cursor={damaged}")).await;
        answer.problem(400, "bad_request");
    }
}

#[tokio::test]
async fn the_audit_is_paged_too() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    many(&site, &ana).await;
    site.settle_audit().await;
    let whole = site.get(&ana, "/api/me/audit?event_type=created&limit=200").await.expect(200).texts("event_id");
    assert_eq!(whole.len(), 13);
    let paged = walk(&site, &ana, "/api/me/audit?event_type=created&limit=4", "event_id").await;
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn pages_of_random_sizes_over_random_tasks_give_each_open_one_once() {
    for seed in 1..=4 {
        let site = Site::open().await;
        let ana = site.guest("ana").await;
        let mut dice = Dice::seeded(seed);
        let mut open = BTreeSet::new();
        for number in 1..=40_u64 {
            let mut body = json!({"title": format!("t{number}")});
            if dice.below(3) > 0 {
                // Few days and priorities, so that many tasks tie.
                body["due"] = json!(format!("2026-03-{:02}", 5 + dice.below(3)));
            }
            if dice.below(2) > 0 {
                body["priority"] = json!(1 + dice.below(4));
            }
            let task = site.task(&ana, body).await;
            if dice.below(4) == 0 {
                site.call("POST", &format!("{}/complete", at(&task))).by(&ana).send().await.expect(200);
            } else {
                open.insert(format!("t{number}"));
            }
        }
        for sort in ["created", "due", "priority", "number"] {
            let order = *dice.pick(&["asc", "desc"]).expect("an order");
            let question = format!("/api/v1/tasks?status=open&sort={sort}&order={order}");
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let limit = 1 + dice.below(9);
                let page = site.get(&ana, &format!("{question}&limit={limit}{cursor}")).await.expect(200);
                let titles = page.texts("title");
                assert!(titles.len() as u64 <= limit && !titles.is_empty(), "seed {seed}: {sort} {order} {limit}");
                found.extend(titles);
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(found.len(), open.len(), "seed {seed}: {sort} {order}");
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), open, "seed {seed}: {sort} {order}");
        }
    }
}
