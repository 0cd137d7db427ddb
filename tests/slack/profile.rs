//! Settings, and what the profile says of name and zone.

use std::time::Duration;

use fakes::kit::{Fault, What};
use fakes::slack::{Person, Turn};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site};
use crate::kit::program::PATIENCE;

/// What is entered into the dialog of settings.
fn settings(zone: &str) -> Value {
    json!({
        "zone": { "zone": { "type": "plain_text_input", "value": zone } },
        "default_time": { "default_time": { "type": "timepicker", "selected_time": "08:30" } },
        "order": { "order": { "type": "static_select", "selected_option": { "value": "dmy" } } },
    })
}

#[tokio::test]
async fn settings_are_changed_in_a_dialog_and_a_wrong_zone_is_said_beside_its_field() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("Settings")).await;
        ana.press_in(&page.id, "settings", None).await;
        let form = site.dialog("U1", "Europe/Madrid").await;
        let wrong = site.errors("U1", &form, settings("Mars/Phobos")).await;
        assert!(wrong["zone"].as_str().is_some_and(|told| told.contains("Mars/Phobos")), "{wrong:?}");
        let marked = site.errors("U1", &form, settings("R&D")).await;
        assert!(
            marked["zone"].as_str().is_some_and(|told| told.contains("“R&D”")),
            "a field takes no markup: {marked}"
        );
        ana.submit(&form.id, settings("Europe/Lisbon")).await;
        site.dialog("U1", "Saved").await;
        let shown = site.told(&ana, "C1", "/task", "settings").await;
        for part in ["Europe/Lisbon", "08:30", "4/5 is 4 May"] {
            assert!(shown.contains(part), "{way:?}: {shown}");
        }
    }
}

#[tokio::test]
async fn a_zone_that_was_not_chosen_goes_on_to_follow_the_profile_when_other_settings_are_saved() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("Settings")).await;
    ana.press_in(&page.id, "settings", None).await;
    let form = site.dialog("U1", "Europe/Madrid").await;
    ana.submit(&form.id, settings("Europe/Madrid")).await;
    site.dialog("U1", "Saved").await;
    ana.moves_to("Asia/Tokyo").await;
    site.message(&site.direct("U1").await, "Your Slack profile says Asia/Tokyo now").await;
    let shown = site.told(&ana, "C1", "/task", "settings").await;
    assert!(shown.contains("Asia/Tokyo") && shown.contains("08:30"), "{shown}");
}

#[tokio::test]
async fn a_profile_that_is_followed_answers_no_question_that_was_asked_back() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/todo", "write the deck").await;
        ana.command("C1", "/todo", "send the deck tomorrow").await;
        ana.dm("done the deck task").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Which one").await;
        ana.moves_to("Asia/Tokyo").await;
        site.message(&direct, "Your Slack profile says Asia/Tokyo now").await;
        ana.dm("the first one").await;
        site.message(&direct, "Done #").await;
    }
}

#[tokio::test]
async fn whoever_takes_another_name_is_called_by_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "rotate the keys").await;
        ana.renames("anabel").await;
        site.told(&ana, "C1", "/task", "done 1").await;
        let history = site.tells(&bob, "history 1", "completed").await;
        assert!(history.contains("anabel"), "{way:?}: {history}");
    }
}

#[tokio::test]
async fn a_zone_that_follows_the_profile_changes_with_it_and_is_told() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        ana.dm("water the plants every day at 8am").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1").await;
        ana.moves_to("Asia/Tokyo").await;
        let told = site.message(&direct, "Your Slack profile says Asia/Tokyo now").await;
        assert!(told.text.contains("moved with it") && told.text.contains("#1: water the plants"), "{}", told.text);
        bob.command("C1", "/task", "timezone Europe/Berlin").await;
        bob.moves_to("Asia/Tokyo").await;
        let settings = site.told(&bob, "C1", "/task", "settings").await;
        assert!(settings.contains("Europe/Berlin"), "what he chose himself stays: {settings}");
    }
}

