//! A site: the gateway's router over a world, and people who call it with tokens.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bot::console::ConsoleChat;
use domain::access::Principal;
use domain::event::{Event, Topic};
use domain::ports::audit::{AuditEntry, AuditLog};
use domain::ports::bus::{Cursor, Outbox};
use domain::service::{Operators, Secret};
use embedded::MemoryState;
use gateway::{Check, Gateway, Limits, Operations, Timeouts};
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;
use tower::ServiceExt;

use crate::kit::world::World;

/// A gateway that is being tested.
pub struct Site {
    pub world: World,
    pub router: Router,
    secrets: AtomicU8,
}

/// Somebody with a token.
pub struct Guest {
    pub who: Principal,
    pub token: String,
}

impl Site {
    pub async fn open() -> Self {
        Self::with(Limits::default(), patient(), Vec::new()).await
    }

    pub async fn with(limits: Limits, timeouts: Timeouts, checks: Vec<Arc<dyn Check>>) -> Self {
        Self::over(World::new().await, limits, timeouts, checks)
    }

    pub fn over(world: World, limits: Limits, timeouts: Timeouts, checks: Vec<Arc<dyn Check>>) -> Self {
        let operators = Operators::from(["boss".parse().expect("an identity")]);
        let operations = Operations {
            checks,
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            clock: world.clock.clone(),
            ids: world.ids.clone(),
            mounted: bot::router(door(&world, &operators)),
        };
        let gateway = Gateway { tasks: world.tasks.clone(), operators, limits, timeouts, operations };
        Self { router: gateway::router(gateway), world, secrets: AtomicU8::new(1) }
    }

    pub async fn guest(&self, identity: &str) -> Guest {
        let who = self.world.person(identity).await;
        let token = self.token(&who, None).await;
        Guest { who, token }
    }

    /// A fresh token of a person.
    pub async fn token(&self, who: &Principal, expires_at: Option<Timestamp>) -> String {
        let secret = Secret::from_random([self.secrets.fetch_add(1, Ordering::Relaxed); 32]);
        self.world.tasks.issue_token(who.person, who.person, &secret, expires_at).await.expect("a token");
        secret.reveal().to_owned()
    }

    /// Brings the audit log up to date, as its consumer does.
    pub async fn settle_audit(&self) {
        let topics = [Topic::TaskEvents, Topic::Reminders];
        let after = self.world.store.cursor("test").await.expect("a cursor").position;
        let rows = self.world.store.read(after, &topics, 10_000).await.expect("rows");
        let Some(last) = rows.last().map(|row| row.position) else { return };
        let entry = |payload: String| {
            let event: Event = serde_json::from_str(&payload).expect("an event");
            AuditEntry { kind: event.kind.to_string(), event: event.into(), bytes: payload.into() }
        };
        let entries: Vec<AuditEntry> = rows.into_iter().map(|row| entry(row.payload)).collect();
        self.world.store.append(&entries).await.expect("appended");
        self.world.store.save_cursor("test", &Cursor::at(last), 0).await.expect("saved");
    }

    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let builder = Request::builder().method(method).uri(path);
        Call { site: self, builder, body: Body::empty() }
    }

    pub async fn get(&self, guest: &Guest, path: &str) -> Answer {
        self.call("GET", path).by(guest).send().await
    }

    pub async fn post(&self, guest: &Guest, path: &str, body: Value) -> Answer {
        self.call("POST", path).by(guest).json(&body).send().await
    }

    /// A task that must be made.
    pub async fn task(&self, guest: &Guest, body: Value) -> Value {
        self.post(guest, "/api/v1/tasks", body).await.expect(201)
    }

    /// The titles of a list that must be answered.
    pub async fn titles(&self, guest: &Guest, query: &str) -> Vec<String> {
        self.get(guest, &format!("/api/v1/tasks?{query}")).await.expect(200).texts("title")
    }
}

/// Timeouts that a busy machine does not reach.
pub fn patient() -> Timeouts {
    Timeouts { body: Duration::from_secs(60), answer: Duration::from_secs(60) }
}

/// The bot's door, as it is mounted behind the gateway's edge.
fn door(world: &World, operators: &Operators) -> bot::Door {
    let state = Arc::new(MemoryState::new(world.clock.clone()));
    let console = ConsoleChat::new(world.store.clone(), state.clone(), world.clock.clone());
    let patient = bot::Limits { burst: NonZeroU32::MAX, ..bot::Limits::default() };
    let turns = bot::Turns::new(world.tasks.clone(), state, bot::Options { limits: patient, web: None });
    bot::Door { turns, operators: Arc::new(operators.clone()), rooms: vec![Arc::new(console)] }
}

/// A request in the making.
pub struct Call<'a> {
    site: &'a Site,
    builder: axum::http::request::Builder,
    body: Body,
}

impl Call<'_> {
    pub fn by(self, guest: &Guest) -> Self {
        self.header("authorization", &format!("Bearer {}", guest.token))
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        Self { builder: self.builder.header(name, value), ..self }
    }

    pub fn version(self, task: &Value) -> Self {
        self.header("if-match", &format!("\"{}\"", task["version"]))
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn json(self, body: &Value) -> Self {
        self.raw(body.to_string())
    }

    /// A body that says it is JSON, whatever it is.
    pub fn raw(self, body: impl Into<Body>) -> Self {
        Self { body: body.into(), ..self.header("content-type", "application/json") }
    }

    pub fn body(self, body: impl Into<Body>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub async fn send(self) -> Answer {
        let request = self.builder.body(self.body).expect("a request");
        let response = self.site.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body: body.to_vec() }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The JSON of an answer with this status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).expect("JSON") }
    }

    /// The problem of an answer with this status: well-formed, with a code.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        assert_eq!(problem["code"], code, "{}", self.text());
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:taskbot:problem:{code}"));
        for text in ["title", "detail", "next_step"] {
            assert!(problem[text].as_str().is_some_and(|text| !text.is_empty()), "no {text}: {}", self.text());
        }
        assert_eq!(problem["trace_id"], self.header("x-trace-id"));
        problem
    }

    /// The body without its trace id, for comparing answers byte for byte.
    pub fn untraced(&self) -> String {
        self.text().replace(self.header("x-trace-id"), "")
    }
}

/// What tests ask of pages.
pub trait Texts {
    /// A text of each item.
    fn texts(&self, field: &str) -> Vec<String>;
}

impl Texts for Value {
    fn texts(&self, field: &str) -> Vec<String> {
        let items = self["items"].as_array().expect("items");
        items.iter().map(|item| item[field].as_str().expect("a text").to_owned()).collect()
    }
}

/// The address of a task.
pub fn at(task: &Value) -> String {
    format!("/api/v1/tasks/{}", task["id"].as_str().expect("an id"))
}
