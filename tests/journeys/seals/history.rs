//! Two tenants whose log has several seals each, and a file of checkpoints.

use serde_json::{Value, json};

use super::copy_files;
use crate::kit::program::{Scratch, Server};

/// Signs the checkpoints.
pub const KEY: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

/// Whole, and as it was half-way.
pub struct History {
    scratch: Scratch,
    half: Scratch,
}

fn scratch() -> Scratch {
    Scratch::new().with("TASKBOT_AUDIT__CHECKPOINTS", "checkpoints").with("TASKBOT_AUDIT__SIGNING_KEY", KEY)
}

impl History {
    pub async fn happens() -> Self {
        let (scratch, half) = (scratch(), scratch());
        let tokens = [scratch.token("ana").await, scratch.token("slack:T1/U1").await];
        for title in ["first", "second"] {
            session(&scratch, &tokens, title).await;
            if title == "first" {
                copy_files(&scratch.path("."), &half.path("."));
            }
        }
        Self { scratch, half }
    }

    pub fn copy(&self) -> Scratch {
        let copy = scratch();
        copy_files(&self.scratch.path("."), &copy.path("."));
        copy
    }

    /// The database of half-way, with the checkpoints of the end.
    pub fn old_copy(&self) -> Scratch {
        let copy = scratch();
        copy_files(&self.half.path("."), &copy.path("."));
        std::fs::copy(self.scratch.path("checkpoints"), copy.path("checkpoints")).expect("copied");
        copy
    }
}

/// A process that lives long enough for two seals of each tenant, or more where the machine is slow.
pub async fn session(scratch: &Scratch, tokens: &[String], title: &str) {
    let mut server: Server = scratch.serve().await;
    for part in 1..=2 {
        for token in tokens {
            let body = json!({ "title": format!("{title} {part}") });
            server.post(token, "/api/v1/tasks", body.clone(), 201).await;
            server.post(token, "/api/v1/tasks", body, 201).await;
        }
        let all = 2 * tokens.len() * part;
        assert!(server.program.err.until(|lines| sealed(lines) == all).await, "not everything was sealed");
    }
    assert!(server.program.terminate().await.success());
}

/// How many rows a process says that it has sealed.
fn sealed(lines: &[String]) -> usize {
    let said = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    said.filter(|line| line["message"] == "sealed").filter_map(|line| line["rows"].as_u64()).sum::<u64>() as usize
}
