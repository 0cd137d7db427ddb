//! Presses whose process dies: Slack tells of them once, so it hears that one was taken when it is done.

use fakes::slack::Turn;

use super::kit::{BOTH, Site, Way};

/// Ends the program and starts it again, to die at this point.
async fn dying(site: &mut Site, way: Way, point: &str) {
    assert!(site.server.program.terminate().await.success());
    site.anew(way, "FAILPOINTS", &format!("{point}=return")).await;
    // Nobody waits longer than Slack for a process that is dead.
    site.slack.set(|settings| settings.ack_ms = 3_000);
}

/// The process has died, and Slack said so to whoever pressed. Starts the program again.
async fn failed(site: &mut Site, way: Way, point: &str, turn: &Turn) {
    assert!(!site.server.program.ended().await.success(), "{way:?} {point}: it died");
    assert!(!turn.taken(), "{way:?} {point}: whoever pressed sees that it failed: {turn:?}");
    site.slack.set(|settings| settings.ack_ms = 9_000);
    site.anew(way, "FAILPOINTS", "").await;
}

#[tokio::test]
async fn a_press_whose_process_dies_over_it_fails_visibly_and_has_its_effect_once_when_it_is_repeated() {
    for way in BOTH {
        for point in ["service.before_commit", "service.after_commit"] {
            let mut site = Site::new(way).await;
            let ana = site.person("U1");
            site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
            let reminder = site.message("C1", "*tag the release*").await;
            dying(&mut site, way, point).await;
            let turn = ana.press("C1", &reminder.ts, "done", None).await;
            failed(&mut site, way, point, &turn).await;
            assert!(ana.press("C1", &reminder.ts, "done", None).await.taken(), "{way:?} {point}");
            let settled = site.message("C1", "Done by ana").await;
            assert_eq!(settled.ts, reminder.ts, "{way:?} {point}");
            let history = site.answer(&ana, "C1", "/task", "history 1").await["blocks"].to_string();
            assert_eq!(history.matches("completed it").count(), 1, "{way:?} {point}: {history}");
        }
    }
}
