//! `Idempotency-Key`: one effect, one answer, however often it is asked.

use serde_json::json;

use super::kit::{Answer, Guest, Site, at};

async fn post(site: &Site, guest: &Guest, key: &str, body: serde_json::Value) -> Answer {
    site.call("POST", "/api/v1/tasks").by(guest).key(key).json(&body).send().await
}

/// Same status, same headers that matter, same body.
fn assert_same(first: &Answer, second: &Answer) {
    assert_eq!((first.status, first.text()), (second.status, second.text()));
    for header in ["etag", "location"] {
        assert_eq!(first.header(header), second.header(header));
    }
}

#[tokio::test]
async fn the_same_post_again_makes_no_second_task() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let body = json!({"title": "once", "due": "2026-03-06"});
    let first = post(&site, &ana, "k1", body.clone()).await;
    first.expect(201);
    site.world.clock.set("2026-03-05T14:00:00Z");
    assert_same(&first, &post(&site, &ana, "k1", body).await);
    assert_eq!(site.titles(&ana, "").await, ["once"]);
}

#[tokio::test]
async fn twenty_at_once_make_one_task() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let body = json!({"title": "once"});
    let calls = (0..20).map(|_| post(&site, &ana, "k1", body.clone()));
    let answers = futures::future::join_all(calls).await;
    answers.iter().for_each(|answer| assert_same(&answers[0], answer));
    answers[0].expect(201);
    assert_eq!(site.titles(&ana, "").await, ["once"]);
}

#[tokio::test]
async fn a_key_of_another_request_is_refused() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = post(&site, &ana, "k1", json!({"title": "once"})).await.expect(201);
    post(&site, &ana, "k1", json!({"title": "twice"})).await.problem(422, "key_reused");
    let path = format!("{}/complete", at(&task));
    site.call("POST", &path).by(&ana).key("k1").send().await.problem(422, "key_reused");
    assert_eq!(site.titles(&ana, "status=open").await, ["once"]);
}

#[tokio::test]
async fn keys_belong_to_their_person() {
    let site = Site::open().await;
    let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
    let first = post(&site, &ana, "k1", json!({"title": "hers"})).await.expect(201);
    let second = post(&site, &ben, "k1", json!({"title": "his"})).await.expect(201);
    assert_ne!(first["id"], second["id"]);
}

#[tokio::test]
async fn a_repeated_patch_delete_and_snooze_answer_as_the_first_time() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": "old", "due": "2026-03-06"})).await;
    let patch =
        || site.call("PATCH", &at(&task)).by(&ana).version(&task).key("p").json(&json!({"title": "new"})).send();
    let first = patch().await;
    first.expect(200);
    assert_same(&first, &patch().await);
    let path = format!("{}/snooze", at(&task));
    let snooze = || site.call("POST", &path).by(&ana).key("s").json(&json!({"for": "PT20M"})).send();
    let first = snooze().await;
    first.expect(200);
    site.world.clock.set("2026-03-04T15:05:00Z");
    assert_same(&first, &snooze().await);
    let delete = || site.call("DELETE", &at(&task)).by(&ana).header("if-match", "2").key("d").send();
    delete().await.expect(204);
    delete().await.expect(204);
    site.call("DELETE", &at(&task)).by(&ana).header("if-match", "2").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    post(&site, &ana, "k1", json!({"title": "x".repeat(501)})).await.problem(422, "invalid");
    post(&site, &ana, "k1", json!({"title": "short"})).await.expect(201);
}

#[tokio::test]
async fn a_key_is_one_word_of_visible_ascii() {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    post(&site, &ana, &"k".repeat(255), json!({"title": "longest"})).await.expect(201);
    for key in ["", " ", "a b", "\u{e9}", &"k".repeat(256)] {
        post(&site, &ana, key, json!({"title": "no"})).await.problem(400, "bad_request");
    }
    let twice = site.call("POST", "/api/v1/tasks").by(&ana).key("a").key("b").json(&json!({"title": "no"}));
    twice.send().await.problem(400, "bad_request");
}
