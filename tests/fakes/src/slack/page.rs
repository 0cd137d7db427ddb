//! A plain page per channel, for people who watch.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::{Channel, Message, Slack, World};
use crate::kit::Reply;

const STYLE: &str = "body{font:15px sans-serif;max-width:46em;margin:2em auto;padding:0 1em}article{border-top:1px \
                     solid #ddd;padding:.6em 0}b+time{color:#777;margin-left:.6em}.only{background:#f6f3e6}button,\
                     select{margin:.2em .3em .2em 0}p{white-space:pre-wrap;margin:.3em 0}";

pub(super) fn routes() -> axum::Router<Slack> {
    axum::Router::new().route("/", get(front)).route("/channels/{team}/{channel}", get(channel))
}

async fn front(State(slack): State<Slack>) -> Response<Body> {
    let list = slack.read(|world| {
        let of = |team: &str, channel: &Channel| {
            let link = format!("/channels/{team}/{}", channel.id);
            format!("<li><a href=\"{}\">{}</a></li>", escaped(&link), escaped(&title(world, team, channel)))
        };
        let teams = world.teams.values();
        let all = teams.flat_map(|team| team.channels.values().map(|channel| of(&team.id, channel)));
        all.collect::<String>()
    });
    page("Channels", &format!("<ul>{list}</ul>"))
}

async fn channel(State(slack): State<Slack>, Path((team, id)): Path<(String, String)>) -> Response<Body> {
    let shown = slack.read(|world| {
        let (_, channel) = world.channel(&team, &id)?;
        let messages = channel.messages.iter().map(|message| article(world, &team, message)).collect::<String>();
        Some((title(world, &team, channel), messages))
    });
    match shown {
        Some((title, messages)) => page(&title, &messages),
        None => Reply::status(404, json!("no such channel")).into_response(),
    }
}

fn page(title: &str, body: &str) -> Response<Body> {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style>\
         <h1>{title}</h1>{body}</html>"
    );
    Reply::ok(json!(html)).into_response()
}

fn title(world: &World, team: &str, channel: &Channel) -> String {
    let names = channel.members.iter().map(|id| name(world, team, id)).collect::<Vec<_>>().join(", ");
    let name = if channel.name.is_empty() { names } else { format!("#{}", channel.name) };
    format!("{name} ({team})")
}

fn name(world: &World, team: &str, user: &str) -> String {
    world.user(team, user).map_or_else(|| user.to_owned(), |(_, user)| user.name.clone())
}

fn article(world: &World, team: &str, message: &Message) -> String {
    let (class, only) = match &message.only_for {
        Some(user) => (" class=\"only\"", format!(" only for {}", escaped(&name(world, team, user)))),
        None => ("", String::new()),
    };
    let edited = if message.edited.is_some() { " (edited)" } else { "" };
    let blocks = message.blocks.as_array().filter(|blocks| !blocks.is_empty());
    let body = match blocks {
        Some(blocks) => blocks.iter().map(block).collect(),
        None => paragraph(&message.text),
    };
    let (who, ts) = (escaped(&name(world, team, &message.user)), escaped(&message.ts));
    format!("<article{class}><b>{who}</b><time>{ts}{edited}{only}</time>{body}</article>")
}

fn block(block: &Value) -> String {
    let texts = ["text", "label", "alt_text"].iter().filter_map(|name| text_of(&block[*name]));
    let fields = block["fields"].as_array().into_iter().flatten().filter_map(text_of);
    let said: String = texts.chain(fields).map(|text| paragraph(&text)).collect();
    let inside = block["elements"].as_array().into_iter().flatten().chain([&block["accessory"], &block["element"]]);
    let inside: String = inside.map(element).collect();
    if block["type"] == "divider" { "<hr>".to_owned() } else { format!("{said}<div>{inside}</div>") }
}

/// A text object's text, or the text itself.
fn text_of(value: &Value) -> Option<String> {
    value["text"].as_str().or(value.as_str()).map(str::to_owned)
}

fn element(element: &Value) -> String {
    let said = text_of(&element["text"]).or_else(|| text_of(&element["placeholder"])).unwrap_or_default();
    match element["type"].as_str() {
        None => String::new(),
        Some("button") => format!("<button>{}</button>", escaped(&said)),
        Some("mrkdwn" | "plain_text") => paragraph(&text_of(element).unwrap_or_default()),
        Some(kind) if element["options"].is_array() => {
            let options = element["options"].as_array().into_iter().flatten().filter_map(|one| text_of(&one["text"]));
            let options: String = options.map(|text| format!("<option>{}</option>", escaped(&text))).collect();
            format!("<select title=\"{}\"><option>{}</option>{options}</select>", escaped(kind), escaped(&said))
        }
        Some(kind) if element["elements"].is_array() => {
            let parts = element["elements"].as_array().into_iter().flatten().filter_map(text_of);
            format!("<p title=\"{}\">{}</p>", escaped(kind), escaped(&parts.collect::<String>()))
        }
        Some(kind) => format!("<button>{} {}</button>", escaped(kind), escaped(&said)),
    }
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
