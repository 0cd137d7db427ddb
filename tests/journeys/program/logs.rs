//! The chain of a command out of the logs, and what never stands in them.

use serde_json::{Value, json};

use crate::kit::program::{Running, Scratch};

fn logged(program: &Running) -> Vec<Value> {
    let parsed = |line: &String| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    program.err.all().iter().map(parsed).collect()
}

/// The names of the spans around a line, outermost first.
fn spans(line: &Value) -> Vec<&str> {
    line["spans"].as_array().into_iter().flatten().filter_map(|span| span["name"].as_str()).collect()
}

/// The lines that belong to a trace, as "spans: message".
fn chain(lines: &[Value], trace: &str) -> Vec<String> {
    let belongs = |line: &&Value| line["spans"].as_array().into_iter().flatten().any(|span| span["trace_id"] == trace);
    let show = |line: &Value| {
        let kind = line["spans"]
            .as_array()
            .and_then(|spans| spans.last()?["event_type"].as_str())
            .map(|kind| format!(" {kind}"))
            .unwrap_or_default();
        format!("{}: {}{kind}", spans(line).join(" > "), line["message"].as_str().unwrap_or_default())
    };
    lines.iter().filter(belongs).map(show).collect()
}

fn chatty() -> Scratch {
    Scratch::new().with("TASKBOT_LOG__FORMAT", "json").with("TASKBOT_LOG__LEVEL", "info")
}

#[tokio::test]
async fn one_trace_leads_from_the_chat_line_to_the_audit_row_and_the_posted_reminder() {
    let scratch = chatty();
    let mut chat = scratch.console("ana");
    chat.ask("remind me to stretch in 1 second", "⏰").await;
    chat.err.line("REMINDER_DELIVERED").await;
    assert!(chat.end().await.success());
    let lines = logged(&chat);
    let turn = lines.iter().find(|line| line["message"] == "answered").expect("the turn is logged");
    let trace = turn["spans"][0]["trace_id"].as_str().expect("its trace").to_owned();
    assert!(trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit()), "{trace}");
    let chain = chain(&lines, &trace);
    let expected = [
        "bot.console.line > bot.turn > service.execute: committed",
        "bot.console.line > bot.turn: answered",
        "consumer.audit: handled TASK_CREATED",
        "consumer.audit: handled REMINDER_SCHEDULED",
        "consumer.reminders: handled REMINDER_SCHEDULED",
        "consumer.audit: handled REMINDER_DUE",
        "reminders.deliver: posted",
        "consumer.audit: handled REMINDER_DELIVERED",
    ];
    for step in expected {
        assert_eq!(chain.iter().filter(|line| *line == step).count(), 1, "{step} in {chain:#?}");
    }
    let token = scratch.token("ana").await;
    let audited = scratch.serve().await.get(&token, "/api/me/audit").await;
    let traces: Vec<&Value> =
        audited["items"].as_array().expect("items").iter().map(|item| &item["trace_id"]).collect();
    assert_eq!(traces, [&json!(trace); 4]);
}

#[tokio::test]
async fn a_trace_that_came_with_the_request_goes_through_to_the_consumers() {
    let scratch = chatty();
    let token = scratch.token("ana").await;
    let mut server = scratch.serve().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = server.request(reqwest::Method::POST, "/api/v1/chat", &token);
    let request = request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    server.answer(request.json(&json!({"text": "call Ana tomorrow 5pm"})), 200).await;
    server.program.err.line("consumer.audit").await;
    assert!(server.program.terminate().await.success());
    let chain = chain(&logged(&server.program), trace);
    let first = ["gateway.http > bot.turn > service.execute: committed", "gateway.http > bot.turn: answered"];
    assert!(first.iter().all(|step| chain.iter().any(|line| line == step)), "{chain:#?}");
    let consumers: Vec<_> = chain.iter().filter(|line| line.contains("consumer.")).collect();
    assert!(!consumers.is_empty() && consumers.iter().all(|line| line.starts_with("consumer.")), "{chain:#?}");
}

#[tokio::test]
async fn titles_tokens_and_controls_stand_in_no_log_line() {
    for format in ["json", "text"] {
        let scratch = Scratch::new().with("TASKBOT_LOG__FORMAT", format).with("TASKBOT_LOG__LEVEL", "debug");
        let token = scratch.token("ana").await;
        let mut server = scratch.serve().await;
        let title = "zebra\r\n{\"level\":\"ERROR\"}\u{1b}[31m";
        server.post(&token, "/api/v1/tasks", json!({"title": title}), 201).await;
        server.chat(&token, &format!("{title} tomorrow")).await;
        server.chat(&token, "edit 1 title zebra\r\u{1b}[3m").await;
        let forged = server.request(reqwest::Method::GET, "/api/v1/tasks/%0d%0azebra%1b%5b31m", &token);
        server.answer(forged, 404).await;
        assert!(server.program.terminate().await.success());
        let text = server.program.err.all().join("\n");
        assert!(!text.contains("zebra") && !text.contains("\"ERROR\""), "{text}");
        assert!(!text.contains(&token), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }
}
