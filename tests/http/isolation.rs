//! What is foreign answers as what is absent, through every route of the document.

use serde_json::{Value, json};

use super::kit::{Answer, Guest, Site, Texts};

/// A word that stands in every text of the victim.
const SECRET: &str = "xylophone";
/// An id that nobody has.
const NOBODY: &str = "019c0000-0000-7000-8000-0000000000ff";

/// A site where Ana has secrets: on her own list, in a channel of her own, and done.
struct Scene {
    site: Site,
    ana: Guest,
    secrets: Vec<Value>,
}

impl Scene {
    async fn set() -> Self {
        let site = Site::open().await;
        let ana = site.guest("ana").await;
        site.world.join(&ana.who, "secret").await;
        let mut secrets = Vec::new();
        for list in ["personal", "#secret"] {
            let body = json!({
                "title": SECRET, "description": SECRET, "tags": [SECRET], "due": "2026-03-06", "list": list,
                "rrule": "FREQ=DAILY", "priority": 1,
            });
            secrets.push(site.task(&ana, body).await);
        }
        let path = format!("/api/v1/tasks/{}/complete", secrets[0]["number"]);
        secrets[0] = site.call("POST", &path).by(&ana).send().await.expect(200);
        site.settle_audit().await;
        Self { site, ana, secrets }
    }

    /// Everything that Ana sees.
    async fn state(&self) -> Value {
        self.site.settle_audit().await;
        let tasks = self.site.get(&self.ana, "/api/v1/tasks").await.expect(200);
        let audit = self.site.get(&self.ana, "/api/me/audit").await.expect(200);
        json!([tasks, audit])
    }

    async fn send(&self, guest: &Guest, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let call = self.site.call(method, path).by(guest).header("if-match", "*");
        match body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }

    /// Both requests are answered alike, with this status.
    async fn alike(&self, guest: &Guest, method: &str, paths: [&str; 2], bodies: [Option<Value>; 2], status: u16) {
        let foreign = self.send(guest, method, paths[0], bodies[0].as_ref()).await;
        let absent = self.send(guest, method, paths[1], bodies[1].as_ref()).await;
        assert_eq!(foreign.status.as_u16(), status, "{method} {}: {}", paths[0], foreign.text());
        assert_eq!(foreign.untraced(), absent.untraced(), "{method} {}", paths[0]);
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&foreign), names(&absent), "{method} {}", paths[0]);
    }

    /// Ana's tasks by id and, for somebody of her tenant, by number, beside ids and numbers that nobody has.
    async fn one_task(&self, guest: &Guest, method: &str, path: &str, body: Option<Value>) {
        let neighbour = guest.who.tenants == self.ana.who.tenants;
        for secret in &self.secrets {
            let (id, number) = (secret["id"].as_str().expect("an id"), secret["number"].to_string());
            let mut pairs = vec![(id, NOBODY)];
            pairs.extend(neighbour.then_some((number.as_str(), "4711")));
            for (foreign, absent) in pairs {
                let paths = [path.replace("{id}", foreign), path.replace("{id}", absent)];
                let paths = [paths[0].as_str(), paths[1].as_str()];
                self.alike(guest, method, paths, [body.clone(), body.clone()], 404).await;
            }
        }
    }

    async fn lists(&self, guest: &Guest) {
        let own = List::of(guest);
        for query in own.questions(&self.ana) {
            let page = self.send(guest, "GET", &format!("/api/v1/tasks?{query}"), None).await;
            assert!(!page.text().contains(SECRET), "{query}: {}", page.text());
            if page.status == 200 {
                assert_eq!(page.expect(200), json!({"items": [], "next_cursor": null, "whole": true}), "{query}");
            }
        }
        let foreign = format!("/api/v1/tasks?assignee={}", self.ana.who.person);
        if guest.who.tenants != self.ana.who.tenants {
            let absent = self.send(guest, "GET", &format!("/api/v1/tasks?assignee={NOBODY}"), None).await;
            let foreign = self.send(guest, "GET", &foreign, None).await;
            assert_eq!(
                foreign.text().replace(&self.ana.who.person.to_string(), "").replace(foreign.header("x-trace-id"), ""),
                absent.text().replace(NOBODY, "").replace(absent.header("x-trace-id"), "")
            );
        }
    }

    async fn making(&self, guest: &Guest, path: &str) {
        let lists = ["#secret", "#absent"].map(|list| Some(json!({"title": "t", "list": list})));
        self.alike(guest, "POST", [path, path], lists, 404).await;
        let theirs = self.ana.who.tenants.first().expect("a tenant").to_string();
        if !guest.who.tenants.iter().any(|tenant| tenant.as_str() == theirs) {
            let tenants = [theirs.as_str(), "slack:T404"].map(|tenant| Some(json!({"title": "t", "tenant": tenant})));
            self.alike(guest, "POST", [path, path], tenants, 404).await;
            let body = json!({"title": "t", "assignee": self.ana.who.person});
            self.send(guest, "POST", path, Some(&body)).await.problem(422, "unknown");
        }
    }

    async fn audits(&self, guest: &Guest, path: &str) {
        let theirs = path.replace("{user_id}", &self.ana.who.person.to_string());
        for absent in [NOBODY, "ana", "me%20", "%00"] {
            let absent = path.replace("{user_id}", absent);
            self.alike(guest, "GET", [&theirs, &absent], [None, None], 404).await;
        }
        let own = self.send(guest, "GET", &path.replace("{user_id}", "me"), None).await.expect(200);
        assert!(own.texts("event_id").is_empty(), "{own}");
    }

    /// What a nosy person types: by number, by word, in a channel that is not theirs.
    async fn chatting(&self, guest: &Guest, path: &str) {
        for secret in &self.secrets {
            let number = &secret["number"];
            for line in [
                "done #",
                "reopen #",
                "delete #",
                "history #",
                "snooze # for 1h",
                "move # to friday",
                "edit # title mine",
            ] {
                let said = |number: &str| Some(json!({"text": line.replace('#', number)}));
                let foreign = self.send(guest, "POST", path, said(&number.to_string()).as_ref()).await;
                let absent = self.send(guest, "POST", path, said("4711").as_ref()).await;
                let told = |answer: &Answer, number: &str| answer.untraced().replace(number, "");
                assert_eq!(told(&foreign, &number.to_string()), told(&absent, "4711"), "{line}");
            }
        }
        for line in ["list", "list all", &format!("find {SECRET}"), &format!("list #{SECRET}"), "undo"] {
            let answer = self.send(guest, "POST", path, Some(&json!({"text": line}))).await;
            assert!(line.contains(SECRET) || !answer.text().contains(SECRET), "{line}: {}", answer.text());
            assert_eq!(answer.expect(200)["tasks"], json!([]), "{line}");
        }
        let channels = ["secret", "absent"].map(|channel| Some(json!({"text": "list", "channel": channel})));
        self.alike(guest, "POST", [path, path], channels, 404).await;
    }

    async fn public(&self, guest: &Guest, path: &str) {
        let answer = self.send(guest, "GET", path, None).await;
        assert!(!answer.text().contains(SECRET), "{path}");
    }

    /// The case of a route. A route without one fails the test.
    async fn probe(&self, guest: &Guest, method: &str, path: &str) {
        match (method, path) {
            ("GET", "/api/v1/tasks/{id}" | "/api/v1/tasks/{id}/history") | ("DELETE", "/api/v1/tasks/{id}") => {
                self.one_task(guest, method, path, None).await;
            }
            ("POST", "/api/v1/tasks/{id}/complete" | "/api/v1/tasks/{id}/reopen") => {
                self.one_task(guest, method, path, None).await;
            }
            ("PATCH", "/api/v1/tasks/{id}") => {
                self.one_task(guest, method, path, Some(json!({"title": "taken over"}))).await;
            }
            ("POST", "/api/v1/tasks/{id}/snooze") => {
                self.one_task(guest, method, path, Some(json!({"for": "PT1H"}))).await;
            }
            ("GET", "/api/v1/tasks") => self.lists(guest).await,
            ("POST", "/api/v1/tasks") => self.making(guest, path).await,
            ("GET", "/api/{user_id}/audit") => self.audits(guest, path).await,
            ("POST", "/api/v1/chat") => self.chatting(guest, path).await,
            ("GET", "/health/live" | "/health/ready" | "/metrics" | "/api/v1/openapi.json") => {
                self.public(guest, path).await;
            }
            _ => panic!("{method} {path} has no case in the isolation matrix"),
        }
    }
}

