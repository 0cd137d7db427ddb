//! Requests that are not Slack's.

use fakes::slack::{Mangle, Signing};

use super::kit::{BOTH, Site, texts};

#[tokio::test]
async fn a_request_that_slack_did_not_sign_changes_nothing() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    let mangled = [Mangle::EmptySignature, Mangle::LongerBody, Mangle::Truncated(9), Mangle::Version("v1".into())];
    let mangled = mangled.into_iter().map(|mangle| Signing { mangle: Some(mangle), ..Signing::default() });
    let offset = |offset| Signing { offset, ..Signing::default() };
    let others = [Signing { secret: Some("another".into()), ..Signing::default() }, offset(-301), offset(302)];
    for signing in mangled.chain(others) {
        let turn = ana.clone().signed(signing.clone()).command("C1", "/task", "add evil").await;
        assert_eq!(turn.first.status, Some(401), "{signing:?}");
        assert_eq!(texts(turn.answer()), "", "it says nothing");
    }
    let list = ana.command("C1", "/task", "list").await;
    assert!(!texts(list.answer()).contains("evil"));
}
