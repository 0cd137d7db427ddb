//! While a platform cannot say who is in which channel, nobody is told that what may be there is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use domain::access::Principal;
use domain::ports::chat::{Channels, Directory};
use domain::ports::error::PortError;
use gateway::Limits;
use serde_json::{Value, json};

use super::kit::{Answer, Guest, Site, Texts, at, patient};
use crate::kit::world::World;

/// Who is in which channel, unless it is away.
struct AtTimes {
    really: Arc<dyn Directory>,
    away: Arc<AtomicBool>,
}

#[async_trait]
impl Directory for AtTimes {
    async fn channels(&self, principal: &Principal) -> Result<Channels, PortError> {
        if self.away.load(Ordering::SeqCst) {
            return Ok(Channels::default());
        }
        self.really.channels(principal).await
    }
}

/// A site where Ana sees a task of Ben's in a channel, and has one of her own.
struct Scene {
    site: Site,
    ana: Guest,
    shared: Value,
    away: Arc<AtomicBool>,
}

impl Scene {
    async fn set() -> Self {
        let (mut world, away) = (World::new().await, Arc::new(AtomicBool::new(false)));
        world.tasks.directory = Arc::new(AtTimes { really: world.tasks.directory.clone(), away: away.clone() });
        let site = Site::over(world, Limits::default(), patient(), Vec::new());
        let (ana, ben) = (site.guest("ana").await, site.guest("ben").await);
        for guest in [&ana, &ben] {
            site.world.join(&guest.who, "ops").await;
        }
        let shared = site.task(&ben, json!({"title": "shared", "list": "#ops"})).await;
        site.task(&ana, json!({"title": "own"})).await;
        Self { site, ana, shared, away }
    }

    /// What a route answers while it cannot be told who is in which channel, and what once it can.
    async fn now_and_later(&self, method: &str, path: &str, body: Option<&Value>) -> [Answer; 2] {
        let call = || {
            let call = self.site.call(method, path).by(&self.ana).header("if-match", "*");
            body.into_iter().fold(call, |call, body| call.json(body)).send()
        };
        self.away.store(true, Ordering::SeqCst);
        let now = call().await;
        self.away.store(false, Ordering::SeqCst);
        [now, call().await]
    }
}

#[tokio::test]
async fn what_may_be_there_is_to_be_asked_for_again() {
    let scene = Scene::set().await;
    let task = at(&scene.shared);
    let cases = [
        ("GET", task.clone(), None),
        ("GET", format!("{task}/history"), None),
        ("POST", format!("{task}/complete"), None),
        ("POST", format!("{task}/reopen"), None),
        ("POST", "/api/v1/tasks".to_owned(), Some(json!({"title": "new", "list": "#ops"}))),
        ("POST", "/api/v1/chat".to_owned(), Some(json!({"text": "list", "channel": "ops"}))),
    ];
    for (method, path, body) in cases {
        let [now, later] = scene.now_and_later(method, &path, body.as_ref()).await;
        let problem = now.problem(503, "unseen");
        assert_eq!(now.header("retry-after"), "1", "{method} {path}");
        assert_eq!(problem["next_step"], "Try again in a moment.", "{method} {path}");
        assert!(later.status.is_success(), "{method} {path}: {}", later.text());
    }
    let nowhere = scene.site.get(&scene.ana, "/api/v1/tasks/99").await;
    nowhere.problem(404, "not_found");
}

#[tokio::test]
async fn a_line_of_the_chat_is_answered_with_the_same_code() {
    let scene = Scene::set().await;
    for line in ["done 1", "undo", "move 2 to #ops"] {
        let body = json!({"text": line});
        let [now, later] = scene.now_and_later("POST", "/api/v1/chat", Some(&body)).await;
        assert_eq!(now.expect(200)["refused"]["code"], "unseen", "{line}: {}", now.text());
        assert_eq!(later.expect(200)["refused"], Value::Null, "{line}: {}", later.text());
    }
}

#[tokio::test]
async fn a_list_says_whether_it_is_all_there_is() {
    let scene = Scene::set().await;
    for (query, seen) in [("", vec!["own"]), ("?list=%23ops", vec![])] {
        let [now, later] = scene.now_and_later("GET", &format!("/api/v1/tasks{query}"), None).await;
        let (now, later) = (now.expect(200), later.expect(200));
        assert_eq!(
            (now.texts("title"), &now["whole"]),
            (seen.iter().map(ToString::to_string).collect(), &json!(false))
        );
        assert!(later.texts("title").contains(&"shared".to_owned()), "{later}");
        assert_eq!(later["whole"], true);
    }
    let [now, _] = scene.now_and_later("GET", "/api/v1/tasks?list=personal", None).await;
    assert_eq!(now.expect(200)["whole"], true, "one's own list is no channel's");
}
