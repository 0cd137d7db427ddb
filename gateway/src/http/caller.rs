//! Who is calling: the guard in front of every REST route, and what handlers know of the caller.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use domain::access::Principal;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use tokio::time::timeout;

use super::api::Api;
use super::problem::Problem;

/// Somebody whose token was verified, and the trace of what they ask.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) trace: Option<TraceParent>,
}

impl Caller {
    /// The tenant that was named, if the caller is in it; without a name the console's, else the first.
    pub(crate) fn tenant(&self, named: Option<&str>) -> Result<TenantId, Problem> {
        let held = &self.principal.tenants;
        let tenant = match named {
            Some(name) => name.parse().ok().filter(|tenant| held.contains(tenant)),
            None => held.get(&TenantId::console()).or_else(|| held.first()).cloned(),
        };
        tenant.ok_or_else(Problem::not_found)
    }

    /// The caller as if they were in this tenant alone.
    pub(crate) fn within(mut self, tenant: TenantId) -> Self {
        self.principal.tenants = [tenant].into();
        self
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

/// Lets nobody pass without a good token, and nobody faster than the limits.
pub(crate) async fn guard(State(api): State<Api>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let token = bearer(request.headers()).ok_or_else(Problem::unauthorized)?;
    let signed_in = timeout(api.timeouts.answer, api.tasks.sign_in(token, &api.operators));
    let principal = signed_in.await.map_err(|_| Problem::unavailable())??;
    let principal = principal.ok_or_else(Problem::unauthorized)?;
    api.gate.pass(request.method(), &principal)?;
    let trace = request.extensions().get::<TraceParent>().cloned();
    request.extensions_mut().insert(Caller { principal, trace });
    let patience = api.timeouts.body + api.timeouts.answer;
    timeout(patience, next.run(request)).await.map_err(|_| Problem::unavailable())
}

/// The token, if there is exactly one `Authorization` header and it is a bearer's.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.bytes().all(|byte| byte.is_ascii_graphic())).then_some(token)
}
