//! The OpenAPI document, made from the handlers.

use std::sync::Arc;

use axum::Extension;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document31, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::ProblemBody;

/// The document as it is served.
#[derive(Clone)]
pub(crate) struct Document(Arc<str>);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Taskbot",
        description = "Tasks and reminders. Every error is a problem document (RFC 9457) with `code`, `detail`, \
            `next_step` and `trace_id`. Foreign and absent things answer alike: 404.",
        license(name = "Apache-2.0 OR MIT")
    ),
    components(schemas(ProblemBody)),
    security(("bearer" = [])),
    modifiers(&Bearer),
    tags((name = "tasks", description = "Tasks"), (name = "chat", description = "What people type"),
         (name = "audit", description = "What happened"),
         (name = "operations", description = "For those who run it"))
)]
struct Base;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document31) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let scheme = scheme.description(Some("A token of `taskbot token create --user NAME`")).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// What the document says before any route is added.
pub(crate) fn base() -> Document31 {
    Base::openapi()
}

impl Document {
    /// The finished document: every operation answers problems alike.
    pub(crate) fn of(mut document: Document31) -> Self {
        for item in document.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete, &mut item.put];
            operations.into_iter().flatten().for_each(with_problems);
        }
        let mut text = document.to_pretty_json().unwrap_or_default();
        text.push('\n');
        Self(text.into())
    }

    /// Hands it to the handler that serves it.
    pub(crate) fn layer(self) -> Extension<Self> {
        Extension(self)
    }
}

fn with_problems(operation: &mut Operation) {
    let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let problem = ResponseBuilder::new().description("A problem").content("application/problem+json", content);
    operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(problem.build()));
}

pub(crate) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(openapi))
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", operation_id = "read_document",
    tag = "operations", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)))]
async fn openapi(Extension(Document(text)): Extension<Document>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text.to_string())
}
