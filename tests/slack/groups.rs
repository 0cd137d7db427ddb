//! Groups of Slack's, and names that Slack did not resolve.

use super::kit::{BOTH, Site};

#[tokio::test]
async fn a_group_is_its_members_whether_slack_resolved_it_or_not() {
    for way in BOTH {
        let site = Site::new(way).await;
        let eve = site.person("U3");
        let picked = site.told(&eve, "C1", "/task", "remind @ops-group to rotate the keys tomorrow at 9am").await;
        assert!(picked.contains("for ana and bob"), "{way:?}: {picked}");
        let escaped = eve.dm("list").await;
        assert!(escaped.turns[0].taken());
        let typed = site.told(&eve, "C1", "/task", "assign 1 to @OPS-GROUP").await;
        assert!(typed.contains("like that already") || typed.contains("for ana and bob"), "{typed}");
    }
}

#[tokio::test]
async fn a_group_that_is_not_there_or_empty_and_everybody_are_refused_in_words() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    let answer =
        async |who: &str| site.told(&ana, "C1", "/task", &format!("remind {who} to look tomorrow at 9am")).await;
    assert!(answer("@old-group").await.contains("I know no such group here"), "it is switched off");
    assert!(answer("@nobodies").await.contains("Nobody is in that group"));
    let all = answer("@here").await;
    assert!(all.contains("I call nobody by @here"), "{all}");
    let list = site.told(&ana, "C1", "/task", "list @ops-group").await;
    assert!(list.contains("That is a group of 2"), "{list}");
}

#[tokio::test]
async fn an_unknown_name_is_answered_with_those_that_look_like_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let near = site.told(&ana, "C1", "/task", "remind @bobb to look tomorrow at 9am").await;
        assert!(near.contains("I know no @bobb here") && near.contains("Did you mean @bob?"), "{way:?}: {near}");
        let none = site.told(&ana, "C1", "/task", "remind @xyzzy to look tomorrow at 9am").await;
        assert!(none.contains("Pick the name from the list"), "{none}");
        let typed = site.told(&ana, "C1", "/task", "remind @BOB to look tomorrow at 9am").await;
        assert!(typed.contains("for bob"), "{typed}");
    }
}
