//! Long answers, a page at a time.

use super::kit::{BOTH, Site, choice, shown};

async fn fill(site: &Site, user: &str, tasks: usize) {
    for nth in 1..=tasks {
        let told = site.told(&site.person(user), "C1", "/todo", &format!("chore {nth:02}")).await;
        assert!(told.contains("Added"), "{told}");
    }
}

#[tokio::test]
async fn a_long_list_is_turned_in_place_by_buttons() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        fill(&site, "U1", 33).await;
        ana.dm("list").await;
        let direct = site.direct("U1").await;
        let first = site.message(&direct, "33 open tasks").await;
        assert_eq!(choice(&first.blocks, "Previous"), None);
        assert_eq!(choice(&first.blocks, "Next").as_deref(), Some("list, page 2"));
        ana.press(&direct, &first.ts, "page:next", None).await;
        let second = site.message(&direct, "page 2 of 2").await;
        assert_eq!(second.ts, first.ts, "{way:?}: edited in place");
        assert_eq!(choice(&second.blocks, "Next"), None);
        assert_eq!(shown(&second).matches("chore").count(), 6, "three, in text and blocks: {}", shown(&second));
        ana.press(&direct, &second.ts, "page:previous", None).await;
        let back = site.message(&direct, "`list limit 33`").await;
        assert_eq!(back.ts, first.ts);
    }
}

#[tokio::test]
async fn a_list_of_so_many_is_turned_by_so_many() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        fill(&site, "U1", 7).await;
        ana.dm("list limit 3").await;
        let direct = site.direct("U1").await;
        let first = site.message(&direct, "7 open tasks").await;
        assert_eq!(choice(&first.blocks, "Next").as_deref(), Some("list limit 3, page 2"), "{way:?}");
        for (turn, page, rows) in [("page:next", 2, 3), ("page:next", 3, 1), ("page:previous", 2, 3)] {
            ana.press(&direct, &first.ts, turn, None).await;
            let told = format!("page {page} of 3");
            let shown = shown(&site.changed(&direct, &first.ts, |message| shown(message).contains(&told)).await);
            assert_eq!(shown.matches("chore").count(), 2 * rows, "{way:?}, in text and blocks: {shown}");
        }
        let last = choice(&site.message(&direct, "page 2 of 3").await.blocks, "Previous");
        assert_eq!(last.as_deref(), Some("list limit 3"), "{way:?}");
    }
}

#[tokio::test]
async fn a_list_that_only_its_asker_sees_is_turned_in_place_too() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    fill(&site, "U1", 33).await;
    ana.mention("C1", "my tasks").await;
    let first = site.message("C1", "33 open tasks").await;
    assert_eq!(first.only_for.as_deref(), Some("U1"));
    ana.press("C1", &first.ts, "page:next", None).await;
    let second = site.message("C1", "page 2 of 2").await;
    assert_eq!(second.only_for.as_deref(), Some("U1"));
    assert!(
        !site
            .posted("C1")
            .iter()
            .any(|one| shown(one).contains("33 open tasks") && one.ts == first.ts && shown(one).contains("Next"))
    );
}
