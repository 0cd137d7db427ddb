//! `taskbot check` asks Slack about each token.

use super::super::kit::{Site, Way};
use super::kit::Public;

#[tokio::test]
async fn each_token_is_asked_about() {
    let site = Site::new(Way::Socket).await;
    let good = site.scratch.run(&["check"], "").await;
    assert!(good.status.success(), "{}", good.out);
    assert!(good.out.contains("ok    slack bot token: good in the workspace Acme"), "{}", good.out);
    assert!(good.out.contains("ok    slack app token"), "{}", good.out);
    let asked = async |key: &str, value: &str| {
        let output = site.scratch.command(&["check"]).env(key, value).output().await.expect("it ran");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let wrong = asked("TASKBOT_SLACK__BOT_TOKEN", "xoxb-another").await;
    assert!(wrong.contains("FAIL  slack bot token: Slack does not know it (invalid_auth)"), "{wrong}");
    assert!(!wrong.contains("xoxb-another"), "{wrong}");
    let swapped = asked("TASKBOT_SLACK__BOT_TOKEN", "xapp-fake-A1").await;
    assert!(swapped.contains("a bot token begins with xoxb-"), "{swapped}");
    let wrong = asked("TASKBOT_SLACK__APP_TOKEN", "xapp-another").await;
    assert!(wrong.contains("FAIL  slack app token: Slack does not accept it"), "{wrong}");
    site.slack.change(|world| world.installs[0].scopes.retain(|scope| scope != "users:read"));
    let lacking = asked("TASKBOT_LOG__LEVEL", "info").await;
    assert!(lacking.contains("FAIL  slack bot token: it lacks users:read;"), "{lacking}");
}

#[tokio::test]
async fn each_installation_is_asked_about() {
    let public = Public::new(Way::Http).await;
    public.install("T1").await;
    public.install("T2").await;
    let check = public.scratch.run(&["check"], "").await;
    assert!(check.out.contains("ok    slack: on, over signed HTTP at /slack/…; others install it"), "{}", check.out);
    assert!(check.out.contains("ok    slack workspace Acme (slack:T1): good"), "{}", check.out);
    assert!(check.status.success(), "{}", check.out);
}
