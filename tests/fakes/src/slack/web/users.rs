use serde_json::{Value, json};

use super::pages::page;
use super::{Ask, Refusal};

pub(super) fn info(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let id = ask.need("user", "user_not_found")?;
    let world = ask.slack.world();
    let (team, user) = world.user(ask.team(), &id).ok_or("user_not_found")?;
    let mut shown = user.shown(&team.id);
    if team.id != ask.team() {
        shown["is_stranger"] = json!(false);
    }
    Ok(json!({ "user": shown }))
}

pub(super) fn list(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let world = ask.slack.world();
    let team = world.teams.get(ask.team()).ok_or("team_not_found")?;
    let users: Vec<_> = team.users.values().map(|user| user.shown(&team.id)).collect();
    page(ask, "members", &users, 200)
}

pub(super) fn groups(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let world = ask.slack.world();
    let team = world.teams.get(ask.team()).ok_or("team_not_found")?;
    let wanted = team.groups.values().filter(|group| !group.disabled || ask.args.flag("include_disabled"));
    let shown = wanted.map(|group| {
        let mut shown = json!({
            "id": group.id, "team_id": team.id, "is_usergroup": true, "name": group.name, "handle": group.handle,
            "description": "", "is_external": false, "date_create": 1_700_000_000, "date_update": 1_700_000_000,
            "date_delete": if group.disabled { 1_700_000_000 } else { 0 }, "user_count": group.users.len(),
        });
        if ask.args.flag("include_users") {
            shown["users"] = json!(group.users);
        }
        shown
    });
    Ok(json!({ "usergroups": shown.collect::<Vec<_>>() }))
}

pub(super) fn group_members(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let id = ask.need("usergroup", "no_such_subteam")?;
    let world = ask.slack.world();
    let team = world.teams.get(ask.team()).ok_or("team_not_found")?;
    let group = team.groups.get(&id).filter(|group| !group.disabled || ask.args.flag("include_disabled"));
    Ok(json!({ "users": group.ok_or("no_such_subteam")?.users }))
}