#[tokio::test]
async fn a_zone_is_followed_once_however_often_and_late_slack_tells_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "help").await;
        let turns = ana.moves_to("Asia/Tokyo").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Your Slack profile says Asia/Tokyo now").await;
        turns[0].again(20).await;
        ana.moves_to("Europe/Paris").await;
        site.message(&direct, "Your Slack profile says Europe/Paris now").await;
        turns[0].again(3).await;
        let settings = site.told(&ana, "C1", "/task", "settings").await;
        assert!(settings.contains("Europe/Paris"), "{way:?}: what was told before is older: {settings}");
        ana.moves_to("Asia/Tokyo").await;
        site.tells(&ana, "settings", "Asia/Tokyo").await;
        site.told(&ana, "C1", "/task", "list").await;
        let told = |zone: &str| {
            site.posted(&direct).iter().filter(|one| one.text.contains(&format!("says {zone} now"))).count()
        };
        assert_eq!((told("Asia/Tokyo"), told("Europe/Paris")), (2, 1), "{way:?}");
    }
}

#[tokio::test]
async fn whoever_named_a_zone_can_follow_their_profile_again_and_whoever_follows_it_can_keep_the_zone() {
    let followed = |zone: &str, from: &str| {
        let mut values = settings(zone);
        values["follow"] = json!({ "follow": { "type": "static_select", "selected_option": { "value": from } } });
        values
    };
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "timezone Europe/Lisbon").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("Settings")).await;
        for (zone, from) in [("Europe/Lisbon", "profile"), ("Asia/Tokyo", "own")] {
            ana.press_in(&page.id, "settings", None).await;
            let form = site.dialog("U1", "Follow my Slack profile").await;
            assert!(form.payload.to_string().contains(zone), "{way:?}: {}", form.payload);
            ana.submit(&form.id, followed(zone, from)).await;
            let saved = site.dialog("U1", "Saved").await;
            ana.close(&saved.id).await;
            if from == "profile" {
                site.tells(&ana, "settings", "Europe/Madrid").await;
                ana.moves_to("Asia/Tokyo").await;
                site.message(&site.direct("U1").await, "Your Slack profile says Asia/Tokyo now").await;
            }
        }
        ana.moves_to("Europe/Paris").await;
        let kept = site.told(&ana, "C1", "/task", "settings").await;
        assert!(kept.contains("Asia/Tokyo"), "{way:?}: what she keeps is hers: {kept}");
    }
}

#[tokio::test]
async fn a_profile_that_slack_does_not_tell_is_said_beside_the_choice_to_follow_it() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    site.told(&ana, "C1", "/task", "timezone Europe/Lisbon").await;
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("Settings")).await;
    ana.press_in(&page.id, "settings", None).await;
    let form = site.dialog("U1", "Follow my Slack profile").await;
    let bad_moment = What::Error { error: "internal_error".to_owned() };
    site.slack.faults().add(Fault::always("users.info", bad_moment));
    let mut values = settings("Europe/Lisbon");
    values["follow"] = json!({ "follow": { "type": "static_select", "selected_option": { "value": "profile" } } });
    let wrong = site.errors("U1", &form, values).await;
    assert!(wrong["follow"].to_string().contains("does not tell me your zone"), "{wrong}");
}

/// Somebody moves, and Slack tells nobody.
fn moves_unheard(site: &Site, zone: &str) {
    site.slack.change(|world| {
        let team = world.teams.get_mut("T1").expect("the team");
        let user = team.users.get_mut("U1").expect("the user");
        (user.tz, user.updated) = (Some(zone.to_owned()), user.updated + 1);
    });
}

/// Who people are cannot be read; it can be read again.
const AWAY: &str = "ALTER TABLE identities RENAME TO gone";
const BACK: &str = "ALTER TABLE gone RENAME TO identities";

/// Somebody moves while the storage is away, and Slack tells of it again a moment later.
async fn moves_while_away(site: &Site, ana: &Person, zone: &str) -> Turn {
    site.slack.set(|settings| (settings.retries_ms, settings.retry_scale) = (vec![2_000], 1.0));
    let mut database = site.database().await;
    sqlx::raw_sql(AWAY).execute(&mut database).await.expect("it is away");
    let turns = ana.moves_to(zone).await;
    sqlx::raw_sql(BACK).execute(&mut database).await.expect("it is back");
    turns.into_iter().next().expect("it was told")
}

