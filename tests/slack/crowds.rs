//! Many people at once whom the bot has never met.

use fakes::kit::{Fault, What};
use fakes::slack::{Group, User};
use serde_json::json;

use super::kit::{BOTH, Site};

/// So many of them are named; one after the other, Slack would take longer to say who they are than anybody waits.
const CROWD: usize = 50;

/// Puts them into the workspace and into the group `crew`; Slack takes a moment to say who each of them is.
fn crowded(site: &Site) -> Vec<String> {
    let crowd: Vec<String> = (0..CROWD).map(|nth| format!("U9{nth:03}")).collect();
    site.slack.change(|world| {
        let team = world.teams.get_mut("T1").expect("the team");
        for user in &crowd {
            team.users.insert(user.clone(), User::new(user, &format!("crew.{}", user.to_lowercase()), "UTC"));
        }
        let group = Group {
            id: "S9".to_owned(),
            handle: "crew".to_owned(),
            name: "crew".to_owned(),
            users: crowd.clone(),
            disabled: false,
        };
        team.groups.insert("S9".to_owned(), group);
    });
    site.slack.faults().add(Fault::always("users.info", What::Delay { ms: 60 }));
    crowd
}

/// How many the task of this title is for.
async fn assigned(site: &Site, title: &str) -> Option<usize> {
    let token = site.scratch.token("slack:T1/U1").await;
    let tasks = site.server.get(&token, "/api/v1/tasks").await;
    let task = tasks["items"].as_array().into_iter().flatten().find(|task| task["title"] == title)?;
    task["assignees"].as_array().map(Vec::len)
}

#[tokio::test]
async fn a_group_of_many_strangers_is_met_before_anybody_has_waited_too_long() {
    for way in BOTH {
        let site = Site::new(way).await;
        crowded(&site);
        let ana = site.person("U1");
        let added = site.told(&ana, "C1", "/task", "remind @crew to look tomorrow at 9am").await;
        assert!(added.contains("Added #1"), "{way:?}: {added}");
        let answer = added.lines().find(|line| line.contains("UTC for crew")).unwrap_or_default();
        assert_eq!(answer.matches("UTC").count(), 1, "{way:?}: their time is said once: {answer}");
        assert_eq!(assigned(&site, "look").await, Some(CROWD), "{way:?}: {added}");
    }
}

#[tokio::test]
async fn a_form_for_many_strangers_is_taken_before_it_is_too_late() {
    for way in BOTH {
        let site = Site::new(way).await;
        let crowd = crowded(&site);
        let ana = site.person("U1");
        ana.global_shortcut("create").await;
        let form = site.dialog("U1", "plain_text_input").await;
        let values = json!({
            "title": { "title": { "type": "plain_text_input", "value": "tidy up" } },
            "who": { "who": { "type": "multi_users_select", "selected_users": crowd } },
        });
        ana.submit(&form.id, values).await;
        site.dialog("U1", "Added #1: tidy up").await;
        assert_eq!(assigned(&site, "tidy up").await, Some(CROWD), "{way:?}");
    }
}

#[tokio::test]
async fn whom_slack_has_just_listed_is_asked_about_no_more() {
    let site = Site::new(BOTH[0]).await;
    crowded(&site);
    let ana = site.person("U1");
    // As nobody's handle is written, so that Slack does not resolve it.
    let added = site.told(&ana, "C1", "/task", "remind @CREW to look tomorrow at 9am").await;
    assert!(added.contains("Added #1"), "{added}");
    let asked = site.slack.ledger().calls(Some("users.info"));
    assert_eq!(asked.iter().filter(|call| call.body["user"] != "U1").count(), 0, "{asked:?}");
}

#[tokio::test]
async fn a_group_with_a_bot_and_somebody_who_is_gone_is_those_who_are_there() {
    for (way, known) in BOTH.into_iter().zip([false, true]) {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        if known {
            site.told(&bob, "C1", "/task", "list").await;
        }
        site.slack.change(|world| {
            let team = world.teams.get_mut("T1").expect("the team");
            team.users.get_mut("U2").expect("the user").deleted = true;
            team.groups
                .get_mut("S1")
                .expect("the group")
                .users
                .extend(["U3".to_owned(), site.install.bot_user.clone()]);
            team.groups.get_mut("S3").expect("the group").users.push(site.install.bot_user.clone());
        });
        // Slack resolves the one and not the other, for which it lists everybody.
        for (nth, group) in ["@OPS-GROUP", "@ops-group"].into_iter().enumerate() {
            let added = site.told(&ana, "C1", "/task", &format!("remind {group} to look tomorrow at 9am")).await;
            assert!(added.contains(&format!("Added #{}", nth + 1)), "{way:?}: {added}");
            assert!(added.contains("eve") && !added.contains("bob") && !added.contains("taskbot"), "{way:?}: {added}");
        }
        for group in ["@nobodies", "@NOBODIES"] {
            let refused = site.told(&ana, "C1", "/task", &format!("remind {group} to look tomorrow at 9am")).await;
            assert!(refused.contains("Nobody is in that group"), "{way:?}: {refused}");
        }
    }
}
