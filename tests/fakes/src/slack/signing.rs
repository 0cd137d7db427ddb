use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How a request to an app is signed, if not as it should be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signing {
    /// Another secret than the app's.
    pub secret: Option<String>,
    /// Seconds that the timestamp is off.
    pub offset: i64,
    /// What else is wrong.
    pub mangle: Option<Mangle>,
}

/// What may be wrong with a signed request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mangle {
    /// No signature.
    NoSignature,
    /// An empty signature.
    EmptySignature,
    /// The signature twice.
    TwiceSignature,
    /// No timestamp.
    NoTimestamp,
    /// The timestamp twice.
    TwiceTimestamp,
    /// This in place of the timestamp, signed.
    Timestamp(String),
    /// This in place of the signature's version.
    Version(String),
    /// The signature cut to so many characters.
    Truncated(usize),
    /// One byte more behind the body than was signed.
    LongerBody,
}

/// Slack's signature of a body: `v0=` and HMAC-SHA256 in hexadecimal digits.
pub fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut message = format!("v0:{timestamp}:").into_bytes();
    message.extend_from_slice(body);
    let digits = hmac(secret.as_bytes(), &message).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("v0={digits}")
}

/// RFC 2104 over SHA-256.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    let short = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block[..short.len()].copy_from_slice(&short);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

impl Signing {
    /// The headers of a request with this body, which may grow.
    pub(super) fn headers(&self, secret: &str, now: f64, body: &mut Vec<u8>) -> Vec<(&'static str, String)> {
        let stamp = match &self.mangle {
            Some(Mangle::Timestamp(text)) => text.clone(),
            _ => (now as i64 + self.offset).to_string(),
        };
        let signature = sign(self.secret.as_deref().unwrap_or(secret), &stamp, body);
        if self.mangle == Some(Mangle::LongerBody) {
            body.push(b' ');
        }
        let stamps = match &self.mangle {
            Some(Mangle::NoTimestamp) => vec![],
            Some(Mangle::TwiceTimestamp) => vec![stamp.clone(), stamp],
            _ => vec![stamp],
        };
        let stamps = stamps.into_iter().map(|stamp| ("x-slack-request-timestamp", stamp));
        stamps.chain(self.signatures(&signature).into_iter().map(|one| ("x-slack-signature", one))).collect()
    }

    fn signatures(&self, right: &str) -> Vec<String> {
        match &self.mangle {
            Some(Mangle::NoSignature) => vec![],
            Some(Mangle::EmptySignature) => vec![String::new()],
            Some(Mangle::TwiceSignature) => vec![right.to_owned(), right.to_owned()],
            Some(Mangle::Version(version)) => vec![right.replacen("v0", version, 1)],
            Some(Mangle::Truncated(length)) => vec![right.chars().take(*length).collect()],
            _ => vec![right.to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn the_signature_is_that_of_the_documented_vector() {
        let secret = "8f742231b10e8888abcd99yyyzzz85a5"; // the documentation's sample: not a secret
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
                    &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
                    &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
                    &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let signature = sign(secret, "1531420618", body.as_bytes());
        assert_eq!(signature, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
    }
}
