//! Cursors: where a page ended, opaque, and good only for the same question by the same person.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::Principal;
use domain::ids::TaskId;
use domain::query::Keyset;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::problem::Problem;

/// How much of the digest travels: enough that no cursor passes by accident. A forged one only names another
/// row of the caller's own list.
const SEAL: usize = 16;

/// What a cursor is bound to: who asks, and what.
pub(crate) struct Binding(Sha256);

impl Binding {
    /// The question without limit and position.
    pub(crate) fn new(principal: &Principal, question: &impl Serialize) -> Self {
        let bound = serde_json::to_vec(&(principal.person, &principal.tenants, question)).unwrap_or_default();
        Self(Sha256::new_with_prefix(bound))
    }

    fn seal(&self, place: &[u8]) -> [u8; SEAL] {
        let digest = self.0.clone().chain_update(place).finalize();
        std::array::from_fn(|index| digest[index])
    }

    /// The cursor for a place.
    pub(crate) fn cursor<P: Place>(&self, place: &P) -> String {
        let mut bytes = place.bytes();
        bytes.extend(self.seal(&place.bytes()));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place of a cursor that was made for the same question.
    pub(crate) fn place<P: Place>(&self, cursor: &str) -> Result<P, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
        bytes
            .split_last_chunk::<SEAL>()
            .filter(|(place, seal)| self.seal(place) == **seal)
            .and_then(|(place, _)| P::read(place))
            .ok_or_else(refused)
    }
}

fn refused() -> Problem {
    Problem::bad_request(
        "The cursor is damaged, or belongs to another question.",
        "Ask without `cursor` to begin at the first page; keep the other parameters while paging.",
    )
}

/// Something that a cursor can hold.
pub(crate) trait Place: Sized {
    fn bytes(&self) -> Vec<u8>;
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Place for Keyset {
    fn bytes(&self) -> Vec<u8> {
        [&self.value.to_be_bytes()[..], self.id.0.as_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (value, id) = bytes.split_first_chunk::<8>()?;
        let id: [u8; 16] = id.try_into().ok()?;
        Some(Self { value: i64::from_be_bytes(*value), id: TaskId(Uuid::from_bytes(id)) })
    }
}

impl Place for i64 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}
