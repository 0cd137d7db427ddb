use serde_json::{Value, json};

use super::{Ask, Refusal};

pub(super) fn test(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let world = ask.slack.world();
    let team = world.teams.get(ask.team()).ok_or("invalid_auth")?;
    let user = team.users.get(ask.me()).ok_or("invalid_auth")?;
    Ok(json!({
        "url": format!("https://{}.slack.com/", team.domain), "team": team.name, "user": user.name,
        "team_id": team.id, "user_id": user.id, "bot_id": ask.caller.install.bot_id,
        "enterprise_id": team.enterprise_id, "is_enterprise_install": false,
    }))
}

pub(super) fn open_connection(ask: &Ask<'_>) -> Result<Value, Refusal> {
    Ok(json!({ "url": ask.slack.ticket(&ask.caller.install.app_id) }))
}

pub(super) fn api_test(ask: &Ask<'_>) -> Result<Value, Refusal> {
    Ok(json!({ "args": ask.args.all() }))
}

pub(super) fn team_info(ask: &Ask<'_>) -> Result<Value, Refusal> {
    let world = ask.slack.world();
    let team = world.teams.get(ask.team()).ok_or("team_not_found")?;
    let url = format!("https://{}.slack.com/", team.domain);
    Ok(json!({ "team": {
        "id": team.id, "name": team.name, "domain": team.domain, "url": url, "email_domain": "",
        "enterprise_id": team.enterprise_id, "icon": { "image_default": true },
    } }))
}
