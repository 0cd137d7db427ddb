//! `Idempotency-Key`: the same request again gives the same answer and no second effect.

use axum::http::{HeaderMap, Method, Uri};
use domain::command::IdempotencyKey;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use super::problem::Problem;

/// The longest key, in characters.
const NAME_MAX: usize = 255;

/// The key that the caller chose, if any.
pub(crate) fn name(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(None) };
    let printable = value.to_str().ok().filter(|name| name.bytes().all(|byte| byte.is_ascii_graphic()));
    match printable {
        Some(name) if values.next().is_none() && (1..=NAME_MAX).contains(&name.len()) => Ok(Some(name)),
        _ => Err(Problem::bad_request(
            format!("Idempotency-Key must stand once, with 1 to {NAME_MAX} visible ASCII characters."),
            "Use a random UUID per request.",
        )),
    }
}

/// The key scoped by person, with a digest of method, path and body.
pub(crate) fn key(caller: &Caller, name: &str, method: &Method, uri: &Uri, body: &[u8]) -> IdempotencyKey {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let digest = Sha256::new_with_prefix(format!("{method}\n{path}\n")).chain_update(body).finalize();
    IdempotencyKey { key: format!("rest/{}/{name}", caller.principal.person), digest: format!("{digest:x}") }
}
