//! Whether a request comes from Slack: HMAC-SHA256 over `v0:timestamp:body`, and not older than five minutes.

use axum::http::HeaderMap;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::options::Secret;

/// How far Slack's clock and ours may differ, in seconds; what is older could have been recorded.
const WINDOW: u64 = 300;

const TIMESTAMP: &str = "x-slack-request-timestamp";
const SIGNATURE: &str = "x-slack-signature";

/// The request is not to be believed. It does not say why: whoever forges learns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forged;

/// Believes the raw bytes of a request, or not.
pub(super) fn verify(secrets: &[Secret], headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Forged> {
    let timestamp = only(headers, TIMESTAMP)?;
    let seconds: i64 = plain_number(timestamp)?;
    if seconds.abs_diff(now.as_second()) > WINDOW {
        return Err(Forged);
    }
    let given = only(headers, SIGNATURE)?.as_bytes();
    // Every secret is tried, so that the time tells nothing of which one it was.
    let mut good = Choice::from(0);
    for secret in secrets {
        good |= sign(secret, timestamp, body).as_bytes().ct_eq(given);
    }
    if good.into() { Ok(()) } else { Err(Forged) }
}

/// The value of a header that stands once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Forged> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| Forged),
        _ => Err(Forged),
    }
}

/// Digits and nothing else: no sign, no blanks.
fn plain_number(text: &str) -> Result<i64, Forged> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(Forged)
}

fn sign(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    let mut signature = String::from("v0=");
    // HMAC takes a key of any length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()) {
        mac.update(format!("v0:{timestamp}:").as_bytes());
        mac.update(body);
        signature.extend(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")));
    }
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Slack's documentation.
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
        &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNED: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const AT: i64 = 1_531_420_618;

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        texts.iter().map(|text| Secret::new(*text).expect("a secret")).collect()
    }

    fn headers(timestamp: &str, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(TIMESTAMP, timestamp.parse().expect("a value"));
        headers.insert(SIGNATURE, signature.parse().expect("a value"));
        headers
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("an instant")
    }

    fn tried(timestamp: &str, signature: &str, body: &str, now: i64) -> Result<(), Forged> {
        let keys = secrets(&["8f742231b10e8888abcd99yyyzzz85a5"]);
        verify(&keys, &headers(timestamp, signature), body.as_bytes(), at(now))
    }

    #[test]
    fn the_documented_example_is_believed_for_five_minutes_both_ways() {
        let stamp = AT.to_string();
        for now in [AT, AT + 300, AT - 300] {
            assert_eq!(tried(&stamp, SIGNED, BODY, now), Ok(()));
        }
        for now in [AT + 301, AT - 301] {
            assert_eq!(tried(&stamp, SIGNED, BODY, now), Err(Forged));
        }
    }

    #[test]
    fn whatever_else_is_changed_is_not_believed() {
        let stamp = AT.to_string();
        let upper = SIGNED.to_uppercase();
        for signature in ["", "v0=", "v1=a2114d", &SIGNED[..20], &SIGNED[3..], upper.as_str()] {
            assert_eq!(tried(&stamp, signature, BODY, AT), Err(Forged), "{signature}");
        }
        assert_eq!(tried(&stamp, SIGNED, &format!("{BODY}x"), AT), Err(Forged));
        for stamp in ["", "now", "-1", "+1531420618", " 1531420618", "9223372036854775807", "9223372036854775808"] {
            assert_eq!(tried(stamp, SIGNED, BODY, AT), Err(Forged), "{stamp}");
        }
    }

    #[test]
    fn either_of_two_secrets_is_good_and_none_is_never() {
        let headers = headers(&AT.to_string(), SIGNED);
        let verified = |texts: &[&str]| verify(&secrets(texts), &headers, BODY.as_bytes(), at(AT));
        assert_eq!(verified(&["new", "8f742231b10e8888abcd99yyyzzz85a5"]), Ok(()));
        assert_eq!(verified(&["another"]), Err(Forged));
        assert_eq!(verified(&[]), Err(Forged));
    }

    #[test]
    fn headers_that_stand_twice_or_not_at_all_are_not_believed() {
        let keys = secrets(&["8f742231b10e8888abcd99yyyzzz85a5"]);
        let mut twice = headers(&AT.to_string(), SIGNED);
        twice.append(SIGNATURE, SIGNED.parse().expect("a value"));
        assert_eq!(verify(&keys, &twice, BODY.as_bytes(), at(AT)), Err(Forged));
        assert_eq!(verify(&keys, &HeaderMap::new(), BODY.as_bytes(), at(AT)), Err(Forged));
    }
}
