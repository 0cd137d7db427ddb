//! How slack-morphism's client reaches Slack: over a connector of ours. Its own reads what an answer holds before it looks at
//! the status, so that a "too many" without a content type loses its `Retry-After`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header, request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::{Deserialize, Serialize};
use slack_morphism::errors::{SlackClientError, SlackClientSystemError};
use slack_morphism::multipart_form::FileMultipartData;
use slack_morphism::prelude::SlackClientHttpConnector;
use slack_morphism::{ClientResult, SlackClientApiCallContext, SlackClientId, SlackClientSecret};
use url::Url;

use super::CallError;
use super::answer::Answer;

/// The connections.
pub(super) type Road = HttpsConnector<HttpConnector>;

/// Sends requests, one attempt each. Redirects are not followed.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    client: Client<Road, Body>,
    api_url: Arc<str>,
}

impl Connector {
    pub(super) fn new(road: Road, api_url: &str) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build(road), api_url: api_url.into() }
    }

    /// The address of a method of the Web API.
    pub(super) fn address(&self, method: &str) -> String {
        format!("{}/{method}", self.api_url)
    }

    /// Sends JSON.
    pub(super) async fn send_json(
        &self,
        request: request::Builder,
        name: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<Answer, CallError> {
        let body = serde_json::to_string(body).map_err(|error| CallError::Refused(error.to_string()))?;
        self.send(request.header(header::CONTENT_TYPE, "application/json; charset=utf-8"), name, body).await
    }

    /// Sends a request. Addresses hold secrets: what is called goes by its name.
    pub(super) async fn send(&self, request: request::Builder, name: &str, body: String) -> Result<Answer, CallError> {
        let strange = |_| CallError::Refused("a key holds characters that no header takes".to_owned());
        Answer::to(request.body(Body::from(body)).map_err(strange)?, name, &self.client).await
    }
}

impl SlackClientHttpConnector for Connector {
    fn http_get_uri<'a, RS>(
        &'a self,
        uri: Url,
        context: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: for<'de> Deserialize<'de> + Send + 'a,
    {
        let request = authorized(Request::get(uri.as_str()), &context);
        async move { Ok(self.send(request, method(&uri), String::new()).await?.says()?) }.boxed()
    }

    fn http_get_with_client_secret<'a, RS>(
        &'a self,
        uri: Url,
        client_id: &'a SlackClientId,
        client_secret: &'a SlackClientSecret,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: for<'de> Deserialize<'de> + Send + 'a,
    {
        let who = BASE64.encode(format!("{}:{}", client_id.0, client_secret.0));
        let request = Request::get(uri.as_str()).header(header::AUTHORIZATION, format!("Basic {who}"));
        async move { Ok(self.send(request, method(&uri), String::new()).await?.says()?) }.boxed()
    }

    fn http_post_uri<'a, RQ, RS>(
        &'a self,
        uri: Url,
        body: &'a RQ,
        context: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RQ: Serialize + Send + Sync,
        RS: for<'de> Deserialize<'de> + Send + 'a,
    {
        let request = authorized(Request::post(uri.as_str()), &context);
        async move { Ok(self.send_json(request, method(&uri), body).await?.says()?) }.boxed()
    }

    fn http_post_uri_multipart_form<'a, 'p, RS, PT, TS>(
        &'a self,
        _: Url,
        _: Option<FileMultipartData<'p>>,
        _: &'p PT,
        _: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: for<'de> Deserialize<'de> + Send + 'a,
        PT: IntoIterator<Item = (&'p str, Option<TS>)> + Clone,
        TS: AsRef<str> + 'p + Send,
    {
        no_files()
    }

    fn http_post_uri_binary<'a, 'p, RS>(
        &'a self,
        _: Url,
        _: String,
        _: &'a [u8],
        _: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: for<'de> Deserialize<'de> + Send + 'a,
    {
        no_files()
    }

    fn create_method_uri_path(&self, method: &str) -> ClientResult<Url> {
        Ok(self.address(method).parse()?)
    }
}

fn authorized(request: request::Builder, context: &SlackClientApiCallContext<'_>) -> request::Builder {
    match context.token {
        Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {}", token.token_value.0)),
        None => request,
    }
}

fn method(uri: &Url) -> &str {
    uri.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default()
}

/// Taskbot sends none.
fn no_files<'a, RS: Send + 'a>() -> BoxFuture<'a, ClientResult<RS>> {
    ready(Err(CallError::Refused("files are not sent".to_owned()).into())).boxed()
}

/// Our own errors pass through the library as they are.
impl From<CallError> for SlackClientError {
    fn from(error: CallError) -> Self {
        Self::SystemError(SlackClientSystemError::new().with_cause(Box::new(error)))
    }
}

impl From<SlackClientError> for CallError {
    /// The texts are this module's own: the library's hold bodies, and addresses with secrets in them.
    fn from(error: SlackClientError) -> Self {
        let own = match error {
            SlackClientError::SystemError(SlackClientSystemError { cause: Some(cause), .. }) => {
                cause.downcast::<Self>().ok()
            }
            _ => None,
        };
        own.map_or_else(|| Self::Unknown("the call was not made".to_owned()), |own| *own)
    }
}