/// The questions that somebody nosy asks.
struct List {
    tenant: String,
}

impl List {
    fn of(guest: &Guest) -> Self {
        Self { tenant: guest.who.tenants.first().expect("a tenant").to_string() }
    }

    fn questions(&self, victim: &Guest) -> Vec<String> {
        let mut questions: Vec<String> = ["", "status=all", "status=done", "list=%23secret", "priority=1", "sort=due"]
            .into_iter()
            .map(ToOwned::to_owned)
            .collect();
        questions.push(format!("q={SECRET}"));
        questions.push(format!("q={}", &SECRET[..3]));
        questions.push(format!("tag={SECRET}"));
        questions.push("due_after=2026-01-01".to_owned());
        questions.push(format!("tenant={}", self.tenant));
        questions.push(format!("tenant={}", victim.who.tenants.first().expect("a tenant")));
        questions.push(format!("assignee={}", victim.who.person));
        questions
    }
}

/// Runs the whole matrix as this person and looks whether anything of Ana's has changed.
async fn matrix(identity: &str) {
    let scene = Scene::set().await;
    let guest = scene.site.guest(identity).await;
    let before = scene.state().await;
    let document = scene.site.get(&guest, "/api/v1/openapi.json").await.expect(200);
    let mut probed = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys().filter(|key| *key != "parameters") {
            scene.probe(&guest, &method.to_uppercase(), path).await;
            probed += 1;
        }
    }
    assert!(probed >= 14, "only {probed} operations");
    assert_eq!(scene.state().await, before);
}

#[tokio::test]
async fn somebody_of_the_same_tenant_sees_and_changes_nothing_of_others() {
    matrix("ben").await;
}

#[tokio::test]
async fn an_operator_sees_neither_personal_lists_nor_channels_that_they_are_not_in() {
    matrix("boss").await;
}

#[tokio::test]
async fn somebody_of_another_tenant_sees_and_changes_nothing() {
    matrix("slack:T1/U1").await;
}

#[tokio::test]
async fn being_assigned_shows_a_task_and_being_taken_off_hides_it_again() {
    let scene = Scene::set().await;
    let ben = scene.site.guest("ben").await;
    let path = format!("/api/v1/tasks/{}", scene.secrets[1]["number"]);
    let assign = |who: Value| {
        scene.site.call("PATCH", &path).by(&scene.ana).header("if-match", "*").json(&json!({"assignee": who})).send()
    };
    assign(json!("ben")).await.expect(200);
    assert_eq!(scene.site.get(&ben, &path).await.expect(200)["title"], SECRET);
    assert_eq!(scene.site.titles(&ben, "q=xylo").await, [SECRET]);
    assign(Value::Null).await.expect(200);
    scene.site.get(&ben, &path).await.problem(404, "not_found");
    scene.site.settle_audit().await;
    let audit = scene.site.get(&ben, "/api/me/audit").await.expect(200);
    assert!(audit.texts("event_id").is_empty(), "{audit}");
}
