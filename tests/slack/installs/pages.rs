//! What somebody sees who installs the app, or tries to.

use fakes::kit::{Fault, What};

use super::super::kit::BOTH;
use super::kit::{Public, with};

#[tokio::test]
async fn the_way_to_slack_asks_for_what_the_manifest_lists() {
    let public = Public::new(BOTH[1]).await;
    let page = public.browser().begin().await;
    let value = |name: &str| page.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(page.path(), "/oauth/v2/authorize");
    assert_eq!(value("client_id").as_deref(), Some("1234567890.9876543210"), "no digit is lost");
    assert_eq!(value("redirect_uri").as_deref(), Some("http://127.0.0.1:1/slack/oauth"));
    assert_eq!(value("scope"), Some(super::super::manifest::app().scopes.join(",")));
}

#[tokio::test]
async fn somebody_who_says_no_is_told_so_and_may_begin_again() {
    let public = Public::new(BOTH[1]).await;
    public.slack.set(|settings| settings.declines_oauth = true);
    let mut browser = public.browser();
    let back = browser.consent("T1").await;
    browser.back(&back).await.says(400, "You said no");
    public.slack.set(|settings| settings.declines_oauth = false);
    public.install("T1").await;
}

#[tokio::test]
async fn nobody_comes_back_in_the_place_of_another() {
    let public = Public::new(BOTH[1]).await;
    let (mut browser, mut other) = (public.browser(), public.browser());
    let (back, others) = (browser.consent("T1").await, other.consent("T1").await);
    public.browser().back(&back).await.says(400, "This browser did not begin here");
    other.back(&back).await.says(400, "This browser did not begin here");
    let state = others.query_pairs().find(|(key, _)| key == "state").map(|(_, value)| value.into_owned());
    for state in [None, Some(""), Some("forged"), state.as_deref()] {
        browser.back(&with(&back, "state", state)).await.says(400, "This browser did not begin here");
    }
    assert!(public.slack.read(|world| world.install("A1", "T1").is_none()), "no code was exchanged");
    browser.back(&back).await.says(200, "Taskbot is installed in Acme");
}

#[tokio::test]
async fn a_permission_is_good_once_and_not_for_long() {
    let public = Public::new(BOTH[1]).await;
    let mut browser = public.browser();
    let back = browser.consent("T2").await;
    browser.back(&back).await.says(200, "Taskbot is installed in Bolts &amp; &lt;Nuts&gt;");
    browser.back(&back).await.says(400, "used before");
    let late = browser.consent("T2").await;
    public.slack.clock().skip(601.0);
    browser.back(&late).await.says(400, "took too long");
    let wrong = browser.consent("T2").await;
    browser.back(&with(&wrong, "code", Some("another"))).await.says(400, "took too long");
}

#[tokio::test]
async fn what_slack_cannot_do_is_told_in_words() {
    let public = Public::new(BOTH[1]).await;
    let mut browser = public.browser();
    let cases = [("bad_client_secret", 500, "client secret"), ("internal_error", 502, "Slack does not answer")];
    for (error, status, part) in cases {
        let back = browser.consent("T1").await;
        public.slack.faults().add(Fault::next(1, "oauth.v2.access", What::Error { error: error.to_owned() }));
        browser.back(&back).await.says(status, part);
    }
    let back = browser.consent("T1").await;
    public.slack.faults().add(Fault::next(1, "oauth.v2.access", What::Cut));
    browser.back(&back).await.says(502, "Slack does not answer");
}

#[tokio::test]
async fn an_installation_for_a_whole_organisation_is_refused_and_its_token_handed_back() {
    for way in BOTH {
        let public = Public::new(way).await;
        public.slack.set(|settings| settings.organisation_oauth = true);
        let mut browser = public.browser();
        let back = browser.consent("T1").await;
        browser.back(&back).await.says(400, "one workspace at a time");
        assert!(public.slack.read(|world| world.install("A1", "T1").is_none()), "{way:?}: the token is good no more");
        public.slack.set(|settings| settings.organisation_oauth = false);
        public.install("T1").await;
        let added = public.person("T1").command("C1", "/remindme", "to stretch in 1 second").await;
        assert!(added.taken(), "{way:?}: {added:?}");
        public.comes("T1", "*stretch").await;
    }
}
