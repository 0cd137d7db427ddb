//! Encrypting tokens: ChaCha20-Poly1305, with what they are about as associated data.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

use crate::options::{Secret, Wrong};

/// Keys, each known by an id that follows from it. The first one closes, each of them opens: two while one replaces the
/// other.
pub(crate) struct Keyring {
    keys: Vec<(String, LessSafeKey)>,
}

impl Keyring {
    /// With these keys, 64 hex digits each.
    ///
    /// # Errors
    /// When there is none, or one is no key.
    pub(crate) fn new(secrets: &[Secret]) -> Result<Self, Wrong> {
        let keys: Vec<_> = secrets.iter().map(key).collect::<Option<_>>().ok_or(Wrong::NoKey)?;
        if keys.is_empty() { Err(Wrong::NoKey) } else { Ok(Self { keys }) }
    }

    /// Encrypts a text. Only with the same `about` it can be opened again, so that what is written into the place of
    /// another is worth nothing. `None` if the machine has no randomness to give.
    pub(crate) fn seal(&self, about: &str, text: &str) -> Option<String> {
        let (id, key) = self.keys.first()?;
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = text.as_bytes().to_vec();
        let aad = Aad::from(about.as_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).ok()?;
        Some(format!("{id}.{}", BASE64.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// What was encrypted, unless it was changed, is about something else, or its key is not here.
    pub(crate) fn open(&self, about: &str, sealed: &str) -> Option<String> {
        let (id, rest) = sealed.split_once('.')?;
        let (_, key) = self.keys.iter().find(|(own, _)| own == id)?;
        let mut bytes = BASE64.decode(rest).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = key.open_in_place(nonce, Aad::from(about.as_bytes()), sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }

    /// Whether it was encrypted with the key that closes now.
    pub(crate) fn is_current(&self, sealed: &str) -> bool {
        let id = sealed.split_once('.').map(|(id, _)| id);
        self.keys.first().is_some_and(|(own, _)| Some(own.as_str()) == id)
    }
}

/// Random bytes; `None` if the machine has none to give.
pub(super) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok().map(|()| bytes)
}

/// A key with its id.
fn key(secret: &Secret) -> Option<(String, LessSafeKey)> {
    let bytes = unhex(secret.reveal().trim())?;
    let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).ok()?;
    let id: String = Sha256::digest(&bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    Some((id, LessSafeKey::new(key)))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring_of(digits: &[&str]) -> Keyring {
        let secrets: Vec<Secret> = digits.iter().map(|one| Secret::new(one.repeat(64)).expect("a secret")).collect();
        Keyring::new(&secrets).expect("keys")
    }

    #[test]
    fn what_was_closed_opens_for_the_same_tenant_alone() {
        let keys = ring_of(&["a"]);
        let sealed = keys.seal("slack:T1", "xoxb-1").expect("sealed");
        assert!(!sealed.contains("xoxb"));
        assert_eq!(keys.open("slack:T1", &sealed).as_deref(), Some("xoxb-1"));
        assert_eq!(keys.open("slack:T2", &sealed), None, "a row put in the place of another");
        assert_ne!(keys.seal("slack:T1", "xoxb-1").expect("sealed"), sealed, "never the same twice");
    }

    #[test]
    fn whatever_is_changed_does_not_open() {
        let keys = ring_of(&["a"]);
        let sealed = keys.seal("slack:T1", "xoxb-1").expect("sealed");
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert_eq!(keys.open("slack:T1", &changed), None, "{changed}");
        }
        for text in ["", ".", "x.y", &sealed[..12], &sealed[9..]] {
            assert_eq!(keys.open("slack:T1", text), None, "{text}");
        }
    }

    #[test]
    fn while_a_key_is_replaced_both_open_and_the_new_one_closes() {
        let (old, both, new) = (ring_of(&["a"]), ring_of(&["b", "a"]), ring_of(&["b"]));
        let sealed = old.seal("slack:T1", "xoxb-1").expect("sealed");
        assert_eq!(both.open("slack:T1", &sealed).as_deref(), Some("xoxb-1"));
        assert!(!both.is_current(&sealed) && old.is_current(&sealed));
        assert_eq!(new.open("slack:T1", &sealed), None);
        let anew = both.seal("slack:T1", "xoxb-1").expect("sealed");
        assert!(both.is_current(&anew));
        assert_eq!(new.open("slack:T1", &anew).as_deref(), Some("xoxb-1"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["a", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32)] {
            assert!(Keyring::new(&[Secret::new(text).expect("a secret")]).is_err(), "{text}");
        }
        assert!(Keyring::new(&[]).is_err());
    }
}