#[tokio::test]
async fn a_zone_that_changes_while_the_storage_is_away_is_followed_when_slack_tells_of_it_again() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "help").await;
        let turn = moves_while_away(&site, &ana, "Asia/Tokyo").await;
        assert!(!turn.taken(), "{way:?}: {turn:?}");
        site.message(&site.direct("U1").await, "Your Slack profile says Asia/Tokyo now").await;
        let settings = site.told(&ana, "C1", "/task", "settings").await;
        assert!(settings.contains("Asia/Tokyo"), "{way:?}: {settings}");
    }
}

#[tokio::test]
async fn a_change_that_is_told_again_after_another_one_is_over() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "help").await;
        let late = moves_while_away(&site, &ana, "Asia/Tokyo").await;
        ana.moves_to("Europe/Paris").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Your Slack profile says Europe/Paris now").await;
        let until = Instant::now() + PATIENCE;
        while site.slack.ledger().attempts(Some(&late.parcel.id)).len() < 2 {
            assert!(Instant::now() < until, "{way:?}: it was not told again");
            sleep(Duration::from_millis(20)).await;
        }
        let settings = site.told(&ana, "C1", "/task", "settings").await;
        assert!(settings.contains("Europe/Paris"), "{way:?}: {settings}");
        assert!(site.posted(&direct).iter().all(|one| !one.text.contains("Asia/Tokyo")), "{way:?}");
    }
}

#[tokio::test]
async fn a_change_that_slack_could_not_tell_is_found_at_home_and_when_settings_are_saved() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "help").await;
        moves_unheard(&site, "Asia/Tokyo");
        ana.open_home().await;
        site.message(&site.direct("U1").await, "Your Slack profile says Asia/Tokyo now").await;
        let page = site.home("U1", |said| said.contains("Settings")).await;
        ana.press_in(&page.id, "settings", None).await;
        let form = site.dialog("U1", "Asia/Tokyo").await;
        moves_unheard(&site, "Europe/Paris");
        ana.submit(&form.id, settings("Asia/Tokyo")).await;
        let saved = site.dialog("U1", "Saved").await;
        assert!(saved.payload.to_string().contains("Europe/Paris"), "{way:?}: {}", saved.payload);
        ana.moves_to("Asia/Seoul").await;
        site.message(&site.direct("U1").await, "Your Slack profile says Asia/Seoul now").await;
    }
}

#[tokio::test]
async fn what_was_said_of_a_profile_before_the_last_change_turns_nothing_back() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "help").await;
        let mut late = ana.moves_to("Asia/Tokyo").await.remove(0);
        let direct = site.direct("U1").await;
        site.message(&direct, "Your Slack profile says Asia/Tokyo now").await;
        let user = &mut late.parcel.payload["event"]["user"];
        let before = user["updated"].as_i64().expect("a time") - 1;
        (user["updated"], user["tz"]) = (json!(before), json!("Asia/Seoul"));
        late.under_another_id().await;
        let settings = site.told(&ana, "C1", "/task", "settings").await;
        assert!(settings.contains("Asia/Tokyo"), "{way:?}: {settings}");
        ana.moves_to("Europe/Paris").await;
        site.message(&direct, "Your Slack profile says Europe/Paris now").await;
    }
}

#[tokio::test]
async fn settings_are_saved_where_slack_does_not_say_again_what_the_profile_says() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    site.told(&ana, "C1", "/task", "help").await;
    site.slack.faults().add(Fault::always("users.info", What::Broken));
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("Settings")).await;
    ana.press_in(&page.id, "settings", None).await;
    let form = site.dialog("U1", "Europe/Madrid").await;
    ana.submit(&form.id, settings("Europe/Madrid")).await;
    let saved = site.dialog("U1", "Saved").await;
    assert!(saved.payload.to_string().contains("08:30"), "{}", saved.payload);
}
