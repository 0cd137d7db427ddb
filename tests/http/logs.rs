//! What the logs say of a request: its trace and route, and never a token.

use std::cell::Cell;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use super::kit::{Guest, Site, at};

/// Writes down every field of every span and event.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<String>>);

impl Visit for Notes {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0.lock().expect("notes"), "{field}={value:?}").expect("written");
    }
}

thread_local! {
    /// Whether this thread's test wants to know what is logged; the others in the binary do not.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

impl Subscriber for Notes {
    /// Asked every time, because the answer depends on the thread.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        LISTENING.get()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Requests of every kind, good and bad; ends with the traces of those without a token.
async fn story(title: &str) -> (Guest, String) {
    let site = Site::open().await;
    let ana = site.guest("ana").await;
    let task = site.task(&ana, json!({"title": title})).await;
    site.call("PATCH", &at(&task)).by(&ana).version(&task).json(&json!({"priority": 9})).send().await.expect(422);
    site.get(&ana, "/api/v1/tasks?q=private&cursor=broken").await.expect(400);
    let last = site.call("GET", "/api/v1/tasks").header("authorization", "Bearer tok3n-unknown").send().await;
    site.world.store.close().await;
    site.post(&ana, "/api/v1/tasks", json!({"title": title})).await.expect(503);
    (ana, last.header("x-trace-id").to_owned())
}

#[tokio::test]
async fn logs_name_the_trace_and_the_route_but_no_token_and_no_text() {
    let title = "private matter\r\nFAKE \u{1b}[31m";
    let notes = Notes::default();
    // A listener of this thread alone would miss what other threads logged first, unheard.
    tracing::subscriber::set_global_default(notes.clone()).expect("the only listener of this binary");
    LISTENING.set(true);
    let (ana, trace) = story(title).await;

    let notes = notes.0.lock().expect("notes");
    for said in [trace.as_str(), "route=\"/api/v1/tasks/{id}\"", "method=\"PATCH\"", "a backend failed"] {
        assert!(notes.contains(said), "{said} is missing in {notes}");
    }
    for secret in [ana.token.as_str(), "tok3n", "private", "\r", "\u{1b}"] {
        assert!(!notes.contains(secret), "{secret:?} is in {notes}");
    }
}
