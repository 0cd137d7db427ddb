//! The rights matrix, against a table written out by hand.

use std::collections::BTreeSet;

use taskbot_domain::access::{Action, Principal, Sight};
use taskbot_domain::ids::{PersonId, TaskId};
use taskbot_domain::list::List;
use taskbot_domain::place::Channel;
use taskbot_domain::task::{Status, Task};
use taskbot_domain::tenant::TenantId;
use uuid::Uuid;

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn tenant(name: &str) -> TenantId {
    name.parse().expect("a tenant")
}

fn channel() -> Channel {
    Channel { tenant: tenant("slack:T1"), id: "C1".to_owned() }
}

/// A task by person 1 for person 2.
fn task(list: &List) -> Task {
    let at = "2026-03-04T09:00:00Z".parse().expect("an instant");
    Task {
        id: TaskId(Uuid::from_u128(99)),
        tenant: list.tenant.clone(),
        list: list.id,
        number: 1,
        title: "rotate the keys".to_owned(),
        description: String::new(),
        priority: None,
        tags: BTreeSet::new(),
        due: None,
        status: Status::Open,
        bare_reminder: false,
        author: person(1),
        assignees: vec![person(2)],
        place: None,
        recurring: None,
        closed: None,
        created_at: at,
        updated_at: at,
        version: 1,
    }
}

/// Somebody of these tenants, whom the platform shows the channel or not.
fn sight(number: u128, tenants: &[&str], in_channel: bool, operator: bool) -> Sight {
    let tenants = tenants.iter().map(|name| tenant(name)).collect();
    let shown = if in_channel { vec![channel()] } else { Vec::new() };
    Sight::new(Principal { person: person(number), tenants, operator }, &shown)
}

/// Who looks; whether they see a channel's task and one on the author's own list; and what they may do with one that
/// they see: work, change, delete, stop.
type Row = (&'static str, Sight, [bool; 2], [bool; 4]);

fn table() -> Vec<Row> {
    const HERE: &[&str] = &["slack:T1"];
    const YES: bool = true;
    const NO: bool = false;
    vec![
        ("the author", sight(1, HERE, true, false), [YES, YES], [YES, YES, YES, YES]),
        ("the author, out of the channel", sight(1, HERE, false, false), [YES, YES], [YES, YES, YES, YES]),
        ("the assignee", sight(2, HERE, true, false), [YES, YES], [YES, YES, YES, YES]),
        ("the assignee, out of the channel", sight(2, HERE, false, false), [YES, YES], [YES, YES, YES, YES]),
        ("a member", sight(3, HERE, true, false), [YES, NO], [YES, NO, NO, NO]),
        ("a moderator", sight(4, HERE, true, true), [YES, NO], [YES, YES, YES, NO]),
        ("a stranger", sight(5, HERE, false, false), [NO, NO], [YES, NO, NO, NO]),
        ("an operator who is not in it", sight(6, HERE, false, true), [NO, NO], [YES, YES, YES, NO]),
        ("a member of two tenants", sight(3, &["slack:T1", "slack:T2"], true, false), [YES, NO], [YES, NO, NO, NO]),
        ("somebody elsewhere", sight(3, &["slack:T2"], true, false), [NO, NO], [YES, NO, NO, NO]),
        ("an operator elsewhere", sight(6, &["slack:T2"], true, true), [NO, NO], [YES, YES, YES, NO]),
        ("the author, who left the tenant", sight(1, &["slack:T2"], true, false), [NO, NO], [YES, YES, YES, YES]),
        ("nobody", sight(7, &[], true, false), [NO, NO], [YES, NO, NO, NO]),
    ]
}

#[test]
fn everybody_sees_and_may_what_the_table_says() {
    let shared = task(&List::of_channel(&channel()));
    let own = task(&List::personal(tenant("slack:T1"), person(1)));
    for (who, sight, sees, may) in table() {
        assert_eq!([sight.sees(&shared), sight.sees(&own)], sees, "{who} sees");
        let allowed = [Action::Work, Action::Change, Action::Delete, Action::Stop].map(|one| sight.may(one, &shared));
        assert_eq!(allowed, may, "{who} may");
    }
}

#[test]
fn a_list_is_seen_by_its_owner_or_the_members_of_its_channel() {
    let (shared, own) = (List::of_channel(&channel()), List::personal(tenant("slack:T1"), person(1)));
    let elsewhere = List::personal(tenant("slack:T2"), person(1));
    for (who, sight, [sees_shared, _], _) in table() {
        let here = sight.principal.tenants.contains(&tenant("slack:T1"));
        let is_member = sees_shared && !who.ends_with("out of the channel");
        assert_eq!(sight.sees_list(&shared), is_member, "{who}");
        assert_eq!(sight.sees_list(&own), here && sight.principal.person == person(1), "{who}");
        let holds = sight.principal.tenants.contains(&tenant("slack:T2")) && sight.principal.person == person(1);
        assert_eq!(sight.sees_list(&elsewhere), holds, "{who}");
    }
}

#[test]
fn the_product_itself_sees_and_may_all_in_its_tenant_and_nothing_in_another() {
    let shared = task(&List::of_channel(&channel()));
    let here = Sight::new(Principal::system(tenant("slack:T1")), &[]);
    let there = Sight::new(Principal::system(tenant("slack:T2")), &[]);
    assert!(here.sees(&shared) && here.may(Action::Delete, &shared));
    assert!(!there.sees(&shared));
}

#[test]
fn a_channel_that_is_shown_in_a_tenant_one_does_not_hold_shows_nothing() {
    let shared = task(&List::of_channel(&channel()));
    let forged = Sight::new(
        Principal { person: person(3), tenants: BTreeSet::from([tenant("slack:T2")]), operator: false },
        &[channel()],
    );
    assert!(forged.lists.iter().all(|list| *list != shared.list));
}
