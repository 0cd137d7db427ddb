//! What Slack has to tell again, because nobody took it, counts from when it was said.

use std::time::Duration;

use fakes::slack::Said;
use tokio::time::sleep;

use super::kit::{BOTH, Site, Way, shown};

/// Longer than a command may be on its way.
const AWAY: Duration = Duration::from_secs(11);

/// The instant so many seconds after something was said, as Slack shows it.
fn after(said: &Said, seconds: i64) -> String {
    let at: i64 = said.ts.split('.').next().and_then(|whole| whole.parse().ok()).expect("a timestamp");
    format!("<!date^{}^", at + seconds)
}

async fn told_late(way: Way) {
    let mut site = Site::new(way).await;
    let ana = site.person("U1");
    ana.dm("list").await;
    let direct = site.direct("U1").await;
    site.message(&direct, "There are no").await;
    assert!(site.server.program.terminate().await.success());
    let said = [
        ana.dm("remind me to stretch in 20 minutes").await,
        ana.mention("C1", "remind us to breathe in 5 seconds").await,
    ];
    assert!(said.iter().all(|said| !said.turns[0].taken()), "{way:?}: nobody is there");
    sleep(AWAY).await;
    site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "999").await;
    for said in &said {
        said.turns[0].again(1).await;
    }
    let added = shown(&site.message(&direct, "stretch").await);
    assert!(added.contains(&after(&said[0], 20 * 60)), "{way:?}: not from now: {added}");
    let added = shown(&site.message("C1", "Added #").await);
    assert!(added.contains(&after(&said[1], 5)) && added.contains(" now"), "{way:?}: {added}");
    site.message("C1", "*breathe*").await;
}

#[tokio::test]
async fn a_line_that_slack_tells_late_counts_from_when_it_was_typed_and_what_has_passed_comes_at_once() {
    for way in BOTH {
        told_late(way).await;
    }
}
